"""What tells people apart: names, identifiers, addresses."""

import re
from functools import lru_cache

from crm_store.errors import InvalidRecordError
from crm_store.identifiers import normalise
from crm_store.profile.places import place_of
from crm_store.sources.cleaning.choices import Cleaner
from crm_store.sources.cleaning.texts import folded, refusal
from crm_store.types.conversations import JSON
from crm_store.types.people import IdentityKind
from crm_store.types.places import Place

LONGEST_NAME = 120
LAST_NAME_FIRST = re.compile(r"([A-Za-z'\- ]+), ?([A-Za-z'\-. ]+)")


def name(value: JSON, field: str) -> str:
    """Return a person's name in NFKC with single spaces; ``Smith, John`` is John Smith.

    Traditional characters stay: they are how the person writes the name. Names are compared in
    one script elsewhere.
    """
    cleaned = " ".join(folded(value, field).split())
    if swapped := LAST_NAME_FIRST.fullmatch(cleaned):
        cleaned = f"{swapped[2]} {swapped[1]}"
    if not cleaned or len(cleaned) > LONGEST_NAME or not cleaned.isprintable():
        raise refusal(field, f"a name of 1 to {LONGEST_NAME} printable characters")
    return cleaned


def identifier(kind: IdentityKind) -> Cleaner:
    """Return the cleaner of an identifier, which gives it the form that is stored."""

    def clean(value: JSON, field: str) -> str:
        written = folded(value, field).lstrip("'")  # a spreadsheet's mark for text
        try:
            return _normal(kind, written)
        except InvalidRecordError as error:
            wanted = str(error).partition("expected ")[2] or "a number that can exist"
            raise refusal(field, wanted) from error

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


def address(value: JSON, field: str) -> Place:
    """Return an address with province, city and district apart where the text says them."""
    return place_of(" ".join(folded(value, field).split()))
