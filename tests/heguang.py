"""The demo retailer for tests of the assistant: its real catalogue and shops, a hand-written cast.

It is Monday, 2 March 2026, 17:00 in Shanghai (`NOW`), and stands still. `prepared_database` is a
migrated SQLite file with everything in it, to be copied for each test; `Assistant` is the real
inbox, worker, turn runner, search and NLU on such a copy.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot import skills
from bot.articles import help_centre
from bot.catalogue import catalog_items, gazetteer
from bot.dialogue.skill import Services
from bot.policies import load_policies
from bot.replies import LANGUAGES, Phrasebook
from bot.turn.bell import Bell
from bot.turn.inbox import Inbox
from bot.turn.turn import TurnRunner
from bot.turn.worker import Worker
from crm_store import migrations
from crm_store.demo.families import catalogue
from crm_store.demo.places import shops
from crm_store.demo.promotions import promotions
from crm_store.engine import make_engine
from crm_store.loyalty.rules import load_rules
from crm_store.models import (
    CouponRow,
    OrderLineRow,
    OrderRow,
    PaymentRow,
    PointsEntryRow,
    PreferenceRow,
    ShipmentEventRow,
    ShipmentRow,
)
from crm_store.ports import CrmStore
from crm_store.repositories.identities import tail_index
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Role
from crm_store.types.catalog import ONLINE_STORE_ID, StockLevel
from crm_store.types.loyalty import PointsKind
from crm_store.types.orders import OrderState, ShipmentState
from crm_store.types.people import IdentityKind, IdentityStatus, NewIdentity, NewMember, Tier
from crm_store.types.text import LocalText
from crm_store.vault import Vault
from knowledge.embedding import EmbedderSpec, load_embedder
from knowledge.embedding.remembering import RememberingEmbedder
from knowledge.faq.search import open_faq
from knowledge.index import open_or_build
from knowledge.pairing import read_pairs
from knowledge.ports import Embedder, FaqSearch
from knowledge.search import HybridCatalogSearch
from nlu.entities import EntityExtractor
from nlu.native import NativeEngine, train
from nlu.ports import NluEngine
from nlu.reading import ReadingEngine
from nlu.segments import SegmentingEngine
from nlu.spelling import Speller
from nlu.training import read_training_data

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ROOT = Path(__file__).parent.parent
ARTICLES = ROOT / "knowledge" / "faq" / "articles"

SOLD_OUT = "COS-0002"
ONLY_IN_HANGZHOU = "HOM-0001"
FEW = 2
"""Units of everything else in the first Shanghai shop; plenty on-line and in Beijing."""


@dataclass(frozen=True)
class Parcel:
    """A parcel of an order, `expected` days from today."""

    state: ShipmentState
    expected: int = 2


@dataclass(frozen=True)
class Paid:
    """A payment of an order's whole price, or of so many parts of it."""

    state: str = "paid"
    parts: Decimal = Decimal(1)
    method: str = "wechat"
    days: int | None = None
    """How many days ago; with the order when ``None``."""


@dataclass(frozen=True)
class Sale:
    """An order of the cast, placed `days` ago."""

    number: str
    state: OrderState
    days: int
    products: tuple[str, ...]
    parcel: Parcel | None = None
    channel: str = "web"
    store_id: str | None = None
    payments: tuple[Paid, ...] = ()
    units: int = 1
    """Of each product."""
    discount: int = 0
    """On the whole order."""
    recipient: str = ""
    address: str = "上海市长宁区安化路8号3楼"


@dataclass(frozen=True)
class Voucher:
    """A coupon in a wallet, good from `start` to `end` days from today."""

    code: str
    title: LocalText
    start: int = -10
    end: int = 20
    state: str = "issued"
    min_spend: int | None = 300
    amount_off: int | None = 30
    category: str | None = None


