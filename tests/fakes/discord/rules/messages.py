"""What Discord refuses about the body of a message.

https://docs.discord.com/developers/resources/message#create-message
"""

from dataclasses import dataclass
from typing import Any

from tests.fakes.discord import components as kinds
from tests.fakes.discord.body import Upload
from tests.fakes.discord.errors import ApiError, Json, Refusal
from tests.fakes.discord.form import Form, Path
from tests.fakes.discord.messages import (
    COMPONENTS_V2,
    EPHEMERAL,
    SUPPRESS_EMBEDS,
    SUPPRESS_NOTIFICATIONS,
    Message,
)
from tests.fakes.discord.rules.components import Components

MAX_CONTENT, MAX_FILES, MAX_FILE_BYTES = 2000, 10, 10 * 1024 * 1024
MAX_EMBED_TEXT = 6000
MAX_LEGACY_ROWS, MAX_LIST = 5, 1521
PROCESSED_BYTES, PROCESSED_OVERHEAD = 10_170, 12
"""Beyond this sum of UTF-8 bytes, with so many more a text, Discord answers 500.

https://github.com/discord/discord-api-docs/issues/8554
"""

CHANNEL_FLAGS = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2
RESPONSE_FLAGS = CHANNEL_FLAGS | EPHEMERAL


@dataclass(frozen=True, slots=True)
class Draft:
    """A body to be checked: where it is in the request, and what it would change."""

    body: Json
    files: list[Upload]
    path: Path = ()
    existing: Message | None = None
    flags_allowed: int = CHANNEL_FLAGS

    @property
    def flags(self) -> int:
        """The flags the body asks for."""
        flags = self.body.get("flags")
        return flags if isinstance(flags, int) else 0

    @property
    def is_v2(self) -> bool:
        """Whether the result would be made of components alone."""
        was = self.existing is not None and self.existing.is_v2
        return was or bool(self.flags & COMPONENTS_V2)

    def after(self, field: str, default: Any) -> Any:
        """Return what *field* would hold afterwards."""
        if field in self.body:
            return self.body[field] or default
        return getattr(self.existing, field) if self.existing else default

    @property
    def file_names(self) -> set[str]:
        """The names of the files the message would have."""
        kept = self.existing.attachments if self.existing else []
        return {upload.filename for upload in self.files} | {file.filename for file in kept}


def check_message(draft: Draft) -> None:
    """Raise ApiError for what Discord would refuse; return if it would take the message."""
    form = Form()
    _flags(form, draft)
    content = draft.body.get("content")
    form.text((*draft.path, "content"), content, 0, MAX_CONTENT)
    if draft.is_v2:
        _legacy_fields(form, draft)
    _nonce(form, draft)
    _embeds(form, draft)
    _mentions(form, draft)
    _files(form, draft)
    _components(form, draft)
    form.refuse()
    _too_big_to_process(draft)
    _not_empty(draft)


def _flags(form: Form, draft: Draft) -> None:
    here, flags = (*draft.path, "flags"), draft.body.get("flags")
    if flags is None:
        return
    if not isinstance(flags, int):
        form.fault(here, "NUMBER_TYPE_COERCE", f'Value "{flags}" is not int.')
        return
    if flags & ~draft.flags_allowed:
        form.fault(here, "MESSAGE_FLAGS_INVALID", f"These flags cannot be set: {flags}")
    if draft.existing and draft.existing.is_v2 and not flags & COMPONENTS_V2:
        message = "MessageFlags.IS_COMPONENTS_V2 cannot be removed from a message"
        form.fault(here, "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG", message)


def _legacy_fields(form: Form, draft: Draft) -> None:
    for field in ("content", "embeds", "poll", "sticker_ids"):
        default: Any = "" if field == "content" else []
        held = (
            draft.after(field, default) if field in ("content", "embeds") else draft.body.get(field)
        )
        if held:
            form.fault(
                (*draft.path, field),
                "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
                f"The '{field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
            )


