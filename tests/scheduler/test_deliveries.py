"""Deliveries: each arrives once, whatever the platform answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace

import pytest

from bot.core.duties import daily_plan
from bot.core.errors import ChartError, StoreError
from bot.core.models import (
    Caller,
    ChannelState,
    Delivery,
    DeliveryState,
    Kind,
    MessageRef,
    Platform,
)
from bot.core.ports import Pace, Store
from bot.core.views import Week
from bot.store.database import Database
from bot.store.store import Store as RealStore
from tests.builders import (
    DAY,
    HOUR,
    MINUTE,
    MONDAY,
    NOON,
    a_caller,
    a_channel,
    a_schedule,
    always,
    grade,
    the_round,
)
from tests.fakes.channel_server import AT_ONCE, ChannelMessenger, ChannelServer, Fault, Plan
from tests.scheduler.harness import (
    QUICK,
    STEADY,
    MovedClock,
    a_bot,
    a_server_and_bot,
    until,
)


async def the_delivery(
    store: Store, kind: Kind = Kind.DAILY, caller: Caller | None = None
) -> Delivery:
    """The newest delivery of a kind in the caller's channel."""
    last = await store.last_deliveries(caller or a_caller())
    return next(delivery for delivery in last if delivery.kind is kind)


def one_after_the_other(faults: Iterable[Fault], request: str = "post") -> Plan:
    """Each request of a kind goes wrong in its turn; then all goes well."""
    left = iter(faults)
    return lambda name, _payload: next(left, Fault.NONE) if name == request else Fault.NONE


async def test_a_daily_is_posted_when_its_time_has_come(store: Store):
    await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        await bot.beat()

        (message,) = server.messages
        sent = await the_delivery(store)
        assert (message.kind, message.channel) == ("daily", "C1")
        assert (sent.state, sent.message, sent.tries) == (DeliveryState.SENT, message.id, 1)
        assert (await store.open_round(a_caller(), NOON)) is not None


async def test_each_delivery_that_comes_to_its_end_is_counted_with_how_long_it_was_owed(
    store: Store,
):
    await a_channel(store)
    counted: list[object] = []

    async with a_server_and_bot(store, count=lambda *each: counted.append(each)) as (server, bot):
        server.plan = one_after_the_other([Fault.DOWN, Fault.NONE, Fault.FORBIDDEN])
        await bot.beat()
        assert counted == []
        bot.clock.move(minutes=1)
        await bot.beat()
        await bot.beat_at(NOON + DAY)

    sent, failed = DeliveryState.SENT, DeliveryState.FAILED
    assert (Platform.SLACK, Kind.DAILY, sent, MINUTE) in counted
    assert (Platform.SLACK, Kind.ANSWER, failed, None) in counted


async def test_nothing_is_posted_before_its_time(store: Store):
    await a_channel(store, now=NOON + MINUTE)

    async with a_server_and_bot(store) as (server, bot):
        await bot.beat()
        bot.clock.move(seconds=59)
        await bot.beat()

        assert not server.messages


@pytest.mark.parametrize("fault", [Fault.DOWN, Fault.BROKEN, Fault.BUSY])
async def test_a_post_that_was_not_taken_is_sent_again_after_a_pause(store: Store, fault: Fault):
    await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        server.plan = one_after_the_other([fault] * 3)
        for _ in range(4):
            await bot.beat()
            bot.clock.move(minutes=1)

        assert len(server.messages) == 1
        assert (await the_delivery(store)).tries == 4


@pytest.mark.parametrize("fault", [Fault.DROPPED, Fault.BROKEN_AFTER, Fault.SLOW, Fault.LATE])
async def test_a_post_whose_answer_was_lost_is_looked_for_and_not_sent_again(
    store: Store, fault: Fault
):
    await a_channel(store)

    async with a_server_and_bot(store, patience=QUICK) as (server, bot):
        server.while_ = 1.3
        server.plan = one_after_the_other([fault])
        await bot.beat()
        if fault is Fault.SLOW:
            await until(lambda: bool(server.messages))  # taken after we gave up
        bot.clock.move(minutes=1)
        await bot.beat()

        assert [name for name, _ in server.requests] == ["post", "find"]
        (message,) = server.messages
        assert (await the_delivery(store)).message == message.id