@dataclass(frozen=True)
class Person:
    """A member of the cast."""

    name: str
    phone: str
    card: str
    language: str = "zh"
    tier: Tier = Tier.REGULAR
    home: str | None = None
    sales: tuple[Sale, ...] = ()
    points: tuple[tuple[PointsKind, int, date | None], ...] = ()
    coupons: tuple[Voucher, ...] = ()
    birthday: date | None = None

    @property
    def tail(self) -> str:
        """Last four digits of the phone."""
        return self.phone[-4:]


CAST: Mapping[str, Person] = {
    "waiting": Person(
        "林若溪", "13800138000", "VIP00000001", tier=Tier.GOLD, home="SH01",
        sales=(
            Sale("HK2602270001", OrderState.SHIPPED, 3, ("COS-0001", "COS-0010"),
                 Parcel(ShipmentState.IN_TRANSIT)),
            Sale("HK2602030002", OrderState.COMPLETED, 27, ("APP-0101",),
                 Parcel(ShipmentState.DELIVERED, -24)),
            Sale("HK2511200003", OrderState.COMPLETED, 102, ("COS-0001",),
                 channel="pos", store_id="SH01", address=""),
        ),
        points=((PointsKind.EARN, 1500, date(2026, 6, 30)), (PointsKind.SPEND, -300, None)),
    ),
    "waiting_for_two": Person(
        "陈默", "13900001234", "VIP00000002",
        sales=(
            Sale("HK2602230011", OrderState.SHIPPED, 7, ("HOM-0001",),
                 Parcel(ShipmentState.IN_TRANSIT, -2)),
            Sale("HK2603010012", OrderState.PAID, 1, ("APP-0401",)),
        ),
    ),
    "delivered": Person(
        "Emma Brown", "13711112222", "VIP00000003", "en", Tier.SILVER,
        sales=(
            Sale("HK2602220021", OrderState.DELIVERED, 8, ("COS-0201",),
                 Parcel(ShipmentState.DELIVERED, -5)),
        ),
        points=((PointsKind.EARN, 80, None),),
    ),
    "failed_delivery": Person(
        "黃詠詩", "+85291234567", "VIP00000004", "zh-Hant", home="HK01",
        sales=(
            Sale("HK2602260031", OrderState.SHIPPED, 4, ("FOD-0201",),
                 Parcel(ShipmentState.EXCEPTION, -1)),
        ),
        points=((PointsKind.EARN, 260, date(2026, 12, 31)),),
    ),
    "new": Person("周晓", "13622223333", "VIP00000005"),
    "charged_twice": Person(
        "徐安", "13700010001", "VIP00000011",
        sales=(Sale("HK2602280101", OrderState.PAID, 2, ("COS-0201",), payments=(Paid(), Paid())),),
    ),
    "charged_a_lot": Person(
        "罗琪", "13700010002", "VIP00000012",
        sales=(Sale("HK2602280102", OrderState.PAID, 2, ("HOM-0106",), payments=(Paid(), Paid())),),
    ),
    "paid_but_pending": Person(
        "何雨", "13700010003", "VIP00000013",
        sales=(Sale("HK2603020103", OrderState.PENDING_PAYMENT, 0, ("APP-0101",),
                    payments=(Paid(),)),),
    ),
    "paying": Person(
        "Tom Lee", "13700010004", "VIP00000014", "en",
        sales=(Sale("HK2603020104", OrderState.PENDING_PAYMENT, 0, ("APP-0401",)),),
    ),
    "declined": Person(
        "方圆", "13700010005", "VIP00000015",
        sales=(Sale("HK2603020105", OrderState.PENDING_PAYMENT, 0, ("COS-0001",),
                    payments=(Paid("failed", method="card"),)),),
    ),
    "still_processing": Person(
        "Ann Gray", "13700010006", "VIP00000016", "en",
        sales=(Sale("HK2603020106", OrderState.PENDING_PAYMENT, 0, ("HOM-0201",),
                    payments=(Paid("processing"),)),),
    ),
    "owner": Person(
        "高远", "13700010007", "VIP00000017", home="SH01",
        sales=(
            Sale("HK2601050107", OrderState.COMPLETED, 56, ("HOM-0101",),
                 Parcel(ShipmentState.DELIVERED, -53), payments=(Paid(),)),
        ),
    ),
    "old_owner": Person(
        "Grace Hill", "13700010008", "VIP00000018", "en",
        sales=(
            Sale("HK2501100108", OrderState.COMPLETED, 416, ("HOM-0003",),
                 Parcel(ShipmentState.DELIVERED, -413), payments=(Paid(),)),
        ),
    ),
    "namesake": Person("王芳", "13544445555", "VIP00000006"),
    "other_namesake": Person("王芳", "13544446666", "VIP00000007", tier=Tier.DIAMOND),
    "with_coupons": Person(
        "沈佳", "13811110001", "VIP00000081", tier=Tier.SILVER, birthday=date(1992, 3, 18),
        sales=(
            Sale("HK2601150811", OrderState.COMPLETED, 46, ("APP-0101",),
                 Parcel(ShipmentState.DELIVERED, -42)),
        ),
        coupons=(
            Voucher("SPRING30", LocalText("满300减30", "¥30 off ¥300"), end=9),
            Voucher("SKIN50", LocalText("护肤满500减50", "¥50 off skincare"),
                    min_spend=500, amount_off=50, category="skincare"),
            Voucher("APRIL20", LocalText("四月券", "April voucher"), start=30, end=59,
                    min_spend=None, amount_off=20),
            Voucher("GONE10", LocalText("新人券", "Newcomer voucher"), end=-2, amount_off=10),
            Voucher("USED15", LocalText("会员日券", "Member-day voucher"), state="used"),
        ),
    ),
    "buyer": Person(
        "白露", "13700020001", "VIP00000021",
        sales=(
            Sale("HK2603010201", OrderState.PAID, 1, ("APP-0401",), payments=(Paid(),),
                 recipient="白露", address="上海市徐汇区漕溪北路18号2楼"),
        ),
    ),
    "unpaid_buyer": Person(
        "Kate Moore", "13700020002", "VIP00000022", "en",
        sales=(Sale("HK2603020202", OrderState.PENDING_PAYMENT, 0, ("COS-0201",)),),
    ),
    "packed_buyer": Person(
        "秦朗", "13700020003", "VIP00000023",
        sales=(
            Sale("HK2602280203", OrderState.PACKED, 2, ("APP-0101",),
                 payments=(Paid(method="alipay"),), recipient="秦朗",
                 address="杭州市西湖区文三路90号5幢"),
        ),
    ),
    "wearer": Person(
        "苏晴", "13700020004", "VIP00000024", home="SH01",
        sales=(
            Sale("HK2602200204", OrderState.DELIVERED, 10, ("APP-0101",),
                 Parcel(ShipmentState.DELIVERED, -6), payments=(Paid(),), units=2,
                 recipient="苏晴", address="上海市静安区南京西路1号"),
        ),
    ),
    "perfumer": Person(
        "Rose Hall", "13700020005", "VIP00000025", "en",
        sales=(
            Sale("HK2602240205", OrderState.DELIVERED, 6, ("COS-0201",),
                 Parcel(ShipmentState.DELIVERED, -3), payments=(Paid(),)),
        ),
    ),
    "repaid": Person(
        "丁一", "13700020006", "VIP00000026",
        sales=(
            Sale("HK2602260206", OrderState.CANCELLED, 4, ("HOM-0201",),
                 payments=(Paid(), Paid("processing", Decimal(-1), days=3))),
        ),
    ),
    "unrepaid": Person(
        "Ben Ward", "13700020007", "VIP00000027", "en",
        sales=(
            Sale("HK2602100207", OrderState.CANCELLED, 20, ("HOM-0201",),
                 payments=(Paid(method="card"), Paid("processing", Decimal(-1), "card", 18))),
        ),
    ),
    "repaid_before": Person(
        "邱月", "13700020008", "VIP00000028",
        sales=(
            Sale("HK2602150208", OrderState.CANCELLED, 15, ("COS-0001",),
                 payments=(Paid(method="alipay"), Paid("refunded", Decimal(-1), "alipay", 14))),
        ),
    ),
    "regular": Person(
        "顾宁", "13700020009", "VIP00000029",
        sales=(
            Sale("HK2602240301", OrderState.DELIVERED, 6, ("FOD-0408", "APP-0304"),
                 Parcel(ShipmentState.DELIVERED, -3), payments=(Paid(),), discount=50),
            Sale("HK2602220302", OrderState.DELIVERED, 8, ("COS-0302",),
                 Parcel(ShipmentState.DELIVERED, -4), payments=(Paid(),)),
            Sale("HK2511010303", OrderState.COMPLETED, 121, ("COS-0302", "COS-0201"),
                 Parcel(ShipmentState.DELIVERED, -117), payments=(Paid(),)),
        ),
    ),
}  # fmt: skip

