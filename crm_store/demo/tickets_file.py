"""``service_tickets.csv``: what the service centre was asked for."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from crm_store.demo.chance import Chance, Wheel
from crm_store.demo.names import ENGLISH
from crm_store.demo.people import Person, Profile
from crm_store.demo.sales import Sale
from crm_store.demo.writing import csv_lines, stamp
from crm_store.types.orders import OrderState
from crm_store.types.text import LocalText

REFUND_SHARE = 0.35
"""Returns about which somebody also wrote or called."""
TROUBLE_SHARE = 0.6
OTHER_SHARE = 0.012
AGENTS = ("林晓", "周敏", "陈卓", "何静")
CHANNELS = Wheel((("online", 0.6), ("phone", 0.3), ("store", 0.1)))
SCORES = Wheel(((5, 0.5), (4, 0.28), (3, 0.12), (2, 0.06), (1, 0.04)))
SCORED_SHARE = 0.6
KNOWN_CARD_SHARE = 0.5
ORDER_NAMED_SHARE = 0.85
HEADER = (
    *("ticket_no", "created_at", "closed_at", "channel", "kind", "status", "customer_name"),
    *("phone", "card_no", "order_no", "subject", "content", "agent", "satisfaction"),
)


@dataclass(frozen=True, slots=True)
class Matter:
    """Something to write to the service centre about; ``{}`` is the product."""

    kind: str
    subject: LocalText
    content: LocalText


RETURN = Matter(
    "return",
    LocalText("申请退货", "Return request"),
    LocalText(
        "买的{}不合适，想退货，运费怎么算？", "The {} is not right for me. How do I send it back?"
    ),
)
LATE = Matter(
    "complaint",
    LocalText("物流异常", "Parcel problem"),
    LocalText(
        "{}显示派送异常，一直没收到，请尽快处理。", "My {} was not delivered. Please look into it."
    ),
)
MATTERS = (
    Matter(
        "exchange",
        LocalText("换尺码", "Exchange for another size"),
        LocalText("{}偏小，想换大一码。", "The {} runs small, may I have a size up?"),
    ),
    Matter(
        "invoice",
        LocalText("开具发票", "Invoice"),
        LocalText("请为{}开电子普通发票，抬头个人。", "Please send an e-invoice for the {}."),
    ),
    Matter(
        "complaint",
        LocalText("包装破损", "Damaged box"),
        LocalText(
            "收到{}外箱压坏，里面也有划痕。", "The {} arrived in a crushed box, with scratches."
        ),
    ),
    Matter(
        "feedback",
        LocalText("表扬店员", "Praise"),
        LocalText("店员耐心推荐了{}，很满意。", "Your staff helped me choose the {}. Very happy."),
    ),
    Matter(
        "refund",
        LocalText("退款未到账", "Refund not received"),
        LocalText(
            "{}退了好几天，钱还没到。", "I returned the {} days ago and still wait for the money."
        ),
    ),
)
REPAIR = Matter(
    "repair",
    LocalText("设备故障", "Does not work"),
    LocalText(
        "{}用了一段时间开不了机，还在保修期内。", "The {} no longer turns on. It is under warranty."
    ),
)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket and who it came from."""

    number: str
    person: Person
    profile: Profile
    name: str
    phone: str | None
    row: tuple[object, ...]


def tickets(seed: int, now: datetime, sales: list[Sale]) -> list[Ticket]:
    """Return the tickets in the order of their times."""
    chance = Chance.of(seed, "tickets")
    asked = sorted(
        (one for sale in sales for one in _asked(sale, chance) if one[0] < now),
        key=lambda one: (one[0], one[2].number),
    )
    counted: Counter[str] = Counter()
    made = []
    for at, matter, sale in asked:
        if sale.person and sale.profile:
            day = f"{at:%y%m%d}"
            counted[day] += 1
            number = f"ST{day}{counted[day]:04d}"
            made.append(_ticket(number, at, matter, sale, sale.person, sale.profile, now, chance))
    return made


def ticket_lines(made: Iterable[Ticket]) -> list[str]:
    """Return the file's lines."""
    return csv_lines([HEADER, *(ticket.row for ticket in made)])


def _asked(sale: Sale, chance: Chance) -> list[tuple[datetime, Matter, Sale]]:
    if sale.state is OrderState.CANCELLED or sale.paid_at is None:
        return []
    asked = [
        (refund.at - timedelta(hours=3), RETURN, sale)
        for refund in sale.refunds
        if chance.happens(REFUND_SHARE)
    ]
    parcel = sale.parcel
    if parcel and parcel.troubled and chance.happens(TROUBLE_SHARE):
        asked.append((parcel.events[-1].at + timedelta(hours=1), LATE, sale))
    if chance.happens(OTHER_SHARE):
        appliance = sale.lines[0].item.line == "appliances"
        matter = REPAIR if appliance else chance.pick(MATTERS)
        days = chance.randint(20, 200) if appliance else chance.randint(3, 12)
        asked.append((sale.at + timedelta(days=days, minutes=chance.randint(0, 300)), matter, sale))
    return asked


def _ticket(
    number: str,
    at: datetime,
    matter: Matter,
    sale: Sale,
    person: Person,
    profile: Profile,
    now: datetime,
    chance: Chance,
) -> Ticket:
    closed = at + timedelta(minutes=chance.randint(20, 4000))
    status = "closed" if closed <= now else chance.pick(("open", "processing"))
    language = "en" if person.language == ENGLISH else "zh"
    product = sale.lines[0].item.name.in_language(language)
    scored = status == "closed" and chance.happens(SCORED_SHARE)
    row = (
        *(number, stamp(at), stamp(closed) if status == "closed" else None),
        *(CHANNELS.spin(chance), matter.kind, status, profile.name, profile.phone),
        profile.card if chance.happens(KNOWN_CARD_SHARE) else None,
        sale.number if chance.happens(ORDER_NAMED_SHARE) else None,
        matter.subject.in_language(language),
        matter.content.in_language(language).format(product),
        chance.pick(AGENTS),
        SCORES.spin(chance) if scored else None,
    )
    return Ticket(number, person, profile, profile.name, profile.phone, row)
