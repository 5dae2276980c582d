"""A second engine on the same messages, for comparison: nobody waits for it or hears of it."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from nlu.errors import NluUnavailableError
from nlu.figures import Figure, figures_of
from nlu.ports import NluEngine
from nlu.types import Parse

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two engines that would have sent one message to different skills."""

    at: datetime | None
    """When the message was written."""
    live: Parse
    shadow: Parse


class ShadowEngine:
    """Implements `NluEngine`: the live engine's answer, and the shadow's on the side.

    The shadow starts when the live answer is there, a few texts at a time at most; when it falls
    behind, texts are left out and counted rather than queued.
    """

    def __init__(
        self,
        live: NluEngine,
        shadow: NluEngine,
        report: Callable[[Disagreement], None],
        *,
        at_once: int = 1,
        waiting: int = 32,
    ) -> None:
        """`report` is told of every disagreement. At most `waiting` texts are kept for later."""
        self._live = live
        self._shadow = shadow
        self._report = report
        self._turns = asyncio.Semaphore(at_once)
        self._most = at_once + waiting
        self._running: set[asyncio.Task[None]] = set()
        self._compared = Counter(yes=0, no=0, failed=0, dropped=0)

    @property
    def fingerprint(self) -> str:
        """Names the live model."""
        return self._live.fingerprint

    @property
    def intents(self) -> frozenset[str]:
        """What the live engine knows."""
        return self._live.intents

    async def parse(
        self,
        text: str,
        *,
        allowed_intents: frozenset[str] | None = None,
        now: datetime | None = None,
        expecting: frozenset[str] | None = None,
    ) -> Parse:
        """See `NluEngine.parse`; the live engine's answer."""
        live = await self._live.parse(
            text, allowed_intents=allowed_intents, now=now, expecting=expecting
        )
        if len(self._running) >= self._most:
            self._compared["dropped"] += 1
        else:
            task = asyncio.create_task(self._compare(live, allowed_intents, now, expecting))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return live

    async def aclose(self) -> None:
        """Give up what the shadow has not finished."""
        unfinished = tuple(self._running)
        for task in unfinished:
            task.cancel()
        await asyncio.gather(*unfinished, return_exceptions=True)

    def figures(self) -> Iterator[Figure]:
        """How often the two agree."""
        for agree, count in self._compared.items():
            meaning = "Texts that the shadow engine understood alike, and those it did not get to"
            yield Figure("shadow_parses", meaning, count, True, {"agree": agree})
        yield from figures_of(self._live, self._shadow)

    async def _compare(
        self,
        live: Parse,
        allowed_intents: frozenset[str] | None,
        now: datetime | None,
        expecting: frozenset[str] | None,
    ) -> None:
        try:
            async with self._turns:
                shadow = await self._shadow.parse(
                    live.text, allowed_intents=allowed_intents, now=now, expecting=expecting
                )
            agree = shadow.intent.name == live.intent.name
            if not agree:
                self._report(Disagreement(now, live, shadow))
        except NluUnavailableError:
            self._compared["failed"] += 1
        except Exception:
            # Whatever is wrong with a shadow must not reach the conversation.
            _logger.exception("the shadow engine broke")
            self._compared["failed"] += 1
        else:
            self._compared["yes" if agree else "no"] += 1
