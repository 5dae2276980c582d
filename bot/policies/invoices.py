"""Invoices: who may have which, and whether a tax number can be one.

Tax numbers are the unified social credit code (GB 32100, 18 characters with a check digit), for
sole traders their identity number (18), or the older numbers of 15 or 20 characters, which have no
check digit.
"""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field
from stdnum.cn import ric, uscc

from bot.policies.decision import Decision, allow, refuse
from bot.policies.section import Section
from crm_store.types.orders import Order, OrderState

GENERAL: Final = "general"
SPECIAL: Final = "special"
PERSONAL: Final = "personal"
COMPANY: Final = "company"
_OLD_NUMBER: Final = re.compile(r"[0-9A-Z]{15}|[0-9A-Z]{20}")
_SEPARATORS: Final = re.compile(r"[\s\-–_.]")
_NEW_LENGTH: Final = 18
_UNBILLABLE: Final = frozenset({OrderState.CANCELLED, OrderState.PENDING_PAYMENT})


class Invoices(Section):
    """Which invoices there are, for what and until when."""

    within_days: Annotated[int, Field(ge=1)]
    """Days after the purchase within which one can be asked for."""
    currency: str
    """Only sales in it are invoiced here."""
    special_not_for: tuple[str, ...]
    """Business lines whose retail sales get no special VAT invoice."""
    general_hours: Annotated[int, Field(ge=1)]
    special_hours: Annotated[int, Field(ge=1)]
    correction_hours: Annotated[int, Field(ge=1)]
    """Hours until the invoice, or the answer about a correction, is there."""
    longest_title: Annotated[int, Field(ge=1)]

    def hours(self, kind: str) -> int:
        """Return within how many hours an invoice of a kind is issued."""
        return self.special_hours if kind == SPECIAL else self.general_hours


class TaxNumberProblem(StrEnum):
    """What is wrong with a tax number."""

    CHARACTERS = "characters"
    LENGTH = "length"
    CHECK_DIGIT = "check_digit"


def written_as_one(number: str) -> str:
    """Return a tax number in capitals, without what people put between its characters."""
    return _SEPARATORS.sub("", number).upper()


def tax_number_problem(number: str) -> TaxNumberProblem | None:
    """Return what is wrong with a tax number; ``None`` when it can be one."""
    written = written_as_one(number)
    if not written.isascii() or not written.isalnum():
        return TaxNumberProblem.CHARACTERS
    if len(written) == _NEW_LENGTH:
        known = uscc.is_valid(written) or ric.is_valid(written)
        return None if known else TaxNumberProblem.CHECK_DIGIT
    return None if _OLD_NUMBER.fullmatch(written) else TaxNumberProblem.LENGTH


def may_invoice(policy: Invoices, order: Order, *, bought: date, today: date) -> Decision:
    """Decide whether an order can be invoiced at all."""
    if order.state is OrderState.CANCELLED:
        return refuse("order_cancelled")
    if order.state in _UNBILLABLE:
        return refuse("invoice_after_payment", "payment_issue")
    if order.currency != policy.currency:
        return refuse("invoiced_by_the_shop", "store_info", currency=order.currency)
    if (today - bought).days > policy.within_days:
        return refuse("invoice_too_late", days=policy.within_days)
    return allow("general_invoice", hours=policy.general_hours)


def may_have_special(policy: Invoices, lines: Iterable[str]) -> Decision:
    """Decide whether goods of these business lines may stand on a special VAT invoice."""
    if {*lines} & {*policy.special_not_for}:
        return refuse("no_special_for_consumer_goods")
    return allow("special_invoice", hours=policy.special_hours)