async def test_an_answer_given_twice_is_heard_once(store: Store):
    for number in range(3):
        await a_channel(store, a_caller(channel=f"C{number}"))

    async with a_server_and_bot(store) as (server, bot):
        server.plan = lambda _name, _payload: Fault.TWICE
        await bot.beat()
        server.plan = lambda _name, _payload: Fault.NONE
        bot.clock.move(minutes=5)
        await bot.beat()

        assert sorted(message.channel for message in server.messages) == ["C0", "C1", "C2"]


async def test_a_post_that_did_not_arrive_is_sent_again_after_a_look(store: Store):
    await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        server.plan = one_after_the_other([Fault.BROKEN])
        await bot.beat()
        bot.clock.move(minutes=1)
        await bot.beat()

        assert [name for name, _ in server.requests] == ["post", "find", "post"]
        assert len(server.messages) == 1


async def test_while_nobody_can_look_nothing_is_sent(store: Store):
    await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        server.plan = lambda name, _: Fault.DROPPED if name == "post" else Fault.DOWN
        for _ in range(5):
            await bot.beat()
            bot.clock.move(minutes=2)
        server.plan = lambda _name, _payload: Fault.NONE
        bot.clock.move(minutes=2)
        await bot.beat()

        assert [name for name, _ in server.requests].count("post") == 1
        assert len(server.messages) == 1
        assert (await the_delivery(store)).state is DeliveryState.SENT


async def test_a_platform_that_never_lets_the_bot_look_fails_what_may_have_arrived(store: Store):
    await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        server.plan = lambda name, _: Fault.DROPPED if name == "post" else Fault.FORBIDDEN
        await bot.beat()
        bot.clock.move(minutes=1)
        await bot.beat()

        assert (await the_delivery(store)).state is DeliveryState.FAILED
        assert len(server.of("C1")) == 1  # and not two


async def test_what_is_refused_fails_at_once_and_its_admin_is_told_once(store: Store):
    await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        server.plan = lambda _, payload: (
            Fault.FORBIDDEN if payload["kind"] == "daily" else Fault.NONE
        )
        await bot.beat()
        await bot.beat()
        await bot.beat_at(NOON + DAY)
        await bot.beat()

        (notice,) = server.messages
        assert (notice.kind, notice.member) == ("notice", "U1")
        channel = await store.find_channel(a_caller())
        assert channel is not None and channel.state is ChannelState.ACTIVE
        assert channel.failing_since == NOON
        assert channel.failing_reason == "the bot is not in the channel"
        assert (await the_delivery(store)).tries == 1


async def test_a_failing_channel_heals_with_the_next_post_that_works(store: Store):
    await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        server.plan = lambda _, payload: (
            Fault.FORBIDDEN if payload["kind"] == "daily" else Fault.NONE
        )
        await bot.beat()
        server.plan = lambda _name, _payload: Fault.NONE
        await bot.beat_at(NOON + DAY)

        channel = await store.find_channel(a_caller())
        assert channel is not None and channel.failing_since is None
        assert [message.kind for message in server.messages] == ["notice", "daily"]


async def test_one_broken_channel_delays_no_other_and_loses_no_setting(store: Store):
    before = {}
    for number in range(8):
        caller = a_caller(channel=f"C{number}")
        before[f"C{number}"] = (await a_channel(store, caller)).settings

    async with a_server_and_bot(store, patience=QUICK) as (server, bot):
        server.plan = lambda _, payload: (
            Fault.SILENT if payload["channel"] == "C0"
            else Fault.FORBIDDEN if payload["channel"] == "C1" else Fault.NONE
        )  # fmt: skip
        await bot.beat()

        assert {message.channel for message in server.messages} == {f"C{n}" for n in range(2, 8)}
        for name, settings in before.items():
            kept = await store.find_channel(a_caller(channel=name))
            assert kept is not None and kept.settings == settings


async def test_a_silent_workspace_delays_no_other(store: Store):
    for workspace in range(3):
        for number in range(20):
            await a_channel(store, a_caller(workspace=f"T{workspace}", channel=f"C{number}"))

    async with a_server_and_bot(store) as (server, bot):
        server.plan = lambda _, p: Fault.SILENT if p["workspace"] == "T0" else Fault.NONE
        await bot.ticker.beat()
        await until(lambda: len(server.messages) == 40)

        assert {message.workspace for message in server.messages} == {"T1", "T2"}
        asked = sum(payload["workspace"] == "T0" for _, payload in server.requests)
        assert asked <= 8  # it holds no more of us than this


