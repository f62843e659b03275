"""A strict Slack on loopback, so that what is tested against it can be trusted."""

from tests.fakes.slack.app import App
from tests.fakes.slack.clock import MovableClock
from tests.fakes.slack.errors import ApiError, FieldsRefusedError, NotPossibleError
from tests.fakes.slack.message import Message
from tests.fakes.slack.person import Person
from tests.fakes.slack.records import Call, Delivery
from tests.fakes.slack.seen import Seen
from tests.fakes.slack.server import Slack
from tests.fakes.slack.state import Channel
from tests.fakes.slack.view import View
from tests.fakes.slack.workspace import Workspace

__all__ = [
    "ApiError",
    "App",
    "Call",
    "Channel",
    "Delivery",
    "FieldsRefusedError",
    "Message",
    "MovableClock",
    "NotPossibleError",
    "Person",
    "Seen",
    "Slack",
    "View",
    "Workspace",
]
