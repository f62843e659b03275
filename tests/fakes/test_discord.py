"""The fake Discord is as strict as the real one, seen through the unmodified discord.py."""

import asyncio
import json
import struct
import warnings
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from io import BytesIO
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

with warnings.catch_warnings():
    # The library still imports audioop, which Python 3.11 deprecates.
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord
    from discord import app_commands, ui

from tests.fakes.discord import (
    Channel,
    FakeDiscord,
    Guild,
    Member,
    Message,
    NoAnswerError,
    NotOfferedError,
)
from tests.fakes.discord.oracles import find_oracles

INTENTS = discord.Intents(guilds=True, guild_messages=True)
V2 = 1 << 15
TWICE = "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED"

Json = dict[str, Any]
OnInteraction = Callable[[discord.Interaction[Any]], Awaitable[object]]

needs_oracles = pytest.mark.skipif(
    find_oracles() is None, reason="the official schemas are not here; name their folder in ORACLES"
)


class Bot(discord.Client):
    """A client that hands its interactions and messages to the test."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("intents", INTENTS)
        super().__init__(guild_ready_timeout=0.05, allowed_mentions=NOBODY, **options)
        self.answer: OnInteraction | None = None
        self.heard: list[discord.Message] = []
        self.interactions: list[discord.Interaction[Any]] = []
        self.resumed = 0
        self.joined: list[str] = []
        self.left: list[str] = []

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify at once; the library would wait five seconds the second time."""

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        self.interactions.append(interaction)
        if self.answer is not None:
            await self.answer(interaction)

    async def on_message(self, message: discord.Message) -> None:
        self.heard.append(message)

    async def on_resumed(self) -> None:
        self.resumed += 1

    async def on_guild_join(self, guild: discord.Guild) -> None:
        self.joined.append(guild.name)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self.left.append(guild.name)


NOBODY = discord.AllowedMentions.none()


@pytest_asyncio.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord(checks_itself=True) as running:
        with running.pointed():
            yield running
    assert running.flaws == []


@asynccontextmanager
async def connected(fake: FakeDiscord, bot: discord.Client | None = None) -> AsyncIterator[Bot]:
    bot = bot or Bot()
    task = asyncio.create_task(bot.start(fake.token))
    ready = asyncio.create_task(_ready(bot))
    try:
        done, _ = await asyncio.wait({task, ready}, timeout=5, return_when="FIRST_COMPLETED")
        if task in done:
            task.result()
        assert ready in done, "the client did not become ready"
        yield bot  # type: ignore[misc] # every client here is a Bot or is not looked at
    finally:
        await bot.close()
        task.cancel()
        ready.cancel()
        await asyncio.gather(task, ready, return_exceptions=True)


async def _ready(bot: discord.Client) -> None:
    while not bot.is_ready():  # noqa: ASYNC110 - wait_until_ready refuses before the login
        await asyncio.sleep(0.005)


@pytest_asyncio.fixture
async def bot(fake: FakeDiscord, guild: Guild) -> AsyncIterator[Bot]:
    async with connected(fake) as client:
        yield client


@pytest.fixture
def guild(fake: FakeDiscord) -> Guild:
    return fake.guild("Team")


@pytest.fixture
def channel(guild: Guild) -> Channel:
    return guild.channel("quiz")


@pytest.fixture
def ada(guild: Guild) -> Member:
    return guild.member("Ada")


def a_layout(*items: ui.Item[Any]) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*items))
    view.stop()
    return view


def a_card(label: str = "Answer", custom_id: str = "fq:1:answer:7") -> ui.LayoutView:
    row: ui.ActionRow[Any] = ui.ActionRow(ui.Button(label=label, custom_id=custom_id))
    return a_layout(ui.TextDisplay("What is `g`?"), row)


class Form(ui.Modal, title="Your answer"):
    """A modal with every kind of input that we use."""

    words: ui.Label[Any] = ui.Label(
        text="What do you remember?",
        component=ui.TextInput(custom_id="words", style=discord.TextStyle.paragraph, max_length=10),
    )
    sure: ui.Label[Any] = ui.Label(
        text="How sure?",
        component=ui.RadioGroup(
            custom_id="sure",
            options=[
                discord.RadioGroupOption(label="Guess", value="1"),
                discord.RadioGroupOption(label="Sure", value="3"),
            ],
        ),
    )
    ticks: ui.Label[Any] = ui.Label(
        text="Which did you have?",
        component=ui.CheckboxGroup(
            custom_id="ticks",
            required=False,
            options=[
                discord.CheckboxGroupOption(label="One", value="1"),
                discord.CheckboxGroupOption(label="Two", value="2"),
            ],
        ),
    )


async def text_channel(bot: discord.Client, channel: Channel) -> discord.TextChannel:
    found = await bot.fetch_channel(channel.id)
    assert isinstance(found, discord.TextChannel)
    return found


async def posted(bot: Bot, channel: Channel, view: ui.LayoutView | None = None) -> Message:
    place = await text_channel(bot, channel)
    sent = await place.send(view=view or a_card())
    return channel.messages[sent.id]


async def raw(fake: FakeDiscord, method: str, path: str, body: Any = None, **more: Any) -> Any:
    """Call the REST interface without a library; gives status and JSON."""
    headers = {"Authorization": f"Bot {fake.token}"} | more.pop("headers", {})
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, fake.api_url + path, json=body, headers=headers, **more) as answer,
    ):
        text = await answer.text()
        return answer.status, json.loads(text) if text else None


async def refusal(fake: FakeDiscord, method: str, path: str, body: Any = None) -> Json:
    """Return the JSON of a refusal; AssertionError if it was taken."""
    status, answer = await raw(fake, method, path, body)
    assert status >= 400, answer
    return dict(answer)


def codes(errors: Any) -> set[str]:
    """Return every code in Discord's nested account of a bad form."""
    if isinstance(errors, list):
        return {error["code"] for error in errors}
    return set().union(*(codes(part) for part in errors.values())) if errors else set()


def a_button(**more: Any) -> Json:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": "go"} | more


def a_row(*parts: Json) -> Json:
    return {"type": 1, "components": list(parts)}


def a_text(content: str = "words") -> Json:
    return {"type": 10, "content": content}


def a_select(options: int = 2, **more: Any) -> Json:
    listed = [{"label": f"o{n}", "value": f"v{n}"} for n in range(options)]
    return {"type": 3, "custom_id": "menu", "options": listed} | more


def a_png() -> bytes:
    header = struct.pack(">IIBBBBB", 4, 2, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    )


