"""Cards that more than one skill shows: products, orders, shops, members.

Their wording is in ``cards.yml`` and in the files of names (``colours``, ``cities``, ``tiers``).
"""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.dialogue.reply import Button, Card
from bot.dialogue.skill import Turn
from crm_store.types.catalog import Product, Store, Variant
from crm_store.types.orders import Order, OrderLine, Shipment
from crm_store.types.people import IdentityKind, MemberCard

ATTRIBUTES_SHOWN = 2
EVENTS_SHOWN = 4
ORDERS_SHOWN = 3
_FIRST_ATTRIBUTES = ("skin_type", "suitable_for", "material", "capacity", "power", "ingredients")
"""What people ask for first; the others follow as the retailer lists them."""


def price_of(turn: Turn, product: Product) -> str:
    """Return a product's price, as "from" where its variants differ."""
    prices = sorted({variant.price for variant in product.variants})
    if not prices:
        return ""
    currency = product.variants[0].currency
    printed = turn.speaker.money(prices[0], currency)
    return turn.words("cards.price_from", price=printed) if len(prices) > 1 else printed


def product_card(
    turn: Turn, product: Product, *, facts: tuple[str, ...] = (), buttons: tuple[Button, ...] = ()
) -> Card:
    """Return a product's card: brand and price, what was said about it, key attributes."""
    brand = turn.speaker.script(product.brand)
    return Card(
        title=turn.local(product.name),
        subtitle=" · ".join(part for part in (brand, price_of(turn, product)) if part),
        facts=(*facts, *_attributes(turn, product)),
        image_url=product.image_url,
        icon=product.category,
        buttons=buttons,
    )


def _attributes(turn: Turn, product: Product) -> tuple[str, ...]:
    known = [name for name in _FIRST_ATTRIBUTES if name in product.attributes]
    names = [*known, *(name for name in product.attributes if name not in known)]
    return tuple(
        turn.words(
            "cards.attribute",
            name=turn.name_of("attributes", name),
            text=turn.local(product.attributes[name]),
        )
        for name in names[:ATTRIBUTES_SHOWN]
    )


def variant_name(turn: Turn, variant: Variant) -> str:
    """Return what tells a variant apart: its colour and size, or its SKU."""
    colour = turn.name_of("colours", variant.colour) if variant.colour else ""
    parts = [part for part in (colour, size_name(turn, variant.size)) if part]
    return " ".join(parts) or variant.sku


def size_name(turn: Turn, size: str | None) -> str:
    """Return a size as it is printed."""
    return turn.name_of("sizes", size) if size else ""


def order_line(turn: Turn, order: Order) -> str:
    """Return an order's items in one line."""
    items = [f"{turn.local(line.name)} ×{line.quantity}" for line in order.lines]
    return turn.words("cards.list", items=items)


def order_title(turn: Turn, order: Order, named: Collection[OrderLine] = ()) -> str:
    """Return an order in a few words, for a button: the goods that were named go first."""
    shown = [*(line for line in order.lines if line in named), *order.lines]
    first = turn.local(shown[0].name) if shown else ""
    return turn.words("cards.order_option", order=order, first=first)


def order_card(turn: Turn, order: Order, *, buttons: tuple[Button, ...] = ()) -> Card:
    """Return an order's card: state, items, parcels with their newest events first."""
    state = turn.name_of("order_states", order.state.value)
    tracks = (line for parcel in order.shipments for line in _track(turn, parcel))
    total = turn.speaker.money(order.total, order.currency)
    return Card(
        title=turn.words("cards.order_title", number=order.number),
        subtitle=turn.words("cards.order_subtitle", state=state, at=order.placed_at, total=total),
        facts=(order_line(turn, order), *tracks),
        icon="order",
        buttons=buttons,
    )


def _track(turn: Turn, parcel: Shipment) -> list[str]:
    newest = sorted(parcel.events, key=lambda event: event.at, reverse=True)[:EVENTS_SHOWN]
    return [
        turn.words("cards.parcel", parcel=parcel, carrier=turn.name_of("carriers", parcel.carrier)),
        *(
            turn.words(
                "cards.event",
                at=event.at,
                state=turn.name_of("shipment_states", event.state.value),
                place=turn.local(event.place),
            )
            for event in newest
        ),
    ]


def is_open(shop: Store, now: datetime) -> bool:
    """Whether a shop is open, by the clock on its own wall; hours may pass midnight."""
    clock = now.astimezone(ZoneInfo(shop.time_zone)).time()
    if shop.opens <= shop.closes:
        return shop.opens <= clock < shop.closes
    return clock >= shop.opens or clock < shop.closes


def store_card(turn: Turn, shop: Store, *, facts: tuple[str, ...] = ()) -> Card:
    """Return a shop's card: address, hours today, whether it is open now, phone."""
    clock = turn.now.astimezone(ZoneInfo(shop.time_zone)).time()
    key = "open_now" if is_open(shop, turn.now) else "opens_later"
    if key == "opens_later" and clock >= shop.opens:
        key = "opens_tomorrow"
    return Card(
        title=turn.local(shop.name),
        subtitle=turn.name_of("cities", shop.city),
        facts=(
            *facts,
            turn.words("cards.address", address=turn.local(shop.address)),
            turn.words("cards.hours", shop=shop, state=turn.words(f"cards.{key}", shop=shop)),
            turn.words("cards.phone", phone=shop.phone),
        ),
        icon="store",
    )


def member_card(turn: Turn, found: MemberCard, *, buttons: tuple[Button, ...] = ()) -> Card:
    """Return a member's card for staff; identifiers are masked."""
    member = found.member
    masked = [
        turn.words("cards.identity", kind=turn.name_of("identities", one.kind.value), one=one)
        for one in found.identities
        if one.kind in (IdentityKind.PHONE, IdentityKind.LOYALTY_CARD)
    ]
    tier = turn.name_of("tiers", member.tier.value)
    return Card(
        title=turn.speaker.script(member.name),
        subtitle=turn.words("cards.member_subtitle", tier=tier, card=found),
        facts=(
            *dict.fromkeys(masked),
            *([turn.words("cards.region", card=found)] if member.place.area else []),
            turn.words("cards.spending", card=found),
            *(
                turn.words(
                    "cards.headline",
                    order=order,
                    state=turn.name_of("order_states", order.state),
                )
                for order in found.recent_orders[:ORDERS_SHOWN]
            ),
            *_remarks(turn, found),
        ),
        icon="member",
        buttons=buttons,
    )


def _remarks(turn: Turn, found: MemberCard) -> list[str]:
    preferences = [
        turn.words("cards.preference", kind=turn.name_of("preferences", fact.kind), fact=fact)
        for fact in found.preferences
    ]
    cases = [turn.words("cards.open_cases", count=found.open_cases)] if found.open_cases else []
    return [*cases, *preferences]
