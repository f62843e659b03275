"""What Discord refuses about a modal.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from tests.fakes.discord.errors import Json
from tests.fakes.discord.form import Form
from tests.fakes.discord.rules.components import Components


def check_modal(data: Json) -> None:
    """Raise ApiError for a modal that Discord would refuse."""
    form = Form()
    form.text(("data", "custom_id"), data.get("custom_id"), 1, 100, required=True)
    form.text(("data", "title"), data.get("title"), 1, 45, required=True)
    path = ("data", "components")
    components = form.items(path, data.get("components"), 1, 5, required=True)
    Components(form, modal=True).check(path, components)
    form.refuse()
