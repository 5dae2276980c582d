"""What the HTTP channel is made of; the composition root fills it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Protocol, TypeAlias

from fastapi import Depends, Request

from bot.api.limits import RateLimit
from bot.api.metrics import Metrics
from bot.api.shelf import Shelf
from bot.api.signatures import IngestKeys
from bot.api.tokens import Tokens
from bot.replies import Phrasebook
from bot.settings import Settings
from bot.turn.bell import Bell
from bot.turn.inbox import Inbox
from bot.turn.presence import Presence
from crm_store.ports import CrmStore
from crm_store.ports.ingest import Ingest
from knowledge.ports import CatalogSearch
from nlu.ports import NluEngine

REFUSALS_NOTED = 30
"""A minute; a third of them at once."""
Check: TypeAlias = Callable[[], Awaitable[None]]
"""Returns when all is well, raises when not."""


class Media(Protocol):
    """Pictures that lie elsewhere, by signed addresses."""

    async def picture(self, file_id: str, signature: str) -> bytes | None:
        """Return a picture; ``None`` when there is none or the address is forged."""


@dataclass(frozen=True, slots=True)
class ApiParts:
    """The parts behind the endpoints."""

    settings: Settings
    store: CrmStore
    inbox: Inbox
    bell: Bell
    nlu: NluEngine
    search: CatalogSearch
    ingest: Ingest | None = None
    """Takes signed records; without it none are received."""
    metrics: Metrics = field(default_factory=Metrics)
    presence: Presence = field(default_factory=Presence)
    """Who is writing right now."""
    media: Media | None = None
    """Agents' pictures on Telegram."""
    readiness: Mapping[str, Check] = field(default_factory=dict)
    """Named checks of `/readyz` besides the store: ``schema``, ``engine``."""


class Api:
    """The parts and what is derived from them; kept in ``app.state.api``."""

    def __init__(self, parts: ApiParts) -> None:
        """Raises `ValueError` on a missing or short token key, `ConfigError` on bad secrets."""
        web = parts.settings.assistant.web
        self.parts = parts
        self.store = parts.store
        self.tokens = Tokens(parts.settings.env.token_key.get_secret_value())
        self.phrasebook = Phrasebook(time_zone=parts.settings.assistant.retailer.time_zone)
        self.shelf = Shelf(parts.store, parts.search)
        self.messages_limit = RateLimit(web.messages_per_minute)
        """Per conversation."""
        self.requests_limit = RateLimit(web.requests_per_minute)
        """Per network address."""
        self.ingest_keys = IngestKeys.parsed(parts.settings.env.ingest_secrets.get_secret_value())
        self.refusals_limit = RateLimit(REFUSALS_NOTED)
        """Audit rows about forged requests, per network address."""


def api_of(request: Request) -> Api:
    """Return the parts behind the application that serves this request."""
    api: Api = request.app.state.api
    return api


ApiDep = Annotated[Api, Depends(api_of)]
