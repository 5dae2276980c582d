"""Cleaning functions: one raw value in, one value of a known type out.

Each takes the raw value and the name of the field, and raises `InvalidRecordError` that names the
field and what was expected. The value itself is never in the message: reasons are stored readable
and shown in reports, and a value may be anybody's phone number.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum
from functools import lru_cache, partial
from typing import TypeVar
from zoneinfo import ZoneInfo

from crm_store.errors import InvalidRecordError
from crm_store.identifiers import normalise
from crm_store.sources import words
from crm_store.sources.places import Place, place_of
from crm_store.types.conversations import JSON
from crm_store.types.people import IdentityKind
from crm_store.types.text import LocalText

Cleaner = Callable[[JSON, str], object]
EnumT = TypeVar("EnumT", bound=StrEnum)

BLANK = frozenset({"", "-", "--", "null", "none", "n/a", "\\n"})
LONGEST_BLANK = max(map(len, BLANK))
SHOP_ZONE = ZoneInfo("Asia/Shanghai")
"""Times without a zone are the shops' wall clock."""
LONGEST_NAME = 120
LARGEST_AMOUNT = Decimal("9999999999.99")
LARGEST_WHOLE = 2**31 - 1
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199
MILLISECONDS = 10**11
"""An epoch above this many seconds lies in the year 5138, so it counts milliseconds."""

DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
PACKED_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
CLOCK = re.compile(r"[T ]*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s*(Z|[+-]\d{2}:?\d{2})?")
ISO = re.compile(r"[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[+-]\d\d:\d\d)?", re.ASCII)
PACKED_CLOCK = re.compile(r"[T ]?(\d{2})(\d{2})(\d{2})()")
LAST_NAME_FIRST = re.compile(r"([A-Za-z'\- ]+), ?([A-Za-z'\-. ]+)")
CHINESE = re.compile(r"[\u3400-\u9fff]")
CURRENCY_SIGNS: Mapping[str, str] = {
    **dict.fromkeys(("¥", "CN¥", "RMB", "元", "人民币", "CNY"), "CNY"),
    **dict.fromkeys(("HK$", "港币", "港元", "港幣", "HKD"), "HKD"),
    **dict.fromkeys(("NT$", "新台币", "新台幣", "TWD"), "TWD"),
    **dict.fromkeys(("MOP$", "澳门元", "MOP"), "MOP"),
    **dict.fromkeys(("US$", "$", "美元", "USD"), "USD"),
    **dict.fromkeys(("€", "欧元", "EUR"), "EUR"),
    **dict.fromkeys(("£", "英镑", "GBP"), "GBP"),
    **dict.fromkeys(("JP¥", "日元", "円", "JPY"), "JPY"),
    **dict.fromkeys(("S$", "SGD"), "SGD"),
}
"""What is written beside amounts, in NFKC, to ISO 4217."""
AMOUNT = re.compile(r"([^\d.,+-]*)([+-]?)([^\d.,+-]*)([\d,]*\.?\d*)([^\d.,+-]*)")
ANY_CURRENCY = "any"


def is_blank(value: JSON) -> bool:
    """Return whether a raw value says nothing."""
    if not isinstance(value, str):
        return value is None
    if len(value) > LONGEST_BLANK and not value[0].isspace():
        return False
    written = value.strip()
    return len(written) <= LONGEST_BLANK and written.lower() in BLANK


