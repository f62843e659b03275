"""The JSON that Discord shows of each noun, over REST and over the gateway alike."""

from typing import TYPE_CHECKING

from tests.fakes.discord.app import App
from tests.fakes.discord.channels import DM, VOICE, Channel, Overwrite
from tests.fakes.discord.clock import stamp
from tests.fakes.discord.commands import CHAT_INPUT, Command
from tests.fakes.discord.errors import Json
from tests.fakes.discord.messages import Attachment, Message, reads
from tests.fakes.discord.users import User

if TYPE_CHECKING:
    from tests.fakes.discord.guilds import Guild, Membership, Role


def user(one: User) -> Json:
    """Show an account."""
    shown: Json = {
        "id": str(one.id),
        "username": one.username,
        "global_name": one.global_name,
        "discriminator": "0",
        "avatar": None,
        "banner": None,
        "accent_color": None,
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
        "public_flags": 0,
        "flags": 0,
    }
    return shown | {"bot": True} if one.bot else shown


def myself(one: User) -> Json:
    """Show the bot its own account."""
    own = {"mfa_enabled": False, "locale": "en-US", "verified": True, "email": None}
    return user(one) | own | {"premium_type": 0}


def application(app: App, guild_count: int) -> Json:
    """Show the app to its own bot."""
    return {
        "id": str(app.id),
        "name": app.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user(app.user),
        "bot_public": True,
        "bot_require_code_grant": False,
        "integration_types_config": {"0": {}},
        "verify_key": "0" * 64,
        "flags": app.flags,
        "flags_new": str(app.flags),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user(app.owner),
        "approximate_guild_count": guild_count,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": ["bot", "applications.commands"],
    }