async def test_a_429_holds_its_workspace_for_as_long_as_it_asks_and_no_other(store: Store):
    for workspace in ("T0", "T1"):
        await a_channel(store, a_caller(workspace=workspace, channel="C0"))
        later = a_caller(workspace=workspace, channel="C1")
        await a_channel(store, later, schedule=a_schedule("12:01"), now=NOON + MINUTE)
    clock = MovedClock()

    async with (
        ChannelServer(retry_after=180) as server,
        ChannelMessenger(server.url) as messenger,
        a_bot(store, messenger, clock=clock, timer=clock.standing_timer()) as bot,
    ):
        server.plan = one_after_the_other([Fault.BUSY, Fault.BUSY])
        await bot.beat()  # both workspaces are told to wait
        asked = len(server.requests)
        for _ in range(17):
            bot.clock.move(seconds=10)
            await bot.beat()

        assert asked == 2
        assert len(server.requests) == 2  # nor is what came due meanwhile sent there
        for _ in range(4):
            bot.clock.move(seconds=10)
            await bot.beat()
        assert len(server.messages) == 4


async def test_a_429_holds_no_other_workspace(store: Store):
    for workspace in ("T0", "T1"):
        for number in range(5):
            await a_channel(store, a_caller(workspace=workspace, channel=f"C{number}"))

    async with a_server_and_bot(store) as (server, bot):
        server.plan = lambda _, p: Fault.BUSY if p["workspace"] == "T0" else Fault.NONE
        await bot.beat()

        assert [message.workspace for message in server.messages] == ["T1"] * 5


async def test_a_daily_is_given_up_when_its_day_is_over_and_its_admin_is_told(store: Store):
    await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        server.plan = lambda _name, _payload: Fault.DOWN
        while bot.clock.now < NOON + 13 * HOUR:
            await bot.beat()
            bot.clock.move(minutes=5)
        failed = await the_delivery(store)
        server.plan = lambda _name, _payload: Fault.NONE
        bot.clock.move(hours=1)
        await bot.beat()

        assert failed.state is DeliveryState.FAILED
        assert failed.error == "503: down"
        assert 20 < failed.tries < 60
        assert [message.kind for message in server.messages] == ["notice"]


async def test_pauses_grow_and_are_spread(store: Store):
    await a_channel(store)
    pauses = []

    async with a_server_and_bot(store) as (server, bot):
        server.plan = lambda _name, _payload: Fault.DOWN
        for _ in range(8):
            await bot.beat()
            due_at = (await the_delivery(store)).due_at
            assert due_at is not None
            pauses.append((due_at - bot.clock.now).total_seconds())
            bot.clock.move_to(due_at)

    for tries, pause in enumerate(pauses):
        assert 2**tries <= pause <= 2 ** (tries + 1)
    assert len({pause / 2**tries for tries, pause in enumerate(pauses)}) == len(pauses)


async def test_a_daily_that_waited_past_its_day_is_skipped_and_nobody_is_alarmed(store: Store):
    await a_channel(store)
    async with a_server_and_bot(store) as (server, bot):
        await store.claim_dailies(
            [Platform.SLACK], NOON, daily_plan, bot.ticker._pick
        )  # claimed, and then the bot was down for three days
        await bot.beat_at(NOON + 3 * DAY)

        assert len(server.messages) == 1
        states = {d.local_on: d.state for d in await store.last_deliveries(a_caller())}
        assert states == {
            MONDAY: DeliveryState.SKIPPED,
            MONDAY + DAY: DeliveryState.SKIPPED,
            MONDAY + 2 * DAY: DeliveryState.SKIPPED,
            MONDAY + 3 * DAY: DeliveryState.SENT,
        }
        channel = await store.find_channel(a_caller())
        assert channel is not None and channel.failing_since is None


async def test_a_daily_whose_day_is_over_is_not_sent_even_while_its_round_is_open(store: Store):
    mondays = a_schedule(days=frozenset({0}))
    await a_channel(store, schedule=mondays, open_for=7 * DAY)

    async with a_server_and_bot(store) as (server, bot):
        await store.claim_dailies([Platform.SLACK], NOON, daily_plan, bot.ticker._pick)
        await bot.beat_at(NOON + DAY)

        assert not server.messages
        assert (await the_delivery(store)).state is DeliveryState.SKIPPED


async def test_a_post_found_after_its_round_closed_still_owes_its_answer(store: Store):
    await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        server.plan = one_after_the_other([Fault.DROPPED])
        await bot.beat()
        await bot.beat_at(NOON + DAY)
        await bot.beat()

        # Whether it comes before the second card depends on how soon the first one is found.
        first, *others = ((m.kind, m.thread) for m in server.messages)
        assert first == ("daily", None)
        assert sorted(others, key=str) == [("answer", "m1"), ("daily", None)]