# -- REST: who may do what -------------------------------------------------------------------


async def test_a_wrong_token_is_a_login_failure(fake: FakeDiscord) -> None:
    async with Bot() as client:
        with pytest.raises(discord.LoginFailure):
            await client.login("wrong")


async def test_unknown_routes_and_methods_have_discords_answers(fake: FakeDiscord) -> None:
    assert await raw(fake, "GET", "/nowhere") == (404, {"message": "404: Not Found", "code": 0})
    assert (await raw(fake, "DELETE", "/gateway"))[0] == 405
    assert (await raw(fake, "GET", "/users/@me", headers={"Authorization": "Bot x"}))[0] == 401
    assert (await refusal(fake, "GET", "/channels/abc"))["code"] == 50035


async def test_unknown_things_have_codes_of_their_own(fake: FakeDiscord, channel: Channel) -> None:
    assert (await refusal(fake, "GET", "/channels/1"))["code"] == 10003
    assert (await refusal(fake, "GET", "/guilds/1"))["code"] == 10004
    assert (await refusal(fake, "GET", f"/channels/{channel.id}/messages/1"))["code"] == 10008
    path = f"/guilds/{channel.guild.id if channel.guild else 0}/members"
    assert (await refusal(fake, "GET", f"{path}/1"))["code"] == 10013
    stranger = fake.world.person("Stranger")
    assert (await refusal(fake, "GET", f"{path}/{stranger.id}"))["code"] == 10007


async def test_permissions_decide_what_the_bot_may_do(
    fake: FakeDiscord, guild: Guild, channel: Channel
) -> None:
    path = f"/channels/{channel.id}/messages"
    _, message = await raw(fake, "POST", path, {"content": "hello"})

    guild.deny_bot("create_public_threads")
    threads = f"{path}/{message['id']}/threads"
    assert (await refusal(fake, "POST", threads, {"name": "t"}))["code"] == 50013
    guild.deny_bot("add_reactions", channel=channel)
    assert (await refusal(fake, "PUT", f"{path}/{message['id']}/reactions/✅/@me"))["code"] == 50013
    guild.deny_bot("send_messages", channel=channel)
    assert (await refusal(fake, "POST", path, {"content": "no"}))["code"] == 50013
    guild.deny_bot("read_message_history", channel=channel)
    assert await raw(fake, "GET", path) == (200, [])
    guild.deny_bot("view_channel", channel=channel)
    assert (await refusal(fake, "POST", path, {"content": "no"}))["code"] == 50001

    guild.allow_bot("view_channel", "send_messages", "read_message_history", channel=channel)
    assert (await raw(fake, "POST", path, {"content": "again"}))[0] == 200


async def test_files_replies_and_threads_have_permissions_of_their_own(
    fake: FakeDiscord, bot: Bot, guild: Guild, channel: Channel
) -> None:
    place = await text_channel(bot, channel)
    card = await place.send("card")
    thread = await card.create_thread(name="Answer")
    refused: list[int] = []

    async def refuse(permission: str, attempt: Callable[[], Awaitable[object]]) -> None:
        guild.deny_bot(permission, channel=channel)
        with pytest.raises(discord.HTTPException) as caught:
            await attempt()
        refused.append(caught.value.code)

    await refuse("send_messages_in_threads", lambda: thread.send("no"))
    await refuse("attach_files", lambda: place.send(file=discord.File(BytesIO(b"x"), "x.txt")))
    await refuse("read_message_history", lambda: place.send("no", reference=card.to_reference()))

    assert refused == [50013, 50013, 160002]
    assert [message.content for message in channel.from_bot] == ["card"]


async def test_a_removed_bot_has_no_access(fake: FakeDiscord, bot: Bot, guild: Guild) -> None:
    channel = guild.channel("quiz")
    await fake.until(lambda: bot.get_channel(channel.id))

    guild.remove_bot()

    await fake.until(lambda: bot.left == ["Team"])
    assert (await refusal(fake, "GET", f"/channels/{channel.id}"))["code"] == 50001


async def test_only_own_messages_can_be_edited(
    fake: FakeDiscord, channel: Channel, ada: Member
) -> None:
    theirs = await ada.say(channel, "mine")
    path = f"/channels/{channel.id}/messages/{theirs.id}"

    assert (await refusal(fake, "PATCH", path, {"content": "yours"}))["code"] == 50005
    assert (await refusal(fake, "DELETE", path))["code"] == 50013


async def test_history_goes_before_after_and_around(fake: FakeDiscord, channel: Channel) -> None:
    path = f"/channels/{channel.id}/messages"
    for n in range(5):
        await raw(fake, "POST", path, {"content": str(n)})
    ids = list(channel.messages)

    async def words(query: str) -> list[str]:
        return [m["content"] for m in (await raw(fake, "GET", f"{path}?{query}"))[1]]

    assert await words("") == ["4", "3", "2", "1", "0"]
    assert await words(f"before={ids[2]}&limit=1") == ["1"]
    assert await words(f"after={ids[2]}&limit=1") == ["3"]
    assert await words(f"around={ids[2]}&limit=3") == ["3", "2", "1"]
    assert (await refusal(fake, "GET", f"{path}?limit=101"))["code"] == 50035


# -- REST: what a body may be ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, 50006),
        ({"content": "  "}, 50006),
        ({"content": "x" * 2001}, "BASE_TYPE_MAX_LENGTH"),
        ({"content": "x", "nonce": "n" * 26}, "BASE_TYPE_MAX_LENGTH"),
        ({"content": "x", "flags": 64}, "MESSAGE_FLAGS_INVALID"),
        (
            {"content": "x", "flags": V2, "components": [a_text()]},
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
        ),
        (
            {"embeds": [{"title": "x"}], "flags": V2, "components": [a_text()]},
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
        ),
        ({"components": [a_text()]}, "UNION_TYPE_CHOICES"),
        ({"embeds": [{"description": "x" * 4097}]}, "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"description": "x" * 4000}] * 2}, "MAX_EMBED_SIZE_EXCEEDED"),
        (
            {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
            "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
        ),
        ({"content": "x", "message_reference": {"message_id": "1"}}, "REPLIES_UNKNOWN_MESSAGE"),
        ({"content": "x", "attachments": [{"id": "0"}]}, "ATTACHMENT_NOT_FOUND"),
    ],
)
async def test_messages_that_discord_refuses(
    fake: FakeDiscord, channel: Channel, body: Json, expected: object
) -> None:
    answer = await refusal(fake, "POST", f"/channels/{channel.id}/messages", body)

    assert expected == answer["code"] or expected in codes(answer["errors"])
    assert channel.messages == {}


