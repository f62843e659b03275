"""
What Slack demands of options, wherever something can be chosen.

See https://docs.slack.dev/reference/block-kit/composition-objects/option-object.
"""

from __future__ import annotations

from typing import Any

from tests.fakes.slack.problems import Problems

Json = dict[str, Any]


def check_option(
    problems: Problems, option: Any, at: str, *, plain: bool = True, url: bool = False
) -> None:
    """Check one option; *plain* where mrkdwn is not allowed, *url* in overflow menus."""
    if not problems.keys(
        option, at, ("text", "value"), ("description", *(("url",) if url else ()))
    ):
        return
    problems.text(option.get("text"), f"{at}/text", 75, plain=plain)
    problems.string(option.get("value"), f"{at}/value", 150)
    if "description" in option:
        problems.text(option["description"], f"{at}/description", 75, plain=plain)
    problems.strings(option, at, url=3000)


def check_overflow(problems: Problems, element: Json, at: str) -> None:
    """Check the options of an overflow menu."""
    for n, option in enumerate(problems.items(element.get("options"), f"{at}/options", 5)):
        check_option(problems, option, f"{at}/options/{n}", url=True)


def check_boxes(problems: Problems, element: Json, at: str) -> None:
    """Check the options of checkboxes and radio buttons."""
    options = problems.items(element.get("options"), f"{at}/options", 10)
    for n, option in enumerate(options):
        check_option(problems, option, f"{at}/options/{n}", plain=False)
    _check_initial(problems, element, at, options)


def check_menu(problems: Problems, element: Json, at: str) -> None:
    """Check the options, or groups of options, of a select."""
    if ("options" in element) == ("option_groups" in element):
        problems.add(at, "must have either options or option_groups")
        return
    options = list(problems.items(element.get("options", [{}]), f"{at}/options", 100))
    groups = element.get("option_groups", [])
    if groups or "option_groups" in element:
        options = []
        for n, group in enumerate(problems.items(groups, f"{at}/option_groups", 100)):
            where = f"{at}/option_groups/{n}"
            if problems.keys(group, where, ("label", "options"), ()):
                problems.texts(group, where, label=75)
                options += problems.items(group.get("options"), f"{where}/options", 100)
    for n, option in enumerate(options):
        check_option(problems, option, f"{at}/options/{n}")
    _check_initial(problems, element, at, options)


def _check_initial(problems: Problems, element: Json, at: str, options: list[Any]) -> None:
    if "initial_option" in element and element["initial_option"] not in options:
        problems.add(f"{at}/initial_option", "must be one of the provided options")
    if "initial_options" in element:
        where = f"{at}/initial_options"
        for option in problems.items(element["initial_options"], where, len(options)):
            if option not in options:
                problems.add(where, "must be among the provided options")