def _nonce(form: Form, draft: Draft) -> None:
    nonce = draft.body.get("nonce")
    if isinstance(nonce, str):
        form.text((*draft.path, "nonce"), nonce, 0, 25)
    elif nonce is not None:
        form.integer((*draft.path, "nonce"), nonce, -(2**63), 2**63 - 1)


def _embeds(form: Form, draft: Draft) -> None:
    path = (*draft.path, "embeds")
    embeds = form.items(path, draft.body.get("embeds"), 0, 10)
    total = 0
    for index, embed in enumerate(embeds):
        total += _embed(form, (*path, index), embed)
    if total > MAX_EMBED_TEXT:
        message = f"Embed size exceeds maximum size of {MAX_EMBED_TEXT}"
        form.fault(path, "MAX_EMBED_SIZE_EXCEEDED", message)


def _embed(form: Form, path: Path, embed: Json) -> int:
    parts = [
        form.text((*path, "title"), embed.get("title"), 0, 256),
        form.text((*path, "description"), embed.get("description"), 0, 4096),
        form.text((*path, "footer", "text"), (embed.get("footer") or {}).get("text"), 0, 2048),
        form.text((*path, "author", "name"), (embed.get("author") or {}).get("name"), 0, 256),
    ]
    fields = form.items((*path, "fields"), embed.get("fields"), 0, 25)
    for index, field in enumerate(fields):
        here = (*path, "fields", index)
        parts.append(form.text((*here, "name"), field.get("name"), 1, 256, required=True))
        parts.append(form.text((*here, "value"), field.get("value"), 1, 1024, required=True))
    return sum(len(part) for part in parts if part)


def _mentions(form: Form, draft: Draft) -> None:
    path, allowed = (*draft.path, "allowed_mentions"), draft.body.get("allowed_mentions")
    if not isinstance(allowed, dict):
        return
    for index, kind in enumerate(allowed.get("parse") or []):
        form.choice((*path, "parse", index), kind, ("everyone", "roles", "users"))
        if kind in ("roles", "users") and allowed.get(kind):
            message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            form.fault(path, "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
    for kind in ("users", "roles"):
        form.items((*path, kind), allowed.get(kind), 0, 100)


def _files(form: Form, draft: Draft) -> None:
    path = (*draft.path, "attachments")
    if len(draft.files) > MAX_FILES:
        form.fault(path, "BASE_TYPE_MAX_LENGTH", f"Must be {MAX_FILES} or fewer in length.")
    if any(len(upload.content) > MAX_FILE_BYTES for upload in draft.files):
        raise ApiError(Refusal.TOO_LARGE)
    sent = {upload.index for upload in draft.files}
    kept = {file.id for file in draft.existing.attachments} if draft.existing else set()
    for index, given in enumerate(form.items(path, draft.body.get("attachments"), 0, MAX_FILES)):
        form.text((*path, index, "description"), given.get("description"), 0, 1024)
        number = str(given.get("id", ""))
        if not number.isdigit() or int(number) not in sent | kept:
            form.fault((*path, index), "ATTACHMENT_NOT_FOUND", "The attachment was not found")


def _components(form: Form, draft: Draft) -> None:
    path = (*draft.path, "components")
    most = MAX_LIST if draft.is_v2 else MAX_LEGACY_ROWS
    components = form.items(path, draft.body.get("components"), 0, most)
    declares = bool(draft.flags & COMPONENTS_V2)
    Components(form, v2=declares, files=draft.file_names).check(path, components)


def _too_big_to_process(draft: Draft) -> None:
    texts = kinds.walk(draft.body.get("components") or [], kinds.TEXT)
    sizes = [len(part["content"].encode()) + PROCESSED_OVERHEAD for part in texts]
    if sum(sizes) > PROCESSED_BYTES:
        raise ApiError(Refusal.SERVER_ERROR)


def _not_empty(draft: Draft) -> None:
    content = draft.after("content", "")
    has_words = isinstance(content, str) and bool(content.strip())
    parts = (draft.after("embeds", []), draft.after("components", []), draft.files)
    keeps = draft.existing is not None and bool(draft.after("attachments", []))
    if not has_words and not any(parts) and not keeps:
        raise ApiError(Refusal.EMPTY_MESSAGE)
