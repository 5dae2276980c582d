"""Records as rows of the table that is compared: one form for each field."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import TypeAlias

from crm_store.resolution.names import compared_name, compared_parts
from crm_store.resolution.records import PersonRecord

Row: TypeAlias = dict[str, str | list[str] | None]

COLUMNS = (
    "unique_id",
    "given",
    "surname",
    "sound",
    "gender",
    "birthday",
    "phones",
    "emails",
    "address",
    "city",
    "postcode",
    "national_id",
)
LISTS = frozenset({"phones", "emails"})
CHINA = "+86"
NOT_ALPHANUMERIC = re.compile(r"[\W_]+")


def to_row(record: PersonRecord) -> Row:
    """Return a record as a row; what is missing or malformed is None."""
    name = compared_name(record.name) if record.name else None
    name = name or compared_parts(record.given, record.surname)
    return {
        "unique_id": record.key,
        "given": name.given,
        "surname": name.surname,
        "sound": name.sound,
        "gender": record.gender or name.gender,
        "birthday": _birthday(record.birthday),
        "phones": _several(phone.removeprefix(CHINA) for phone in record.phones),
        "emails": _several(record.emails),
        "address": _squeezed(record.address),
        "city": _squeezed(record.city),
        "postcode": _squeezed(record.postcode),
        "national_id": _squeezed(record.national_id),
    }


def _birthday(text: str | None) -> str | None:
    try:
        return date.fromisoformat((text or "").strip()).isoformat()
    except ValueError:
        return None


def _several(values: Iterable[str]) -> list[str] | None:
    found = sorted({value.strip().lower() for value in values if value.strip()})
    return found or None


def _squeezed(text: str | None) -> str | None:
    """Return text in half width and lower case, without spaces and punctuation."""
    plain = unicodedata.normalize("NFKC", text or "").lower()
    return NOT_ALPHANUMERIC.sub("", plain) or None
