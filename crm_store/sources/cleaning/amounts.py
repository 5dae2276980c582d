"""Money, counts and other numbers."""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from crm_store.sources.cleaning.texts import folded, refusal
from crm_store.types.conversations import JSON

LARGEST_AMOUNT = Decimal("9999999999.99")
LARGEST_WHOLE = 2**31 - 1
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


def signed_money(value: JSON, field: str, expected: str = "CNY") -> Decimal:
    """Return an amount in two decimals: 1299, ¥1,299.00, 1299元, -20.5.

    An amount with the sign of another currency than the mapping's is refused, not taken for it;
    unless the mapping says ``currency: any`` and reads the currency as a field.
    """
    sign, number = _taken_apart(folded(value, field))
    if sign and sign not in CURRENCY_SIGNS:
        raise refusal(field, "an amount such as 1299.00")
    if sign and expected not in (ANY_CURRENCY, CURRENCY_SIGNS.get(sign)):
        raise refusal(field, f"an amount in {expected}")
    try:
        amount = Decimal(number)
    except InvalidOperation as error:
        raise refusal(field, "an amount such as 1299.00") from error
    if not amount.is_finite() or abs(amount) > LARGEST_AMOUNT:
        raise refusal(field, f"an amount up to {LARGEST_AMOUNT}")
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def money(value: JSON, field: str, expected: str = "CNY") -> Decimal:
    """Return an amount that is not negative."""
    amount = signed_money(value, field, expected)
    if amount < 0:
        raise refusal(field, "an amount of zero or more")
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
        raise refusal(field, "a whole number") from error
    if not number.is_finite() or abs(number) > LARGEST_WHOLE or number != int(number):
        raise refusal(field, "a whole number")
    return int(number)


def count(value: JSON, field: str) -> int:
    """Return a whole number of zero or more."""
    number = whole(value, field)
    if number < 0:
        raise refusal(field, "a whole number of zero or more")
    return number


def quantity(value: JSON, field: str) -> int:
    """Return a whole number of one or more."""
    number = whole(value, field)
    if number < 1:
        raise refusal(field, "a whole number of one or more")
    return number


def percent(value: JSON, field: str) -> int:
    """Return a whole percentage from 1 to 100: 15 or 15%."""
    number = whole(folded(value, field).removesuffix("%"), field)
    if not 1 <= number <= 100:  # noqa: PLR2004 - a hundred percent
        raise refusal(field, "a percentage from 1 to 100")
    return number


def degrees(value: JSON, field: str) -> float:
    """Return a latitude or longitude."""
    try:
        number = float(folded(value, field))
    except ValueError as error:
        raise refusal(field, "degrees such as 31.23") from error
    if not -180 <= number <= 180:  # noqa: PLR2004 - the circle
        raise refusal(field, "degrees such as 31.23")
    return number


def currency(value: JSON, field: str) -> str:
    """Return an ISO 4217 code, from a code, a sign, or an amount that has one of them beside it."""
    written = folded(value, field).upper()
    sign = written if not any(char.isdecimal() for char in written) else _taken_apart(written)[0]
    code = CURRENCY_SIGNS.get(sign, sign)
    if not re.fullmatch(r"[A-Z]{3}", code):
        raise refusal(field, "a currency such as CNY")
    return code
