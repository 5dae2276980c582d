"""Numbers for Prometheus, and the thin wrappers that measure the engine and the turns."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.turn.worker import Answerer
from crm_store.types.conversations import Lease, Message
from nlu.figures import figures_of
from nlu.ports import NluEngine
from nlu.types import Parse

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """One process's metrics; each instance has a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.turns = Counter(
            "huike_turns", "Messages answered by this process", registry=self.registry
        )
        self.failures = Counter(
            "huike_turn_failures", "Turns that broke off with an error", registry=self.registry
        )
        self.turn_seconds = Histogram(
            "huike_turn_seconds",
            "From the receipt of a message to its answer being committed",
            buckets=SECONDS,
            registry=self.registry,
        )
        self.parse_seconds = Histogram(
            "huike_parse_seconds",
            "Understanding one text",
            buckets=SECONDS,
            registry=self.registry,
        )
        self.handoffs_waiting = Gauge(
            "huike_handoffs_waiting", "Conversations that wait for a human", registry=self.registry
        )
        self.streams = Gauge(
            "huike_sse_connections", "Open event streams of the web chat", registry=self.registry
        )

    def watch(self, engine: NluEngine) -> None:
        """Show what the engine and the engines inside it tell of their work."""
        self.registry.register(_Figures(engine))

    def text(self) -> bytes:
        """Return everything in Prometheus's text format."""
        return generate_latest(self.registry)


class _Figures(Collector):
    """An engine's figures, read when Prometheus asks for them."""

    def __init__(self, engine: NluEngine) -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        """Return the figures, those of one name together."""
        families: dict[str, Metric] = {}
        for figure in figures_of(self._engine):
            kind = "counter" if figure.counts else "gauge"
            name = f"huike_{figure.name}"
            family = families.setdefault(name, Metric(name, figure.meaning, kind))
            sample = f"{name}_total" if figure.counts else name
            family.add_sample(sample, dict(figure.labels), figure.value)
        yield from families.values()


class MeasuredEngine:
    """An engine whose parses are timed; otherwise the engine itself."""

    def __init__(self, engine: NluEngine, metrics: Metrics) -> None:
        self._engine = engine
        self._metrics = metrics

    @property
    def fingerprint(self) -> str:
        """The model's name."""
        return self._engine.fingerprint

    @property
    def intents(self) -> frozenset[str]:
        """Every intent of the engine."""
        return self._engine.intents

    async def parse(
        self,
        text: str,
        *,
        allowed_intents: frozenset[str] | None = None,
        now: datetime | None = None,
        expecting: frozenset[str] | None = None,
    ) -> Parse:
        """Understand `text` as the engine does."""
        started = time.perf_counter()
        try:
            return await self._engine.parse(
                text, allowed_intents=allowed_intents, now=now, expecting=expecting
            )
        finally:
            self._metrics.parse_seconds.observe(time.perf_counter() - started)


class MeasuredAnswerer:
    """A turn runner whose turns are counted and timed."""

    def __init__(
        self,
        runner: Answerer,
        metrics: Metrics,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._runner = runner
        self._metrics = metrics
        self._clock = clock

    async def answer(self, lease: Lease, message: Message) -> None:
        """Answer as the runner does."""
        with self._metrics.failures.count_exceptions():
            await self._runner.answer(lease, message)
        self._metrics.turns.inc()
        waited = self._clock() - message.created_at
        self._metrics.turn_seconds.observe(max(0.0, waited.total_seconds()))
