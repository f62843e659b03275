"""What is counted, on every face, in one place."""

from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from bot.core.errors import NoChannelError, NotRevealedError
from bot.core.models import DeliveryState, Kind, Platform
from bot.core.parts import Action, Verb
from bot.core.quiz import Quiz
from bot.metrics import Metrics
from bot.store.store import Store
from tests.builders import NOON, a_caller
from tests.decks import a_deck


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(CollectorRegistry())


def told(metrics: Metrics) -> str:
    return generate_latest(metrics.registry).decode()


def test_what_is_done_is_counted_as_kept_refused_or_broken(metrics):
    with metrics.interaction(Platform.WEB, Verb.GRADE):
        pass
    with pytest.raises(NoChannelError), metrics.interaction(Platform.SLACK, Verb.TEAM):
        raise NoChannelError
    with pytest.raises(ZeroDivisionError), metrics.interaction(Platform.SLACK, Verb.ME):
        1 / 0  # noqa: B018  # it has to break

    lines = told(metrics).splitlines()

    assert 'flaskquiz_interactions_total{face="web",outcome="kept",verb="grade"} 1.0' in lines
    assert 'flaskquiz_interactions_total{face="slack",outcome="refused",verb="team"} 1.0' in lines
    assert 'flaskquiz_interactions_total{face="slack",outcome="broken",verb="me"} 1.0' in lines
    assert 'flaskquiz_interaction_seconds_count{face="slack",verb="me"} 1.0' in lines


def test_deliveries_are_counted_with_how_late_they_were(metrics):
    metrics.delivery(Platform.SLACK, Kind.DAILY, DeliveryState.SENT, timedelta(seconds=4))
    metrics.delivery(Platform.SLACK, Kind.DAILY, DeliveryState.SENT, timedelta(seconds=-1))
    metrics.delivery(Platform.SLACK, Kind.DAILY, DeliveryState.FAILED)

    lines = told(metrics).splitlines()

    counted = 'flaskquiz_deliveries_total{kind="daily",platform="slack",state="%s"} %s'
    late = 'flaskquiz_delivery_late_seconds_%s{%skind="daily",platform="slack"%s} %s'
    assert counted % ("sent", "2.0") in lines
    assert counted % ("failed", "1.0") in lines
    assert late % ("sum", "", "", "4.0") in lines
    assert late % ("count", "", "", "2.0") in lines


def test_browsers_that_watch_are_asked_for_when_somebody_wants_to_know(metrics):
    watching = [2]
    metrics.watch(lambda: watching[0])
    watching[0] = 3

    assert "flaskquiz_page_watching 3.0" in told(metrics)


@pytest.mark.parametrize("platform", list(Platform))
async def test_whatever_is_asked_of_the_quiz_is_counted_once_on_every_face(
    metrics, store: Store, platform
):
    quiz = Quiz(a_deck(), store, lambda: NOON, {}, lambda: None, metrics.interaction)
    caller = a_caller(platform=platform)

    await quiz.join(caller)
    await quiz.command(caller, "settings time 12:00 zone UTC")
    await quiz.command(caller, "me")
    await quiz.press(caller, Action(Verb.ME))
    await quiz.home(caller)
    await quiz.command(caller, "what is this")
    await quiz.reply(caller, "elsewhere", "got it")
    key = str((await store.practice(caller, lambda _: "beginner-contexts", NOON)).attempt.key)
    with pytest.raises(NotRevealedError):
        await quiz.submit(caller, Action(Verb.GRADE, key), {"grade": "got_it"})

    counts = {
        (sample.labels["verb"], sample.labels["outcome"]): sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "flaskquiz_interactions_total" and sample.labels["face"] == platform
    }
    assert counts == {
        ("join", "kept"): 1,
        ("save", "kept"): 1,
        ("me", "kept"): 2,
        ("home", "kept"): 1,
        ("help", "kept"): 1,
        ("reply", "kept"): 1,
        ("grade", "refused"): 1,
    }
