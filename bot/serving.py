"""Running: the web server, the workers and Telegram in one process."""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from typing import Any

import uvicorn

from bot.api.app import create_api
from bot.api.metrics import MeasuredAnswerer, MeasuredEngine, Metrics
from bot.api.parts import ApiParts
from bot.app import App, mappings_of
from bot.channels import telegram
from bot.channels.telegram.desk import Desk
from bot.channels.telegram.media import TelegramMedia
from bot.desk.mounting import mount_desk
from bot.desk.parts import DeskParts
from bot.dispatching import Dispatcher
from bot.housekeeping import Housekeeper
from bot.learning import Collector
from bot.notices import Announcer
from bot.settings import ConfigError, Settings
from bot.turn.presence import Presence
from bot.turn.worker import Answerer
from crm_store.sources.ingest import SourceIngest
from nlu.ports import NluEngine

GRACE_SECONDS = 3
"""How long open event streams may take to end when the server stops."""


def bind(host: str, port: int) -> socket.socket:
    """Take the port before anything slow happens; raises `ConfigError` when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
        taken.listen(256)
    except OSError as error:
        taken.close()
        raise ConfigError(
            f"cannot serve on {host}:{port} ({error.strerror}); "
            "stop the other program or set HUIKE_PORT"
        ) from None
    taken.setblocking(False)
    return taken


async def serve(app: App, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until interrupted; ``ready`` is called once pages are answered."""
    metrics = Metrics()
    metrics.watch(app.nlu)
    measured = MeasuredEngine(app.nlu, metrics)
    runner = replace(app.runner, nlu=measured)  # turns are most of what is understood
    server = uvicorn.Server(
        uvicorn.Config(
            web_application(app, metrics, measured),
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
    background = [
        asyncio.create_task(run) for run in answering(app, MeasuredAnswerer(runner, metrics))
    ]
    background.append(asyncio.create_task(_announce(server, ready)))
    if app.settings.env.telegram_token.get_secret_value():
        background.append(asyncio.create_task(_telegram(app)))
    try:
        await server.serve(sockets=[listening])
    finally:
        await _cancel(background)


async def work(app: App) -> None:
    """Answer conversations without serving pages, until cancelled."""
    async with asyncio.TaskGroup() as group:
        for run in answering(app, app.runner):
            group.create_task(run)


def answering(app: App, answerer: Answerer) -> list[Coroutine[Any, Any, None]]:
    """Return what has to run: messages are answered, news passed on, and old data goes."""
    workers = app.settings.assistant.conversation.workers
    tidying = Housekeeper(app.store, app.settings.assistant.retention.rules())
    parts = app.services
    telling = Announcer(app.store, parts.phrasebook, parts.policies, parts.clock, app.bell)
    answers = (app.worker(answerer).run() for _ in range(workers))
    queue = Dispatcher(app.store, parts.phrasebook, parts.service, parts.clock, app.bell)
    data = app.settings.assistant.nlu.data
    learning = Collector(app.store, parts.service.learning, parts.clock, data)
    return [*answers, tidying.run(), telling.run(), queue.run(), learning.run()]


def web_application(app: App, metrics: Metrics, nlu: NluEngine) -> Any:  # noqa: ANN401 - FastAPI's type stays in bot.api
    """Return the ASGI application: API, storefront and desk."""
    settings, presence = app.settings, Presence()
    api = create_api(
        ApiParts(
            settings=settings,
            store=app.store,
            inbox=app.inbox,
            bell=app.bell,
            nlu=nlu,
            search=app.search,
            ingest=SourceIngest(app.store, mappings_of(settings)),
            media=_media(settings),
            metrics=metrics,
            presence=presence,
        )
    )
    mount_desk(
        api,
        parts=DeskParts(
            store=app.store,
            bell=app.bell,
            phrasebook=app.services.phrasebook,
            runner=replace(app.runner, nlu=nlu),
            search=app.search,
            training_data=settings.assistant.nlu.data,
            presence=presence,
        ),
        token_key=settings.env.token_key.get_secret_value(),
        demo=settings.assistant.demo.logins,
    )
    return api


async def _telegram(app: App) -> None:
    """Receive and send on Telegram, in this process alone: the token allows one receiver."""
    env = app.settings.env
    token = env.telegram_token.get_secret_value()
    phrasebook = app.services.phrasebook
    await telegram.run(
        token,
        env.telegram_api,
        app.store,
        app.inbox,
        app.bell,
        phrasebook,
        _telegram_desk(app.settings),
    )


def _media(settings: Settings) -> TelegramMedia | None:
    """Return where agents' pictures for customers on the web come from."""
    env = settings.env
    if _telegram_desk(settings) is None:
        return None
    key = env.token_key.get_secret_value()
    return TelegramMedia(env.telegram_token.get_secret_value(), env.telegram_api, key)


def _telegram_desk(settings: Settings) -> Desk | None:
    """Return the agents' forum group, when there is one."""
    env = settings.env
    if not (env.telegram_desk_chat and env.telegram_token.get_secret_value()):
        return None
    return Desk(
        env.telegram_desk_chat,
        env.telegram_desk_language,
        media_key=env.token_key.get_secret_value(),
    )


async def _announce(server: uvicorn.Server, ready: Callable[[], None]) -> None:
    while not server.started:  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.05)
    ready()


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task