def text(value: JSON, field: str) -> str:
    """Return text as written, without spaces around it."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict | list | bool) or value is None:
        raise _expected(field, "text")
    return str(value)


def folded(value: JSON, field: str) -> str:
    """Return text in NFKC: full-width letters and digits become plain ones."""
    if isinstance(value, str) and value.isascii():
        return value.strip()
    return unicodedata.normalize("NFKC", text(value, field)).strip()


def name(value: JSON, field: str) -> str:
    """Return a person's name in NFKC with single spaces; ``Smith, John`` is John Smith.

    Traditional characters stay: they are how the person writes the name. Names are compared in
    one script elsewhere.
    """
    cleaned = " ".join(folded(value, field).split())
    if swapped := LAST_NAME_FIRST.fullmatch(cleaned):
        cleaned = f"{swapped[2]} {swapped[1]}"
    if not cleaned or len(cleaned) > LONGEST_NAME or not cleaned.isprintable():
        raise _expected(field, f"a name of 1 to {LONGEST_NAME} printable characters")
    return cleaned


def identifier(kind: IdentityKind) -> Cleaner:
    """Return the cleaner of an identifier, which gives it the form that is stored."""

    def clean(value: JSON, field: str) -> str:
        written = folded(value, field).lstrip("'")  # a spreadsheet's mark for text
        try:
            return _normal(kind, written)
        except InvalidRecordError as error:
            wanted = str(error).partition("expected ")[2] or "a number that can exist"
            raise _expected(field, wanted) from error

    return clean


@lru_cache(maxsize=8192)
def _normal(kind: IdentityKind, written: str) -> str:
    """Return the stored form; a phone takes 0.1 ms, and people come back."""
    return normalise(kind, written)


def loose(kind: IdentityKind) -> Cleaner:
    """Return a cleaner that keeps what is no such identifier as it was written.

    For a phone on a parcel or on a ticket: it was typed in a hurry, and the record is good
    without it. Only a phone in E.164 keeps a plus sign in front.
    """
    strict = identifier(kind)

    def clean(value: JSON, field: str) -> str:
        try:
            return str(strict(value, field))
        except InvalidRecordError:
            return folded(value, field).lstrip("+")

    return clean


def local(value: JSON, field: str) -> LocalText:
    """Return text in both languages, from ``{"zh": …, "en": …}`` or from one text."""
    if isinstance(value, dict):
        zh, en = (
            "" if is_blank(value.get(part)) else text(value.get(part), field)
            for part in ("zh", "en")
        )
    else:
        written = text(value, field)
        zh, en = (written, "") if CHINESE.search(written) else ("", written)
    if not (zh or en):
        raise _expected(field, "text in Chinese or English")
    return LocalText(zh, en)


def local_map(value: JSON, field: str) -> dict[str, LocalText]:
    """Return texts by name."""
    if not isinstance(value, dict):
        raise _expected(field, "an object of texts")
    return {key: local(item, f"{field}.{key}") for key, item in value.items() if not is_blank(item)}


def address(value: JSON, field: str) -> Place:
    """Return an address with province, city and district apart where the text says them."""
    return place_of(" ".join(folded(value, field).split()))


def day(value: JSON, field: str) -> date:
    """Return a date: 2024-05-01, 2024/5/1, 2024.5.1, 20240501, 2024年5月1日."""
    return _date_and_rest(value, field)[0]


def moment(value: JSON, field: str, zone: ZoneInfo = SHOP_ZONE) -> datetime:
    """Return an aware time: a date as in `day` with a clock, ISO 8601, or seconds since 1970."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_epoch(value, field)
    if isinstance(value, str) and ISO.fullmatch(value):
        return _from_iso(value, field, zone)
    found, rest = _date_and_rest(value, field)
    clock = CLOCK.fullmatch(rest) or PACKED_CLOCK.fullmatch(rest)
    if clock is None and rest:
        raise _expected(field, "a time such as 2024-05-01 13:45:00")
    hour, minute, second, offset = clock.groups() if clock else ("0", "0", "0", None)
    try:
        local = datetime.combine(found, time(int(hour), int(minute), int(second or 0), tzinfo=zone))
    except ValueError as error:
        raise _expected(field, "a time such as 2024-05-01 13:45:00") from error
    return _shifted(local, offset)


def clock_time(value: JSON, field: str) -> time:
    """Return a time of day such as 10:00."""
    found = CLOCK.fullmatch(folded(value, field))
    try:
        if found is not None:
            return time(int(found[1]), int(found[2]), int(found[3] or 0))
    except ValueError:
        pass
    raise _expected(field, "a time of day such as 10:00")


