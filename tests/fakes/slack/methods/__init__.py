"""The methods of the Web API, one module for each family."""

from tests.fakes.slack.methods import auth, chat, conversations, files, members, reactions, views
from tests.fakes.slack.methods.registry import METHODS

__all__ = [
    "METHODS",
    "auth",
    "chat",
    "conversations",
    "files",
    "members",
    "reactions",
    "views",
]
