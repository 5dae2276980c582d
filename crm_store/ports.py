"""The store's port.

`Store.reading` and `Store.writing` open a unit of work for one actor. Every repository method
checks that actor: what an actor may not see is answered as if it did not exist (``None`` or an
empty list), and what it may not do raises `NotPermittedError`. When staff see a member, the audit
row is written in the same transaction as the read; a reading unit of work of a staff actor
therefore commits too.

A unit of work commits once, on leaving the ``async with`` block, and rolls back on an exception.
No method does network I/O other than to the database.
"""

from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Protocol

from crm_store.types.actors import Actor, Role
from crm_store.types.catalog import Product, Promotion, StockLevel
from crm_store.types.catalog import Store as Shop
from crm_store.types.conversations import (
    Conversation,
    ConversationKey,
    Delivery,
    InboundMessage,
    JSONObject,
    Lease,
    Message,
    NewReply,
    Owner,
    ParseRecord,
    Received,
    Verification,
)
from crm_store.types.handoffs import Handoff, HandoffReason
from crm_store.types.loyalty import Coupon, PointsSummary
from crm_store.types.orders import Case, Order
from crm_store.types.people import (
    Identity,
    IdentityKind,
    Member,
    MemberCard,
    MemberQuery,
    NewIdentity,
    NewMember,
    Staff,
)
from crm_store.types.records import AuditEntry


class Members(Protocol):
    """Members and their identities."""

    async def get(self, member_id: int) -> Member | None:
        """Return the member, following a merge to the member that was kept."""

    async def by_identity(self, kind: IdentityKind, value: str) -> Member | None:
        """Return whom an *attested* identity belongs to; staff and system only."""

    async def search(self, query: MemberQuery, *, limit: int = 10) -> list[Member]:
        """Return members that match every given field, best first; staff and system only."""

    async def card(self, member_id: int) -> MemberCard | None:
        """Return the profile card; the member themselves, staff and system only."""

    async def identities(self, member_id: int) -> list[Identity]:
        """Return identities, masked."""

    async def add(self, member: NewMember) -> Member:
        """Enrol a member; raises `ConflictError` when an attested identity is taken."""

    async def attach(self, member_id: int, identity: NewIdentity) -> Identity:
        """Add an identity; raises `ConflictError` when it is attested for somebody else."""

    async def sample(self, limit: int) -> list[Member]:
        """Return members to log in as in a demonstration, system only: some wait for a parcel."""


class Orders(Protocol):
    """Orders, their parcels and after-sales cases."""

    async def for_member(self, member_id: int, *, limit: int = 5) -> list[Order]:
        """Return a member's orders, newest first."""

    async def by_number(self, number: str) -> Order | None:
        """Return an order that the actor may see: their own, or any for staff and system."""

    async def open(self, number: str, phone_tail: str) -> Order | None:
        """Return an order to anybody who knows its number and its phone's last four digits.

        An unknown number and a wrong tail give the same answer, ``None``. Each try is audited.
        """

    async def cases(self, member_id: int, *, open_only: bool = True) -> list[Case]:
        """Return a member's after-sales cases, newest first."""


class Catalog(Protocol):
    """Products, stock, shops and promotions; public to every actor."""

    async def shops(self) -> list[Shop]:
        """Return all shops with a door."""

    async def products(self, ids: Collection[str] | None = None) -> list[Product]:
        """Return the products with these ids (all when ``None``), in the order asked for."""

    async def by_sku(self, sku: str) -> Product | None:
        """Return the product that a SKU belongs to."""

    async def stock(self, skus: Collection[str]) -> list[StockLevel]:
        """Return stock levels of these SKUs in every store, the online warehouse included."""

    async def in_stock(self, store_id: str | None = None) -> frozenset[str]:
        """Return ids of products with stock in a store (anywhere when ``None``)."""

    async def promotions(self, at: datetime) -> list[Promotion]:
        """Return promotions that run at that time."""

    async def baskets(self, since: datetime) -> list[frozenset[str]]:
        """Return the ids of the products of each order since a time; staff and system only.

        Nothing tells whose order it was. Cancelled orders are left out.
        """

    async def save_products(self, products: Sequence[Product]) -> int:
        """Insert or update products with their variants; returns how many changed."""

    async def save_shops(self, shops: Sequence[Shop]) -> None:
        """Insert or update shops."""

    async def save_stock(self, levels: Sequence[StockLevel]) -> None:
        """Insert or update stock levels."""

    async def save_promotions(self, promotions: Sequence[Promotion]) -> None:
        """Insert or update promotions."""

    async def version(self) -> str:
        """Return a token that changes whenever a product or variant changes."""


class Loyalty(Protocol):
    """Points and coupons."""

    async def points(self, member_id: int, *, recent: int = 5) -> PointsSummary | None:
        """Return balance, next expiry and the latest entries; ``None`` when not permitted."""

    async def coupons(self, member_id: int) -> list[Coupon]:
        """Return the member's coupons, usable ones first."""


