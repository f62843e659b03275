"""Walking through components, and giving them the shape that Discord answers with."""

from collections.abc import Callable, Iterator
from typing import Any

from tests.fakes.discord.errors import Json

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, USER_SELECT, ROLE_SELECT = 1, 2, 3, 4, 5, 6
MENTIONABLE_SELECT, CHANNEL_SELECT, SECTION, TEXT, THUMBNAIL = 7, 8, 9, 10, 11
GALLERY, FILE, SEPARATOR, CONTAINER, LABEL, UPLOAD = 12, 13, 14, 17, 18, 19
RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 21, 22, 23

SELECTS = (STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT)
INPUTS = (TEXT_INPUT, *SELECTS, UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX)

Media = Callable[[str], Json]
"""Turns the URL of a picture into the item that Discord answers with."""


def walk(components: list[Json], *types: int) -> Iterator[Json]:
    """Yield every component, parents before children; only *types* if any are given."""
    for component in components:
        if not types or component.get("type") in types:
            yield component
        yield from walk(children(component), *types)


def children(component: Json) -> list[Json]:
    """Return what is directly inside *component*."""
    inside = [part for part in component.get("components") or [] if isinstance(part, dict)]
    single = [component[key] for key in ("accessory", "component") if component.get(key)]
    return inside + [part for part in single if isinstance(part, dict)]


def settle(components: list[Json], media: Media) -> list[Json]:
    """Return *components* as Discord gives them back: ids numbered, defaults filled in."""
    taken = {part["id"] for part in walk(components) if part.get("id")}
    numbers = (number for number in range(1, 1_000_000) if number not in taken)
    return [_settled(component, numbers, media) for component in components]


def _settled(component: Json, numbers: Iterator[int], media: Media) -> Json:
    known = {key: value for key, value in component.items() if value is not None}
    settled = DEFAULTS.get(component["type"], {}) | known
    settled["id"] = component.get("id") or next(numbers)
    for key in ("components",):
        if key in component:
            settled[key] = [_settled(part, numbers, media) for part in component[key]]
    for key in ("component", "accessory"):
        if key in component:
            settled[key] = _settled(component[key], numbers, media)
    for key in ("media", "file"):
        if key in component:
            settled[key] = media(component[key]["url"])
    if "items" in component:
        settled["items"] = [
            {"description": None, "spoiler": False} | item | {"media": media(item["media"]["url"])}
            for item in component["items"]
        ]
    return settled


DEFAULTS: dict[int, dict[str, Any]] = {
    BUTTON: {"style": 2},
    **{select: {"min_values": 1, "max_values": 1} for select in SELECTS},
    TEXT_INPUT: {"required": True, "min_length": None, "max_length": None},
    THUMBNAIL: {"description": None, "spoiler": False},
    FILE: {"spoiler": False, "name": None, "size": None},
    SEPARATOR: {"divider": True, "spacing": 1},
    CONTAINER: {"accent_color": None, "spoiler": False},
}