GUEST_ORDER = Sale(
    "HK2602250041", OrderState.SHIPPED, 5, ("HOM-0201",), Parcel(ShipmentState.OUT_FOR_DELIVERY, 0)
)
GUEST_PHONE = "13355557890"
PUBLIC_COUPON = Voucher(
    "HELLO20", LocalText("见面礼", "Welcome code"), min_spend=199, amount_off=20
)
"""A code that anybody may use."""


@dataclass(frozen=True)
class People:
    """Ids of the cast and the staff in the prepared database."""

    members: Mapping[str, int]
    clerk: int
    agent: int


@dataclass(frozen=True)
class Prepared:
    """The database to copy, and who is in it."""

    path: Path
    vault: Vault
    people: People


@cache
def prepare(folder: Path) -> Prepared:
    """Migrate a database and write the retailer into it."""
    path = folder / "heguang.db"
    url = f"sqlite:///{path}"
    vault = Vault([Vault.new_key()], index_key=Vault.new_key())
    migrations.upgrade(url)
    return Prepared(path, vault, asyncio.run(_write(url, vault)))


async def _write(url: str, vault: Vault) -> People:
    store = await SqlStore.open(url, vault, clock=lambda: NOW)
    await _open_shops(store)
    members = await _enrol(store)
    async with store.writing(SYSTEM) as uow:
        clerk = await uow.staff.add("clerk", "小顾", "secret-1", Role.CLERK, "SH01")
        agent = await uow.staff.add("agent", "小安", "secret-2", Role.AGENT)
    await store.close()
    engine = make_engine(url, vault)
    async with AsyncSession(engine) as session, session.begin():
        for key, person in CAST.items():
            session.add_all(_belongings(members[key], person, vault))
        session.add(_order(GUEST_ORDER, None, GUEST_PHONE, vault))
        session.add(_coupon(PUBLIC_COUPON, None))
    await engine.dispose()
    return People(members, clerk.id, agent.id)


