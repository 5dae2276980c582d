"""``shop_orders.json``: orders of the web shop in the shape of Shopify's export."""

from datetime import datetime, timedelta

from crm_store.demo.chance import Chance, Wheel
from crm_store.demo.parcels import Parcel
from crm_store.demo.people import Person, Profile
from crm_store.demo.phones import typed
from crm_store.demo.places import HONG_KONG
from crm_store.demo.sales import RETURN_WINDOW, WEB, Refund, Sale
from crm_store.demo.writing import json_line, local, money, stamp
from crm_store.types.conversations import JSON
from crm_store.types.orders import OrderState

GATEWAYS = Wheel((("alipay", 0.5), ("wechat_pay", 0.35), ("unionpay", 0.1), ("card", 0.05)))
LOCALES = {"zh": "zh-CN", "en": "en", "zh-Hant": "zh-HK"}
FULFILMENT = {
    OrderState.PACKED: "in_progress",
    OrderState.SHIPPED: "fulfilled",
    OrderState.DELIVERED: "fulfilled",
    OrderState.COMPLETED: "fulfilled",
}
NOTES = ("送礼用，请不要放价签", "工作日送货", "放快递柜即可", "Please call before delivery")
NOTE_SHARE = 0.04
FIRST_ORDER = 5001000001


def shop_lines(seed: int, sales: list[Sale]) -> list[str]:
    """Return one line of JSON for each order of the web shop."""
    chance = Chance.of(seed, "shop")
    lines: list[str] = []
    for sale in sales:
        if sale.channel == WEB and sale.person and sale.profile:
            order_id = FIRST_ORDER + len(lines)
            lines.append(json_line(_order(order_id, sale, sale.person, sale.profile, chance)))
    return lines


def _order(
    order_id: int, sale: Sale, person: Person, profile: Profile, chance: Chance
) -> dict[str, JSON]:
    gateway = GATEWAYS.spin(chance)
    return {
        "id": order_id,
        "name": sale.number,
        "created_at": stamp(sale.at),
        "updated_at": stamp(_updated(sale)),
        "cancelled_at": stamp(sale.cancelled_at),
        "cancel_reason": _cancel_reason(sale),
        "closed_at": stamp(_closed(sale)),
        "financial_status": _financial_status(sale),
        "fulfillment_status": FULFILMENT.get(sale.state),
        "currency": sale.currency,
        "subtotal_price": money(sum(line.amount for line in sale.lines)),
        "total_discounts": money(sale.discount),
        "total_shipping": money(sale.shipping),
        "total_price": money(sale.total),
        "customer_locale": LOCALES[person.language],
        "note": chance.pick(NOTES) if chance.happens(NOTE_SHARE) else None,
        "customer": _customer(person, profile),
        "shipping_address": _address(person, profile, chance),
        "line_items": _line_items(sale),
        "discount_codes": [{"code": sale.coupon, "amount": money(sale.discount)}]
        if sale.coupon
        else [],
        "transactions": _transactions(sale, gateway),
        "fulfillments": [_fulfillment(sale.parcel)] if sale.parcel else [],
        "refunds": [_refund(number, refund) for number, refund in enumerate(sale.refunds, start=1)],
    }


def _updated(sale: Sale) -> datetime:
    moments = [sale.at, sale.paid_at, sale.cancelled_at, _closed(sale)]
    moments += [refund.at for refund in sale.refunds]
    if sale.parcel:
        moments.append(sale.parcel.events[-1].at)
    return max(moment for moment in moments if moment)


def _closed(sale: Sale) -> datetime | None:
    if sale.state is not OrderState.COMPLETED or sale.parcel is None:
        return None
    delivered = sale.parcel.delivered_at
    return delivered + RETURN_WINDOW if delivered else None


def _cancel_reason(sale: Sale) -> str | None:
    if sale.cancelled_at is None:
        return None
    return "customer" if sale.paid_at else "payment_expired"


def _financial_status(sale: Sale) -> str:
    if sale.state is OrderState.CANCELLED:
        return "refunded" if sale.paid_at else "voided"
    if sale.paid_at is None:
        return "pending"
    back = sum(refund.amount for refund in sale.refunds)
    if not back:
        return "paid"
    return "refunded" if back >= sale.total else "partially_refunded"


def _customer(person: Person, profile: Profile) -> JSON:
    return {
        "id": profile.shop_account,
        "name": profile.name,
        "email": profile.email,
        "phone": profile.phone,
        "tags": f"loyalty:{profile.card}" if profile.card else "",
        "created_at": stamp(person.joined),
    }


def _address(person: Person, profile: Profile, chance: Chance) -> JSON:
    home = person.address
    # The courier needs a number that works, whatever the account says.
    phone = profile.phone or typed(person.phone, chance)
    return {
        "name": profile.name,
        "phone": phone,
        "country_code": "HK" if home.city.slug == HONG_KONG else "CN",
        "province": home.city.province,
        "city": home.city.full_name,
        "district": home.district,
        "address1": home.line,
        "zip": home.postcode,
    }


def _line_items(sale: Sale) -> list[JSON]:
    return [
        {
            "id": number,
            "product_id": line.item.product_id,
            "sku": line.item.sku,
            "title": line.item.name.zh,
            "title_en": line.item.name.en,
            "quantity": line.quantity,
            "price": money(line.item.price),
        }
        for number, line in enumerate(sale.lines, start=1)
    ]


def _transactions(sale: Sale, gateway: str) -> list[JSON]:
    if sale.paid_at is None:
        status = "failure" if sale.cancelled_at else "pending"
        return [_transaction(1, "sale", gateway, sale.total, status, sale.at)]
    moved = [_transaction(1, "sale", gateway, sale.total, "success", sale.paid_at)]
    back = [(refund.amount, refund.at) for refund in sale.refunds]
    if sale.cancelled_at:
        back.append((sale.total, sale.cancelled_at + timedelta(minutes=5)))
    for number, (amount, at) in enumerate(back, start=2):
        moved.append(_transaction(number, "refund", gateway, amount, "success", at))
    return moved


def _transaction(
    number: int, kind: str, gateway: str, amount: int, status: str, at: datetime
) -> JSON:
    return {
        "id": number,
        "kind": kind,
        "gateway": gateway,
        "amount": money(amount),
        "status": status,
        "created_at": stamp(at),
    }


def _fulfillment(parcel: Parcel) -> JSON:
    return {
        "id": 1,
        "status": "success",
        "tracking_company": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "created_at": stamp(parcel.shipped_at),
        "estimated_delivery": parcel.expected_on.isoformat(),
        "events": [
            {
                "status": event.state.value,
                "happened_at": stamp(event.at),
                "place": local(event.place),
            }
            for event in parcel.events
        ],
    }


def _refund(number: int, refund: Refund) -> JSON:
    return {
        "id": number,
        "created_at": stamp(refund.at),
        "note": refund.reason,
        "amount": money(refund.amount),
        "refund_line_items": [{"line_item_id": refund.line + 1, "quantity": refund.quantity}],
    }
