"""Cleaning functions: one raw value in, one value of a known type out.

Each takes the raw value and the name of the field, and raises `InvalidRecordError` that names the
field and what was expected. The value itself is never in the message: reasons are stored readable
and shown in reports, and a value may be anybody's phone number.
"""

from functools import partial
from zoneinfo import ZoneInfo

from crm_store.sources import words
from crm_store.sources.cleaning.amounts import (
    count,
    currency,
    degrees,
    money,
    percent,
    quantity,
    signed_money,
    whole,
)
from crm_store.sources.cleaning.choices import Cleaner, flag, one_of
from crm_store.sources.cleaning.people import address, identifier, loose, name
from crm_store.sources.cleaning.texts import folded, is_blank, listed, local, local_map, raw, text
from crm_store.sources.cleaning.times import SHOP_ZONE, clock_time, day, moment
from crm_store.types.people import IdentityKind

__all__ = ["Cleaner", "cleaners", "is_blank"]


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
