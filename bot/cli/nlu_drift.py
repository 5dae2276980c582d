"""`huike nlu drift`."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from bot.app import load_embedder, open_store
from bot.cli.progress import bars
from bot.settings import load_settings
from crm_store.ports import UnitOfWork
from crm_store.types.actors import Actor, Role
from crm_store.types.conversations import Message

if TYPE_CHECKING:
    from nlu.monitoring.drift import Drift, Heard

REVIEWER = Actor(Role.SYSTEM, purpose="drift report")
PAGE = 1_000


@click.command()
@click.option("--days", type=click.IntRange(1, 365), default=7, show_default=True)
@click.option("--labels", type=click.IntRange(0, 500), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, last line.")
def drift(days: int, labels: int, *, as_json: bool) -> None:
    """Compare the messages of the last days with the training data and with the days before.

    Says how many were refused, what people ask for more or less than before, how unlike the
    training data they speak, and which real sentences are worth a label. Those are shown without
    phones, addresses, order numbers and names.
    """
    found = asyncio.run(_drift(timedelta(days=days), labels))
    click.echo(json.dumps(found.to_json(), ensure_ascii=False) if as_json else _report(found))


async def _drift(period: timedelta, labels: int) -> "Drift":
    from nlu.monitoring.drift import drift as compared  # noqa: PLC0415 - loads NumPy
    from nlu.training import read_training_data  # noqa: PLC0415

    settings = load_settings()
    now = datetime.now(UTC)
    async with open_store(settings) as store, store.reading(REVIEWER) as uow:
        heard = await _heard(uow, now - period, now)
        before = await _heard(uow, now - 2 * period, now - period)
    training = read_training_data(settings.assistant.nlu.data)
    with bars() as progress:
        embedder = load_embedder(settings, progress)
        return compared(
            heard,
            before,
            training,
            embedder,
            labels=labels,
            cache_folder=settings.env.var / "nlu" / "evaluation",
        )


async def _heard(uow: UnitOfWork, since: datetime, until: datetime) -> "list[Heard]":
    heard = []
    after = 0
    while page := await uow.conversations.understood(since, until, after=after, limit=PAGE):
        heard += [one for message in page if (one := _understood(message)) is not None]
        after = page[-1].id
    return heard


def _understood(message: Message) -> "Heard | None":
    from bot.learning.failures import spans_of  # noqa: PLC0415 - loads the skills
    from nlu.monitoring.drift import Heard  # noqa: PLC0415 - loads NumPy

    parse = message.parse
    if parse is None or not message.text.strip():
        return None
    personal = tuple(spans_of(parse.detail))
    return Heard(message.text, parse.intent, parse.confidence, personal, parse.fingerprint)


def _report(found: "Drift") -> str:
    low, high = found.unknown_interval
    lines = [
        f"{found.messages} messages; compared with "
        + (f"{found.before} of the period before." if found.before else "the training data."),
        (
            f"Refused: {found.unknown / found.messages:.1%} ({low:.1%} to {high:.1%}), "
            f"before {found.unknown_before:.1%}."
        ),
        f"Intent mix: {found.mix_distance:.2f} from before (0 the same, 1 nothing in common).",
        *(f"  {s.intent:<22}{s.before:>7.1%} -> {s.now:.1%}" for s in found.moved),
        (
            f"Wording: {found.far:.1%} of the messages are farther from all training sentences "
            f"than 95 % of those are from each other; 5 % would be usual."
        ),
        *(f"! {warning}" for warning in found.warnings),
    ]
    if found.to_label:
        lines.append("Worth a label:")
    for one in found.to_label:
        often = f" ({one.times} times)" if one.times > 1 else ""
        lines.append(f"  {one.confidence:.2f} {one.intent:<20} {one.text}{often}")
    return "\n".join(lines)