def signed_money(value: JSON, field: str, expected: str = "CNY") -> Decimal:
    """Return an amount in two decimals: 1299, ¥1,299.00, 1299元, -20.5.

    An amount with the sign of another currency than the mapping's is refused, not taken for it;
    unless the mapping says ``currency: any`` and reads the currency as a field.
    """
    sign, number = _taken_apart(folded(value, field))
    if sign and sign not in CURRENCY_SIGNS:
        raise _expected(field, "an amount such as 1299.00")
    if sign and expected not in (ANY_CURRENCY, CURRENCY_SIGNS.get(sign)):
        raise _expected(field, f"an amount in {expected}")
    try:
        amount = Decimal(number)
    except InvalidOperation as error:
        raise _expected(field, "an amount such as 1299.00") from error
    if not amount.is_finite() or abs(amount) > LARGEST_AMOUNT:
        raise _expected(field, f"an amount up to {LARGEST_AMOUNT}")
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def money(value: JSON, field: str, expected: str = "CNY") -> Decimal:
    """Return an amount that is not negative."""
    amount = signed_money(value, field, expected)
    if amount < 0:
        raise _expected(field, "an amount of zero or more")
    return amount


def _taken_apart(written: str) -> tuple[str, str]:
    """Return the currency sign and the bare number of an amount."""
    if written.isdecimal():
        return "", written
    found = AMOUNT.fullmatch(written)
    if found is None:
        return "", written
    before, minus, between, number, after = (part.strip() for part in found.groups())
    return (before or between or after).upper(), minus + number.replace(",", "")


def whole(value: JSON, field: str) -> int:
    """Return a whole number, which may be negative; 3.0 is one."""
    try:
        number = Decimal(folded(value, field).replace(",", ""))
    except InvalidOperation as error:
        raise _expected(field, "a whole number") from error
    if not number.is_finite() or abs(number) > LARGEST_WHOLE or number != int(number):
        raise _expected(field, "a whole number")
    return int(number)


def count(value: JSON, field: str) -> int:
    """Return a whole number of zero or more."""
    number = whole(value, field)
    if number < 0:
        raise _expected(field, "a whole number of zero or more")
    return number


def quantity(value: JSON, field: str) -> int:
    """Return a whole number of one or more."""
    number = whole(value, field)
    if number < 1:
        raise _expected(field, "a whole number of one or more")
    return number


def percent(value: JSON, field: str) -> int:
    """Return a whole percentage from 1 to 100: 15 or 15%."""
    number = whole(folded(value, field).removesuffix("%"), field)
    if not 1 <= number <= 100:  # noqa: PLR2004 - a hundred percent
        raise _expected(field, "a percentage from 1 to 100")
    return number


def degrees(value: JSON, field: str) -> float:
    """Return a latitude or longitude."""
    try:
        number = float(folded(value, field))
    except ValueError as error:
        raise _expected(field, "degrees such as 31.23") from error
    if not -180 <= number <= 180:  # noqa: PLR2004 - the circle
        raise _expected(field, "degrees such as 31.23")
    return number


def flag(value: JSON, field: str) -> bool:
    """Return whether it is so: true, 1, yes, 是 against false, 0, no, 否."""
    if isinstance(value, bool):
        return value
    found = words.FLAGS.get(folded(value, field).lower())
    if found is None:
        raise _expected(field, "yes or no (是/否)")
    return found


def currency(value: JSON, field: str) -> str:
    """Return an ISO 4217 code, from a code, a sign, or an amount that has one of them beside it."""
    written = folded(value, field).upper()
    sign = written if not any(char.isdecimal() for char in written) else _taken_apart(written)[0]
    code = CURRENCY_SIGNS.get(sign, sign)
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise _expected(field, "a currency such as CNY")
    return code


