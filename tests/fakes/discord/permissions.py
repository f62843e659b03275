"""Discord's permission bits.

https://docs.discord.com/developers/topics/permissions
"""

BITS: dict[str, int] = {
    name: 1 << position
    for position, name in {
        0: "create_instant_invite",
        1: "kick_members",
        2: "ban_members",
        3: "administrator",
        4: "manage_channels",
        5: "manage_guild",
        6: "add_reactions",
        10: "view_channel",
        11: "send_messages",
        12: "send_tts_messages",
        13: "manage_messages",
        14: "embed_links",
        15: "attach_files",
        16: "read_message_history",
        17: "mention_everyone",
        18: "use_external_emojis",
        28: "manage_roles",
        29: "manage_webhooks",
        31: "use_application_commands",
        34: "manage_threads",
        35: "create_public_threads",
        36: "create_private_threads",
        38: "send_messages_in_threads",
        46: "send_voice_messages",
        49: "send_polls",
        51: "pin_messages",
    }.items()
}

ALL = sum(BITS.values())


def bits(*names: str) -> int:
    """Return the bits of *names*; KeyError for a name Discord does not have."""
    return sum(BITS[name] for name in set(names))


EVERYONE = bits(
    "view_channel",
    "send_messages",
    "send_messages_in_threads",
    "create_public_threads",
    "embed_links",
    "attach_files",
    "read_message_history",
    "add_reactions",
    "use_application_commands",
    "mention_everyone",
)
"""What @everyone may do in a new guild of the fake."""

DIRECT = bits(
    "view_channel",
    "send_messages",
    "embed_links",
    "attach_files",
    "read_message_history",
    "add_reactions",
    "mention_everyone",
    "use_external_emojis",
    "use_application_commands",
)
"""What everybody may do in a direct message."""


def apply(permissions: int, allow: int, deny: int) -> int:
    """Return *permissions* after one overwrite: denials first, then grants."""
    return (permissions & ~deny) | allow


def implied(permissions: int) -> int:
    """Return *permissions* without those that hang on one that is missing."""
    if permissions & BITS["administrator"]:
        return ALL
    if not permissions & BITS["view_channel"]:
        return 0
    return permissions