async def _open_shops(store: CrmStore) -> None:
    async with store.writing(SYSTEM) as uow:
        await uow.catalog.save_products(catalogue())
        await uow.catalog.save_shops(shops())
        await uow.catalog.save_stock(list(_stock()))
        await uow.catalog.save_promotions(promotions(NOW.astimezone(ZoneInfo("Asia/Shanghai"))))


def _stock() -> list[StockLevel]:
    levels = []
    for product in catalogue():
        places = {ONLINE_STORE_ID: 40, "BJ01": 8, "SH01": FEW}
        if product.id == SOLD_OUT:
            places = {"SH01": 0}
        if product.id == ONLY_IN_HANGZHOU:
            places = {"HZ01": 9}
        levels += [
            StockLevel(place, variant.sku, quantity, NOW)
            for variant in product.variants
            for place, quantity in places.items()
        ]
    return levels


async def _enrol(store: CrmStore) -> dict[str, int]:
    members = {}
    async with store.writing(SYSTEM) as uow:
        for key, person in CAST.items():
            identities = tuple(
                NewIdentity(kind, value, IdentityStatus.ATTESTED, "loyalty")
                for kind, value in (
                    (IdentityKind.PHONE, person.phone),
                    (IdentityKind.LOYALTY_CARD, person.card),
                )
            )
            new = NewMember(
                person.name, person.language, person.tier, date(2025, 1, 9),
                home_store_id=person.home, identities=identities, birthday=person.birthday,
            )  # fmt: skip
            members[key] = (await uow.members.add(new)).id
    return members


