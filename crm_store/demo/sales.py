"""Two years of orders over till, shop and mini-program."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from crm_store.demo.chance import Chance, Wheel
from crm_store.demo.moments import Calendar
from crm_store.demo.parcels import Parcel, send
from crm_store.demo.people import Person, Profile
from crm_store.demo.places import CURRENCIES, HONG_KONG, shops
from crm_store.demo.shelf import Line, Shelf
from crm_store.types.orders import OrderState

POS, WEB, MINI_PROGRAM = "pos", "web", "mini_program"
CHANNEL_WEIGHTS = {POS: 0.35, WEB: 0.45, MINI_PROGRAM: 0.4}
WALK_IN_SHARE = 0.1
"""Till receipts of people who show neither card nor phone."""
TRIES = 8
"""How often to look for somebody who shops here at that time, before it is a walk-in."""
UNPAID_SHARE = 0.03
OPEN_UNPAID_SHARE = 0.15
"""Of the orders that can still be paid."""
CANCEL_SHARE = 0.03
PICKUP_SHARE = 0.12
RETURN_SHARES = {"apparel": 0.09, "appliances": 0.03, "cosmetics": 0.02, "food": 0.008}
PAYMENT_WINDOW = timedelta(hours=24)
RETURN_WINDOW = timedelta(days=15)
FREE_SHIPPING_FROM = 9900
SHIPPING_FEE = 1000
DISCOUNT_SHARE = 0.16
DISCOUNTS = ((100000, 12000), (50000, 5000), (30000, 3000), (20000, 2000))
"""From which amount how much is taken off, in fen."""
RETURN_REASONS = {
    "apparel": ("尺码不合适", "颜色与图片有差异", "面料不喜欢"),
    "appliances": ("开机有异响", "与描述不符", "买错型号"),
    "cosmetics": ("使用后过敏", "包装破损", "买重复了"),
    "food": ("包装漏气", "临近保质期", "发错口味"),
}


@dataclass(slots=True)
class Refund:
    """Something that came back."""

    at: datetime
    line: int
    """Position in the order, from 0."""
    quantity: int
    amount: int
    reason: str
    number: str = ""
    """The receipt of a return at the till."""


@dataclass(slots=True)
class Sale:
    """One order as it stands at the reference time. Money is in fen."""

    channel: str
    at: datetime
    person: Person | None
    profile: Profile | None
    lines: list[Line]
    shop: str | None = None
    """Where it was sold or is picked up."""
    state: OrderState = OrderState.COMPLETED
    discount: int = 0
    shipping: int = 0
    number: str = ""
    paid_at: datetime | None = None
    cancelled_at: datetime | None = None
    parcel: Parcel | None = None
    refunds: list[Refund] = field(default_factory=list)
    coupon: str | None = None

    @property
    def total(self) -> int:
        """What was to be paid."""
        return sum(line.amount for line in self.lines) - self.discount + self.shipping

    @property
    def currency(self) -> str:
        """Tills in Hong Kong take Hong Kong dollars; all else is CNY."""
        return CURRENCIES.get(self.shop or "", "CNY") if self.channel == POS else "CNY"

    def is_pickup(self) -> bool:
        """Whether it was bought online and is collected in a shop."""
        return self.channel == MINI_PROGRAM and self.shop is not None


class Trade:
    """Makes sales."""

    def __init__(self, seed: int, now: datetime, everybody: list[Person], shelf: Shelf) -> None:
        self._chance = Chance.of(seed, "sales")
        self._now = now
        self._calendar = Calendar(now)
        self._shelf = shelf
        self._buyers = Wheel((person, person.activity) for person in everybody)
        self._channels = {person.id: _channels(person) for person in everybody}
        self._doors = [shop.id for shop in shops() if shop.id != "ONLINE"]

    def sales(self, count: int, progress: Callable[[int], None]) -> list[Sale]:
        """Return that many orders, oldest first, numbered."""
        meetings = sorted((self._meeting() for _ in range(count)), key=lambda meeting: meeting[1])
        sales = []
        for done, (channel, at, person) in enumerate(meetings, start=1):
            sales.append(self._sale(channel, at, person))
            if done % 2000 == 0:
                progress(done)
        _number(sales)
        return sales

    def _meeting(self) -> tuple[str, datetime, Person | None]:
        chance = self._chance
        wheel = self._buyers
        for _ in range(TRIES):
            person = wheel.spin(chance)
            channel = self._channels[person.id].spin(chance)
            at = self._calendar.moment(chance, online=channel != POS)
            if person.around(at):
                walk_in = channel == POS and chance.happens(WALK_IN_SHARE)
                return channel, at, None if walk_in else person
        return POS, self._calendar.moment(chance, online=False), None

    def _sale(self, channel: str, at: datetime, person: Person | None) -> Sale:
        chance = self._chance
        buyer = person or self._buyers.spin(chance)
        lines = self._shelf.basket(buyer, at, chance)
        sale = Sale(channel, at, person, _profile(person, channel), lines)
        sale.discount = _discount(sale, chance)
        if channel == POS:
            self._sell_at_till(sale, buyer)
        else:
            self._sell_online(sale, buyer)
        return sale

    def _sell_at_till(self, sale: Sale, buyer: Person) -> None:
        sale.shop = buyer.shop if self._chance.happens(0.9) else self._chance.pick(self._doors)
        sale.paid_at = sale.at
        self._take_back(sale, sale.at)

    def _sell_online(self, sale: Sale, buyer: Person) -> None:
        chance = self._chance
        if sale.channel == MINI_PROGRAM and chance.happens(PICKUP_SHARE):
            sale.shop = buyer.shop
        amount = sum(line.amount for line in sale.lines) - sale.discount
        if not sale.is_pickup() and amount < FREE_SHIPPING_FROM:
            sale.shipping = SHIPPING_FEE
        payable = sale.at + PAYMENT_WINDOW > self._now
        if chance.happens(OPEN_UNPAID_SHARE if payable else UNPAID_SHARE):
            self._leave_unpaid(sale)
            return
        sale.paid_at = sale.at + timedelta(seconds=chance.randint(20, 900))
        if sale.paid_at > self._now:
            sale.paid_at, sale.state = None, OrderState.PENDING_PAYMENT
        elif chance.happens(CANCEL_SHARE):
            self._cancel(sale)
        else:
            self._fulfil(sale, buyer)

    def _leave_unpaid(self, sale: Sale) -> None:
        deadline = sale.at + PAYMENT_WINDOW
        sale.state = OrderState.PENDING_PAYMENT
        if deadline <= self._now:
            sale.state, sale.cancelled_at = OrderState.CANCELLED, deadline

    def _cancel(self, sale: Sale) -> None:
        at = sale.at + timedelta(minutes=self._chance.randint(20, 240))
        sale.state = OrderState.PAID
        if at <= self._now:
            sale.state, sale.cancelled_at = OrderState.CANCELLED, at

    def _fulfil(self, sale: Sale, buyer: Person) -> None:
        packed_at = sale.at + timedelta(minutes=self._chance.randint(60, 1200))
        if packed_at > self._now:
            sale.state = OrderState.PAID
        elif sale.is_pickup():
            self._hand_over(sale, packed_at)
        else:
            self._ship(sale, buyer, packed_at)

    def _hand_over(self, sale: Sale, packed_at: datetime) -> None:
        collected = packed_at + timedelta(hours=self._chance.randint(2, 60))
        sale.state = OrderState.COMPLETED if collected <= self._now else OrderState.PACKED
        if sale.state is OrderState.COMPLETED:
            self._take_back(sale, collected)

    def _ship(self, sale: Sale, buyer: Person, packed_at: datetime) -> None:
        sale.parcel = send(packed_at, buyer.address.city, self._now, self._chance)
        if sale.parcel is None:
            sale.state = OrderState.PACKED
            return
        delivered = sale.parcel.delivered_at
        if delivered is None:
            sale.state = OrderState.SHIPPED
            return
        over = delivered + RETURN_WINDOW <= self._now
        sale.state = OrderState.COMPLETED if over else OrderState.DELIVERED
        self._take_back(sale, delivered)

    def _take_back(self, sale: Sale, since: datetime) -> None:
        """Let the customer return one line, if they will and if there was time."""
        chance = self._chance
        position = int(chance.random() * len(sale.lines))
        line = sale.lines[position]
        at = since + timedelta(minutes=chance.randint(600, 9000))
        if not chance.happens(RETURN_SHARES[line.item.line]) or at > self._now:
            return
        at = at.replace(hour=11 + at.hour % 9)
        if at > self._now:
            return
        quantity = chance.randint(1, line.quantity)
        paid_share = 1 - sale.discount / sum(line.amount for line in sale.lines)
        amount = int(line.item.price * quantity * paid_share)
        reason = chance.pick(RETURN_REASONS[line.item.line])
        sale.refunds.append(Refund(at, position, quantity, amount, reason))


def _channels(person: Person) -> Wheel[str]:
    open_to = {POS: CHANNEL_WEIGHTS[POS]}
    for profile in person.profiles:
        if profile.shop_account:
            open_to[WEB] = CHANNEL_WEIGHTS[WEB]
        if profile.openid:
            open_to[MINI_PROGRAM] = CHANNEL_WEIGHTS[MINI_PROGRAM]
    if person.address.city.slug == HONG_KONG:
        open_to[POS] *= 2
    return Wheel(open_to.items())


def _profile(person: Person | None, channel: str) -> Profile | None:
    """Return the profile under which a person buys in a channel."""
    if person is None:
        return None
    keys = {WEB: "shop_account", MINI_PROGRAM: "openid", POS: "card"}
    for profile in person.profiles:
        if getattr(profile, keys[channel]):
            return profile
    return person.profiles[0]


def _discount(sale: Sale, chance: Chance) -> int:
    if not chance.happens(DISCOUNT_SHARE):
        return 0
    amount = sum(line.amount for line in sale.lines)
    return next((off for least, off in DISCOUNTS if amount >= least), 0)


def _number(sales: list[Sale]) -> None:
    """Give orders and returns at the till their numbers: date and position within the day."""
    counted: Counter[str] = Counter()

    def following(at: datetime) -> str:
        day = f"{at:%y%m%d}"
        counted[day] += 1
        return f"HK{day}{counted[day]:04d}"

    for sale in sales:
        sale.number = following(sale.at)
    for sale in sales:
        for refund in sale.refunds if sale.channel == POS else ():
            refund.number = following(refund.at)
