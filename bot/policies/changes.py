"""What of an order may be changed until when, and which addresses and quantities there can be."""

import re
from collections.abc import Collection
from typing import Annotated, Final

from pydantic import Field

from bot.policies.decision import Decision, allow, refuse
from bot.policies.section import Section
from crm_store.types.orders import OrderState

GONE: Final = frozenset({OrderState.SHIPPED, OrderState.DELIVERED, OrderState.COMPLETED})

_TOWN: Final = re.compile(
    r"[省市区县镇乡州旗村岛路街道巷弄湾]|\b(?:road|rd|street|st|avenue|ave|lane|drive|way|square|city|"
    r"district|town|blvd|boulevard|court|terrace)\b",
    re.IGNORECASE,
)
_DOOR: Final = re.compile(
    r"\d|[一二三四五六七八九十]+[号栋幢座室楼层]|"
    r"(?:小区|花园|大厦|公寓|广场|中心|驿站|学校|大学|医院|宿舍)"
)
_PLACE: Final = re.compile(
    r"[省市区县镇乡州旗路街道巷弄]$|\b(?:road|street|avenue|lane|city|district|town)$",
    re.IGNORECASE,
)
_LONGEST_PLACE: Final = 20


class ChangeRule(Section):
    """What may be changed in which states of an order."""

    id: str
    """Its name; the wording is in ``replies/*/rules.yml``."""
    what: tuple[str, ...]
    """``address``, ``phone``, ``recipient``, ``quantity``, ``variant``."""
    states: tuple[OrderState, ...]


class Changes(Section):
    """Changes of orders."""

    rules: tuple[ChangeRule, ...]
    """One for everything that may be changed."""
    longest_address: Annotated[int, Field(ge=20)]
    """Characters."""
    longest_name: Annotated[int, Field(ge=2)]
    most_units: Annotated[int, Field(ge=1)]
    """Of one position."""
    refund_days: Annotated[int, Field(ge=1)]
    """Working days until a price difference is paid back."""


def may_change(changes: Changes, what: Collection[str], state: OrderState) -> Decision:
    """Decide about everything that is to be changed at once."""
    if no := too_late(state):
        return no
    rules = [rule for rule in changes.rules if set(rule.what) & set(what)]
    for rule in rules:
        if state not in rule.states:
            return refuse(f"not_{rule.id}", "cancel_order")
    return allow(min(rules, key=lambda rule: len(rule.states)).id)


def too_late(state: OrderState) -> Decision | None:
    """Return the no to any change of an order that is gone."""
    if state is OrderState.CANCELLED:
        return refuse("order_cancelled", "search_product")
    if state is OrderState.SHIPPED:
        return refuse("already_sent", "order_status", "return_item")
    return refuse("already_delivered", "exchange_item", "return_item") if state in GONE else None


def address_problem(changes: Changes, address: str) -> str | None:
    """Return what is wrong with an address: ``too_long`` or ``no_place``."""
    text = address.strip()
    if len(text) > changes.longest_address:
        return "too_long"
    return None if is_address(text) else "no_place"


def begins_address(text: str) -> bool:
    """Whether a text names a town, a district or a street and nothing else: "徐汇区"."""
    said = text.strip()
    named = _PLACE.search(said) is not None and len(said) <= _LONGEST_PLACE
    return named and _DOOR.search(said) is None


def is_address(text: str) -> bool:
    """Whether a text names a place and a door."""
    return _TOWN.search(text) is not None and _DOOR.search(text) is not None
