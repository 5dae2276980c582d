"""How the retailer's systems know a person: under one profile, or under several.

Most people are tied together by their loyalty card or by one phone number. About one in seven is
not: they gave another number, an old one, a wrong digit or another spelling to another system.
"""

from collections.abc import Callable, Iterator

from crm_store.demo.chance import Chance, Wheel
from crm_store.demo.names import HONG_KONG_CHINESE, misspelt
from crm_store.demo.people import Person, Profile
from crm_store.demo.phones import PhoneBook, typed

SPLIT_SHARE = 0.15
THIRD_PROFILE_SHARE = 0.2
CARD_SHARE = 0.72
SHOP_SHARE = 0.42
MINI_PROGRAM_SHARE = 0.5
SOCIAL_SHARE = 0.1
FIRST_SHOP_ACCOUNT = 7001000001
OPENID_ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789_-"
SOCIAL_PLATFORMS = {"xhs": "xiaohongshu", "wb": "weibo", "wx": "wechat", "ig": "instagram"}

Disguise = Callable[[Person], Profile]


class Registrar:
    """Registers people with the systems."""

    def __init__(self, seed: int, everybody: list[Person]) -> None:
        self._chance = Chance.of(seed, "profiles")
        self._book = PhoneBook(self._chance)
        # Wrong and old numbers must not belong to anybody else.
        self._book.reserve(person.phone for person in everybody)
        self._cards = self._card_numbers(len(everybody))
        self._shop_account = FIRST_SHOP_ACCOUNT
        self._disguises: Wheel[Disguise] = Wheel(
            (
                (self._other_format, 0.3),
                (self._wrong_digit, 0.25),
                (self._old_phone, 0.25),
                (self._no_phone, 0.2),
            )
        )

    def register(self, person: Person) -> None:
        """Give a person their profiles."""
        if self._chance.happens(SPLIT_SHARE):
            self._register_split(person)
        else:
            person.profiles = [self._whole(person)]

    def _whole(self, person: Person) -> Profile:
        chance = self._chance
        profile = self._true(person)
        if chance.happens(CARD_SHARE):
            profile.card = next(self._cards)
        if chance.happens(SHOP_SHARE):
            self._open_shop_account(profile)
        if chance.happens(MINI_PROGRAM_SHARE):
            profile.openid = self._openid()
        if not (profile.card or profile.shop_account or profile.openid):
            profile.card = next(self._cards)
        if chance.happens(SOCIAL_SHARE):
            profile.social = self._social_id(person)
        return profile

    def _register_split(self, person: Person) -> None:
        chance = self._chance
        first = self._true(person)
        first.card = next(self._cards)
        second = self._disguises.spin(chance)(person)
        person.profiles = [first, second]
        if chance.happens(THIRD_PROFILE_SHARE):
            third = self._disguises.spin(chance)(person)
            third.number = 3
            person.profiles.append(third)
            second.openid, third.social = self._openid(), None
            self._open_shop_account(third)
        elif chance.happens(0.5) or second.phone is None:
            self._open_shop_account(second)
        else:
            second.openid = self._openid()

    def _true(self, person: Person) -> Profile:
        return Profile(1, person.name, typed(person.phone, self._chance), person.email)

    def _other_format(self, person: Person) -> Profile:
        name = misspelt(person.name, person.language, self._chance)
        return Profile(2, name, typed(person.phone, self._chance, messy=1.0), None)

    def _wrong_digit(self, person: Person) -> Profile:
        wrong = self._book.slip(person.phone)
        return Profile(2, person.name, typed(wrong, self._chance), person.email)

    def _old_phone(self, person: Person) -> Profile:
        country = "+852" if person.language == HONG_KONG_CHINESE else "+86"
        name = misspelt(person.name, person.language, self._chance)
        return Profile(2, name, typed(self._book.number(country), self._chance), person.email)

    def _no_phone(self, person: Person) -> Profile:
        # A shop account needs an address to write to; the spelling of the name stays.
        email = person.email or f"{person.id.lower()}.alt@example.com"
        return Profile(2, person.name, None, email)

    def _open_shop_account(self, profile: Profile) -> None:
        profile.shop_account = self._shop_account
        self._shop_account += 1

    def _openid(self) -> str:
        return "oHG" + self._chance.letters(25, OPENID_ALPHABET)

    def _social_id(self, person: Person) -> str:
        prefix = "ig" if person.language == "en" else self._chance.pick(("xhs", "wb", "wx"))
        return f"{prefix}_{self._chance.letters(8, '0123456789abcdef')}"

    def _card_numbers(self, most: int) -> Iterator[str]:
        numbers = self._chance.sample(range(10_000_000, 100_000_000), most)
        return iter([f"VIP{number}" for number in numbers])