def _belongings(member_id: int, person: Person, vault: Vault) -> list[object]:
    rows: list[object] = [_order(sale, member_id, person.phone, vault) for sale in person.sales]
    rows += [
        PointsEntryRow(
            member_id=member_id, kind=kind, points=points, at=NOW - timedelta(days=30 - number),
            expires_on=lapses, reference="HK2511200003", source="points",
            source_key=f"{member_id}-{number}",
        )
        for number, (kind, points, lapses) in enumerate(person.points)
    ]  # fmt: skip
    rows += [_coupon(voucher, member_id) for voucher in person.coupons]
    if person.tier is Tier.GOLD:
        rows.append(
            PreferenceRow(
                member_id=member_id, kind="skin_type", value="敏感肌", stated=True,
                source="desk", at=NOW,
            )
        )  # fmt: skip
    return rows


def _coupon(voucher: Voucher, member_id: int | None) -> CouponRow:
    today = NOW.date()
    return CouponRow(
        code=voucher.code,
        member_id=member_id,
        title=voucher.title,
        state=voucher.state,
        valid_from=today + timedelta(days=voucher.start),
        valid_to=today + timedelta(days=voucher.end),
        min_spend=voucher.min_spend,
        amount_off=voucher.amount_off,
        category=voucher.category,
    )


def _order(sale: Sale, member_id: int | None, phone: str, vault: Vault) -> OrderRow:
    products = {product.id: product for product in catalogue()}
    lines = [products[product_id] for product_id in sale.products]
    row = OrderRow(
        number=sale.number,
        member_id=member_id,
        channel=sale.channel,
        store_id=sale.store_id,
        state=sale.state,
        placed_at=NOW - timedelta(days=sale.days),
        total=sum(
            (product.variants[0].price * sale.units for product in lines), Decimal(-sale.discount)
        ),
        discount=Decimal(sale.discount),
        recipient_enc=vault.encrypt(sale.recipient) if sale.recipient else None,
        address_enc=vault.encrypt(sale.address) if sale.address else None,
        phone_enc=vault.encrypt(phone),
        phone_tail_index=tail_index(vault, phone),
    )
    row.lines = [
        OrderLineRow(
            sku=product.variants[0].sku, product_id=product.id, name=product.name,
            quantity=sale.units, unit_price=product.variants[0].price,
        )
        for product in lines
    ]  # fmt: skip
    row.shipments = [_parcel(sale, sale.parcel)] if sale.parcel else []
    row.payments = [
        PaymentRow(
            method=paid.method, amount=paid.parts * row.total, state=paid.state,
            at=row.placed_at + timedelta(minutes=minute)
            if paid.days is None else NOW - timedelta(days=paid.days),
        )
        for minute, paid in enumerate(sale.payments, 1)
    ]  # fmt: skip
    return row


def _parcel(sale: Sale, parcel: Parcel) -> ShipmentRow:
    sent = NOW - timedelta(days=sale.days - 1)
    latest = NOW - timedelta(hours=5)
    arrived = NOW + timedelta(days=parcel.expected, hours=-5)
    delivered = arrived if parcel.state is ShipmentState.DELIVERED else None
    return ShipmentRow(
        carrier="顺丰速运",
        tracking_number=f"SF{sale.number[2:]}",
        state=parcel.state,
        shipped_at=sent,
        delivered_at=delivered,
        expected_on=(NOW + timedelta(days=parcel.expected)).date(),
        events=[
            ShipmentEventRow(
                at=sent, state=ShipmentState.PICKED_UP, place=LocalText("上海青浦", "Qingpu")
            ),
            ShipmentEventRow(at=latest, state=parcel.state, place=LocalText("杭州", "Hangzhou")),
        ],
    )


@cache
def embedder(folder: Path) -> Embedder:
    """The bundled model, converted once and loaded once."""
    return RememberingEmbedder(load_embedder(EmbedderSpec(), folder / "models"))


