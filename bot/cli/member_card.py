"""A member's complete card in the terminal, as lines or as JSON."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from crm_store.types.people import Preference
from crm_store.types.profiles import CompleteCard, Fact, ProfileField
from crm_store.types.text import LocalText


def as_json(complete: CompleteCard) -> str:
    """Return one object: the card's fields, with ``profile``, ``loyalty`` and ``analytics``."""
    plain = json.loads(json.dumps(dataclasses.asdict(complete), default=_text))
    return json.dumps({**plain.pop("card"), **plain}, ensure_ascii=False)


def _text(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)


def as_lines(complete: CompleteCard) -> str:
    """Return the card for reading."""
    blocks = (
        _head(complete),
        _section("Identifiers", _identities(complete)),
        _section("Profile", map(_field, complete.profile.fields)),
        _section("Stated by the member", map(_preference, complete.profile.stated)),
        _section("Inferred from purchases", map(_inferred, complete.profile.inferred)),
        _section("Loyalty", _loyalty(complete)),
        _section("Outlook", _outlook(complete)),
        _section("Recent orders", _orders(complete)),
        _section("Notes", (f"{n.at:%Y-%m-%d} {n.author}: {n.text}" for n in complete.card.notes)),
    )
    return "\n".join(line for block in blocks for line in block)


def _head(complete: CompleteCard) -> Iterator[str]:
    member, card = complete.card.member, complete.card
    tier = _both(complete.loyalty.rule.name)
    area = f"  {member.place.area}" if member.place.area else ""
    yield f"{member.name}  #{member.id}  {tier}  since {member.joined_on}{area}"
    spent = " + ".join(f"{one.currency} {one.value:,.2f}" for one in card.spent) or "nothing yet"
    last = f", last {card.last_order_at:%Y-%m-%d}" if card.last_order_at else ""
    yield f"{card.order_count} orders{last}; spent {spent}; {card.open_cases} open cases"


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if not number:
            yield f"\n{title}"
        yield f"  {line}"


def _identities(complete: CompleteCard) -> Iterator[str]:
    for one in complete.card.identities:
        yield f"{one.kind}  {one.masked}  {one.status} by {one.source}"


def _field(field: ProfileField) -> str:
    others = [other for other in field.others if other.value != field.fact.value]
    also = f"; also said: {', '.join(map(_said, others))}" if others else ""
    return f"{_both(field.name)}: {_said(field.fact)}, {field.why.en}{also}"


def _said(fact: Fact) -> str:
    return f"{fact.value} ({fact.source}, {fact.at:%Y-%m-%d})"


def _preference(one: Preference) -> str:
    return f"{one.kind}: {one.value} ({one.source}, {one.at:%Y-%m-%d})"


def _inferred(one: Preference) -> str:
    return f"{one.kind}: {one.value} ({one.source}, {one.confidence:.0%} sure)"


def _loyalty(complete: CompleteCard) -> Iterator[str]:
    status = complete.loyalty
    yield f"{status.points:,} points, worth {status.currency} {status.points_worth}"
    spent = f"{status.currency} {status.spend:,.2f} in {status.window_months} months"
    if status.next is None or status.distance is None:
        yield f"{spent}; the highest tier"
    else:
        yield f"{spent}; {status.distance:,.2f} to {_both(status.next.name)}"
    yield from (f"{right.zh} {right.en}" for right in status.rule.rights)
    yield f"Birthday: {_both(status.rule.birthday_gift)}"


def _outlook(complete: CompleteCard) -> Iterator[str]:
    found = complete.analytics
    if found is None:
        return
    rfm = f"R{found.rfm.recency} F{found.rfm.frequency} M{found.rfm.monetary}"
    stage = _both(found.lifecycle_name)
    yield f"{_both(found.segment.name)}  {rfm}  {stage}  (as of {found.as_of})"
    yield _both(found.segment.advice)
    if found.churn_risk is not None and found.expected_purchases is not None:
        worth = "" if found.clv is None else f", worth {found.currency} {found.clv:,.0f}"
        yield (
            f"churn risk {found.churn_risk:.0%}, {found.expected_purchases:.1f} purchases expected "
            f"within a year{worth}"
        )


def _orders(complete: CompleteCard) -> Iterator[str]:
    for one in complete.card.recent_orders:
        total = f"{one.currency} {one.total}"
        yield f"{one.placed_at:%Y-%m-%d} {one.number}  {one.state}  {total}  {one.items}"


def _both(text: LocalText) -> str:
    return f"{text.zh} {text.en}"
