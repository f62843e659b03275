"""Turning a checked body into a message, and telling everybody who may know."""

import json
import re
from typing import Any

from tests.fakes.discord import components, events, shapes
from tests.fakes.discord.body import Upload
from tests.fakes.discord.channels import Channel
from tests.fakes.discord.errors import Json
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.messages import (
    COMPONENTS_V2,
    LOADING,
    SUPPRESS_EMBEDS,
    Attachment,
    Message,
)
from tests.fakes.discord.users import User
from tests.fakes.discord.world import World

MENTION = re.compile(r"<@!?(\d+)>")


def post(world: World, message: Message) -> Message:
    """Put a new message where it belongs; an ephemeral one is nobody else's business."""
    message.channel.messages[message.id] = message
    _keep_wording(world, message)
    if message.channel.thread and message.channel.thread.archived:
        message.channel.thread.archived = False
        world.emit(events.channel_changed("THREAD_UPDATE", message.channel))
    _tell(world, "MESSAGE_CREATE", message)
    return message


def write(
    world: World,
    channel: Channel,
    body: Json,
    files: list[Upload],
    *,
    flags: int = 0,
    interaction: Interaction | None = None,
    replied_to: Message | None = None,
) -> Message:
    """Make the bot's message of a checked body, not posted yet."""
    message = Message(
        id=world.ids.next(),
        channel=channel,
        author=world.app.user,
        created_at=world.clock.now(),
        interaction=interaction,
        only_for=interaction.user if interaction else None,
        replied_to=replied_to,
        nonce=body.get("nonce"),
    )
    apply(world, message, body | {"flags": flags or body.get("flags") or 0}, files)
    return message


def apply(world: World, message: Message, body: Json, files: list[Upload]) -> None:
    """Change what a checked body mentions; all else stays."""
    _attach(world, message, body, files)
    if "content" in body:
        message.content = (body["content"] or "").strip()
    if "embeds" in body:
        message.embeds = [{"type": "rich"} | embed for embed in body["embeds"] or []]
    if body.get("flags") is not None:
        changeable = SUPPRESS_EMBEDS | COMPONENTS_V2
        message.flags = (message.flags & ~SUPPRESS_EMBEDS) | (body["flags"] & changeable)
        if message.edited_at is None and not message.versions:
            message.flags |= body["flags"]
    if "components" in body:
        message.components = components.settle(
            body["components"] or [], lambda url: _media(world, message, url)
        )
    _mention(world, message, body.get("allowed_mentions"))


def edit(world: World, message: Message, body: Json, files: list[Upload]) -> None:
    """Change a posted message by a checked body and tell of it."""
    apply(world, message, body, files)
    if message.is_loading:
        message.flags &= ~LOADING
    else:
        message.edited_at = world.clock.now()
    changed(world, message)


def changed(world: World, message: Message) -> None:
    """Tell that a message is not what it was."""
    _keep_wording(world, message)
    _tell(world, "MESSAGE_UPDATE", message)


def delete(world: World, message: Message) -> None:
    """Take a message away."""
    message.is_deleted = True
    message.channel.messages.pop(message.id, None)
    if message.is_ephemeral:
        world.bell.ring()
    else:
        world.emit(events.message_deleted(message))


def _tell(world: World, name: str, message: Message) -> None:
    if message.is_ephemeral or not message.channel.may(world.app.user, "view_channel"):
        world.bell.ring()
        return
    world.emit(events.message_event(name, message, world.address))


def _keep_wording(world: World, message: Message) -> None:
    wording = json.dumps(shapes.message(message, world.address), ensure_ascii=False)
    message.versions.append(wording)
    if not message.is_ephemeral and message.channel.guild is not None:
        world.public.append(wording)


def _attach(world: World, message: Message, body: Json, files: list[Upload]) -> None:
    given: Json = {str(part["id"]): part for part in body.get("attachments") or []}
    kept = message.attachments
    if "attachments" in body:
        kept = [file for file in kept if str(file.id) in given]
    fresh = [_attachment(world, upload, given.get(str(upload.index), {})) for upload in files]
    message.attachments = [*kept, *fresh]


def _attachment(world: World, upload: Upload, given: Json) -> Attachment:
    attachment = Attachment(
        world.ids.next(),
        upload.filename,
        upload.content,
        upload.content_type,
        given.get("description"),
    )
    world.cdn[f"{attachment.id}/{attachment.filename}"] = (upload.content, upload.content_type)
    return attachment


def _media(world: World, message: Message, url: str) -> Json:
    named = {f"attachment://{file.filename}": file for file in message.attachments}
    file = named.get(url)
    if file is None:
        return {"id": str(world.ids.next()), "url": url, "proxy_url": url}
    shown = shapes.attachment(file, world.address)
    return {
        "id": str(world.ids.next()),
        "url": shown["url"],
        "proxy_url": shown["proxy_url"],
        "width": shown.get("width"),
        "height": shown.get("height"),
        "content_type": file.content_type,
        "attachment_id": str(file.id),
    }


def _mention(world: World, message: Message, allowed: Any) -> None:
    words = "\n".join(
        [
            message.content,
            *(str(p["content"]) for p in components.walk(message.components, components.TEXT)),
        ]
    )
    named = [world.users[int(i)] for i in MENTION.findall(words) if int(i) in world.users]
    everyone = "@everyone" in words or "@here" in words
    mentioned = list(dict.fromkeys(named))
    if isinstance(allowed, dict):
        parse = allowed.get("parse") or []
        listed = {str(user_id) for user_id in allowed.get("users") or []}
        mentioned = [u for u in mentioned if "users" in parse or str(u.id) in listed]
        everyone = everyone and "everyone" in parse
    message.mentions_everyone = everyone and message.channel.may(message.author, "mention_everyone")
    message.mentions = mentioned
    if message.replied_to is not None and _pings(allowed, message):
        _add_once(message.mentions, message.replied_to.author)


def _pings(allowed: Any, message: Message) -> bool:
    if message.interaction is not None:
        return False
    if not isinstance(allowed, dict):
        return True
    return bool(allowed.get("replied_user"))


def _add_once(people: list[User], person: User) -> None:
    if person not in people:
        people.append(person)
