"""Answers to interactions: the callback, `@original`, follow-ups.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from tests.fakes.discord import components, posting, shapes
from tests.fakes.discord import interactions as kinds
from tests.fakes.discord.errors import ApiError, Json, Refusal
from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.messages import (
    CHAT_INPUT_COMMAND,
    CONTEXT_MENU_COMMAND,
    EPHEMERAL,
    LOADING,
    REPLY,
    Message,
)
from tests.fakes.discord.modals import Modal
from tests.fakes.discord.rest.call import NO_CONTENT, Answer, Call
from tests.fakes.discord.rules.callbacks import (
    CHOICES,
    DEFER,
    DEFER_UPDATE,
    MESSAGE,
    MODAL,
    UPDATE,
    check_callback,
)
from tests.fakes.discord.rules.messages import RESPONSE_FLAGS, Draft, check_message
from tests.fakes.discord.world import World


def callback(world: World, call: Call) -> Answer:
    """POST /interactions/{interaction_id}/{interaction_token}/callback: once, within 3 s."""
    interaction = world.interactions.get(call.ids["interaction_token"])
    now = world.clock.now()
    if interaction is None or interaction.id != call.id("interaction_id"):
        raise ApiError(Refusal.UNKNOWN_INTERACTION)
    if interaction.callback is not None:
        raise ApiError(Refusal.ALREADY_ACKNOWLEDGED)
    if interaction.is_too_late(now):
        raise ApiError(Refusal.UNKNOWN_INTERACTION)
    body = call.object()
    check_callback(interaction, body, call.files)
    call.approve()
    interaction.callback = body["type"]
    _carry_out(world, interaction, body.get("data") or {}, call)
    interaction.bell.ring()
    world.bell.ring()
    if call.query.get("with_response") not in ("1", "true"):
        return NO_CONTENT
    return Answer(200, _callback_response(world, interaction))


def _carry_out(world: World, interaction: Interaction, data: Json, call: Call) -> None:
    match interaction.callback:
        case int(kind) if kind == MESSAGE:
            interaction.original = _respond(world, interaction, data, call)
        case int(kind) if kind == DEFER:
            interaction.original = _think(world, interaction, data.get("flags") or 0)
        case int(kind) if kind == DEFER_UPDATE:
            interaction.original = interaction.message
        case int(kind) if kind == UPDATE:
            interaction.original = interaction.message
            assert interaction.message
            posting.edit(world, interaction.message, data, call.files)
            interaction.updates += 1
        case int(kind) if kind == CHOICES:
            interaction.choices = data["choices"]
        case int(kind) if kind == MODAL:
            interaction.modal = _modal(data, interaction)


def _modal(data: Json, interaction: Interaction) -> Modal:
    settled = components.settle(data["components"], lambda url: {"url": url})
    return Modal(data["custom_id"], data["title"], settled, interaction)


def _respond(world: World, interaction: Interaction, data: Json, call: Call) -> Message:
    message = posting.write(
        world,
        interaction.channel,
        data,
        call.files,
        interaction=interaction,
        replied_to=interaction.message,
    )
    message.type = _type(interaction)
    return posting.post(world, message)


def _think(world: World, interaction: Interaction, flags: int) -> Message:
    message = Message(
        id=world.ids.next(),
        channel=interaction.channel,
        author=world.app.user,
        created_at=world.clock.now(),
        type=_type(interaction),
        flags=LOADING | (flags & EPHEMERAL),
        interaction=interaction,
        only_for=interaction.user,
        replied_to=interaction.message,
    )
    return posting.post(world, message)


def _type(interaction: Interaction) -> int:
    if interaction.type == kinds.COMMAND:
        chat = interaction.data["type"] == 1
        return CHAT_INPUT_COMMAND if chat else CONTEXT_MENU_COMMAND
    return REPLY if interaction.message is not None else CHAT_INPUT_COMMAND


def _callback_response(world: World, interaction: Interaction) -> Json:
    shown: Json = {"id": str(interaction.id), "type": interaction.type}
    response: Json = {"interaction": shown}
    original = interaction.original
    if original is not None and interaction.callback in (MESSAGE, DEFER, UPDATE, DEFER_UPDATE):
        shown["response_message_id"] = str(original.id)
        shown["response_message_loading"] = original.is_loading
        shown["response_message_ephemeral"] = original.is_ephemeral
    if original is not None and interaction.callback in (MESSAGE, UPDATE):
        message = shapes.message(original, world.address)
        response["resource"] = {"type": interaction.callback, "message": message}
    return response


def follow_up(world: World, call: Call) -> Answer:
    """POST /webhooks/{application_id}/{interaction_token}: a message, or the deferred one."""
    interaction = _live(world, call)
    body = call.object()
    check_message(Draft(body, call.files, flags_allowed=RESPONSE_FLAGS))
    call.approve()
    original = interaction.original
    if interaction.callback == DEFER and original is not None and original.is_loading:
        kept = original.flags & EPHEMERAL
        flags = ((body.get("flags") or 0) & ~EPHEMERAL) | kept
        posting.edit(world, original, body | {"flags": flags}, call.files)
        return _told(world, interaction, original)
    message = posting.write(
        world, interaction.channel, body, call.files, interaction=interaction, replied_to=original
    )
    message.type = REPLY if original is not None else message.type
    interaction.followups.append(posting.post(world, message))
    return _told(world, interaction, message)


def get(world: World, call: Call) -> Answer:
    """GET /webhooks/{application_id}/{interaction_token}/messages/{message_id}."""
    return Answer(200, shapes.message(_answered(world, call), world.address))


def edit(world: World, call: Call) -> Answer:
    """PATCH /webhooks/{application_id}/{interaction_token}/messages/{message_id}."""
    interaction, message = _live(world, call), _answered(world, call)
    check_message(Draft(call.object(), call.files, existing=message, flags_allowed=RESPONSE_FLAGS))
    call.approve()
    posting.edit(world, message, call.object(), call.files)
    if message is interaction.original:
        interaction.updates += 1
    return _told(world, interaction, message)


def delete(world: World, call: Call) -> Answer:
    """DELETE /webhooks/{application_id}/{interaction_token}/messages/{message_id}."""
    interaction = _live(world, call)
    posting.delete(world, _answered(world, call))
    interaction.bell.ring()
    return NO_CONTENT


def _live(world: World, call: Call) -> Interaction:
    interaction = world.interactions.get(call.ids["webhook_token"])
    if call.id("webhook_id") != world.app.id:
        raise ApiError(Refusal.UNKNOWN_WEBHOOK)
    if interaction is None or interaction.is_expired(world.clock.now()):
        raise ApiError(Refusal.INVALID_WEBHOOK_TOKEN)
    if interaction.callback is None:
        raise ApiError(Refusal.UNKNOWN_WEBHOOK)
    return interaction


def _answered(world: World, call: Call) -> Message:
    interaction = _live(world, call)
    wanted = call.ids["message_id"]
    own = [m for m in (interaction.original, *interaction.followups) if m is not None]
    for message in own:
        if message.is_deleted:
            continue
        if wanted == str(message.id) or (wanted == "@original" and message is interaction.original):
            return message
    raise ApiError(Refusal.UNKNOWN_MESSAGE)


def _told(world: World, interaction: Interaction, message: Message) -> Answer:
    interaction.bell.ring()
    return Answer(200, shapes.message(message, world.address))