@cache
def phrasebook() -> Phrasebook:
    """All templates, read once."""
    return Phrasebook()


@cache
def search(folder: Path) -> HybridCatalogSearch:
    """Search over the whole demo catalogue."""
    book = phrasebook()
    colours = {lang: book.section(lang, "colours") for lang in LANGUAGES}
    items = catalog_items(catalogue(), colours, read_pairs(ROOT / "knowledge" / "pairs.yml"))
    index = open_or_build(folder / "index", items, embedder(folder))
    return HybridCatalogSearch(items, index, embedder(folder))


@cache
def faq(folder: Path) -> FaqSearch:
    """Search in the help centre, with the rules in force."""
    articles = help_centre(ARTICLES, load_policies(), load_rules())
    return open_faq(folder / "faq", articles, embedder(folder))


@cache
def understanding(folder: Path) -> NluEngine:
    """The native engine on the project's own data and the retailer's names, wish by wish."""
    data = read_training_data(ROOT / "nlu" / "data")
    model = train(data, embedder(folder), cache_folder=folder / "nlu")
    doors = [shop for shop in shops() if shop.id != ONLINE_STORE_ID]
    names = gazetteer(catalogue(), doors)
    zone = ZoneInfo("Asia/Shanghai")
    native = NativeEngine(model, embedder(folder), EntityExtractor(data, names), timezone=zone)
    return SegmentingEngine(ReadingEngine(native, Speller(data, names.words)))


@dataclass(frozen=True)
class Closed:
    """Stands where models are not needed; whatever is asked of it but the intents is an error."""

    intents: frozenset[str]


@dataclass
class Assistant:
    """The assistant on one database, without a channel."""

    store: SqlStore
    people: People
    services: Services
    runner: TurnRunner
    bell: Bell = field(default_factory=Bell)

    @staticmethod
    async def open(prepared: Prepared, database: Path, folder: Path) -> "Assistant":
        """Wire the real parts on a copy of the prepared database."""
        store = await SqlStore.open(f"sqlite:///{database}", prepared.vault, clock=lambda: NOW)
        found = await asyncio.to_thread(search, folder)
        articles = await asyncio.to_thread(faq, folder)
        services = Services(store, found, articles, phrasebook(), lambda: NOW)
        engine = await asyncio.to_thread(understanding, folder)
        runner = TurnRunner(services, engine, skills.load())
        return Assistant(store, prepared.people, services, runner)

    @staticmethod
    async def of_buttons(prepared: Prepared, database: Path) -> "Assistant":
        """Wire an assistant that is only pressed buttons of: nothing has to be understood."""
        store = await SqlStore.open(f"sqlite:///{database}", prepared.vault, clock=lambda: NOW)
        known = skills.load()
        closed = Closed(frozenset(known))
        services = Services(store, closed, closed, phrasebook(), lambda: NOW)  # type: ignore[arg-type]
        runner = TurnRunner(services, closed, known)  # type: ignore[arg-type]
        return Assistant(store, prepared.people, services, runner)

    @property
    def inbox(self) -> Inbox:
        """Where messages come in."""
        return Inbox(self.store, self.bell, max_characters=2_000)

    @property
    def worker(self) -> Worker:
        """Who answers them."""
        return Worker(self.store, self.runner, self.bell)


@pytest.fixture(scope="session")
def model_folder(request: pytest.FixtureRequest) -> Path:
    """Where models and index are kept between runs."""
    return request.config.cache.mkdir("huike-models")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The retailer's database, made once."""
    return prepare(tmp_path_factory.getbasetemp())


@pytest.fixture
async def assistant(
    prepared: Prepared, model_folder: Path, tmp_path: Path
) -> AsyncIterator[Assistant]:
    """The assistant on a database of the test's own."""
    database = tmp_path / "heguang.db"
    shutil.copyfile(prepared.path, database)
    opened = await Assistant.open(prepared, database, model_folder)
    yield opened
    await opened.store.close()
