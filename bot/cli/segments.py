"""`huike segments`."""

import asyncio
import json
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from bot.app import open_store
from bot.cli.progress import bars
from bot.settings import load_settings
from crm_store.profile.places import area_of
from crm_store.types.actors import SYSTEM
from crm_store.types.analytics import SegmentCount
from crm_store.types.places import Place

if TYPE_CHECKING:
    from crm_store.analytics.run import RunReport


@click.command()
@click.option("--full", is_flag=True, help="Fit the models anew and score everybody.")
@click.option(
    "--in", "within", metavar="PLACE", help="Only members there: 浙江省, 杭州, 上海徐汇区."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def segments(*, full: bool, within: str | None, as_json: bool) -> None:
    """Compute RFM segments, lifecycle, churn risk and lifetime value of all members.

    Without --full only members whose orders changed since the last run are scored, with the models
    of the last full run; the first run is a full one. Tiers are reviewed and lapsed points booked
    every time.
    """
    report, counts = asyncio.run(_run(full=full, place=_place(within)))
    click.echo(_as_json(report, counts) if as_json else _lines(report, counts))


def _place(within: str | None) -> Place | None:
    if within is None:
        return None
    place = area_of(within)
    if place is None:
        raise click.BadParameter(
            f"no province or city in China is called {within!r}; "
            "name a district with its city, such as 北京朝阳区"
        )
    return place


async def _run(*, full: bool, place: Place | None) -> tuple["RunReport", list[SegmentCount]]:
    from crm_store.analytics.run import recompute  # noqa: PLC0415 - loads SciPy

    settings = load_settings()
    zone = ZoneInfo(settings.assistant.retailer.time_zone)
    async with open_store(settings) as store:
        with bars() as progress:
            report = await recompute(store, zone=zone, full=full, progress=progress)
        async with store.reading(SYSTEM) as uow:
            return report, await uow.analytics.segments(place)


def _as_json(report: "RunReport", counts: list[SegmentCount]) -> str:
    run = report.run
    document = {
        "run": run.id,
        "full": run.full,
        "as_of": run.as_of.isoformat(),
        "buyers": run.buyers,
        "recomputed": run.recomputed,
        "tiers_changed": report.tiers_changed,
        "points_expired_for": report.expired_for,
        "model": report.model.to_json(),
        "segments": [
            {
                "segment": one.segment.slug,
                "name": {"zh": one.segment.name.zh, "en": one.segment.name.en},
                "members": one.members,
                "spent": str(one.spent),
                "churn_risk": None if one.churn_risk is None else round(one.churn_risk, 4),
                "clv": None if one.clv is None else str(one.clv),
            }
            for one in counts
        ],
    }
    return json.dumps(document, ensure_ascii=False)


def _lines(report: "RunReport", counts: list[SegmentCount]) -> str:
    run = report.run
    kind = "full" if run.full else "incremental"
    head = (
        f"{run.as_of}  {kind} run #{run.id}: {run.buyers} buyers, {run.recomputed} scored, "
        f"{report.tiers_changed} tiers changed, points lapsed for {report.expired_for}"
    )
    buyers = sum(one.members for one in counts)
    return "\n".join([head, *(_line(one, buyers) for one in counts)])


def _line(one: SegmentCount, buyers: int) -> str:
    share = f"{one.members / buyers:.0%}" if buyers else "-"
    risk = "-" if one.churn_risk is None else f"{one.churn_risk:.0%}"
    value = "-" if one.clv is None else _round(one.clv)
    name = f"{one.segment.name.zh} {one.segment.name.en}"
    return (
        f"{name}: {one.members} members ({share}), spent {_round(one.spent)}, "
        f"churn risk {risk}, expected value {value}"
    )


def _round(amount: Decimal) -> str:
    return f"{amount:,.0f}"