async def test_an_answer_goes_under_its_card(store: Store):
    await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        await bot.beat()
        await bot.beat_at(NOON + DAY)

        assert [(m.kind, m.thread) for m in server.messages] == [
            ("daily", None),
            ("answer", "m1"),
            ("daily", None),
        ]


async def test_a_digest_is_posted_for_a_week_in_which_somebody_played(store: Store):
    await a_channel(store, digest_at=NOON.time())
    await a_channel(store, a_caller(channel="C2"), digest_at=NOON.time())

    async with a_server_and_bot(store) as (server, bot):
        await bot.beat()
        await grade(store, await the_round(store))
        await bot.beat_at(NOON + 7 * DAY)

        assert [m.channel for m in server.messages if m.kind == "digest"] == ["C1"]


async def test_a_digest_that_could_not_be_read_waits_for_no_lease_to_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    async def away(*_: object) -> Week:
        raise StoreError("the database is away")

    await a_channel(store, digest_at=NOON.time())
    async with a_server_and_bot(store) as (server, bot):
        await bot.beat()
        await grade(store, await the_round(store))
        with monkeypatch.context() as database:
            database.setattr(store, "week", away)
            await bot.beat_at(NOON + 7 * DAY)
        assert bot.health.trouble == "the database is away"
        bot.clock.move(seconds=5)
        await bot.beat()

        assert [m.kind for m in server.messages].count("digest") == 1
        assert "find" not in [name for name, _ in server.requests]


async def test_a_digest_whose_picture_cannot_be_drawn_goes_without(
    store: Store, caplog: pytest.LogCaptureFixture
):
    async def broken(_chart: object) -> bytes:
        raise ChartError("no fonts")

    await a_channel(store, digest_at=NOON.time())
    async with a_server_and_bot(store, painter=broken) as (server, bot):
        await bot.beat()
        await grade(store, await the_round(store))
        await bot.beat_at(NOON + 7 * DAY)

        assert [m.kind for m in server.messages].count("digest") == 1
        assert "goes without its picture: no fonts" in caplog.text


async def test_what_breaks_in_an_adapter_is_logged_and_looked_for(
    store: Store, caplog: pytest.LogCaptureFixture
):
    class Broken(ChannelMessenger):
        async def post(self, parcel: object) -> MessageRef:
            await super().post(parcel)  # type: ignore[arg-type]  # passed on
            raise KeyError("ts")

    await a_channel(store)
    async with (
        ChannelServer() as server,
        Broken(server.url) as messenger,
        a_bot(store, messenger) as bot,
    ):
        await bot.beat()
        bot.clock.move(minutes=1)
        await bot.beat()

        assert len(server.messages) == 1
        assert (await the_delivery(store)).state is DeliveryState.SENT
        assert "could not be sent" in caplog.text


async def test_a_question_the_deck_lost_fails_with_advice(store: Store):
    await a_channel(store)
    async with a_server_and_bot(store) as (server, bot):
        await store.claim_dailies([Platform.SLACK], NOON, daily_plan, always("gone"))
        await bot.beat()
        await bot.beat()

        assert (await the_delivery(store)).error == "the deck no longer holds gone"
        assert [message.kind for message in server.messages] == ["notice"]


async def test_a_channel_that_was_left_gets_nothing_more(store: Store):
    channel = await a_channel(store)

    async with a_server_and_bot(store) as (server, bot):
        await store.leave_channel(channel.address)
        await bot.beat()
        bot.clock.move(days=1)
        await bot.beat()

        assert not server.messages


async def test_whoever_waits_is_handed_back_when_the_process_stops(store: Store):
    for number in range(5):
        await a_channel(store, a_caller(channel=f"C{number}"))
    clock, pace = MovedClock(), Pace(per_second=1, per_workspace=1)

    async with ChannelServer() as server, ChannelMessenger(server.url, pace=pace) as messenger:
        async with a_bot(store, messenger, clock=clock, timer=clock.standing_timer()) as bot:
            await bot.ticker.beat()
            await until(lambda: bool(server.messages))
        left = [(await store.last_deliveries(a_caller(channel=f"C{n}")))[0].state for n in range(5)]

    assert sorted(left) == [DeliveryState.PENDING] * 4 + [DeliveryState.SENT]


