"""The composition root: the one place that names concrete adapters and wires them.

Everything is opened by an ``async with`` and closed in reverse order. Heavy libraries are imported
by the function that needs them, so that a command that only wants the store does not load a model.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

from bot import skills
from bot.articles import help_centre
from bot.catalogue import catalog_items
from bot.dialogue.skill import Services
from bot.engines import open_nlu
from bot.policies import load_policies
from bot.replies import LANGUAGES, Phrasebook
from bot.settings import ConfigError, Settings, load_settings
from bot.turn.bell import Bell
from bot.turn.inbox import Inbox
from bot.turn.turn import TurnRunner
from bot.turn.worker import Answerer, Worker
from crm_store.loyalty.rules import load_rules
from crm_store.sources.mapping import Mappings
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from crm_store.vault import Vault
from knowledge.ports import CatalogSearch, Embedder, FaqSearch
from nlu.ports import NluEngine

Progress: TypeAlias = Callable[[str, int, int], None]
"""Told the step, how much of it is done, and how much there is."""


SALES_MEMORY = timedelta(days=180)
"""How far back sales say what is popular and what is bought together."""


def no_progress(step: str, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class App:
    """Everything that answers a conversation, wired."""

    settings: Settings
    store: SqlStore
    search: CatalogSearch
    nlu: NluEngine
    services: Services
    bell: Bell
    inbox: Inbox
    runner: TurnRunner

    def worker(self, answerer: Answerer | None = None) -> Worker:
        """Return a worker; each answers one conversation at a time."""
        conversation = self.settings.assistant.conversation
        return Worker(
            self.store,
            answerer or self.runner,
            self.bell,
            lease=timedelta(seconds=conversation.lease_seconds),
            poll_seconds=conversation.poll_seconds,
        )


def vault_of(settings: Settings) -> Vault:
    """Return the vault over the configured keys; raises `ConfigError` when there are none."""
    keys = [key for key in settings.env.data_keys.get_secret_value().split(",") if key]
    index_key = settings.env.index_key.get_secret_value()
    if not keys or not index_key:
        raise ConfigError("HUIKE_DATA_KEYS and HUIKE_INDEX_KEY are not set; run: huike init")
    return Vault(keys, index_key)


def mappings_of(settings: Settings) -> Mappings:
    """Return the descriptions of sources in force; raises `ConfigError` on a missing folder."""
    folder = settings.assistant.sources.mappings
    if folder is not None and not folder.is_dir():
        raise ConfigError(f"assistant.sources.mappings: no folder {folder}")
    return Mappings(folder)


@asynccontextmanager
async def open_store(settings: Settings | None = None) -> AsyncIterator[SqlStore]:
    """Open the configured database, whose schema must be up to date."""
    settings = settings or load_settings()
    rules = settings.assistant.loyalty.rules
    store = await SqlStore.open(
        settings.env.database, vault_of(settings), rules=load_rules(rules) if rules else None
    )
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def open_app(
    settings: Settings | None = None, *, progress: Progress = no_progress
) -> AsyncIterator[App]:
    """Open everything that answers a conversation: store, embedder, index, NLU."""
    settings = settings or load_settings()
    async with open_store(settings) as store:
        embedder = await asyncio.to_thread(load_embedder, settings, progress)
        phrasebook = phrasebook_of(settings)
        search = await open_search(settings, store, embedder, phrasebook, progress)
        faq = await open_faq(settings, store, embedder, progress)
        async with open_nlu(settings, store, embedder, progress) as nlu:
            yield assemble(settings, store, search, faq, nlu, phrasebook)


def phrasebook_of(settings: Settings) -> Phrasebook:
    """Read the reply templates, for the retailer's time zone."""
    return Phrasebook(time_zone=settings.assistant.retailer.time_zone)


def assemble(
    settings: Settings,
    store: SqlStore,
    search: CatalogSearch,
    faq: FaqSearch,
    nlu: NluEngine,
    phrasebook: Phrasebook,
) -> App:
    """Wire opened parts."""
    services = Services(store, search, faq, phrasebook, lambda: datetime.now(UTC))
    bell = Bell()
    limit = settings.assistant.conversation.max_characters
    return App(
        settings=settings,
        store=store,
        search=search,
        nlu=nlu,
        services=services,
        bell=bell,
        inbox=Inbox(store, bell, max_characters=limit),
        runner=TurnRunner(services, nlu, skills.load()),
    )


def load_embedder(settings: Settings, progress: Progress = no_progress) -> Embedder:
    """Load the configured embedder; converts the bundled model on first use."""
    from knowledge.embedding import EmbedderSpec, Engine  # noqa: PLC0415 - loads numpy
    from knowledge.embedding import load_embedder as load  # noqa: PLC0415
    from knowledge.embedding.remembering import RememberingEmbedder  # noqa: PLC0415

    wanted = settings.assistant.knowledge
    spec = EmbedderSpec(model=wanted.model, engine=Engine(wanted.engine), threads=wanted.threads)
    embedder = load(
        spec,
        settings.env.var / "models",
        lambda done, total: progress("Preparing the language model", done, total),
    )
    return RememberingEmbedder(embedder)


async def open_faq(
    settings: Settings, store: SqlStore, embedder: Embedder, progress: Progress = no_progress
) -> FaqSearch:
    """Open the index of the help centre; raises `ConfigError` on articles that cannot be used."""
    from knowledge.faq.search import open_faq as open_index  # noqa: PLC0415 - loads FAISS

    async with store.reading(SYSTEM) as uow:
        loyalty = uow.loyalty.rules
    folder = settings.assistant.knowledge.articles
    articles = help_centre(folder, load_policies(), loyalty)
    told = lambda done, total: progress("Indexing the help centre", done, total)  # noqa: E731
    root = settings.env.var / "faq"
    return await asyncio.to_thread(open_index, root, articles, embedder, told)


def _pairs(file: Path) -> Mapping[str, tuple[str, ...]]:
    from knowledge.pairing import PairsFileError, read_pairs  # noqa: PLC0415

    try:
        return read_pairs(file)
    except PairsFileError as error:
        raise ConfigError(f"assistant.knowledge.pairs: {error}") from None


async def open_search(
    settings: Settings,
    store: SqlStore,
    embedder: Embedder,
    phrasebook: Phrasebook,
    progress: Progress = no_progress,
) -> CatalogSearch:
    """Open the search index, built first where it is missing or stale."""
    from knowledge.index import open_or_build  # noqa: PLC0415 - loads FAISS
    from knowledge.sales import SalesFacts  # noqa: PLC0415
    from knowledge.search import HybridCatalogSearch  # noqa: PLC0415

    async with store.reading(SYSTEM) as uow:
        products = await uow.catalog.products()
        baskets = await uow.catalog.baskets(datetime.now(UTC) - SALES_MEMORY)
    items = catalog_items(
        products,
        {lang: phrasebook.section(lang, "colours") for lang in LANGUAGES},
        _pairs(settings.assistant.knowledge.pairs),
    )

    def opened() -> CatalogSearch:
        index = open_or_build(
            settings.env.var / "index",
            items,
            embedder,
            lambda done, total: progress("Indexing the catalogue", done, total),
        )
        return HybridCatalogSearch(items, index, embedder, SalesFacts.from_baskets(baskets))

    return await asyncio.to_thread(opened)
