"""What Slack's refusals of a post mean, and what an admin can do about them."""

from __future__ import annotations

from datetime import timedelta

import aiohttp

from bot.adapters.slack.api import (
    BROKEN,
    BUSY,
    answer_of,
    code_of,
    reason_of,
    retry_after,
    status_of,
)
from bot.core.errors import (
    RefusedError,
    RetryLaterError,
    UndeliveredError,
    UnknownOutcomeError,
)

_INVITE = "Invite me to the channel: type /invite @FlaskQuiz there."
_INSTALL = "Install the Slack app again, then invite me to the channel."
_POSTING = "Ask a workspace admin to let apps post in this channel."
ADVICE = {
    "channel_not_found": "The channel is gone, or private and without me: invite me there.",
    "not_in_channel": _INVITE,
    "is_archived": "Unarchive the channel and invite me again, or set up another.",
    "is_inactive": "Unarchive the channel and invite me again, or set up another.",
    "restricted_action": _POSTING,
    "restricted_action_read_only_channel": _POSTING,
    "restricted_action_non_threadable_channel": _POSTING,
    "restricted_action_thread_locked": "Unlock the thread of the question.",
    "posting_to_channel_denied": _POSTING,
    "ekm_access_denied": _POSTING,
    "thread_not_found": "The question was deleted, so its answer has no place. Nothing to do.",
    "cannot_reply_to_message": "The question cannot be replied to. Nothing to do.",
    "message_not_found": "The question was deleted. Nothing to do.",
    "cant_update_message": "The question is no longer ours to change. Nothing to do.",
    "edit_window_closed": "The workspace lets nobody edit old messages. Nothing to do.",
    "missing_scope": "Install the Slack app again from the newest manifest.",
    "no_permission": "Install the Slack app again from the newest manifest.",
    "account_inactive": _INSTALL,
    "token_revoked": _INSTALL,
    "token_expired": _INSTALL,
    "invalid_auth": _INSTALL,
    "not_authed": _INSTALL,
    "org_login_required": "Sign in to the organisation, which is being moved.",
    "user_not_found": "The admin has left: let another one save the settings.",
    "user_disabled": "The admin has left: let another one save the settings.",
    "cannot_dm_bot": "Let a person save the settings.",
    "messages_tab_disabled": "Switch the Messages tab of the app's Home on.",
}
_LATER = BUSY | {"message_limit_exceeded", "invalid_cursor"}
DEAD_TOKEN = frozenset(
    {"account_inactive", "token_revoked", "token_expired", "invalid_auth", "not_authed"}
)


def undelivered(error: BaseException) -> UndeliveredError:
    """What a failed post is for the scheduler."""
    reason, word = reason_of(error), code_of(error)
    if word in _LATER or status_of(error) == 429:
        seconds = retry_after(error)
        return RetryLaterError(reason, None if seconds is None else timedelta(seconds=seconds))
    if word and word not in BROKEN:
        return RefusedError(_told(error, reason), ADVICE.get(word, _anything(word)))
    if isinstance(error, aiohttp.ClientConnectorError):
        return RetryLaterError(reason)  # it never left us
    return UnknownOutcomeError(reason)  # a 503 too: a gateway says it of what it has handed on


def unseen(error: BaseException) -> UndeliveredError:
    """What it is for the scheduler when looking failed: nothing has happened, whatever it was."""
    found = undelivered(error)
    return RetryLaterError(found.reason) if isinstance(found, UnknownOutcomeError) else found


def _told(error: BaseException, reason: str) -> str:
    needed = answer_of(error).get("needed")
    return f"{reason}: {needed}" if needed else reason


def _anything(word: str) -> str:
    return f"Slack says {word}. Run /flaskquiz doctor, and look the word up in Slack's help."
