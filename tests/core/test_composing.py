"""A delivery to the card it brings."""

from dataclasses import replace
from datetime import datetime

import pytest

from bot.core.composing import Composer
from bot.core.errors import ChartError, RefusedError
from bot.core.models import DeliveryState, Kind
from bot.core.parts import Picture, Table
from bot.core.ports import Chart
from bot.core.views import DigestPlan, Lease
from bot.store.store import Store
from tests.builders import (
    ALL_PLATFORMS,
    DAY,
    MINUTE,
    NOON,
    a_caller,
    a_channel,
    a_round,
    grade,
)
from tests.core.test_cards import said
from tests.decks import a_deck, a_question

DECK = a_deck(a_question("q1", prompt="What does `g` hold?"))
LATER = NOON + MINUTE


async def painted(chart: Chart) -> bytes:
    return chart.title.encode()


async def unpainted(_chart: Chart) -> bytes:
    raise ChartError("no fonts")


@pytest.fixture
def composer(store: Store) -> Composer:
    return Composer(DECK, store, painted)


async def a_lease(store: Store, kind: Kind, now: datetime = LATER) -> Lease:
    (lease,) = await store.lease(ALL_PLATFORMS, now, MINUTE, kinds=[kind])
    return lease


async def test_a_hello_is_for_all_and_under_nothing(store, composer):
    await store.join_channel(a_caller(), (await a_channel(store)).settings, NOON)
    lease = await a_lease(store, Kind.HELLO)

    parcel = await composer.parcel(lease, LATER)

    assert (parcel.id, parcel.kind) == (lease.delivery.id, Kind.HELLO)
    assert (parcel.thread, parcel.member) == (None, "")
    assert parcel.since == LATER
    assert parcel.to == lease.delivery.channel.address
    assert "Hello!" in said(parcel.card)


async def test_a_hello_where_the_bot_was_before_says_that_it_waits(store, composer):
    channel = await a_channel(store)
    await store.leave_channel(channel.address)
    await store.join_channel(a_caller(), channel.settings, NOON + DAY)

    parcel = await composer.parcel(await a_lease(store, Kind.HELLO, NOON + DAY), NOON + DAY)

    assert "I am paused" in said(parcel.card)
    assert "at 12:00 (UTC)" in said(parcel.card)
    assert "Resume" in said(parcel.card)


async def test_an_answer_goes_under_its_card(store, composer):
    key = await a_round(store)
    assert key.round_id is not None
    message = (await store.round_view(key.round_id)).round.message
    await store.claim_answers(ALL_PLATFORMS, NOON + DAY, lambda *_: None)

    parcel = await composer.parcel(await a_lease(store, Kind.ANSWER, NOON + DAY), NOON + DAY)

    assert parcel.thread == message is not None
    assert parcel.member == ""
    assert "The answer" in said(parcel.card)


async def test_a_notice_is_for_the_admin_alone(store, composer):
    await a_round(store)
    delivery = (await store.last_deliveries(a_caller()))[0]
    await store.share(a_caller(), NOON.date(), "all", NOON)
    lease = await a_lease(store, Kind.SHARE)
    await store.failed(lease.delivery.id, "not allowed", "Allow it.", LATER)

    parcel = await composer.parcel(await a_lease(store, Kind.NOTICE), LATER)

    assert delivery.state is DeliveryState.SENT
    assert parcel.member == a_caller().member
    assert "Allow it." in said(parcel.card)


@pytest.mark.parametrize("kind", [Kind.DAILY, Kind.ANSWER])
async def test_a_round_whose_question_left_the_deck_is_refused_with_what_to_do(store, kind):
    await a_round(store)
    await store.claim_answers(ALL_PLATFORMS, NOON + DAY, lambda *_: None)
    lease = await a_lease(store, Kind.ANSWER, NOON + DAY)
    lease = replace(lease, delivery=replace(lease.delivery, kind=kind))

    with pytest.raises(RefusedError) as refused:
        await Composer(a_deck(a_question("other")), store, painted).parcel(lease, NOON)

    assert "q1" in refused.value.reason
    assert "Put the question back" in refused.value.advice


async def test_a_shared_leaderboard_shows_the_period_that_was_shared(store, composer):
    await grade(store, await a_round(store), a_caller("U2"))
    await store.share(a_caller(), NOON.date(), "2026-11", NOON)

    parcel = await composer.parcel(await a_lease(store, Kind.SHARE), LATER)

    assert "Leaderboard, November 2026" in said(parcel.card)
    assert "Name of U2" in said(parcel.card)


@pytest.mark.parametrize(("painter", "pictures"), [(painted, 1), (unpainted, 0)])
async def test_a_digest_goes_with_its_picture_or_without(store, painter, pictures):
    await grade(store, await a_round(store), a_caller("U2"))
    week = NOON + 7 * DAY
    await store.claim_digests(
        ALL_PLATFORMS, week, lambda *_: DigestPlan(NOON.date(), week + 7 * DAY)
    )

    parcel = await Composer(DECK, store, painter).parcel(
        await a_lease(store, Kind.DIGEST, week), week
    )

    shown = [block for block in parcel.card if isinstance(block, Picture)]
    assert [picture.data for picture in shown] == [b"Leaderboard, week 48"] * pictures
    table = next(block for block in parcel.card if isinstance(block, Table))
    assert table.rows[0][1] == "Name of U2"