@pytest.mark.parametrize(
    ("components", "expected"),
    [
        ([a_row()], "BASE_TYPE_BAD_LENGTH"),
        ([a_row(*[a_button(custom_id=str(n)) for n in range(6)])], "BASE_TYPE_BAD_LENGTH"),
        ([a_row(a_button(), a_select())], "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
        ([a_row(a_button(label="x" * 81))], "BASE_TYPE_MAX_LENGTH"),
        ([a_row(a_button(custom_id="x" * 101))], "BASE_TYPE_BAD_LENGTH"),
        ([a_row(a_button(custom_id=""))], "BASE_TYPE_BAD_LENGTH"),
        ([a_row(a_button(custom_id=None))], "BASE_TYPE_REQUIRED"),
        ([a_row(a_button(label=None))], "BASE_TYPE_REQUIRED"),
        ([a_row(a_button(style=9))], "BASE_TYPE_CHOICES"),
        ([a_row(a_button(emoji={"name": "smile"}))], "COMPONENT_INVALID_EMOJI"),
        ([a_row(a_button()), a_row(a_button())], "COMPONENT_CUSTOM_ID_DUPLICATED"),
        ([a_row(a_button(url="https://x.y"))], "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"),
        ([a_row(a_select(26))], "BASE_TYPE_BAD_LENGTH"),
        ([a_row(a_select(0))], "BASE_TYPE_BAD_LENGTH"),
        ([a_row(a_select(2, max_values=3))], "NUMBER_TYPE_MAX"),
        ([a_row(a_select(2, min_values=2))], "SELECT_COMPONENT_MIN_MAX"),
        ([a_row(a_select(0) | {"options": [{"label": "a", "value": "1"}] * 2})], TWICE),
        ([{"type": 17, "components": []}], "BASE_TYPE_BAD_LENGTH"),
        (
            [{"type": 17, "components": [{"type": 17, "components": [a_text()]}]}],
            "UNION_TYPE_CHOICES",
        ),
        ([{"type": 17, "components": [a_text()], "accent_color": -1}], "NUMBER_TYPE_MIN"),
        ([{"type": 9, "components": [a_text()]}], "BASE_TYPE_REQUIRED"),
        ([a_text("")], "BASE_TYPE_BAD_LENGTH"),
        ([a_text(" \n")], "BASE_TYPE_REQUIRED"),
        ([a_text("x" * 2001), a_text("y" * 2000)], "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"),
        ([{"type": 14}] * 40 + [a_text()], "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
        (
            [{"type": 17, "components": [{"type": 14}] * 40}],
            "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
        ),
        (
            [{"type": 12, "items": [{"media": {"url": "attachment://none.png"}}]}],
            "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
        ),
        ([{"type": 12, "items": [{"media": {"url": "file:///x"}}]}], "URL_TYPE_INVALID_SCHEME"),
        ([{"type": 22, "custom_id": "c", "options": []}], "UNION_TYPE_CHOICES"),
        ([{"type": 18, "label": "l", "component": a_select()}], "UNION_TYPE_CHOICES"),
        ([a_row({"type": 4, "custom_id": "t", "style": 1, "label": "l"})], "UNION_TYPE_CHOICES"),
    ],
)
async def test_components_that_discord_refuses(
    fake: FakeDiscord, channel: Channel, components: list[Json], expected: str
) -> None:
    body = {"flags": V2, "components": components}

    answer = await refusal(fake, "POST", f"/channels/{channel.id}/messages", body)

    assert answer["code"] == 50035
    assert answer["message"] == "Invalid Form Body"
    assert expected in codes(answer["errors"])


async def test_a_fault_is_told_at_the_place_where_it_is(
    fake: FakeDiscord, channel: Channel
) -> None:
    body = {"flags": V2, "components": [a_text(), a_row(a_button(label="x" * 81))]}

    answer = await refusal(fake, "POST", f"/channels/{channel.id}/messages", body)

    fault = answer["errors"]["components"]["1"]["components"]["0"]["label"]["_errors"]
    assert fault == [{"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 80 or fewer in length."}]


async def test_text_that_is_too_big_to_process_is_a_server_error(
    fake: FakeDiscord, channel: Channel
) -> None:
    body = {"flags": V2, "components": [a_text("語" * 3400)]}

    status, _ = await raw(fake, "POST", f"/channels/{channel.id}/messages", body)

    assert status == 500


async def test_the_components_flag_is_never_taken_off(fake: FakeDiscord, channel: Channel) -> None:
    path = f"/channels/{channel.id}/messages"
    _, sent = await raw(fake, "POST", path, {"flags": V2, "components": [a_text()]})
    path = f"{path}/{sent['id']}"

    taken_off = await refusal(fake, "PATCH", path, {"flags": 0, "components": []})
    content = await refusal(fake, "PATCH", path, {"content": "words"})
    undeclared = await refusal(fake, "PATCH", path, {"components": [a_text()]})
    edited = await raw(fake, "PATCH", path, {"flags": V2, "components": [a_text("new")]})

    assert "MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG" in codes(taken_off["errors"])
    assert "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2" in codes(content["errors"])
    assert "UNION_TYPE_CHOICES" in codes(undeclared["errors"])
    assert edited[0] == 200


@needs_oracles
async def test_the_openapi_has_a_say_too_and_typos_are_noted(
    fake: FakeDiscord, channel: Channel
) -> None:
    path = f"/channels/{channel.id}/messages"

    wrong = await refusal(fake, "POST", path, {"content": "x", "tts": "very"})
    await raw(fake, "POST", path, {"content": "x", "conten": "y"})

    assert codes(wrong["errors"]) == {"OPENAPI_SCHEMA"}
    assert [key.rpartition(": ")[2] for key in fake.unknown_keys] == ["/conten"]


async def test_bodies_must_be_json_and_say_so(fake: FakeDiscord, channel: Channel) -> None:
    path = f"/channels/{channel.id}/messages"
    form, broken = {"Content-Type": "text/plain"}, {"Content-Type": "application/json"}

    assert (await raw(fake, "POST", path, data="x", headers=form))[1]["code"] == 50035
    assert (await raw(fake, "POST", path, data="{", headers=broken))[1]["code"] == 50109


async def test_a_picture_in_a_gallery_keeps_its_description(
    fake: FakeDiscord, bot: Bot, channel: Channel
) -> None:
    gallery: ui.MediaGallery[Any] = ui.MediaGallery(
        discord.MediaGalleryItem("attachment://chart.png", description="Ada leads")
    )
    place = await text_channel(bot, channel)

    file = discord.File(BytesIO(a_png()), "chart.png", description="a chart")
    await place.send(view=a_layout(gallery), file=file)

    (message,) = channel.from_bot
    item = message.components[0]["components"][0]["items"][0]
    assert item["description"] == "Ada leads"
    assert (item["media"]["width"], item["media"]["height"]) == (4, 2)
    assert message.attachments[0].description == "a chart"
    async with aiohttp.ClientSession() as session, session.get(item["media"]["url"]) as answer:
        assert await answer.read() == a_png()


async def test_mentions_ping_only_whom_the_app_allows(
    fake: FakeDiscord, bot: Bot, channel: Channel, ada: Member
) -> None:
    place = await text_channel(bot, channel)
    words = f"{ada.mention} @everyone"

    await place.send(words)
    await place.send(
        words, allowed_mentions=discord.AllowedMentions(users=[discord.Object(ada.id)])
    )
    await place.send(words, allowed_mentions=discord.AllowedMentions.all())

    pinged = [(m.mentions, m.mentions_everyone) for m in channel.from_bot]
    assert pinged == [([], False), ([ada.user], False), ([ada.user], True)]


# -- Threads, reactions, direct messages -----------------------------------------------------


async def test_a_thread_hangs_on_its_message(fake: FakeDiscord, bot: Bot, channel: Channel) -> None:
    place = await text_channel(bot, channel)
    card = await place.send("card")

    thread = await card.create_thread(name="Answer")
    await thread.send("the answer")

    assert thread.id == card.id
    assert [m.content for m in fake.world.channels[thread.id].from_bot] == ["the answer"]
    with pytest.raises(discord.HTTPException) as caught:
        await card.create_thread(name="Again")
    assert caught.value.code == 160004


async def test_an_archived_thread_takes_messages_but_no_edits(
    fake: FakeDiscord, bot: Bot, guild: Guild, channel: Channel
) -> None:
    card = await (await text_channel(bot, channel)).send("card")
    thread = await card.create_thread(name="Answer")
    answer = await thread.send("the answer")
    place = fake.world.channels[thread.id]

    guild.archive(place)
    with pytest.raises(discord.HTTPException) as caught:
        await answer.edit(content="changed")
    await thread.send("wakes it")
    woken = place.thread and not place.thread.archived
    guild.archive(place, locked=True)
    with pytest.raises(discord.Forbidden) as locked:
        await thread.send("no")

    assert caught.value.code == 50083
    assert woken
    assert locked.value.code == 160005


async def test_reactions_are_emoji(fake: FakeDiscord, bot: Bot, channel: Channel) -> None:
    message = await (await text_channel(bot, channel)).send("card")

    await message.add_reaction("✅")
    with pytest.raises(discord.HTTPException) as caught:
        await message.add_reaction("yes")

    assert channel.messages[message.id].reactions == {"✅": [fake.app.user]}
    assert caught.value.code == 10014


async def test_direct_messages_need_an_open_door_and_a_mutual_guild(
    fake: FakeDiscord, bot: Bot, ada: Member
) -> None:
    person = await bot.fetch_user(ada.id)

    await person.send("hello")
    ada.dm.is_closed = True
    with pytest.raises(discord.Forbidden) as closed:
        await person.send("hello?")
    ada.leave()
    with pytest.raises(discord.Forbidden) as parted:
        await person.send("hello??")

    assert [m.content for m in ada.dm.from_bot] == ["hello"]
    assert (closed.value.code, parted.value.code) == (50007, 50278)


# -- Sending once, limits, faults ------------------------------------------------------------


async def test_a_nonce_returns_the_first_message_for_some_minutes(
    fake: FakeDiscord, bot: Bot, channel: Channel
) -> None:
    place = await text_channel(bot, channel)
    fake.fault("POST", "/channels/{channel_id}/messages", drop="after")

    with pytest.raises(aiohttp.ClientError):
        await place.send("card", nonce="delivery-7")
    again = await place.send("card", nonce="delivery-7")
    other = await text_channel(bot, channel.guild.channel("other") if channel.guild else channel)
    assert (await other.send("card", nonce="delivery-7")).id == again.id
    assert list(channel.messages) == [again.id]

    fake.clock.advance(timedelta(minutes=10))
    await place.send("card", nonce="delivery-7")
    assert len(channel.messages) == 2


async def test_a_connection_dropped_before_leaves_nothing(
    fake: FakeDiscord, bot: Bot, channel: Channel
) -> None:
    place = await text_channel(bot, channel)
    fake.fault("POST", "/channels/*/messages", drop="before")

    with pytest.raises(aiohttp.ClientError):
        await place.send("card")

    assert channel.messages == {}


async def test_503_is_not_tried_again_and_delays_delay(
    fake: FakeDiscord, bot: Bot, channel: Channel
) -> None:
    place = await text_channel(bot, channel)
    fault = fake.fault("POST", "/channels/*/messages", status=503)

    with pytest.raises(discord.DiscordServerError):
        await place.send("card")
    fake.fault("POST", "/channels/*/messages", delay=timedelta(seconds=0.05))
    started = asyncio.get_running_loop().time()
    await place.send("card")

    assert fault.hits == 1
    assert asyncio.get_running_loop().time() - started >= 0.05


async def test_discord_py_waits_out_a_429_with_via_and_gives_up_without(
    fake: FakeDiscord, bot: Bot, channel: Channel
) -> None:
    place = await text_channel(bot, channel)
    soon = timedelta(seconds=0.05)
    fake.fault("POST", "/channels/*/messages", retry_after=soon, is_global=True)
    await place.send("card")
    fake.fault("POST", "/channels/*/messages", retry_after=soon, via=False)

    with pytest.raises(discord.HTTPException) as caught:
        await place.send("card")

    assert caught.value.status == 429
    assert len(channel.messages) == 1


async def test_a_bucket_holds_the_library_back(
    fake: FakeDiscord, bot: Bot, channel: Channel
) -> None:
    place = await text_channel(bot, channel)
    fake.limits.limit("POST", "/channels/{channel_id}/messages", 2, timedelta(seconds=0.2))
    started = asyncio.get_running_loop().time()

    for n in range(3):
        await place.send(str(n))

    assert asyncio.get_running_loop().time() - started >= 0.1
    assert [call.status for call in fake.calls_to("POST", "/channels/{channel_id}/messages")] == [
        200
    ] * 3


async def test_the_overall_limit_spares_interactions(
    fake: FakeDiscord, channel: Channel, ada: Member
) -> None:
    fake.limits.limit_overall(2, timedelta(seconds=60))

    answers = [await raw(fake, "GET", "/users/@me") for _ in range(3)]
    callback = await raw(fake, "POST", "/interactions/1/x/callback", {"type": 5})

    assert [status for status, _ in answers] == [200, 200, 429]
    assert answers[2][1]["global"] is True
    assert callback[1]["code"] == 10062


# -- Gateway ---------------------------------------------------------------------------------


async def test_content_is_blank_but_for_the_documented_exceptions(
    fake: FakeDiscord, bot: Bot, channel: Channel, ada: Member
) -> None:
    place = await text_channel(bot, channel)
    card = channel.messages[(await place.send("card")).id]
    bot.answer = lambda i: i.response.send_message("answered")
    await register(fake, bot, a_command())
    response = (await ada.command("ping", channel=channel)).as_message()
    await fake.until(lambda: len(bot.heard) == 2)
    bot.heard.clear()

    await ada.say(channel, "plain")
    await ada.say(channel, "named", mention_bot=True)
    await ada.say(channel, "pinged", reply_to=card)
    await ada.say(channel, "silent", reply_to=card, ping=False)
    await ada.say(channel, "to response", reply_to=response)
    await fake.until(lambda: len(bot.heard) == 5)

    bare = [m.content.removeprefix(f"{fake.app.user.mention} ") for m in bot.heard]
    assert bare == ["", "named", "pinged", "", ""]
    fetched = [m async for m in place.history(limit=2)]
    assert [m.content for m in fetched] == ["", ""]


class Listener(Bot):
    """A client that notes what became of messages."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.noted: list[str] = []

    async def on_raw_message_edit(self, edit: discord.RawMessageUpdateEvent) -> None:
        self.noted.append(f"edited: {edit.message.content}")

    async def on_raw_message_delete(self, _: discord.RawMessageDeleteEvent) -> None:
        self.noted.append("deleted")

    async def on_raw_reaction_add(self, reaction: discord.RawReactionActionEvent) -> None:
        self.noted.append(f"put {reaction.emoji}")

    async def on_raw_reaction_remove(self, reaction: discord.RawReactionActionEvent) -> None:
        self.noted.append(f"took {reaction.emoji}")


async def test_edits_deletions_and_reactions_are_heard(
    fake: FakeDiscord, channel: Channel, ada: Member
) -> None:
    intents = discord.Intents(guilds=True, guild_messages=True, guild_reactions=True)
    listener = Listener(intents=intents)
    async with connected(fake, listener):
        said = await ada.say(channel, "typo")

        await ada.edit(said, f"{fake.app.user.mention} fixed")
        await ada.react(said, "✅")
        await ada.unreact(said, "✅")
        await ada.delete(said)
        await fake.until(lambda: "deleted" in listener.noted)

    edited = f"edited: {fake.app.user.mention} fixed"
    assert listener.noted == [edited, "put ✅", "took ✅", "deleted"]
    assert channel.said == []
    with pytest.raises(NotOfferedError):
        await ada.edit(said, "again")


async def test_everything_is_recorded(fake: FakeDiscord, bot: Bot, channel: Channel) -> None:
    await raw(fake, "GET", "/nowhere")
    await (await text_channel(bot, channel)).send("card")

    assert [(c.method, c.path, c.status) for c in fake.calls[-3:]] == [
        ("GET", "/nowhere", 404),
        ("GET", f"/channels/{channel.id}", 200),
        ("POST", f"/channels/{channel.id}/messages", 200),
    ]
    assert [frame["op"] for frame in fake.gateway.received][:2] == [1, 2]
    assert fake.gateway.dispatched("MESSAGE_CREATE")[0]["content"] == "card"


async def test_a_socket_that_sends_too_much_is_closed(fake: FakeDiscord) -> None:
    async with aiohttp.ClientSession() as session:
        socket = await session.ws_connect(f"{fake.gateway_url}?v=10&encoding=json")
        for _ in range(121):
            await socket.send_json({"op": 1, "d": None})
        while not (await socket.receive()).type.name.startswith("CLOS"):
            pass

    assert socket.close_code == 4008


async def test_direct_messages_need_their_intent_and_carry_content(
    fake: FakeDiscord, guild: Guild, ada: Member
) -> None:
    intents = discord.Intents(guilds=True, dm_messages=True)
    async with connected(fake, Bot(intents=intents)) as bot:
        await ada.say(guild.channel("quiz"), "not heard")
        await ada.say(ada.dm, "heard")
        await fake.until(lambda: bot.heard)

        assert [m.content for m in bot.heard] == ["heard"]


async def test_a_privileged_intent_needs_the_portals_toggle(
    fake: FakeDiscord, channel: Channel, ada: Member
) -> None:
    intents = discord.Intents(guilds=True, guild_messages=True, message_content=True)
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with connected(fake, Bot(intents=intents)):
            pass

    fake.app.portal.message_content = True
    async with connected(fake, Bot(intents=intents)) as bot:
        await ada.say(channel, "plain")
        await fake.until(lambda: bot.heard)

        assert bot.heard[0].content == "plain"


async def test_a_dropped_socket_is_resumed_and_nothing_is_missed(
    fake: FakeDiscord, bot: Bot, channel: Channel, ada: Member
) -> None:
    await fake.gateway.drop()
    await ada.say(channel, "while away", mention_bot=True)

    await fake.until(lambda: bot.heard)
    await fake.until(lambda: bot.resumed)

    assert "while away" in bot.heard[0].content
    assert (fake.gateway.identifies, fake.gateway.resumes) == (1, 1)


async def test_reconnect_is_followed_by_a_resume(fake: FakeDiscord, bot: Bot) -> None:
    fake.gateway.reconnect()

    await fake.until(lambda: bot.resumed)

    assert fake.gateway.identifies == 1


async def test_an_invalid_session_identifies_anew(
    fake: FakeDiscord, bot: Bot, channel: Channel, ada: Member
) -> None:
    fake.gateway.invalidate()
    await fake.until(lambda: fake.gateway.identifies == 2)
    await fake.gateway.ready()

    await ada.say(channel, "still here", mention_bot=True)
    await fake.until(lambda: bot.heard)

    assert fake.gateway.resumes == 0


async def test_an_event_can_come_twice(
    fake: FakeDiscord, bot: Bot, channel: Channel, ada: Member
) -> None:
    await ada.say(channel, "once", mention_bot=True)
    fake.gateway.resend("MESSAGE_CREATE")

    await fake.until(lambda: len(bot.heard) == 2)

    assert bot.heard[0].id == bot.heard[1].id


async def test_each_guild_is_heard_on_its_shard_and_direct_messages_on_the_first(
    fake: FakeDiscord,
) -> None:
    guilds = [fake.guild(f"on {n}", shard=(n, 2)) for n in range(2)]
    people = [guild.member("Ada") for guild in guilds]
    intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
    workers = [
        ShardWorker(shard_ids=[n], shard_count=2, intents=intents, guild_ready_timeout=0.05)
        for n in range(2)
    ]
    async with connected(fake, workers[0]), connected(fake, workers[1]):
        for person, guild in zip(people, guilds, strict=True):
            await person.say(guild.channel("quiz"), guild.name, mention_bot=True)
        await people[1].say(people[1].dm, "direct")
        await fake.until(lambda: sum(len(w.words) for w in workers) == 3)

    assert [[w.split()[-1] for w in worker.words] for worker in workers] == [["0", "direct"], ["1"]]


async def test_a_client_may_ask_how_many_shards_to_open(fake: FakeDiscord) -> None:
    fake.world.recommended_shards = 2

    async with connected(fake, ShardWorker(intents=INTENTS, guild_ready_timeout=0.05)):
        shards = sorted((s.shard_id, s.shard_count) for s in fake.gateway.connected)

    assert shards == [(0, 2), (1, 2)]


class ShardWorker(discord.AutoShardedClient):
    """One process of a sharded bot."""

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify at once; the library would wait five seconds before the second shard."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.words: list[str] = []

    async def on_message(self, message: discord.Message) -> None:
        self.words.append(message.content)


async def test_guilds_come_go_and_fail(fake: FakeDiscord, bot: Bot, guild: Guild) -> None:
    later = fake.guild("Later")
    await fake.until(lambda: bot.joined == ["Later"])

    guild.fail()
    await fake.until(lambda: (held := bot.get_guild(guild.id)) and held.unavailable)
    guild.recover()
    await fake.until(lambda: (held := bot.get_guild(guild.id)) and not held.unavailable)
    later.remove_bot()
    await fake.until(lambda: bot.left == ["Later"])

    assert bot.joined == ["Later"]


async def test_deleted_channels_are_gone(fake: FakeDiscord, bot: Bot, guild: Guild) -> None:
    channel = guild.channel("quiz")
    await fake.until(lambda: bot.get_channel(channel.id))

    guild.delete_channel(channel)

    await fake.until(lambda: bot.get_channel(channel.id) is None)
    assert (await refusal(fake, "GET", f"/channels/{channel.id}"))["code"] == 10003


# -- Commands --------------------------------------------------------------------------------


def a_command(name: str = "ping", **more: Any) -> Json:
    return {"name": name, "description": "Says something"} | more


async def register(fake: FakeDiscord, bot: discord.Client, *commands: Json) -> None:
    status, answer = await raw(fake, "PUT", f"/applications/{fake.app.id}/commands", list(commands))
    assert status == 200, answer


def a_tree(bot: discord.Client) -> app_commands.CommandTree[Any]:
    """Build a group with typed options, autocompletion and a message command."""
    tree: app_commands.CommandTree[Any] = app_commands.CommandTree(bot)
    group = app_commands.Group(
        name="flaskquiz",
        description="The quiz",
        guild_only=True,
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
    )

    @group.command(description="Standings")
    @app_commands.choices(period=[app_commands.Choice(name="This week", value="week")])
    async def leaderboard(interaction: discord.Interaction[Any], period: str = "week") -> None:
        await interaction.response.send_message(f"standings of the {period}", ephemeral=True)

    @group.command(description="Settings")
    async def settings(
        interaction: discord.Interaction[Any], zone: str, hour: app_commands.Range[int, 0, 23]
    ) -> None:
        await interaction.response.send_message(f"{zone} {hour}", ephemeral=True)

    @settings.autocomplete("zone")
    async def zones(
        interaction: discord.Interaction[Any], typed: str
    ) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=z, value=z) for z in ("Europe/Berlin",) if typed in z]

    @tree.context_menu(name="Answer this question")
    async def answer(interaction: discord.Interaction[Any], message: discord.Message) -> None:
        await interaction.response.send_message(f"you mean: {message.content}", ephemeral=True)

    tree.add_command(group)
    return tree


async def test_a_tree_is_synced_and_used(fake: FakeDiscord, channel: Channel, ada: Member) -> None:
    client = Bot()
    tree = a_tree(client)
    async with connected(fake, client):
        await tree.sync()

        shown = await ada.command("flaskquiz leaderboard", period="This week", channel=channel)
        zones = await ada.autocomplete("flaskquiz settings", "zone", "Ber", hour=9)
        settings = await ada.command("flaskquiz settings", zone="Europe/Berlin", hour=9)
        said = await ada.say(channel, "what is g?")
        answer = await ada.use("Answer this question", said)

    assert shown.as_message().text == "standings of the week"
    assert zones == [{"name": "Europe/Berlin", "value": "Europe/Berlin"}]
    assert settings.as_message().text == "Europe/Berlin 9"
    assert answer.as_message().text == "you mean: what is g?"
    assert fake.unknown_keys == []


async def test_people_are_offered_only_what_is_registered(
    fake: FakeDiscord, channel: Channel, guild: Guild, ada: Member
) -> None:
    options = [{"type": 4, "name": "hour", "description": "h", "required": True, "max_value": 23}]
    admin = a_command("setup", default_member_permissions=32)
    await register(fake, Bot(), a_command(options=options, dm_permission=False), admin)

    refused: list[tuple[str, Json]] = [
        ("pong", {}),
        ("ping", {}),
        ("ping", {"hour": 24}),
        ("ping", {"hour": "9"}),
        ("ping", {"hour": 9, "day": 1}),
        ("ping", {"hour": 9, "channel": ada.dm}),
        ("setup", {}),
    ]
    for words, given in refused:
        with pytest.raises(NotOfferedError):
            await ada.command(words, **given)
    guild.deny(guild.everyone, "use_application_commands", channel=channel)
    with pytest.raises(NotOfferedError):
        await ada.command("ping", hour=9, channel=channel)
    guild.allow(guild.everyone, "use_application_commands", channel=channel)
    fake.world.patience = 0.01
    with pytest.raises(NoAnswerError):
        await guild.member("Grace", manage_guild=True).command("setup")


@pytest.mark.parametrize(
    ("commands", "expected"),
    [
        ([a_command("Ping")], "APPLICATION_COMMAND_INVALID_NAME"),
        ([a_command("a b")], "APPLICATION_COMMAND_INVALID_NAME"),
        ([{"name": "ping"}], "BASE_TYPE_REQUIRED"),
        ([a_command(description="x" * 101)], "BASE_TYPE_BAD_LENGTH"),
        ([a_command(), a_command()], "APPLICATION_COMMANDS_DUPLICATE_NAME"),
        ([a_command(type=3)], "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION"),
        (
            [
                a_command(
                    options=[{"type": 3, "name": f"o{n}", "description": "d"} for n in range(26)]
                )
            ],
            "BASE_TYPE_MAX_LENGTH",
        ),
        (
            [
                a_command(
                    options=[
                        {"type": 3, "name": "a", "description": "d"},
                        {"type": 3, "name": "b", "description": "d", "required": True},
                    ]
                )
            ],
            "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
        ),
    ],
)
async def test_commands_that_discord_refuses(
    fake: FakeDiscord, commands: list[Json], expected: str
) -> None:
    answer = await refusal(fake, "PUT", f"/applications/{fake.app.id}/commands", commands)

    assert answer["code"] == 50035
    assert expected in codes(answer["errors"])
    assert fake.world.commands == {}


async def test_only_so_many_commands_are_created_a_day(fake: FakeDiscord) -> None:
    path = f"/applications/{fake.app.id}/commands"
    first, second = ([a_command(f"{x}{n}") for n in range(100)] for x in "ab")

    assert (await raw(fake, "PUT", path, first))[0] == 200
    assert (await raw(fake, "PUT", path, first))[0] == 200
    assert (await raw(fake, "PUT", path, second))[0] == 200
    assert (await refusal(fake, "PUT", path, [a_command("c")]))["code"] == 30034
    fake.clock.advance(timedelta(days=1, seconds=1))
    assert (await raw(fake, "PUT", path, [a_command("c")]))[0] == 200


# -- Interactions ----------------------------------------------------------------------------


async def test_the_round_of_a_question(
    fake: FakeDiscord, bot: Bot, channel: Channel, guild: Guild, ada: Member
) -> None:
    async def answer(interaction: discord.Interaction[Any]) -> None:
        data: Any = interaction.data
        match data["custom_id"]:
            case "fq:1:answer:7":
                form = Form(custom_id="fq:1:form:7")
                form.stop()
                await interaction.response.send_modal(form)
            case "fq:1:form:7":
                words = data["components"][0]["component"]["value"]
                ticks = data["components"][2]["component"]["values"]
                menu: ui.ActionRow[Any] = ui.ActionRow(
                    ui.Select(
                        custom_id="fq:1:ticks:7",
                        min_values=0,
                        max_values=2,
                        options=[discord.SelectOption(label=x) for x in ("One", "Two")],
                    )
                )
                view = a_layout(ui.TextDisplay(f"You wrote {words} {ticks}"), menu)
                await interaction.response.send_message(view=view, ephemeral=True)
            case "fq:1:ticks:7":
                await interaction.response.defer()
                await interaction.edit_original_response(view=a_card("Practise", "fq:1:more"))
            case "fq:1:more":
                await interaction.response.defer(ephemeral=True, thinking=True)
                await interaction.edit_original_response(view=a_card("Next", "fq:1:next"))

    bot.answer = answer
    grace = guild.member("Grace")
    card = await posted(bot, channel)

    modal = (await ada.press(card, "Answer")).as_modal()
    given = {"What do you remember?": "context", "How sure?": "Sure", "ticks": ["Two"]}
    reveal = (await ada.submit(modal, given)).as_message()
    graded = (await ada.select(reveal, "fq:1:ticks", ["One"])).as_message()
    more = (await ada.press(graded, "fq:1:more")).as_message()

    assert reveal is graded
    assert more.button_labels == ["Next"]
    assert "You wrote context ['2']" in reveal.versions[0]
    assert ada.private(channel) == [reveal, more]
    assert grace.private(channel) == []
    assert fake.find_public("You wrote") == []
    assert fake.find_public("What is `g`?") != []
    assert fake.unknown_keys == []
    assert not bot._connection._view_store._views


async def test_modals_are_checked_before_they_are_sent(
    fake: FakeDiscord, bot: Bot, channel: Channel, guild: Guild, ada: Member
) -> None:
    bot.answer = lambda interaction: interaction.response.send_modal(Form(custom_id="form"))
    modal = (await ada.press(await posted(bot, channel), "Answer")).as_modal()
    full: Json = {"words": "text", "sure": "3"}

    for answers in (
        {"sure": "3"},
        {"words": "text"},
        full | {"words": "more than ten characters"},
        full | {"sure": "Certain"},
        full | {"ticks": ["Three"]},
        full | {"nothing": "here"},
    ):
        with pytest.raises(NotOfferedError):
            await ada.submit(modal, answers)
    with pytest.raises(NotOfferedError):
        await guild.member("Grace").submit(modal, full)
    assert len(bot.interactions) == 1


async def test_only_what_is_there_can_be_pressed(
    fake: FakeDiscord, bot: Bot, channel: Channel, guild: Guild, ada: Member
) -> None:
    row: ui.ActionRow[Any] = ui.ActionRow(
        ui.Button(label="Off", custom_id="off", disabled=True),
        ui.Button(label="Docs", url="https://flask.palletsprojects.com"),
    )
    card = await posted(bot, channel, a_layout(row))

    for button in ("On", "Off", "Docs"):
        with pytest.raises(NotOfferedError):
            await ada.press(card, button)
    guild.deny(ada.user, "view_channel", channel=channel)
    with pytest.raises(NotOfferedError):
        await ada.press(card, "off")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"type": 1}, "BASE_TYPE_CHOICES"),
        ({"type": 99}, "BASE_TYPE_CHOICES"),
        ({"type": 8, "data": {"choices": []}}, "BASE_TYPE_CHOICES"),
        ({"type": 4}, "BASE_TYPE_REQUIRED"),
        ({"type": 4, "data": {"content": "x" * 2001}}, "BASE_TYPE_MAX_LENGTH"),
        ({"type": 5, "data": {"flags": 64 | V2}}, "MESSAGE_FLAGS_INVALID"),
        (
            {"type": 9, "data": {"custom_id": "m", "title": "t", "components": []}},
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            {"type": 9, "data": {"custom_id": "m", "title": "x" * 46, "components": [a_text()]}},
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            {"type": 9, "data": {"custom_id": "m", "title": "t", "components": [a_text()] * 6}},
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            {
                "type": 9,
                "data": {"custom_id": "m", "title": "t", "components": [a_row(a_button())]},
            },
            "UNION_TYPE_CHOICES",
        ),
        (
            {
                "type": 9,
                "data": {
                    "custom_id": "m",
                    "title": "t",
                    "components": [
                        {"type": 18, "label": "x" * 46, "component": a_select(min_values=0)}
                    ],
                },
            },
            "NUMBER_TYPE_MIN",
        ),
    ],
)
async def test_callbacks_that_discord_refuses(
    fake: FakeDiscord, channel: Channel, ada: Member, answer: Json, expected: str
) -> None:
    path = await callback_path(fake, channel, ada)

    refused = await refusal(fake, "POST", path, answer)

    assert refused["code"] == 50035
    assert expected in codes(refused["errors"])
    assert (await raw(fake, "POST", path, {"type": 6}))[0] == 204


async def callback_path(fake: FakeDiscord, channel: Channel, ada: Member) -> str:
    """Press a button of a message without anybody to answer it."""
    body = {"flags": V2, "components": [a_row(a_button())]}
    _, sent = await raw(fake, "POST", f"/channels/{channel.id}/messages", body)
    fake.world.patience = 0.001
    with pytest.raises(NoAnswerError):
        await ada.press(channel.messages[int(sent["id"])], "Go")
    fake.world.patience = 3.0
    interaction = list(fake.world.interactions.values())[-1]
    return f"/interactions/{interaction.id}/{interaction.token}/callback"


async def test_a_modal_is_no_answer_to_a_modal(
    fake: FakeDiscord, bot: Bot, channel: Channel, ada: Member
) -> None:
    bot.answer = lambda interaction: interaction.response.send_modal(Form(custom_id="form"))
    modal = (await ada.press(await posted(bot, channel), "Answer")).as_modal()
    caught: list[int] = []

    async def again(interaction: discord.Interaction[Any]) -> None:
        try:
            await interaction.response.send_modal(Form(custom_id="again"))
        except discord.HTTPException as error:
            caught.append(error.code)
        await interaction.response.send_message("sorry", ephemeral=True)

    bot.answer = again

    seen = await ada.submit(modal, {"words": "text", "sure": "1"})

    assert caught == [50035]
    assert seen.as_message().text == "sorry"


async def test_an_interaction_is_answered_once_and_in_time(
    fake: FakeDiscord, channel: Channel, ada: Member
) -> None:
    first, late = [await callback_path(fake, channel, ada) for _ in range(2)]

    assert (await raw(fake, "POST", first, {"type": 6}))[0] == 204
    assert (await refusal(fake, "POST", first, {"type": 6}))["code"] == 40060
    fake.clock.advance(timedelta(seconds=4))
    assert (await refusal(fake, "POST", late, {"type": 6}))["code"] == 10062
    wrong = first.replace("/interactions/", "/interactions/1")
    assert (await refusal(fake, "POST", wrong, {"type": 6}))["code"] == 10062


async def test_follow_ups_need_an_answer_first_and_end_after_a_quarter_of_an_hour(
    fake: FakeDiscord, channel: Channel, ada: Member
) -> None:
    path = await callback_path(fake, channel, ada)
    webhook = f"/webhooks/{fake.app.id}/{path.split('/')[3]}"
    body = {"content": "more", "flags": 64}

    assert (await refusal(fake, "POST", webhook, body))["code"] == 10015
    assert (await raw(fake, "POST", path, {"type": 5, "data": {"flags": 64}}))[0] == 204
    _, deferred = await raw(fake, "POST", webhook, {"content": "done"})
    _, more = await raw(fake, "POST", webhook, body)
    _, original = await raw(fake, "GET", f"{webhook}/messages/@original")
    deleted = await raw(fake, "DELETE", f"{webhook}/messages/{more['id']}")
    fake.clock.advance(timedelta(minutes=15))
    expired = await refusal(fake, "PATCH", f"{webhook}/messages/@original", {"content": "late"})

    assert original["id"] == deferred["id"] != more["id"]
    assert original["flags"] == 64
    assert deleted == (204, None)
    assert expired["code"] == 50027


async def test_ephemeral_messages_cannot_be_fetched_from_the_channel(
    fake: FakeDiscord, bot: Bot, channel: Channel, ada: Member
) -> None:
    bot.answer = lambda interaction: interaction.response.send_message("psst", ephemeral=True)

    seen = (await ada.press(await posted(bot, channel), "Answer")).as_message()

    path = f"/channels/{channel.id}/messages/{seen.id}"
    assert (await refusal(fake, "GET", path))["code"] == 10008
    assert fake.gateway.dispatched("MESSAGE_CREATE")[-1]["content"] != "psst"


async def test_a_dialogue_survives_a_new_process(
    fake: FakeDiscord, channel: Channel, ada: Member
) -> None:
    async with connected(fake) as first:
        first.answer = lambda i: i.response.send_modal(Form(custom_id="form"))
        card = await posted(first, channel)
        modal = (await ada.press(card, "Answer")).as_modal()

    async with connected(fake) as second:
        second.answer = lambda i: i.response.send_message("kept", ephemeral=True)
        seen = await ada.submit(modal, {"words": "text", "sure": "1"})

    assert seen.as_message().text == "kept"


async def test_two_processes_on_one_shard_both_hear_and_only_one_answers(
    fake: FakeDiscord, channel: Channel, ada: Member
) -> None:
    codes_seen: list[int] = []

    async def answer(interaction: discord.Interaction[Any]) -> None:
        try:
            await interaction.response.send_message("me", ephemeral=True)
        except discord.HTTPException as error:
            codes_seen.append(error.code)

    async with connected(fake) as one, connected(fake) as other:
        one.answer = other.answer = answer
        card = await posted(one, channel)
        await ada.press(card, "Answer")
        await fake.until(lambda: codes_seen)

    assert codes_seen == [40060]
    assert len(ada.private(channel)) == 1


async def test_commands_work_in_direct_messages(fake: FakeDiscord, bot: Bot, ada: Member) -> None:
    bot.answer = lambda interaction: interaction.response.send_message("practice")
    await register(fake, bot, a_command(contexts=[0, 1]))

    seen = await ada.command("ping", channel=ada.dm)

    assert seen.as_message().text == "practice"
    assert bot.interactions[0].guild_id is None


async def test_a_member_of_two_guilds_is_one_account(fake: FakeDiscord, ada: Member) -> None:
    elsewhere = fake.guild("Elsewhere").member("Ada", user=ada.user)

    assert elsewhere.id == ada.id
    assert elsewhere.dm is ada.dm
