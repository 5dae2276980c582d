"""``miniprogram_events.jsonl``: visits, carts, coupons and orders of the mini-program."""

from datetime import datetime, timedelta

from crm_store.demo.chance import Chance
from crm_store.demo.people import Person, Profile
from crm_store.demo.phones import typed
from crm_store.demo.sales import MINI_PROGRAM, Sale
from crm_store.demo.shelf import Shelf
from crm_store.demo.writing import json_line, local, money, stamp
from crm_store.types.conversations import JSON

SEARCHES = {
    "zh": [
        "敏感肌 面霜",
        "控油洗面奶",
        "防晒",
        "小白鞋",
        "冲锋衣",
        "羽绒服 女",
        "通勤包",
        "空气炸锅",
        "加湿器 静音",
        "龙井",
        "挂耳咖啡",
        "每日坚果",
        "送妈妈的礼物",
        "无糖零食",
        "吹风机",
        "扫地机器人",
        "针织开衫",
        "牛仔裤 显瘦",
        "维生素",
        "火锅底料",
    ],
    "en": [
        "sensitive skin cream",
        "sunscreen",
        "white sneakers",
        "down jacket",
        "work tote",
        "air fryer",
        "humidifier",
        "green tea",
        "drip coffee",
        "gift for mum",
        "sugar-free snacks",
        "hair dryer",
    ],
}
VISITS = (1, 1, 2, 2, 3, 4, 6)
"""How many times somebody looks around without buying."""
BOUGHT_AFTER_BROWSING_SHARE = 0.6
CART_SHARE = 0.5

Event = tuple[datetime, str, str, dict[str, JSON]]
"""Time, openid, kind and further keys."""


def mini_program_lines(
    seed: int, now: datetime, everybody: list[Person], sales: list[Sale], shelf: Shelf
) -> list[str]:
    """Return the file's lines in the order of their times."""
    chance = Chance.of(seed, "mini_program")
    events = [event for sale in sales for event in _of_sale(sale, chance)]
    for person in everybody:
        for profile in person.profiles:
            if profile.openid:
                events += _visits(person, profile.openid, now, shelf, chance)
    events.sort(key=lambda event: event[:3])
    complete = enumerate(_registrations(everybody, events), start=1)
    return [json_line(_event(number, event)) for number, event in complete]


def _event(number: int, event: Event) -> JSON:
    at, openid, kind, details = event
    head: dict[str, JSON] = {"event_id": f"mp-{number:07d}", "openid": openid, "event": kind}
    return {**head, "at": stamp(at), **details}


def _registrations(everybody: list[Person], events: list[Event]) -> list[Event]:
    """Put each account's registration before its first event."""
    owners = {
        profile.openid: (person, profile)
        for person in everybody
        for profile in person.profiles
        if profile.openid
    }
    complete: list[Event] = []
    for event in events:
        owner = owners.pop(event[1], None)
        if owner:
            at = event[0] - timedelta(seconds=40)
            complete.append((at, event[1], "register", {"user": _user(*owner)}))
        complete.append(event)
    return sorted(complete, key=lambda event: event[0])


def _user(person: Person, profile: Profile) -> JSON:
    return {
        "nickname": person.nickname,
        "name": profile.name,
        "phone": profile.phone,
        "card": profile.card,
        "language": person.language,
    }


def _of_sale(sale: Sale, chance: Chance) -> list[Event]:
    if sale.channel != MINI_PROGRAM or sale.person is None or sale.profile is None:
        return []
    openid = str(sale.profile.openid)
    item = sale.lines[0].item
    events: list[Event] = []
    if chance.happens(BOUGHT_AFTER_BROWSING_SHARE):
        before = sale.at - timedelta(minutes=chance.randint(4, 50))
        events.append((before, openid, "browse", {"product_id": item.product_id}))
    if chance.happens(CART_SHARE):
        before = sale.at - timedelta(minutes=2)
        in_cart: dict[str, JSON] = {"sku": item.sku, "quantity": sale.lines[0].quantity}
        events.append((before, openid, "cart", in_cart))
    if sale.coupon:
        received = sale.at - timedelta(days=chance.randint(1, 6))
        code = sale.coupon
        events.append((received, openid, "coupon", {"code": code, "action": "received"}))
        events.append((sale.at, openid, "coupon", {"code": code, "action": "used"}))
    order = _order(sale, sale.person, sale.profile, chance)
    return [*events, (sale.at, openid, "order", {"order": order})]


def _visits(
    person: Person, openid: str, now: datetime, shelf: Shelf, chance: Chance
) -> list[Event]:
    start = max(person.joined, now - timedelta(days=700))
    end = person.left or now
    events: list[Event] = []
    for _ in range(chance.pick(VISITS)):
        at = (start + (end - start) * chance.random()).replace(microsecond=0)
        item = shelf.choose(person, chance)
        kind = chance.pick(("browse", "browse", "browse", "search", "favourite", "cart"))
        details: dict[str, JSON] = {"product_id": item.product_id}
        if kind == "search":
            language = "en" if person.language == "en" else "zh"
            details = {"query": chance.pick(SEARCHES[language])}
        elif kind == "cart":
            details = {"sku": item.sku, "quantity": 1}
        events.append((at, openid, kind, details))
    return events


def _order(sale: Sale, person: Person, profile: Profile, chance: Chance) -> JSON:
    return {
        "number": sale.number,
        "state": sale.state.value,
        "total": money(sale.total),
        "discount": money(sale.discount),
        "shipping_fee": money(sale.shipping),
        "currency": sale.currency,
        "pay_method": "wechat_pay",
        "paid_at": stamp(sale.paid_at),
        "pickup_store": sale.shop,
        "remark": "",
        "receiver": None if sale.is_pickup() else _receiver(person, profile, chance),
        "lines": [
            {
                "sku": line.item.sku,
                "product_id": line.item.product_id,
                "name": local(line.item.name),
                "quantity": line.quantity,
                "price": money(line.item.price),
            }
            for line in sale.lines
        ],
        "shipment": _shipment(sale),
        "refund": _refund(sale),
    }


def _receiver(person: Person, profile: Profile, chance: Chance) -> JSON:
    home = person.address
    return {
        "name": profile.name,
        "phone": profile.phone or typed(person.phone, chance),
        "province": home.city.province,
        "city": home.city.full_name,
        "district": home.district,
        "address": home.line,
    }


def _shipment(sale: Sale) -> JSON:
    parcel = sale.parcel
    if parcel is None:
        return None
    return {
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "shipped_at": stamp(parcel.shipped_at),
        "expected_on": parcel.expected_on.isoformat(),
        "events": [
            {"state": event.state.value, "at": stamp(event.at), "place": local(event.place)}
            for event in parcel.events
        ],
    }


def _refund(sale: Sale) -> JSON:
    if sale.cancelled_at and sale.paid_at:
        return {
            "at": stamp(sale.cancelled_at + timedelta(minutes=5)),
            "amount": money(sale.total),
            "reason": "取消订单",
            "lines": [],
        }
    if not sale.refunds:
        return None
    refund = sale.refunds[0]
    sku = sale.lines[refund.line].item.sku
    return {
        "at": stamp(refund.at),
        "amount": money(refund.amount),
        "reason": refund.reason,
        "lines": [{"sku": sku, "quantity": refund.quantity}],
    }
