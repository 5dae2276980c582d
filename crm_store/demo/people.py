"""People who do not exist: who they are, where they live and what they like."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from crm_store.demo.chance import Chance, Wheel
from crm_store.demo.names import ENGLISH, HONG_KONG_CHINESE, NameStock, name_stock
from crm_store.demo.phones import PhoneBook
from crm_store.demo.places import HONG_KONG, Address, City, address_in, cities

LANGUAGES = Wheel((("zh", 0.90), (HONG_KONG_CHINESE, 0.05), (ENGLISH, 0.05)))
TASTES: Mapping[str, Mapping[str, float]] = {
    "female": {
        "skincare": 10,
        "makeup": 6,
        "fragrance": 3,
        "haircare": 4,
        "tops": 5,
        "outerwear": 2,
        "trousers": 3,
        "dresses": 4,
        "shoes": 3,
        "bags": 2,
        "kitchen": 2,
        "cleaning": 1,
        "personal_care": 1.5,
        "air_treatment": 0.8,
        "snacks": 7,
        "health_food": 4,
        "tea": 3,
        "coffee": 4,
        "condiments": 3,
    },
    "male": {
        "skincare": 3,
        "makeup": 0.2,
        "fragrance": 1.5,
        "haircare": 3,
        "tops": 6,
        "outerwear": 3,
        "trousers": 4,
        "shoes": 3,
        "bags": 2,
        "kitchen": 2,
        "cleaning": 1,
        "personal_care": 2.5,
        "air_treatment": 1,
        "snacks": 6,
        "health_food": 2,
        "tea": 5,
        "coffee": 6,
        "condiments": 2,
    },
}
"""How often each category is bought, by gender; everybody also has favourites of their own."""
FAVOURITE_FACTOR = 6.0
FEMALE_SHARE = 0.64
EARLY_SHARE = 0.55
"""People who were known before the two years of history begin."""
LAPSED_SHARE = 0.2
EMAIL_SHARE = 0.55
MAIL_DOMAINS = ("example.com", "example.net", "example.org")
"""Reserved by RFC 2606: mail to them reaches nobody."""


@dataclass(slots=True)
class Profile:
    """One appearance of a person: records that the data itself ties together."""

    number: int
    name: str
    phone: str | None
    """As typed, or ``None`` where the source has none."""
    email: str | None
    card: str | None = None
    shop_account: int | None = None
    openid: str | None = None
    social: str | None = None


@dataclass(slots=True)
class Person:
    """Somebody made up. ``profiles`` is how the retailer's systems know them."""

    id: str
    name: str
    nickname: str
    gender: str
    birthday: date
    language: str
    phone: str
    """E.164."""
    email: str | None
    address: Address
    shop: str
    """The shop they usually go to."""
    joined: datetime
    left: datetime | None
    """When they lost interest, if they did."""
    activity: float
    tastes: Wheel[str]
    favourites: tuple[str, str]
    size: str
    shoe_size: str
    profiles: list[Profile] = field(default_factory=list)
    due: dict[str, datetime] = field(default_factory=dict)
    """SKUs bought before that should be used up by then."""

    def around(self, at: datetime) -> bool:
        """Whether they shop here at that time."""
        return self.joined <= at and (self.left is None or at < self.left)


def people(seed: int, today: datetime, count: int) -> list[Person]:
    """Return that many people without profiles."""
    chance = Chance.of(seed, "people")
    book = PhoneBook(Chance.of(seed, "phones"))
    homes = Wheel((city, city.weight) for city in cities().values())
    return [_person(number, chance, book, homes, today) for number in range(1, count + 1)]


def _person(
    number: int, chance: Chance, book: PhoneBook, homes: Wheel[City], today: datetime
) -> Person:
    language = LANGUAGES.spin(chance)
    in_hong_kong = language == HONG_KONG_CHINESE
    city = cities()[HONG_KONG] if in_hong_kong else homes.spin(chance)
    gender = "female" if chance.happens(FEMALE_SHARE) else "male"
    stock = name_stock(language)
    (surname, roman), given = stock.surnames.spin(chance), chance.pick(stock.given[gender])
    birthday = _birthday(chance, today)
    joined = _joined(chance, today)
    favourites = _favourites(chance, gender)
    return Person(
        id=f"P{number:05d}",
        name=f"{given} {surname}" if language == ENGLISH else surname + given,
        nickname=_nickname(stock, given, chance),
        gender=gender,
        birthday=birthday,
        language=language,
        phone=book.number("+852" if in_hong_kong else "+86"),
        email=_email(roman, birthday, number, chance),
        address=address_in(city, chance),
        shop=chance.pick(city.shops),
        joined=joined,
        left=_left(chance, joined, today),
        activity=chance.lognormvariate(0.0, 0.9),
        tastes=_tastes(gender, favourites),
        favourites=favourites,
        size=_size(gender, chance),
        shoe_size=_shoe_size(gender, chance),
    )


def _birthday(chance: Chance, today: datetime) -> date:
    """Somebody between 18 and 72, most of them around 34."""
    age = min(72.0, max(18.0, chance.gauss(34, 11)))
    return (today - timedelta(days=age * 365.25)).date()


def _joined(chance: Chance, today: datetime) -> datetime:
    days = chance.between(731, 1800) if chance.happens(EARLY_SHARE) else chance.between(3, 730)
    return (today - timedelta(days=days)).replace(microsecond=0)


def _left(chance: Chance, joined: datetime, today: datetime) -> datetime | None:
    if not chance.happens(LAPSED_SHARE):
        return None
    start = max(joined, today - timedelta(days=640))
    return start + (today - start) * chance.between(0.1, 0.8)


def _favourites(chance: Chance, gender: str) -> tuple[str, str]:
    wheel = Wheel(TASTES[gender].items())
    first = wheel.spin(chance)
    second = wheel.spin(chance)
    return first, second


def _tastes(gender: str, favourites: tuple[str, str]) -> Wheel[str]:
    return Wheel(
        (category, weight * (FAVOURITE_FACTOR if category in favourites else 1))
        for category, weight in TASTES[gender].items()
    )


def _nickname(stock: NameStock, given: str, chance: Chance) -> str:
    return chance.pick(stock.nicknames).format(given if given.isascii() else given[-1])


def _email(roman: str, birthday: date, number: int, chance: Chance) -> str | None:
    if not chance.happens(EMAIL_SHARE):
        return None
    # The number keeps addresses unique; the year is what people really put there.
    return f"{roman}{birthday.year % 100:02d}.{number:04d}@{chance.pick(MAIL_DOMAINS)}"


def _size(gender: str, chance: Chance) -> str:
    return chance.pick("SSMMMLLX" if gender == "female" else "MMLLLXXX").replace("X", "XL")


def _shoe_size(gender: str, chance: Chance) -> str:
    low, high = (36, 39) if gender == "female" else (40, 43)
    return str(chance.randint(low, high))
