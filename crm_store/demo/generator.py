"""Writes the files that the demo retailer's systems would export.

Everything follows from the seed, the reference date and the two counts: the same arguments give
the same bytes. ``README.md`` beside this module describes every file.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path

from crm_store.demo import store_files
from crm_store.demo.chance import Chance
from crm_store.demo.coupons_file import coupon_lines
from crm_store.demo.loyalty_files import loyalty_lines, points_lines, spending
from crm_store.demo.malformed import Planted, malformed_lines, plant
from crm_store.demo.mini_program_file import mini_program_lines
from crm_store.demo.moments import CLOSING_HOUR
from crm_store.demo.people import Person, people
from crm_store.demo.pos_file import pos_lines
from crm_store.demo.profiles import Registrar
from crm_store.demo.sales import WEB, Sale, Trade
from crm_store.demo.shelf import Shelf
from crm_store.demo.shop_file import shop_lines
from crm_store.demo.social_file import social_lines
from crm_store.demo.tickets_file import ticket_lines, tickets
from crm_store.demo.truth_file import truth_lines
from crm_store.demo.writing import OFFSET

GENERATOR_VERSION = 1
"""Raise it whenever the same arguments give other bytes."""

Progress = Callable[[str, int, int], None]
"""Told the step, how much of it is done, and how much there is."""


@dataclass(frozen=True, slots=True)
class DemoFiles:
    """The files by source, in the order in which they are to be loaded."""

    by_source: dict[str, Path]
    truth: Path
    malformed: Path


@dataclass(frozen=True, slots=True)
class _File:
    """Where the lines of a source go, and how they are wrapped."""

    name: str
    encoding: str = "utf-8"
    head: str = ""
    """For JSON documents: what stands before the first record; their lines end with commas."""


_FILES = {
    "catalog": _File("catalog.jsonl"),
    "stores": _File("stores.json", head='{{"stores": ['),
    "stock": _File("stock.csv"),
    "promotions": _File("promotions.json", head='{{"promotions": ['),
    "loyalty": _File("loyalty.csv"),
    "pos": _File("pos_sales.csv", encoding="gb18030"),
    "shop": _File(
        "shop_orders.json", head='{{"shop": "heguang-living", "exported_at": "{now}", "orders": ['
    ),
    "mini_program": _File("miniprogram_events.jsonl"),
    "social": _File("social_profiles.jsonl"),
    "tickets": _File("service_tickets.csv", encoding="utf-8-sig"),
    "points": _File("points.csv"),
    "coupons": _File("coupons.csv"),
}
_FIRST_OF_RECEIPT = 1
"""Position of the line number in a row of the till's file, which starts a receipt when it is 1."""


def write_files(
    folder: Path,
    *,
    seed: int,
    today: date,
    people: int = 5000,
    orders: int = 40000,
    progress: Progress | None = None,
) -> DemoFiles:
    """Write all files into a folder, which is made if need be, and return where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    retailer = _Retailer(seed, today, progress or silent)
    retailer.live(people, orders)
    return retailer.write(folder)


def silent(step: str, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class _Retailer:
    """One run: what was made so far."""

    seed: int
    today: date
    progress: Progress
    everybody: list[Person] = field(default_factory=list)
    sales: list[Sale] = field(default_factory=list)
    shelf: Shelf = field(init=False)
    planted: list[Planted] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.shelf = Shelf(self.seed)

    @property
    def now(self) -> datetime:
        """The reference time, local."""
        return datetime.combine(self.today, time(CLOSING_HOUR))

    def live(self, people_count: int, order_count: int) -> None:
        """Make people and what they bought."""
        self.progress("people", 0, people_count)
        self.everybody = people(self.seed, self.now, people_count)
        registrar = Registrar(self.seed, self.everybody)
        for person in self.everybody:
            registrar.register(person)
        self.progress("people", people_count, people_count)
        trade = Trade(self.seed, self.now, self.everybody, self.shelf)
        self.sales = trade.sales(
            order_count, lambda done: self.progress("orders", done, order_count)
        )
        self.progress("orders", order_count, order_count)

    def write(self, folder: Path) -> DemoFiles:
        """Write the files."""
        coupons = coupon_lines(self.seed, self.now, self.everybody, self.sales)
        made = tickets(self.seed, self.now, self.sales)
        makers: dict[str, Callable[[], list[str]]] = {
            "catalog": store_files.catalog_lines,
            "stores": store_files.store_lines,
            "stock": lambda: store_files.stock_lines(self.seed, self.now),
            "promotions": lambda: store_files.promotion_lines(self.now),
            "loyalty": lambda: loyalty_lines(
                self.seed, self.everybody, spending(self.sales, self.now)
            ),
            "pos": lambda: pos_lines(self.seed, self.sales),
            "shop": lambda: shop_lines(self.seed, self.sales),
            "mini_program": lambda: mini_program_lines(
                self.seed, self.now, self.everybody, self.sales, self.shelf
            ),
            "social": lambda: social_lines(self.seed, self.now, self.everybody),
            "tickets": lambda: ticket_lines(made),
            "points": lambda: points_lines(self.seed, self.now, self.everybody, self.sales),
            "coupons": lambda: coupons,
        }
        written: dict[str, Path] = {}
        for done, (source, lines) in enumerate(makers.items(), start=1):
            written[source] = self._write(folder, source, lines())
            self.progress("files", done, len(makers))
        truth = _save(folder / "truth.csv", truth_lines(self.everybody, made, self._shoppers()))
        malformed = _save(folder / "malformed.csv", malformed_lines(self.planted))
        return DemoFiles(written, truth, malformed)

    def _shoppers(self) -> frozenset[int | None]:
        """Return the shop accounts that ordered: the shop's file knows no others."""
        online = (sale for sale in self.sales if sale.channel == WEB)
        return frozenset(sale.profile.shop_account for sale in online if sale.profile)

    def _write(self, folder: Path, source: str, lines: list[str]) -> Path:
        file = _FILES[source]
        head = [file.head.format(now=self.now.isoformat() + OFFSET)] if file.head else []
        chance = Chance.of(self.seed, f"malformed/{source}")
        whole = head + lines
        self.planted += plant(source, file.name, whole, chance, _starts_record)
        if head:
            whole = [whole[0], *(f"{line}," for line in whole[1:-1]), whole[-1], "]}"]
        return _save(folder / file.name, whole, file.encoding)


def _starts_record(line: str) -> bool:
    """Return whether something may be put before the line without tearing a receipt apart."""
    return not line.startswith("HK") or line.split(",", 2)[_FIRST_OF_RECEIPT] == "1"


def _save(path: Path, lines: Sequence[str], encoding: str = "utf-8") -> Path:
    path.write_text("\n".join(lines) + "\n", encoding=encoding, newline="\n")
    return path
