"""After-sales cases: everything that a customer was promised will be done, told apart by kind."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from crm_store.types.conversations import JSON


class CaseKind(StrEnum):
    """After-sales cases: one table, told apart by kind."""

    RETURN = "return"
    EXCHANGE = "exchange"
    REFUND = "refund"
    CANCELLATION = "cancellation"
    ORDER_CHANGE = "order_change"
    REPAIR = "repair"
    INVOICE = "invoice"
    PICKUP = "pickup"
    PAYMENT_CHECK = "payment_check"
    COMPENSATION = "compensation"
    COMPLAINT = "complaint"
    FEEDBACK = "feedback"
    ENROLMENT = "enrolment"
    PROFILE_CHANGE = "profile_change"
    PRIVACY = "privacy"
    CALL_BACK = "call_back"


PREFIXES: Mapping[CaseKind, str] = {
    CaseKind.RETURN: "RT",
    CaseKind.EXCHANGE: "EX",
    CaseKind.REFUND: "RF",
    CaseKind.CANCELLATION: "CN",
    CaseKind.ORDER_CHANGE: "OC",
    CaseKind.REPAIR: "RP",
    CaseKind.INVOICE: "IV",
    CaseKind.PICKUP: "PU",
    CaseKind.PAYMENT_CHECK: "PY",
    CaseKind.COMPENSATION: "CP",
    CaseKind.COMPLAINT: "TS",
    CaseKind.FEEDBACK: "FB",
    CaseKind.ENROLMENT: "EN",
    CaseKind.PROFILE_CHANGE: "PC",
    CaseKind.PRIVACY: "PV",
    CaseKind.CALL_BACK: "CB",
}
"""What a case number begins with."""

_CODE_BYTES = 5
"""40 bits, eight letters: nobody guesses a case by counting."""


def case_number(kind: CaseKind, ticket: str, at: datetime) -> str:
    """Return the number of the case that a ticket opens, such as ``RT260302-K7Q3XZ2A``.

    It follows from the ticket, so that it can be told before the case is committed, and is the
    same however often the ticket is handed in.
    """
    digest = hashlib.blake2b(ticket.encode(), digest_size=_CODE_BYTES).digest()
    return f"{PREFIXES[kind]}{at:%y%m%d}-{base64.b32encode(digest).decode()}"


@dataclass(frozen=True, slots=True)
class NewCase:
    """What is needed to open a case."""

    kind: CaseKind
    ticket: str
    """Names the confirmation that it comes from: a second case of one ticket is the first."""
    state: str = "open"
    member_id: int | None = None
    order_number: str | None = None
    line_id: int | None = None
    conversation_id: int | None = None
    reason: str = ""
    detail: Mapping[str, JSON] = field(default_factory=dict)
    rule: str | None = None
    """Which rule of the house decided."""
    opened_at: datetime | None = None
    """Now when omitted; its number follows from it and the ticket."""
    due_at: datetime | None = None
    closed_at: datetime | None = None
    """Set when nothing is left to do."""


@dataclass(frozen=True, slots=True)
class Case:
    """An after-sales case."""

    id: int
    number: str
    kind: CaseKind
    state: str
    member_id: int | None
    order_number: str | None
    reason: str
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    line_id: int | None = None
    conversation_id: int | None = None
    detail: Mapping[str, JSON] = field(default_factory=dict)
    rule: str | None = None
    ticket: str | None = None
