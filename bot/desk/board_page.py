"""The supervisors' board: who waits and who has how much now, and the figures of some days."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from nicegui import ui

from bot.desk import charts
from bot.desk.figures import Figures, gather, to_csv
from bot.desk.login import admitted
from bot.desk.pages import language_of
from bot.desk.parts import DeskParts
from bot.desk.service_level import Level
from bot.desk.session import BOARD_ROLES, Session, Sessions
from bot.desk.shell import draw_header
from bot.desk.snapshot import Lookout, Snapshot
from bot.desk.wording import Wording
from bot.desk.work import IDLE
from bot.replies import Phrasebook
from crm_store.errors import NotPermittedError
from crm_store.types.handoffs import AgentOnDuty
from crm_store.types.reports import Span

LOOK_SECONDS: Final = 3.0
DEFAULT_DAYS: Final = 14
SPANS: Final = (1, 7, 14, 30, 90)
CHANNELS: Final = ("web", "telegram", "rest", "console")


def board_router(sessions: Sessions, phrasebook: Phrasebook) -> APIRouter:
    """Return the address of the figures as CSV."""
    router = APIRouter(include_in_schema=False)

    @router.get("/desk/board.csv")
    async def download(
        request: Request,
        days: Annotated[int, Query(ge=1, le=SPANS[-1])] = DEFAULT_DAYS,
        channel: Annotated[str | None, Query(max_length=20)] = None,
        store: Annotated[str | None, Query(max_length=40)] = None,
    ) -> Response:
        session = await admitted(sessions, request, BOARD_ROLES)
        if isinstance(session, Response):
            return session
        say = Wording(phrasebook.speaker(language_of(request)))
        span = span_of(say, days, channel, store)
        figures = await gather(sessions.store, session.actor, span)
        name = f'attachment; filename="huike-{span.first}-{span.last}.csv"'
        return Response(
            to_csv(figures, lambda key: say(f"column_{key}")),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": name, "Cache-Control": "no-store"},
        )

    return router


def span_of(say: Wording, days: int, channel: str | None, store: str | None) -> Span:
    """Return the last days, today included."""
    zone = say.speaker.phrasebook.time_zone
    today: date = datetime.now(zone).date()
    return Span(today - timedelta(days - 1), today, zone, channel or None, store or None)


def add_board_page(parts: DeskParts, sessions: Sessions, dress: Callable[[str], None]) -> None:
    """Serve the board at ``/desk/board``, for managers."""

    @ui.page("/board", title="Huike", dark=None)
    async def board(request: Request) -> Response | None:
        session = await admitted(sessions, request, BOARD_ROLES)
        if isinstance(session, Response):
            return session
        dress(language_of(request))
        say = Wording(parts.phrasebook.speaker(language_of(request)))
        await Board(parts, session, say).build()
        return None


class Board:
    """One supervisor's open board."""

    def __init__(self, parts: DeskParts, session: Session, say: Wording) -> None:
        self._parts = parts
        self._session = session
        self._say = say
        self._lookout = Lookout(parts.store, session.actor)
        self._seen: tuple[Snapshot, list[AgentOnDuty]] = (Snapshot(), [])
        self._live = ui.refreshable(self._draw_live)
        self._figures = ui.refreshable(self._draw_figures)
        self._days, self._channel, self._store = DEFAULT_DAYS, "", ""

    async def build(self) -> None:
        """Lay the page out and keep its live part up to date."""
        draw_header(self._session.staff, self._say)
        async with self._parts.store.reading(self._session.actor) as uow:
            shops = {
                shop.id: self._say.speaker.local(shop.name) for shop in await uow.catalog.shops()
            }
        await self._look()
        with ui.element("main").classes("board"):
            self._live()
            self._draw_choices(shops)
            await self._figures()
        ui.timer(LOOK_SECONDS, self._again)

    async def _look(self) -> None:
        seen = await self._lookout.look(None, datetime.now(UTC))
        async with self._parts.store.reading(self._session.actor) as uow:
            self._seen = (seen, await uow.handoffs.on_duty(IDLE))

    async def _again(self) -> None:
        before = self._seen
        try:
            await self._look()
        except NotPermittedError:
            ui.navigate.to("/login")
            return
        if before != self._seen:
            self._live.refresh()

    def _draw_live(self) -> None:
        seen, agents = self._seen
        say = self._say
        waiting = seen.waiting()
        tiles = (
            ("board_waiting", len(waiting), ""),
            ("board_late", sum(one.level is Level.LATE for one in waiting), "late"),
            ("board_longest", max((one.waited for one in waiting), default=0), ""),
            ("board_open", len(seen.queue) - len(waiting), ""),
            ("board_online", sum(one.has_room for one in agents), ""),
        )
        with ui.element("div").classes("tiles"):
            for key, value, kind in tiles:
                with ui.element("div").classes(f"tile {kind if value else ''}"):
                    ui.label(str(value)).classes("tile-value")
                    ui.label(say(key)).classes("facts")
        ui.label(say("board_agents")).classes("group").props("role=heading aria-level=2")
        with ui.element("div").classes("agents"):
            for one in agents:
                _draw_agent(one, say)

    def _draw_choices(self, shops: dict[str, str]) -> None:
        say = self._say
        days = {one: say("last_days", days=one) for one in SPANS}
        channels = {"": say("all_channels"), **{one: say.of("channel", one) for one in CHANNELS}}
        with ui.row().classes("board-choices"):
            _select(days, self._days, say("column_day"), self._choose_days)
            _select(channels, "", say("all_channels"), self._choose_channel)
            _select({"": say("all_stores"), **shops}, "", say("all_stores"), self._choose_store)
            ui.space()
            ui.button(say("csv"), icon="download", on_click=self._download).props(
                "outline no-caps"
            ).classes("plain csv")

    def _choose_days(self, value: object) -> None:
        self._days = value if isinstance(value, int) else DEFAULT_DAYS
        self._figures.refresh()

    def _choose_channel(self, value: object) -> None:
        self._channel = str(value or "")
        self._figures.refresh()

    def _choose_store(self, value: object) -> None:
        self._store = str(value or "")
        self._figures.refresh()

    def _download(self) -> None:
        query = f"days={self._days}&channel={self._channel}&store={self._store}"
        ui.navigate.to(f"/board.csv?{query}&lang={self._say.speaker.language}")

    async def _draw_figures(self) -> None:
        span = span_of(self._say, self._days, self._channel, self._store)
        figures = await gather(self._parts.store, self._session.actor, span)
        with ui.element("div").classes("charts"):
            for key, chart in (
                ("chart_volume", charts.volume),
                ("chart_times", charts.times),
                ("containment", charts.containment),
                ("satisfaction", charts.satisfaction),
                ("chart_reasons", charts.reasons),
            ):
                with ui.element("section").classes("chart"):
                    ui.label(self._say(key)).classes("group").props("role=heading aria-level=2")
                    options = chart(figures, self._say)
                    if charts.is_empty(options):
                        ui.label(self._say("no_figures")).classes("empty")
                    else:
                        ui.echart(options).classes("chart-area")
            self._draw_unknown(figures)

    def _draw_unknown(self, figures: Figures) -> None:
        with ui.element("section").classes("chart"):
            ui.label(self._say("chart_unknown")).classes("group").props("role=heading aria-level=2")
            if not figures.unknown:
                ui.label(self._say("nothing_unknown")).classes("empty")
            with ui.element("ol").classes("unknown"):
                for one in figures.unknown:
                    with ui.element("li"):
                        ui.label(one.text).classes("preview")
                        ui.label(f"× {one.count}").classes("facts")


def _draw_agent(one: AgentOnDuty, say: Wording) -> None:
    with ui.element("div").classes(f"agent {one.presence}"):
        ui.label(one.name).classes("canned-name")
        ui.label(say(f"presence_{one.presence}")).classes("facts")
        share = min(1.0, one.load / one.max_load) if one.max_load else 0.0
        ui.linear_progress(share, show_value=False).props(
            f'rounded size=8px aria-label="{say("board_load")}"'
        )
        ui.label(f"{one.load} / {one.max_load}").classes("facts")


def _select(
    options: dict[int, str] | dict[str, str],
    value: int | str,
    label: str,
    choose: Callable[[object], None],
) -> None:
    chosen = ui.select(options, value=value, on_change=lambda event: choose(event.value))
    chosen.props(f'outlined dense options-dense aria-label="{label}"')
