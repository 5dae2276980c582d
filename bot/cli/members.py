"""`huike members`."""

import asyncio
import dataclasses
import json
from datetime import date, datetime
from decimal import Decimal

import click

from bot.app import open_store
from bot.cli import privacy
from bot.cli.identify import OPERATOR, member_id_of
from crm_store.errors import NotFoundError
from crm_store.types.people import MemberCard


@click.group()
def members() -> None:
    """Members of the loyalty programme."""


for command in (privacy.export, privacy.erase, privacy.proof):
    members.add_command(command)


@members.command()
@click.argument("who")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(who: str, *, as_json: bool) -> None:
    """Show the card of the member whose id or phone is WHO; identifiers are masked."""
    card = asyncio.run(_card(who))
    click.echo(json.dumps(_plain(card), ensure_ascii=False) if as_json else _lines(card))


async def _card(who: str) -> MemberCard:
    async with open_store() as store, store.reading(OPERATOR) as uow:
        card = await uow.members.card(await member_id_of(uow, who))
    if card is None:
        raise NotFoundError(f"no member has the id or phone {who}")
    return card


def _plain(card: MemberCard) -> object:
    return json.loads(json.dumps(dataclasses.asdict(card), default=_text))


def _text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)


def _lines(card: MemberCard) -> str:
    member = card.member
    lines = [
        f"{member.name}  #{member.id}  {member.tier}  since {member.joined_on}",
        f"points {card.points_balance}  orders {card.order_count}  spent ¥{card.total_spent}",
        *(f"{i.kind}  {i.masked}  {i.status} by {i.source}" for i in card.identities),
        *(f"{o.number}  {o.state}  ¥{o.total}  {o.items}" for o in card.recent_orders),
    ]
    return "\n".join(lines)
