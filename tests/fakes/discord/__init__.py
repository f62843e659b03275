"""A strict Discord in one process on loopback, for tests of the Discord adapter."""

from tests.fakes.discord.channels import Channel
from tests.fakes.discord.errors import ApiError, NoAnswerError, NotOfferedError
from tests.fakes.discord.guilds import Guild
from tests.fakes.discord.messages import Message
from tests.fakes.discord.modals import Modal
from tests.fakes.discord.people import Member
from tests.fakes.discord.seen import Seen
from tests.fakes.discord.server import FakeDiscord

__all__ = [
    "ApiError",
    "Channel",
    "FakeDiscord",
    "Guild",
    "Member",
    "Message",
    "Modal",
    "NoAnswerError",
    "NotOfferedError",
    "Seen",
]
