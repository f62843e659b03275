"""What Discord refuses about components, in messages and in modals.

https://docs.discord.com/developers/components/reference
"""

from collections.abc import Collection
from typing import Any

from tests.fakes.discord import components as kinds
from tests.fakes.discord.errors import Json
from tests.fakes.discord.form import Form, Path

MAX_COMPONENTS, MAX_TEXT = 40, 4000
MAX_ID = 2**31 - 1

LEGACY_TOP = (kinds.ROW,)
IN_CONTAINER = (
    kinds.ROW,
    kinds.SECTION,
    kinds.TEXT,
    kinds.GALLERY,
    kinds.FILE,
    kinds.SEPARATOR,
)
V2_TOP = (*IN_CONTAINER, kinds.CONTAINER)
MESSAGE_ROW = (kinds.BUTTON, *kinds.SELECTS)
MODAL_TOP = (kinds.ROW, kinds.TEXT, kinds.LABEL)
MODAL_ROW = (kinds.TEXT_INPUT,)
IN_LABEL = kinds.INPUTS
LINK, PREMIUM = 5, 6


class Components:
    """Checks one tree of components; `modal` says where they are."""

    def __init__(
        self, form: Form, *, modal: bool = False, v2: bool = False, files: Collection[str] = ()
    ) -> None:
        self._form = form
        self._modal = modal
        self._v2 = v2
        self._files = files
        self._custom_ids: set[str] = set()
        self._ids: set[int] = set()

    def check(self, path: Path, components: list[Any]) -> None:
        """Check the whole tree at *path*."""
        top = MODAL_TOP if self._modal else V2_TOP if self._v2 else LEGACY_TOP
        for index, component in enumerate(components):
            self._one((*path, index), component, top)
        if not self._form.faults:
            self._totals(path, components)

    def _totals(self, path: Path, components: list[Json]) -> None:
        count = sum(1 for _ in kinds.walk(components))
        if count > MAX_COMPONENTS:
            message = f"Total number of components exceeds maximum of {MAX_COMPONENTS}"
            self._form.fault(path, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
        if sum(len(part["content"]) for part in kinds.walk(components, kinds.TEXT)) > MAX_TEXT:
            message = f"Components displayable text size exceeds maximum size of {MAX_TEXT}"
            self._form.fault(path, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)

    def _one(self, path: Path, component: Any, allowed: tuple[int, ...]) -> None:
        if not self._form.union(path, component, allowed):
            return
        number = self._form.integer((*path, "id"), component.get("id"), 0, MAX_ID)
        if number:
            if number in self._ids:
                message = "Component id cannot be duplicated"
                self._form.fault((*path, "id"), "COMPONENT_ID_DUPLICATED", message)
            self._ids.add(number)
        CHECKS[component["type"]](self, path, component)

    def row(self, path: Path, row: Json) -> None:
        """Check an action row: up to five buttons, or one select."""
        inside = self._form.items((*path, "components"), row.get("components"), 1, 5, required=True)
        allowed = MODAL_ROW if self._modal else MESSAGE_ROW
        wide = [part for part in inside if isinstance(part, dict) and part.get("type") != 2]
        if wide and len(inside) > 1:
            message = "The specified component exceeds the maximum width"
            self._form.fault((*path, "components", 1), "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)
        for index, part in enumerate(inside):
            self._one((*path, "components", index), part, allowed)
            if self._modal and isinstance(part, dict):
                self._form.text(
                    (*path, "components", index, "label"), part.get("label"), 1, 45, required=True
                )

    def button(self, path: Path, button: Json) -> None:
        """Check a button: a custom id or a link, and something to see on it."""
        form, style = self._form, button.get("style")
        if style is None:
            form.required((*path, "style"))
        elif not form.choice((*path, "style"), style, range(1, 7)):
            return
        form.text((*path, "label"), button.get("label"), 0, 80)
        self._emoji((*path, "emoji"), button.get("emoji"))
        if not button.get("label") and not button.get("emoji") and style != PREMIUM:
            form.required((*path, "label"))
        if style in (LINK, PREMIUM):
            self._link(path, button)
            return
        self._custom_id(path, button)
        if button.get("url") is not None:
            message = "A custom id and url cannot both be specified"
            form.fault((*path, "url"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message)

    def _link(self, path: Path, button: Json) -> None:
        field = "url" if button.get("style") == LINK else "sku_id"
        if button.get("custom_id") is not None:
            message = "A custom id and url cannot both be specified"
            self._form.fault(
                (*path, "custom_id"), "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", message
            )
        if not button.get(field):
            self._form.required((*path, field))
        elif field == "url":
            self._form.text((*path, "url"), button["url"], 1, 512)
            self._scheme((*path, "url"), button["url"], ("http://", "https://", "discord://"))

    def string_select(self, path: Path, select: Json) -> None:
        """Check a select menu with options of its own."""
        options = self._options(path, select, 1, 25)
        self._select(path, select, len(options))

    def entity_select(self, path: Path, select: Json) -> None:
        """Check a select menu that Discord fills."""
        self._select(path, select, 25)

    def _select(self, path: Path, select: Json, offered: int) -> None:
        self._custom_id(path, select)
        self._form.text((*path, "placeholder"), select.get("placeholder"), 0, 150)
        self._counts(path, select, low=0, high=25, offered=offered)
        if self._modal and select.get("disabled"):
            message = "Modals cannot have disabled components"
            self._form.fault((*path, "disabled"), "COMPONENT_DISABLED_IN_MODAL", message)

    def _counts(self, path: Path, part: Json, *, low: int, high: int, offered: int) -> None:
        form = self._form
        least = form.integer((*path, "min_values"), part.get("min_values"), low, high)
        most = form.integer((*path, "max_values"), part.get("max_values"), 1, high)
        if self._modal and least == 0 and part.get("required") is not False:
            form.fault(
                (*path, "min_values"),
                "NUMBER_TYPE_MIN",
                "int value should be greater than or equal to 1.",
            )
        ceiling = most or (offered if part.get("type") == kinds.CHECKBOX_GROUP else 1)
        if least is not None and least > ceiling:
            message = "min_values must not be greater than max_values"
            form.fault((*path, "min_values"), "SELECT_COMPONENT_MIN_MAX", message)
        if most is not None and most > offered:
            message = f"int value should be less than or equal to {offered}."
            form.fault((*path, "max_values"), "NUMBER_TYPE_MAX", message)

    def _options(self, path: Path, part: Json, low: int, high: int) -> list[Json]:
        form = self._form
        options = form.items((*path, "options"), part.get("options"), low, high, required=True)
        values: set[str] = set()
        for index, option in enumerate(options):
            here = (*path, "options", index)
            if not isinstance(option, dict):
                form.fault(
                    here, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType"
                )
                continue
            form.text((*here, "label"), option.get("label"), 1, 100, required=True)
            form.text((*here, "description"), option.get("description"), 0, 100)
            self._emoji((*here, "emoji"), option.get("emoji"))
            value = form.text((*here, "value"), option.get("value"), 1, 100, required=True)
            if value is not None and value in values:
                message = "The specified option value is already used"
                form.fault((*here, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
            values.add(value or "")
        chosen = sum(1 for o in options if isinstance(o, dict) and o.get("default"))
        most = part.get("max_values") or (len(options) if part.get("type") == 22 else 1)
        if isinstance(most, int) and chosen > most:
            message = "The number of default options exceeds max_values"
            form.fault((*path, "options"), "SELECT_COMPONENT_TOO_MANY_DEFAULTS", message)
        return options

    def text_input(self, path: Path, part: Json) -> None:
        """Check a text input."""
        form = self._form
        self._custom_id(path, part)
        if part.get("style") is None:
            form.required((*path, "style"))
        else:
            form.choice((*path, "style"), part["style"], (1, 2))
        form.text((*path, "placeholder"), part.get("placeholder"), 0, 100)
        least = form.integer((*path, "min_length"), part.get("min_length"), 0, 4000)
        most = form.integer((*path, "max_length"), part.get("max_length"), 1, 4000)
        form.text((*path, "value"), part.get("value"), 0, most or 4000)
        if least is not None and most is not None and least > most:
            message = "min_length must not be greater than max_length"
            form.fault((*path, "min_length"), "TEXT_INPUT_MIN_MAX", message)

    def checkbox_group(self, path: Path, part: Json) -> None:
        """Check a group of checkboxes."""
        self._custom_id(path, part)
        options = self._options(path, part, 1, 10)
        self._counts(path, part, low=0, high=10, offered=len(options))

    def radio_group(self, path: Path, part: Json) -> None:
        """Check a group of radio buttons."""
        self._custom_id(path, part)
        self._options(path, part, 2, 10)

    def plain_input(self, path: Path, part: Json) -> None:
        """Check a checkbox or a file upload."""
        self._custom_id(path, part)

    def label(self, path: Path, label: Json) -> None:
        """Check a label and what it holds."""
        self._form.text((*path, "label"), label.get("label"), 1, 45, required=True)
        self._form.text((*path, "description"), label.get("description"), 1, 100)
        if label.get("component") is None:
            self._form.required((*path, "component"))
        else:
            self._one((*path, "component"), label["component"], IN_LABEL)

    def text(self, path: Path, part: Json) -> None:
        """Check a text display; blank text is no text."""
        text = self._form.text((*path, "content"), part.get("content"), 1, 4000, required=True)
        if text is not None and text and not text.strip():
            self._form.required((*path, "content"))

    def section(self, path: Path, section: Json) -> None:
        """Check a section: one to three texts beside a button or a thumbnail."""
        texts = self._form.items(
            (*path, "components"), section.get("components"), 1, 3, required=True
        )
        for index, part in enumerate(texts):
            self._one((*path, "components", index), part, (kinds.TEXT,))
        if section.get("accessory") is None:
            self._form.required((*path, "accessory"))
        else:
            self._one((*path, "accessory"), section["accessory"], (kinds.BUTTON, kinds.THUMBNAIL))

    def thumbnail(self, path: Path, part: Json) -> None:
        """Check a thumbnail."""
        self._form.text((*path, "description"), part.get("description"), 1, 1024)
        self._media((*path, "media"), part.get("media"))

    def gallery(self, path: Path, part: Json) -> None:
        """Check a gallery of one to ten pictures."""
        items = self._form.items((*path, "items"), part.get("items"), 1, 10, required=True)
        for index, item in enumerate(items):
            here = (*path, "items", index)
            self._form.text((*here, "description"), item.get("description"), 1, 1024)
            self._media((*here, "media"), item.get("media"))

    def file(self, path: Path, part: Json) -> None:
        """Check a file, which must have been uploaded with the message."""
        self._media((*path, "file"), part.get("file"), uploaded=True)

    def separator(self, path: Path, part: Json) -> None:
        """Check a separator."""
        if part.get("spacing") is not None:
            self._form.choice((*path, "spacing"), part["spacing"], (1, 2))

    def container(self, path: Path, part: Json) -> None:
        """Check a container and everything in it."""
        self._form.integer((*path, "accent_color"), part.get("accent_color"), 0, 0xFFFFFF)
        inside = self._form.items(
            (*path, "components"), part.get("components"), 1, MAX_COMPONENTS, required=True
        )
        for index, child in enumerate(inside):
            self._one((*path, "components", index), child, IN_CONTAINER)

    def _custom_id(self, path: Path, part: Json) -> None:
        here = (*path, "custom_id")
        custom_id = self._form.text(here, part.get("custom_id"), 1, 100, required=True)
        if custom_id is not None and custom_id in self._custom_ids:
            message = "Component custom id cannot be duplicated"
            self._form.fault(here, "COMPONENT_CUSTOM_ID_DUPLICATED", message)
        self._custom_ids.add(custom_id or "")

    def _emoji(self, path: Path, emoji: Any) -> None:
        if emoji is None:
            return
        if not isinstance(emoji, dict) or not (emoji.get("id") or is_emoji(emoji.get("name"))):
            self._form.fault((*path, "name"), "COMPONENT_INVALID_EMOJI", "Invalid emoji")

    def _media(self, path: Path, media: Any, *, uploaded: bool = False) -> None:
        if not isinstance(media, dict) or not media.get("url"):
            self._form.required((*path, "url") if isinstance(media, dict) else path)
            return
        url = self._form.text((*path, "url"), media["url"], 1, 2048)
        schemes = ("attachment://",) if uploaded else ("attachment://", "http://", "https://")
        self._scheme((*path, "url"), url, schemes)
        if url and url.startswith("attachment://") and url[13:] not in self._files:
            self._form.fault(
                (*path, "url"),
                "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
                "The referenced attachment was not found",
            )

    def _scheme(self, path: Path, url: Any, schemes: tuple[str, ...]) -> None:
        if isinstance(url, str) and not url.startswith(schemes):
            listed = ", ".join(scheme.removesuffix("://") for scheme in schemes)
            message = (
                f'Scheme "{url.split(":")[0]}" is not supported. Scheme must be one of ({listed}).'
            )
            self._form.fault(path, "URL_TYPE_INVALID_SCHEME", message)


CHECKS = {
    kinds.ROW: Components.row,
    kinds.BUTTON: Components.button,
    kinds.STRING_SELECT: Components.string_select,
    kinds.TEXT_INPUT: Components.text_input,
    kinds.USER_SELECT: Components.entity_select,
    kinds.ROLE_SELECT: Components.entity_select,
    kinds.MENTIONABLE_SELECT: Components.entity_select,
    kinds.CHANNEL_SELECT: Components.entity_select,
    kinds.SECTION: Components.section,
    kinds.TEXT: Components.text,
    kinds.THUMBNAIL: Components.thumbnail,
    kinds.GALLERY: Components.gallery,
    kinds.FILE: Components.file,
    kinds.SEPARATOR: Components.separator,
    kinds.CONTAINER: Components.container,
    kinds.LABEL: Components.label,
    kinds.UPLOAD: Components.plain_input,
    kinds.RADIO_GROUP: Components.radio_group,
    kinds.CHECKBOX_GROUP: Components.checkbox_group,
    kinds.CHECKBOX: Components.plain_input,
}


def is_emoji(text: Any) -> bool:
    """Say whether *text* could be one unicode emoji: no letters, something beyond plain signs."""
    if not isinstance(text, str) or not 1 <= len(text) <= 16:
        return False
    if any(sign.isalpha() for sign in text):
        return False
    return any(ord(sign) >= 0x203C or sign in "©®\u20e3" for sign in text)
