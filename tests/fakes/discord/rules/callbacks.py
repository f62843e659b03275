"""What Discord refuses as the answer to an interaction.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from tests.fakes.discord import interactions as kinds
from tests.fakes.discord.body import Upload
from tests.fakes.discord.errors import Json
from tests.fakes.discord.form import Form
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.messages import EPHEMERAL
from tests.fakes.discord.rules.commands import check_choices
from tests.fakes.discord.rules.messages import RESPONSE_FLAGS, Draft, check_message
from tests.fakes.discord.rules.modals import check_modal

PONG, MESSAGE, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 1, 4, 5, 6, 7, 8, 9
PREMIUM, ACTIVITY = 10, 12

ALLOWED = {
    kinds.COMMAND: (MESSAGE, DEFER, MODAL, PREMIUM, ACTIVITY),
    kinds.COMPONENT: (MESSAGE, DEFER, DEFER_UPDATE, UPDATE, MODAL, PREMIUM, ACTIVITY),
    kinds.AUTOCOMPLETE: (CHOICES,),
    kinds.SUBMIT: (MESSAGE, DEFER, DEFER_UPDATE, UPDATE, PREMIUM, ACTIVITY),
}


def check_callback(interaction: Interaction, body: Json, files: list[Upload]) -> None:
    """Raise ApiError for a first answer that Discord would refuse."""
    form, kind = Form(), body.get("type")
    form.choice(("type",), kind, ALLOWED[interaction.type])
    if kind in (PREMIUM, ACTIVITY):
        form.fault(("type",), "BASE_TYPE_CHOICES", "The app has no monetization and no activity")
    if kind in (UPDATE, DEFER_UPDATE) and interaction.message is None:
        form.fault(("type",), "BASE_TYPE_CHOICES", "There is no message to update")
    data = body.get("data")
    if data is not None and not isinstance(data, dict):
        message = "Only dictionaries may be used in a ModelType"
        form.fault(("data",), "MODEL_TYPE_CONVERT", message)
    elif data is None and kind in (MESSAGE, UPDATE, CHOICES, MODAL):
        form.required(("data",))
    form.refuse()
    _check_data(interaction, int(str(kind)), data or {}, files)


def _check_data(interaction: Interaction, kind: int, data: Json, files: list[Upload]) -> None:
    match kind:
        case 4:
            check_message(Draft(data, files, ("data",), flags_allowed=RESPONSE_FLAGS))
        case 5:
            _check_deferral(data)
        case 7:
            check_message(Draft(data, files, ("data",), interaction.message, RESPONSE_FLAGS))
        case 8:
            _check_autocompletion(interaction, data)
        case 9:
            check_modal(data)


def _check_deferral(data: Json) -> None:
    form = Form()
    if (data.get("flags") or 0) & ~EPHEMERAL:
        message = "A deferred response may only have MessageFlags.EPHEMERAL"
        form.fault(("data", "flags"), "MESSAGE_FLAGS_INVALID", message)
    form.refuse()


def _check_autocompletion(interaction: Interaction, data: Json) -> None:
    form = Form()
    path = ("data", "choices")
    choices = form.items(path, data.get("choices"), 0, 25, required=True)
    check_choices(form, path, choices, focused(interaction.data)["type"])
    form.refuse()


def focused(holder: Json) -> Json:
    """Return the option a person is typing in; a sub-command's options count as its own."""
    for option in holder.get("options", []):
        if option.get("focused"):
            return dict(option)
        if inner := focused(option):
            return inner
    return {}
