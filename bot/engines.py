"""The composition of understanding: which engine answers, which stands in, which looks on.

Part of the composition root, beside `bot.app`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias
from zoneinfo import ZoneInfo

from bot.catalogue import gazetteer
from bot.settings import Settings
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from nlu.ports import Embedder, NluEngine

if TYPE_CHECKING:
    from nlu.entities import Gazetteer
    from nlu.native import NativeEngine
    from nlu.rasa.engine import RasaEngine
    from nlu.spelling import Speller
    from nlu.training import TrainingData

Progress: TypeAlias = Callable[[str, int, int], None]
EngineName: TypeAlias = Literal["native", "rasa"]


@asynccontextmanager
async def open_nlu(
    settings: Settings,
    store: SqlStore,
    embedder: Embedder,
    progress: Progress,
    only: EngineName | None = None,
) -> AsyncIterator[NluEngine]:
    """Open the configured engine with its fallback and shadow, or one engine and nothing else.

    Either understands odd spelling, and several wishes in one message.
    """
    from nlu.reading import ReadingEngine  # noqa: PLC0415
    from nlu.segments import SegmentingEngine  # noqa: PLC0415

    async with AsyncExitStack() as stack:
        async with store.reading(SYSTEM) as uow:
            names = gazetteer(await uow.catalog.products(), await uow.catalog.shops())
        maker = _Maker(settings, embedder, names, progress, stack)
        if only is not None:
            engine = await maker.named(only, settings.assistant.nlu.data)
        else:
            engine = await maker.watched(await maker.live())
        speller = await asyncio.to_thread(maker.speller)
        yield SegmentingEngine(ReadingEngine(engine, speller))


@dataclass(frozen=True, slots=True)
class _Maker:
    settings: Settings
    embedder: Embedder
    names: "Gazetteer"
    progress: Progress
    stack: AsyncExitStack
    """Closes what was opened."""

    async def live(self) -> NluEngine:
        """Rasa answers with the native engine behind it; or the native engine alone."""
        from nlu.fallback import FallbackEngine  # noqa: PLC0415

        wanted = self.settings.assistant.nlu
        native = await self.named("native", wanted.data)
        if wanted.engine == "native":
            return native
        return FallbackEngine(await self.named("rasa", wanted.data), native)

    async def watched(self, live: NluEngine) -> NluEngine:
        """The live engine with its shadow, where one is configured."""
        from nlu.shadow import ShadowEngine  # noqa: PLC0415
        from nlu.shadow_log import ShadowLog  # noqa: PLC0415

        wanted = self.settings.assistant.nlu
        if wanted.shadow.engine == "none":
            return live
        shadow = await self.named(wanted.shadow.engine, wanted.shadow.data or wanted.data)
        file = self.settings.env.var / "nlu" / "shadow.jsonl"
        log = self.stack.enter_context(closing(ShadowLog(file)))
        engine = ShadowEngine(live, shadow, log.write)
        return await self.stack.enter_async_context(aclosing(engine))

    def speller(self) -> "Speller":
        """What is spelt right, by the training data and the retailer's own names."""
        from nlu.spelling import Speller  # noqa: PLC0415
        from nlu.training import read_training_data  # noqa: PLC0415

        return Speller(read_training_data(self.settings.assistant.nlu.data), self.names.words)

    async def named(self, name: EngineName, folder: Path) -> NluEngine:
        """One engine, trained on the data in `folder` or expected to be."""
        from nlu.training import read_training_data  # noqa: PLC0415

        data = await asyncio.to_thread(read_training_data, folder)
        if name == "rasa":
            return await self._rasa(data)
        return await asyncio.to_thread(self._native, data)

    def _native(self, data: "TrainingData") -> "NativeEngine":
        from nlu.entities import EntityExtractor  # noqa: PLC0415 - loads SciPy
        from nlu.native import NativeEngine, TrainingProgress, train  # noqa: PLC0415

        def told(at: TrainingProgress) -> None:
            step = "Reading example sentences" if at.step == "embed" else "Learning intents"
            self.progress(step, at.done, at.total)

        model = train(
            data, self.embedder, cache_folder=self.settings.env.var / "nlu", progress=told
        )
        extractor = EntityExtractor(data, self.names)
        return NativeEngine(model, self.embedder, extractor, timezone=self._zone())

    async def _rasa(self, data: "TrainingData") -> "RasaEngine":
        from nlu.entities import EntityExtractor  # noqa: PLC0415
        from nlu.rasa.client import RasaClient  # noqa: PLC0415
        from nlu.rasa.engine import RasaDecision, RasaEngine  # noqa: PLC0415

        wanted = self.settings.assistant.nlu.rasa
        client = RasaClient(
            self.settings.env.rasa_url or str(wanted.url),
            token=self.settings.env.rasa_token.get_secret_value(),
            seconds=wanted.seconds,
        )
        await self.stack.enter_async_context(client)
        return RasaEngine(
            client,
            data,
            EntityExtractor(data, self.names),
            decision=RasaDecision(wanted.threshold, wanted.ambiguity_gap),
            timezone=self._zone(),
        )

    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.assistant.retailer.time_zone)