def role(one: "Role") -> Json:
    """Show a role."""
    shown: Json = {
        "id": str(one.id),
        "name": one.name,
        "permissions": str(one.permissions),
        "position": one.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": one.bot_id is not None,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    return shown if one.bot_id is None else shown | {"tags": {"bot_id": str(one.bot_id)}}


def membership(one: "Membership") -> Json:
    """Show a member, without the account."""
    return {
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None,
        "flags": 0,
        "joined_at": stamp(one.joined_at),
        "nick": one.nick,
        "pending": False,
        "premium_since": None,
        "roles": [str(role_id) for role_id in one.roles],
        "mute": False,
        "deaf": False,
    }


def member(one: "Membership") -> Json:
    """Show a member with the account."""
    return membership(one) | {"user": user(one.user)}


def overwrite(owner_id: int, one: Overwrite) -> Json:
    """Show an overwrite of permissions."""
    kind = 1 if one.is_member else 0
    return {"id": str(owner_id), "type": kind, "allow": str(one.allow), "deny": str(one.deny)}


def channel(one: Channel) -> Json:
    """Show a channel, a thread or a direct message."""
    last = next(reversed(one.messages), None)
    shown: Json = {
        "id": str(one.id),
        "type": one.type,
        "flags": 0,
        "last_message_id": None if last is None else str(last),
    }
    if one.type == DM:
        people = [person for person in one.recipients if person != one.app_user]
        return shown | {"recipients": [user(person) for person in people]}
    assert one.guild
    shown |= {"guild_id": str(one.guild.id), "name": one.name, "rate_limit_per_user": 0}
    if one.thread:
        return shown | _thread(one)
    overwrites = [overwrite(owner_id, held) for owner_id, held in one.overwrites.items()]
    if one.type == VOICE:
        shown |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
    return shown | {
        "parent_id": None,
        "topic": None,
        "position": one.position,
        "permission_overwrites": overwrites,
        "nsfw": False,
    }


def _thread(one: Channel) -> Json:
    assert one.thread and one.parent
    thread = one.thread
    shown: Json = {
        "parent_id": str(one.parent.id),
        "owner_id": str(thread.owner.id),
        "thread_metadata": {
            "archived": thread.archived,
            "archive_timestamp": stamp(thread.archived_at or thread.created_at),
            "auto_archive_duration": thread.auto_archive_minutes,
            "locked": thread.locked,
            "create_timestamp": stamp(thread.created_at),
        },
        "message_count": len(one.said),
        "member_count": len(thread.members),
        "total_message_sent": len(one.said),
    }
    joined_at = thread.members.get(one.app_user.id)
    if joined_at:
        shown["member"] = {
            "id": str(one.id),
            "user_id": str(one.app_user.id),
            "join_timestamp": stamp(joined_at),
            "flags": 0,
        }
    return shown


def guild(one: "Guild") -> Json:
    """Show a guild over REST."""
    return _guild(one) | {"home_header": None, "region": "us-west", "nsfw": False, "stickers": []}


def guild_create(one: "Guild", *, everybody: bool, is_new: bool) -> Json:
    """
    Show a guild with its channels, as GUILD_CREATE does; *everybody* needs an intent.

    A guild the bot joins just now has no word on its availability: libraries tell them apart by it.
    """
    bot = one.world.app.user
    people = list(one.members.values()) if everybody else [one.members[bot.id]]
    plain = [c for c in one.channels.values() if not c.thread]
    active = [c for c in one.threads if c.thread and not c.thread.archived]
    known: Json = {} if is_new else {"unavailable": False}
    return (
        _guild(one)
        | known
        | {
            "joined_at": stamp(one.members[bot.id].joined_at),
            "large": len(one.members) > 250,
            "member_count": len(one.members),
            "members": [member(person) for person in people],
            "channels": [channel(c) for c in plain],
            "threads": [channel(c) for c in active if c.lets(bot, "view_channel")],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
            "stickers": [],
            "hub_type": None,
        }
    )


def _guild(one: "Guild") -> Json:
    nothing = dict.fromkeys(
        (
            "icon",
            "description",
            "splash",
            "discovery_splash",
            "banner",
            "application_id",
            "afk_channel_id",
            "widget_channel_id",
            "vanity_url_code",
            "rules_channel_id",
            "safety_alerts_channel_id",
            "public_updates_channel_id",
            "incidents_data",
            "max_presences",
        )
    )
    zero = dict.fromkeys(
        (
            "system_channel_flags",
            "verification_level",
            "default_message_notifications",
            "mfa_level",
            "explicit_content_filter",
            "premium_tier",
            "premium_subscription_count",
            "nsfw_level",
        ),
        0,
    )
    system = one.system_channel
    return (
        nothing
        | zero
        | {
            "id": str(one.id),
            "name": one.name,
            "features": [],
            "owner_id": str(one.owner.id),
            "afk_timeout": 300,
            "system_channel_id": str(system.id) if system else None,
            "widget_enabled": False,
            "roles": [role(part) for part in one.roles.values()],
            "max_members": 500000,
            "max_stage_video_channel_users": 50,
            "max_video_channel_users": 25,
            "preferred_locale": one.locale,
            "premium_progress_bar_enabled": False,
            "emojis": [],
        }
    )


def attachment(one: Attachment, address: str) -> Json:
    """Show a file."""
    url = f"{address}/cdn/attachments/{one.id}/{one.filename}"
    shown: Json = {
        "id": str(one.id),
        "filename": one.filename,
        "size": len(one.content),
        "url": url,
        "proxy_url": url,
        "content_type": one.content_type,
        "flags": 0,
    }
    if one.description is not None:
        shown["description"] = one.description
    return shown | picture_size(one.content)


def picture_size(content: bytes) -> Json:
    """Return width and height of a PNG, nothing of anything else."""
    if content[:8] != b"\x89PNG\r\n\x1a\n":
        return {}
    width, height = int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    return {"width": width, "height": height}


def message(one: Message, address: str, *, allowed: bool = True) -> Json:
    """Show a message, blank where reading it takes the privileged intent and it is not *allowed*."""
    shown = _basic_message(one, address, readable=reads(one, allowed))
    if one.replied_to is not None:
        quoted = one.replied_to
        gone = quoted.is_deleted
        readable = reads(quoted, allowed)
        quote = None if gone else _basic_message(quoted, address, readable=readable)
        shown["referenced_message"] = quote
    if one.reactions:
        shown["reactions"] = [_reaction(one, emoji) for emoji in one.reactions]
    return shown


def _basic_message(one: Message, address: str, *, readable: bool) -> Json:
    shown: Json = {
        "id": str(one.id),
        "channel_id": str(one.channel.id),
        "author": user(one.author),
        "type": one.type,
        "content": one.content if readable else "",
        "timestamp": stamp(one.created_at),
        "edited_timestamp": stamp(one.edited_at) if one.edited_at else None,
        "tts": False,
        "mention_everyone": one.mentions_everyone,
        "mentions": [user(person) for person in one.mentions],
        "mention_roles": [],
        "attachments": [attachment(f, address) for f in one.attachments] if readable else [],
        "embeds": one.embeds if readable else [],
        "components": one.components if readable else [],
        "pinned": False,
        "flags": one.flags,
    }
    if one.nonce is not None:
        shown["nonce"] = one.nonce
    if one.thread is not None:
        shown["thread"] = channel(one.thread)
    if one.replied_to is not None:
        shown["message_reference"] = _reference(one.replied_to)
    if one.interaction is not None:
        app_id = str(one.author.id)
        shown |= {"application_id": app_id, "webhook_id": app_id}
        shown["interaction_metadata"] = interaction_metadata(one)
    return shown


def _reference(one: Message) -> Json:
    shown: Json = {"type": 0, "channel_id": str(one.channel.id), "message_id": str(one.id)}
    guild = one.channel.guild
    return shown | {"guild_id": str(guild.id)} if guild else shown


def interaction_metadata(one: Message) -> Json:
    """Show which interaction a message answers."""
    source = one.interaction
    assert source
    shown = _metadata(source.id, source.type, source.user, one.channel)
    if source.message is not None and source.type != 5:
        shown["interacted_message_id"] = str(source.message.id)
    if source.source is not None:
        cause = source.source
        shown["triggering_interaction_metadata"] = _metadata(
            cause.id, cause.type, cause.user, one.channel
        )
        if cause.message is not None:
            shown["triggering_interaction_metadata"]["interacted_message_id"] = str(
                cause.message.id
            )
    return shown


def _metadata(interaction_id: int, kind: int, person: User, place: Channel) -> Json:
    return {
        "id": str(interaction_id),
        "type": kind,
        "user": user(person),
        "authorizing_integration_owners": owners(place),
    }


def owners(place: Channel) -> Json:
    """Show for whom the app was installed: guild installs only."""
    return {"0": str(place.guild.id) if place.guild else "0"}


def emoji(text: str) -> Json:
    """Show a reaction's emoji: unicode, or `name:id` of a guild's own."""
    name, _, emoji_id = text.partition(":")
    return {"id": emoji_id or None, "name": name}


def _reaction(one: Message, text: str) -> Json:
    people = one.reactions[text]
    return {
        "emoji": emoji(text),
        "count": len(people),
        "count_details": {"burst": 0, "normal": len(people)},
        "burst_colors": [],
        "me_burst": False,
        "me": one.channel.app_user in people,
    }


def command(one: Command, app_id: int) -> Json:
    """Show a registered command."""
    given = one.given
    wanted = one.permissions
    shown: Json = {
        "id": str(one.id),
        "application_id": str(app_id),
        "version": str(one.version),
        "type": one.type,
        "name": one.name,
        "description": given.get("description") or "",
        "default_member_permissions": None if wanted is None else str(wanted),
        "dm_permission": given.get("dm_permission") is not False,
        "contexts": given.get("contexts"),
        "integration_types": given.get("integration_types") or [0],
        "nsfw": bool(given.get("nsfw")),
    }
    if one.type == CHAT_INPUT and given.get("options"):
        shown["options"] = [_option(option) for option in given["options"]]
    return shown


def _option(given: Json) -> Json:
    shown = {key: value for key, value in given.items() if value is not None}
    if "options" in shown:
        shown["options"] = [_option(option) for option in shown["options"]]
    return shown