class Conversations(Protocol):
    """Conversations, the inbox, the outbox and dialogue state."""

    async def receive(self, messages: Sequence[InboundMessage]) -> list[Received]:
        """Store inbound messages, making conversations as needed; replays are recognised.

        When a message attests a member or staff, the conversation is bound to them. A
        conversation that was bound to somebody else gets `NotPermittedError`.
        """

    async def find(self, key: ConversationKey) -> Conversation | None:
        """Return the conversation with that key."""

    async def get(self, conversation_id: int) -> Conversation | None:
        """Return a conversation; customers and guests only their own."""

    async def messages(
        self, conversation_id: int, *, after: int = 0, limit: int = 200
    ) -> list[Message]:
        """Return messages with an id above ``after``, oldest first."""

    async def tail(self, conversation_id: int, *, limit: int = 50) -> list[Message]:
        """Return the last messages, oldest first."""

    async def claim(self, worker: str, lease: timedelta) -> Lease | None:
        """Claim the conversation whose unhandled message has waited longest; system only."""

    async def renew(self, held: Lease, lease: timedelta) -> Lease:
        """Extend a lease; raises `ConflictError` when it was lost."""

    async def release(self, held: Lease) -> None:
        """Give a lease back; a lost lease is ignored."""

    async def unhandled(self, held: Lease, *, limit: int = 50) -> list[Message]:
        """Return the claimed conversation's unhandled messages in order."""

    async def handled(
        self, held: Lease, message_id: int, *, parse: ParseRecord | None, language: str | None
    ) -> None:
        """Mark a message handled and store its parse; raises `ConflictError` on a lost lease."""

    async def reply(
        self,
        conversation_id: int,
        replies: Sequence[NewReply],
        *,
        epoch: int,
        in_reply_to: int | None = None,
    ) -> list[Message]:
        """Queue replies made under an epoch; raises `ConflictError` when it has passed.

        Where clients fetch what is stored (`PULLED_CHANNELS`), they are sent with the commit.
        """

    async def dialogue(self, conversation_id: int) -> JSONObject:
        """Return the dialogue state; an empty object at first."""

    async def save_dialogue(self, held: Lease, state: JSONObject) -> None:
        """Replace the dialogue state; raises `ConflictError` on a lost lease."""

    async def bind_member(self, conversation_id: int, member_id: int) -> None:
        """Attest that the conversation's customer is this member; system only."""

    async def add_opened_order(self, conversation_id: int, number: str) -> None:
        """Remember that an order was opened here, raising verification to ``order``."""

    async def next_deliveries(
        self, channels: Collection[str], lease: timedelta, *, limit: int = 20
    ) -> list[Delivery]:
        """Move due queued messages to ``sending``, one in flight per conversation.

        Messages whose epoch has passed become ``dropped``. Messages left in ``sending`` by a
        process that died (their lease ran out) become ``uncertain`` first.
        """

    async def delivered(self, message_id: int, external_id: str | None) -> None:
        """Mark a message sent."""

    async def retry_delivery(self, message_id: int, at: datetime, error: str) -> None:
        """Put a message back into the queue for later (the channel asked to wait)."""

    async def failed(self, message_id: int, error: str, *, uncertain: bool = False) -> None:
        """Give up on a message."""


class Handoffs(Protocol):
    """Ownership of conversations. Each change raises the conversation's epoch."""

    async def request(
        self, conversation_id: int, reason: HandoffReason, packet: JSONObject, *, epoch: int
    ) -> Handoff:
        """Ask for a human: owner becomes ``waiting``. Asking again returns the open handoff."""

    async def open(self, *, states: Collection[str] = ("waiting", "taken")) -> list[Handoff]:
        """Return handoffs in these states, longest waiting first; staff and system only."""

    async def get(self, handoff_id: int) -> Handoff | None:
        """Return one handoff; staff and system only."""

    async def current(self, conversation_id: int) -> Handoff | None:
        """Return the conversation's open handoff."""

    async def take(self, handoff_id: int) -> Handoff:
        """The acting agent takes it: owner becomes ``human``.

        Raises `ConflictError` when somebody else has it or it is closed.
        """

    async def answer(self, handoff_id: int, text: str) -> Message:
        """Queue an agent's message; only the agent who took it, else `NotPermittedError`."""

    async def resolve(self, handoff_id: int, resolution: str) -> Handoff:
        """Close it: owner becomes ``bot`` again, the case being settled."""

    async def hand_back(self, handoff_id: int) -> Handoff:
        """Give the conversation back to the bot."""

    async def withdraw(self, conversation_id: int) -> Handoff | None:
        """The customer leaves the queue: a waiting handoff closes, the bot owns again."""


class StaffAccounts(Protocol):
    """Staff accounts."""

    async def authenticate(self, login: str, password: str) -> Staff | None:
        """Return the active account whose password this is; wrong and unknown look alike."""

    async def get(self, staff_id: int) -> Staff | None:
        """Return an account."""

    async def add(
        self, login: str, name: str, password: str, role: Role, store_id: str | None = None
    ) -> Staff:
        """Add an account (password stored by Argon2id); raises `ConflictError` when taken."""

    async def all(self) -> list[Staff]:
        """Return all accounts; manager and system only."""


class AuditTrail(Protocol):
    """Who saw and did what."""

    async def record(self, action: str, subject: str, detail: JSONObject | None = None) -> None:
        """Add a row for the unit of work's actor."""

    async def about(self, subject: str, *, limit: int = 100) -> list[AuditEntry]:
        """Return rows about a subject, newest first; the member themselves, manager, system."""


class UnitOfWork(Protocol):
    """One transaction for one actor, with all repositories."""

    actor: Actor
    members: Members
    orders: Orders
    catalog: Catalog
    loyalty: Loyalty
    conversations: Conversations
    handoffs: Handoffs
    staff: StaffAccounts
    audit: AuditTrail


class CrmStore(Protocol):
    """The port: opens units of work."""

    def reading(self, actor: Actor) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a unit of work for reads (and the audit rows they cause)."""

    def writing(self, actor: Actor) -> AbstractAsyncContextManager[UnitOfWork]:
        """Open a unit of work that takes the write lock at once and commits on exit."""

    async def close(self) -> None:
        """Release connections."""


__all__ = [
    "AuditTrail",
    "Catalog",
    "Conversations",
    "CrmStore",
    "Handoffs",
    "Loyalty",
    "Members",
    "Orders",
    "Owner",
    "StaffAccounts",
    "UnitOfWork",
    "Verification",
]
