"""What is counted, for all faces, in one place; labels never hold a name or an id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from bot.core.errors import QuizError
from bot.core.models import DeliveryState, Kind, Platform

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 3.0)
_LATE = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 21600.0)


class Metrics:
    """Counters over one registry; make one a process and pass its methods where things happen."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._interactions = Counter(
            "flaskquiz_interactions",
            "What members did, by face and verb; refused: the quiz said no, broken: a bug",
            ("face", "verb", "outcome"),
            registry=registry,
        )
        self._seconds = Histogram(
            "flaskquiz_interaction_seconds",
            "How long an interaction took to answer",
            ("face", "verb"),
            buckets=_SECONDS,
            registry=registry,
        )
        self._deliveries = Counter(
            "flaskquiz_deliveries",
            "Deliveries settled, by platform, kind and state",
            ("platform", "kind", "state"),
            registry=registry,
        )
        self._late = Histogram(
            "flaskquiz_delivery_late_seconds",
            "How long a delivery that was sent had been owed",
            ("platform", "kind"),
            buckets=_LATE,
            registry=registry,
        )
        self._watching = Gauge(
            "flaskquiz_page_watching", "Browsers that follow the page live", registry=registry
        )

    def watch(self, watching: Callable[[], int]) -> None:
        """Ask *watching* how many browsers follow the page, whenever somebody wants to know."""
        self._watching.set_function(watching)

    @contextmanager
    def interaction(self, face: Platform, verb: str) -> Iterator[None]:
        """Time what happens inside, and count it as kept, refused or broken; a `Meter`."""
        begun, outcome = perf_counter(), "broken"
        try:
            yield
            outcome = "kept"
        except QuizError:
            outcome = "refused"
            raise
        finally:
            self._interactions.labels(face, verb, outcome).inc()
            self._seconds.labels(face, verb).observe(perf_counter() - begun)

    def delivery(
        self,
        platform: Platform,
        kind: Kind,
        state: DeliveryState,
        late: timedelta | None = None,
    ) -> None:
        """Count a delivery that came to its end; *late* is how long a sent one had been owed."""
        self._deliveries.labels(platform, kind, state).inc()
        if late is not None:
            self._late.labels(platform, kind).observe(max(0.0, late.total_seconds()))