def one_of(enum: type[EnumT], known: Mapping[str, EnumT]) -> Cleaner:
    """Return the cleaner of an enum, written as its value or as one of the known words."""
    table = {member.value: member for member in enum} | dict(known)
    choices = ", ".join(member.value for member in enum)

    def clean(value: JSON, field: str) -> EnumT:
        if isinstance(value, str) and (found := table.get(value)) is not None:
            return found
        written = folded(value, field).lower().replace(" ", "_").replace("-", "_")
        if written not in table:
            raise _expected(field, f"one of {choices}")
        return table[written]

    return clean


def listed(value: JSON, field: str) -> tuple[str, ...]:
    """Return a list of texts, from a list or from text parted by commas, 、 or semicolons."""
    if isinstance(value, list):
        return tuple(text(item, field) for item in value if not is_blank(item))
    return tuple(part for part in re.split(r"\s*[,，、;；|]\s*", text(value, field)) if part)


def raw(value: JSON, _field: str) -> JSON:
    """Return JSON as it came, for what is kept only to be shown."""
    return value


def cleaners(zone: ZoneInfo = SHOP_ZONE, money_of: str = "CNY") -> dict[str, Cleaner]:
    """Return the cleaning functions by the names that mappings use.

    ``zone`` is that of times without one, ``money_of`` the currency of amounts.
    """
    values: dict[str, Cleaner] = {
        "text": text,
        "folded": folded,
        "name": name,
        "phone": identifier(IdentityKind.PHONE),
        "email": identifier(IdentityKind.EMAIL),
        "loose_phone": loose(IdentityKind.PHONE),
        "loose_email": loose(IdentityKind.EMAIL),
        "card": identifier(IdentityKind.LOYALTY_CARD),
        "account": identifier(IdentityKind.SHOP_ACCOUNT),
        "address": address,
        "date": day,
        "time": partial(moment, zone=zone),
        "clock": clock_time,
        "money": partial(money, expected=money_of),
        "signed_money": partial(signed_money, expected=money_of),
        "whole": whole,
        "count": count,
        "quantity": quantity,
        "percent": percent,
        "degrees": degrees,
        "flag": flag,
        "currency": currency,
        "list": listed,
        "local": local,
        "local_map": local_map,
        "json": raw,
    }
    enums = {label: one_of(enum, known) for label, (enum, known) in words.ENUMS.items()}
    return values | enums


def _expected(field: str, what: str) -> InvalidRecordError:
    return InvalidRecordError(f"{field}: expected {what}")


def _date_and_rest(value: JSON, field: str) -> tuple[date, str]:
    written = folded(value, field)
    found = DATE.match(written) or PACKED_DATE.match(written)
    try:
        if found is not None and EARLIEST_YEAR <= int(found[1]) <= LATEST_YEAR:
            return date(int(found[1]), int(found[2]), int(found[3])), written[found.end() :]
    except ValueError:
        pass
    raise _expected(field, "a date such as 2024-05-01")


def _from_epoch(value: float, field: str) -> datetime:
    seconds = value / 1000 if value > MILLISECONDS else value
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise _expected(field, "seconds since 1970") from error


def _from_iso(written: str, field: str, zone: ZoneInfo) -> datetime:
    """Return the time of what most exports write; much faster than taking any form apart."""
    try:
        found = datetime.fromisoformat(written)
    except ValueError as error:
        raise _expected(field, "a time such as 2024-05-01 13:45:00") from error
    if not EARLIEST_YEAR <= found.year <= LATEST_YEAR:
        raise _expected(field, "a time such as 2024-05-01 13:45:00")
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _shifted(local: datetime, offset: str | None) -> datetime:
    """Return the time in the zone that was written with it, if one was."""
    if not offset:
        return local
    text_offset = "+00:00" if offset == "Z" else offset
    return datetime.fromisoformat(local.replace(tzinfo=None).isoformat() + text_offset)
