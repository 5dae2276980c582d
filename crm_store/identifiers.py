"""Identifiers in one form each: how they are stored, compared and shown."""

import phonenumbers

from crm_store.errors import InvalidRecordError
from crm_store.types.people import IdentityKind

DEFAULT_REGION = "CN"
TAIL_LENGTH = 4
LONGEST = 200
MAINLAND_CODE = "+86"
VISIBLE = 6
"""Characters of a Chinese address that are shown: province and city, mostly."""


def normalise(kind: IdentityKind, value: str) -> str:
    """Return the form that is compared: E.164 phones, lower-case e-mail, upper-case cards.

    Raises `InvalidRecordError` when the value cannot be one of that kind.
    """
    text = value.strip()
    if not text or len(text) > LONGEST or not text.isprintable():
        raise InvalidRecordError(f"{kind}: expected 1 to {LONGEST} printable characters")
    if kind is IdentityKind.PHONE:
        return _phone(text)
    if kind is IdentityKind.EMAIL:
        return _email(text)
    return text.upper() if kind is IdentityKind.LOYALTY_CARD else text


def mask(kind: IdentityKind, value: str) -> str:
    """Return what a screen may show of a normalised value: ``138****1234``, ``l***@x.cn``."""
    if kind is IdentityKind.PHONE:
        number = value.removeprefix(MAINLAND_CODE)
        return f"{number[:3]}****{number[-TAIL_LENGTH:]}"
    if kind is IdentityKind.EMAIL:
        name, _, domain = value.partition("@")
        return f"{name[:1]}***@{domain}"
    return f"{value[:2]}***{value[-2:]}" if len(value) > TAIL_LENGTH else "***"


def mask_name(name: str) -> str:
    """Return what a screen may show of a name: its first character."""
    return f"{name.strip()[:1]}**" if name.strip() else ""


def mask_address(address: str) -> str:
    """Return the town of an address: its beginning in Chinese, its end elsewhere."""
    text = address.strip()
    if not text:
        return ""
    if text.isascii():
        return f"****, {text.rpartition(',')[2].strip()}" if "," in text else f"{text[:2]}****"
    return f"{text[:VISIBLE]}****"


def phone_tail(text: str) -> str:
    """Return the last four digits of anything that holds a phone number; may be shorter."""
    digits = "".join(str(int(char)) for char in text if char.isdecimal())
    return digits[-TAIL_LENGTH:]


def _phone(text: str) -> str:
    try:
        number = phonenumbers.parse(text, DEFAULT_REGION)
    except phonenumbers.NumberParseException as error:
        raise InvalidRecordError("phone: expected a phone number") from error
    if not phonenumbers.is_valid_number(number):
        raise InvalidRecordError("phone: no such phone number can exist")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _email(text: str) -> str:
    name, _, domain = text.partition("@")
    if not name or "." not in domain or "@" in domain or " " in text:
        raise InvalidRecordError("email: expected name@domain")
    return text.lower()