async def test_what_is_under_way_is_finished_when_the_process_stops(store: Store):
    await a_channel(store)

    async with ChannelServer(while_=0.2) as server, ChannelMessenger(server.url) as messenger:
        server.plan = lambda _name, _payload: Fault.SLOW
        waiting = replace(STEADY, farewell=STEADY.timeout)
        async with a_bot(store, messenger, patience=waiting) as bot:
            await bot.ticker.beat()
            await until(lambda: bool(server.requests))

    assert (await the_delivery(store)).state is DeliveryState.SENT


async def test_two_processes_share_the_work_and_double_nothing(database_url: str, store: Store):
    for number in range(60):
        await a_channel(store, a_caller(workspace=f"T{number % 7}", channel=f"C{number}"))
    other = Database(database_url)
    clock = MovedClock()

    async with (
        ChannelServer() as server,
        ChannelMessenger(server.url) as messenger,
        a_bot(store, messenger, clock=clock) as one,
        a_bot(RealStore(other), messenger, clock=clock) as two,
    ):
        await asyncio.gather(one.beat(), two.beat())
        await asyncio.gather(one.beat(), two.beat())

    await other.close()
    assert sorted(message.channel for message in server.messages) == sorted(
        f"C{number}" for number in range(60)
    )


async def test_each_platform_goes_its_own_way(store: Store):
    await a_channel(store)
    await a_channel(store, a_caller(platform=Platform.DISCORD, channel="D1"))

    async with (
        ChannelServer() as slack,
        ChannelServer() as discord,
        ChannelMessenger(slack.url) as one,
        ChannelMessenger(discord.url, Platform.DISCORD) as two,
        a_bot(store, one, two, patience=QUICK) as bot,
    ):
        slack.plan = lambda _name, _payload: Fault.SILENT
        await bot.beat()

        assert [message.channel for message in discord.messages] == ["D1"]
        assert not slack.messages


async def test_tries_are_bounded(store: Store):
    await a_channel(store)

    async with a_server_and_bot(store, patience=replace(STEADY, tries=3)) as (server, bot):
        server.plan = lambda _name, _payload: Fault.DOWN
        for _ in range(6):
            await bot.beat()
            bot.clock.move(minutes=1)

        assert (await the_delivery(store)).state is DeliveryState.FAILED
        assert sum(p["kind"] == "daily" for _, p in server.requests) == 3


async def test_a_lease_that_is_nearly_over_is_handed_back_untried(store: Store):
    await a_channel(store)
    clock, pace = MovedClock(), Pace(per_second=1, per_workspace=1)
    await a_channel(store, a_caller(channel="C2"))

    async with (
        ChannelServer() as server,
        ChannelMessenger(server.url, pace=pace) as messenger,
        a_bot(store, messenger, clock=clock, timer=clock.standing_timer()) as bot,
    ):
        await bot.ticker.beat()
        await until(lambda: bool(server.messages))
        clock.move(minutes=3)  # the process was stopped, or the machine slept
        for _ in range(5):
            await bot.ticker.beat()
            await asyncio.sleep(0.05)
            clock.move(seconds=10)

        assert sorted(message.channel for message in server.messages) == ["C1", "C2"]


async def test_who_waited_past_the_lease_leaves_the_post_to_the_next(
    database_url: str, store: Store
):
    for number in range(2):
        await a_channel(store, a_caller(channel=f"C{number}"))
    clock, slow, other = (
        MovedClock(),
        Pace(per_second=0.01, per_workspace=1),
        Database(database_url),
    )

    async with (
        ChannelServer() as server,
        ChannelMessenger(server.url, pace=slow) as one,
        ChannelMessenger(server.url) as two,
        a_bot(store, one, clock=clock, timer=clock.standing_timer()) as waiting,
        a_bot(RealStore(other), two, clock=clock) as next_one,
    ):
        await waiting.ticker.beat()
        await until(lambda: len(server.messages) == 1)
        clock.now += STEADY.lease - STEADY.margin / 2  # nearly over, not over
        await asyncio.sleep(0.1)  # its turn has come: it hands back and sends nothing
        await waiting.idle()
        sent_late = len(server.messages)
        await next_one.beat()

        assert sent_late == 1
        assert sorted(message.channel for message in server.messages) == ["C0", "C1"]
    await other.close()


def test_the_pace_of_tests_is_no_pace():
    assert AT_ONCE.per_second > 1e5
    assert STEADY.timeout < STEADY.margin
