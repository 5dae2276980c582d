"""An engine that may fail, and one that answers in its place."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from nlu.circuit import CircuitBreaker, CircuitState
from nlu.errors import NluUnavailableError
from nlu.figures import Figure, figures_of
from nlu.ports import NluEngine
from nlu.types import Parse

_logger = logging.getLogger(__name__)


class FallbackEngine:
    """Implements `NluEngine`: the preferred engine's answer, or else the fallback's.

    While the breaker is open the preferred engine is not asked, so that nobody waits for it. Which
    engine answered is told by the parse's fingerprint and counted in the figures.
    """

    def __init__(
        self,
        preferred: NluEngine,
        fallback: NluEngine,
        breaker: CircuitBreaker | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock` gives seconds."""
        self._preferred = preferred
        self._fallback = fallback
        self._breaker = breaker or CircuitBreaker()
        self._clock = clock
        self._answers = Counter(preferred=0, fallback=0)

    @property
    def fingerprint(self) -> str:
        """Names the model that answers at present."""
        closed = self._breaker.state(self._clock()) is CircuitState.CLOSED
        return (self._preferred if closed else self._fallback).fingerprint

    @property
    def intents(self) -> frozenset[str]:
        """What the preferred engine knows; the fallback learns from the same data."""
        return self._preferred.intents

    async def parse(
        self,
        text: str,
        *,
        allowed_intents: frozenset[str] | None = None,
        now: datetime | None = None,
        expecting: frozenset[str] | None = None,
    ) -> Parse:
        """See `NluEngine.parse`; raises only what the fallback raises."""
        if self._breaker.admit(self._clock()):
            try:
                parse = await self._preferred.parse(
                    text, allowed_intents=allowed_intents, now=now, expecting=expecting
                )
            except NluUnavailableError as error:
                self._failed(error)
            except BaseException:
                self._breaker.abandoned()
                raise
            else:
                self._succeeded()
                return parse
        self._answers["fallback"] += 1
        return await self._fallback.parse(
            text, allowed_intents=allowed_intents, now=now, expecting=expecting
        )

    def figures(self) -> Iterator[Figure]:
        """Who answered, and the breaker's state."""
        for engine, count in self._answers.items():
            yield Figure(
                "nlu_answers", "Texts understood, by engine", count, True, {"engine": engine}
            )
        present = self._breaker.state(self._clock())
        for state in CircuitState:
            yield Figure(
                "nlu_breaker",
                "1 for the state of the circuit breaker before the preferred engine",
                float(state is present),
                False,
                {"state": state},
            )
        yield from figures_of(self._preferred, self._fallback)

    def _succeeded(self) -> None:
        if self._breaker.state(self._clock()) is not CircuitState.CLOSED:
            _logger.warning("the NLU engine answers again")
        self._breaker.succeeded()
        self._answers["preferred"] += 1

    def _failed(self, error: NluUnavailableError) -> None:
        before = self._breaker.state(self._clock())
        self._breaker.failed(self._clock())
        if self._breaker.state(self._clock()) is not before:
            _logger.warning("the NLU engine is left alone for a while: %s", error)
