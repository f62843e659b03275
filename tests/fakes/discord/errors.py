"""What Discord refuses, and the JSON it refuses it with.

https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
"""

from enum import Enum
from typing import Any

Json = dict[str, Any]


class Refusal(Enum):
    """An HTTP status, Discord's own code, and its sentence."""

    UNAUTHORIZED = (401, 0, "401: Unauthorized")
    NOT_FOUND = (404, 0, "404: Not Found")
    METHOD_NOT_ALLOWED = (405, 0, "405: Method Not Allowed")
    SERVER_ERROR = (500, 0, "500: Internal Server Error")
    UNKNOWN_APPLICATION = (404, 10002, "Unknown Application")
    UNKNOWN_CHANNEL = (404, 10003, "Unknown Channel")
    UNKNOWN_GUILD = (404, 10004, "Unknown Guild")
    UNKNOWN_MEMBER = (404, 10007, "Unknown Member")
    UNKNOWN_MESSAGE = (404, 10008, "Unknown Message")
    UNKNOWN_USER = (404, 10013, "Unknown User")
    UNKNOWN_EMOJI = (400, 10014, "Unknown Emoji")
    UNKNOWN_WEBHOOK = (404, 10015, "Unknown Webhook")
    UNKNOWN_INTERACTION = (404, 10062, "Unknown interaction")
    TOO_MANY_REACTIONS = (400, 30010, "Maximum number of reactions reached (20)")
    TOO_MANY_COMMANDS = (400, 30032, "Maximum number of application commands reached (100).")
    TOO_MANY_COMMAND_CREATES = (
        400,
        30034,
        "Max number of daily application command creates has been reached (200)",
    )
    TOO_LARGE = (413, 40005, "Request entity too large")
    ALREADY_ACKNOWLEDGED = (400, 40060, "Interaction has already been acknowledged.")
    MISSING_ACCESS = (403, 50001, "Missing Access")
    NOT_IN_A_DM = (403, 50003, "Cannot execute action on a DM channel")
    NOT_YOUR_MESSAGE = (403, 50005, "Cannot edit a message authored by another user")
    EMPTY_MESSAGE = (400, 50006, "Cannot send an empty message")
    CANNOT_MESSAGE_USER = (403, 50007, "Cannot send messages to this user")
    NOT_A_TEXT_CHANNEL = (400, 50008, "Cannot send messages in a non-text channel")
    MISSING_PERMISSIONS = (403, 50013, "Missing Permissions")
    WRONG_CHANNEL_TYPE = (400, 50024, "Cannot execute action on this channel type")
    INVALID_WEBHOOK_TOKEN = (401, 50027, "Invalid Webhook Token")
    INVALID_RECIPIENT = (400, 50033, "Invalid Recipient(s)")
    INVALID_FORM_BODY = (400, 50035, "Invalid Form Body")
    THREAD_ARCHIVED = (400, 50083, "Thread is archived")
    INVALID_JSON = (400, 50109, "The request body contains invalid JSON.")
    NO_MUTUAL_GUILDS = (
        403,
        50278,
        "Cannot send messages to this user due to having no mutual guilds",
    )
    CANNOT_REPLY = (400, 160002, "Cannot reply without permission to read message history")
    THREAD_EXISTS = (400, 160004, "A thread has already been created for this message")
    THREAD_LOCKED = (403, 160005, "Thread is locked")


class ApiError(Exception):
    """An answer that is not a success; `errors` is Discord's nested account of a bad form."""

    def __init__(self, refusal: Refusal, errors: Json | None = None) -> None:
        self.refusal = refusal
        self.status, self.code, self.message = refusal.value
        self.errors = errors
        super().__init__(f"{self.status} {self.code} {self.message} {errors or ''}".strip())

    def body(self) -> Json:
        """Return the JSON that Discord sends for it."""
        body: Json = {"message": self.message, "code": self.code}
        return body | {"errors": self.errors} if self.errors is not None else body


class NotOfferedError(AssertionError):
    """A person tried what Discord's own client would not let them do."""


class NoAnswerError(AssertionError):
    """The app did not answer an interaction in time: "The application did not respond"."""
