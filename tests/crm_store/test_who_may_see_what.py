"""Every method of every repository, for every role: what it answers to whom.

Each call is made on a shop where there is something to see. ``seen`` means that the answer holds
something, ``nothing`` that the actor is told what one would be told if it did not exist, and
``refused`` that the call raises. Customers ask about themselves; asking about somebody else, they
get what a guest gets.
"""

import asyncio
import inspect
import shutil
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias, get_type_hints
from zoneinfo import ZoneInfo

import pytest
from clocks import HandClock
from store_rows import PHONE, SmallShop, open_shop

from crm_store.analytics.run import recompute
from crm_store.errors import ConflictError, NotFoundError, NotPermittedError, OutOfStockError
from crm_store.ports import UnitOfWork
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Actor, Role
from crm_store.types.appointments import NewAppointment
from crm_store.types.care import Days, MemberLine, MembersWanted
from crm_store.types.cases import CaseKind, NewCase
from crm_store.types.conversations import (
    ConversationKey,
    InboundMessage,
    Lease,
    NewReply,
)
from crm_store.types.examples import ExampleState
from crm_store.types.handoffs import Handoff, HandoffReason, Presence
from crm_store.types.loyalty import BookingKey
from crm_store.types.merges import MatchState
from crm_store.types.notices import News, NewsWindow, NoticeKind
from crm_store.types.orders import LineChange, NewDelivery
from crm_store.types.people import IdentityKind, MemberQuery, NewIdentity, NewMember
from crm_store.types.privacy import Proof, Purpose, Request, RetentionRules, UnmaskPurpose
from crm_store.types.profiles import NewFact
from crm_store.types.reports import Span
from crm_store.types.reservations import NewReservation
from crm_store.types.surveys import NewSurvey
from crm_store.types.topics import Topic, TopicState
from crm_store.vault import Vault

LEASE = timedelta(seconds=30)
KEY = ConversationKey("telegram", "shop", "session-1")
ROLES = list(Role)
CLOCK_START = HandClock().now
ANOTHER_DAY = (CLOCK_START + timedelta(days=2)).date()
WINDOW = NewsWindow(CLOCK_START, CLOCK_START, CLOCK_START, CLOCK_START)


@dataclass
class Scene:
    """The shop, the member's conversation with a lease, a message in flight, and a handoff."""

    shop: SmallShop
    conversation: int
    message: int
    lease: Lease
    sending: int
    handoff: int = 0
    erasure: int = 0

    @property
    def member(self) -> int:
        return self.shop.member


Call: TypeAlias = Callable[[UnitOfWork, Scene], Awaitable[Any]]
Move: TypeAlias = Callable[[int], Awaitable[Handoff]]

ANYBODY = "seen seen seen seen seen seen"
OWN_OR_TRUSTED = "nothing seen seen seen seen seen"
TRUSTED = "nothing nothing seen seen seen seen"
OWN_TALK = "refused seen refused refused refused seen"
SYSTEM_ONLY = "refused refused refused refused refused seen"
EDITORS = "refused refused refused refused seen seen"
MERGERS = "refused refused refused seen seen seen"
SERVERS = "refused refused refused seen seen refused"
MANAGER_ONLY = "refused refused refused refused seen refused"
MANAGERS = "nothing nothing nothing nothing seen seen"
BOOKING = "refused refused seen seen seen seen"
OWN_BOOKING = "refused seen seen seen seen seen"
DAY = Span(CLOCK_START.date(), CLOCK_START.date(), ZoneInfo("Asia/Shanghai"))
DESK_ONLY = "refused refused refused seen seen seen"
LINE = ConversationKey("telegram", "desk", "-100/7")
TOPIC = Topic(0, 1, -100, TopicState.OPEN, CLOCK_START, relayed=0, version=1, thread=7)
BOOKED = BookingKey("test", "1")
VISIT = NewAppointment(
    "77-4", "SH01", CLOCK_START + timedelta(days=1), CLOCK_START + timedelta(days=2), capacity=1
)
HELD = NewReservation("77-3", "SH01", "x", 1, CLOCK_START + timedelta(days=1))
TWO = LineChange("COS-0012-50", 2, Decimal(40))
#             guest   customer clerk  agent  manager system

TABLE: dict[str, tuple[str, Call]] = {
    "members.get": (OWN_OR_TRUSTED, lambda w, s: w.members.get(s.member)),
    "members.by_identity": (
        TRUSTED,
        lambda w, s: w.members.by_identity(IdentityKind.PHONE, PHONE),
    ),
    "members.search": (TRUSTED, lambda w, s: w.members.search(MemberQuery(phone=PHONE))),
    "members.card": (OWN_OR_TRUSTED, lambda w, s: w.members.card(s.member)),
    "members.identities": (OWN_OR_TRUSTED, lambda w, s: w.members.identities(s.member)),
    "members.add": (
        "refused refused seen seen seen seen",
        lambda w, s: w.members.add(NewMember("新人")),
    ),
    "members.attach": (
        "refused seen seen seen seen seen",
        lambda w, s: w.members.attach(s.member, NewIdentity(IdentityKind.TELEGRAM, "7")),
    ),
    "members.replace_phone": (
        SYSTEM_ONLY,
        lambda w, s: w.members.replace_phone(s.member, "13800009999", source="chat"),
    ),
    "members.sample": (
        "nothing nothing nothing nothing nothing seen",
        lambda w, s: w.members.sample(3),
    ),
    "orders.for_member": (OWN_OR_TRUSTED, lambda w, s: w.orders.for_member(s.member)),
    "orders.by_number": (OWN_OR_TRUSTED, lambda w, s: w.orders.by_number(s.shop.order)),
    "orders.open": (ANYBODY, lambda w, s: w.orders.open(s.shop.order, s.shop.tail)),
    "cases.for_member": (OWN_OR_TRUSTED, lambda w, s: w.cases.for_member(s.member)),
    "cases.open": (
        "refused refused seen seen seen seen",
        lambda w, s: w.cases.open(NewCase(CaseKind.FEEDBACK, "77-1")),
    ),
    "cases.by_ticket": (OWN_OR_TRUSTED, lambda w, s: w.cases.by_ticket(s.shop.ticket)),
    "cases.by_number": (OWN_OR_TRUSTED, lambda w, s: w.cases.by_number(s.shop.case)),
    "cases.for_order": (OWN_OR_TRUSTED, lambda w, s: w.cases.for_order(s.shop.order)),
    "cases.for_conversation": (
        ANYBODY,
        lambda w, s: _answered(w.cases.for_conversation(s.conversation)),
    ),
    "cases.due": (SYSTEM_ONLY, lambda w, s: _answered(w.cases.due(CLOCK_START))),
    "cases.change": (
        "refused refused seen seen seen seen",
        lambda w, s: w.cases.change(s.shop.case, state="settled"),
    ),
    "orders.lock": (SYSTEM_ONLY, lambda w, s: w.orders.lock(s.shop.order)),
    "orders.cancel": (SYSTEM_ONLY, lambda w, s: w.orders.cancel(s.shop.waiting_order)),
    "orders.refund": (
        SYSTEM_ONLY,
        lambda w, s: w.orders.refund(s.shop.order, Decimal(1), reference="77-1"),
    ),
    "orders.deliver_to": (
        SYSTEM_ONLY,
        lambda w, s: w.orders.deliver_to(s.shop.waiting_order, NewDelivery(recipient="李梅")),
    ),
    "orders.change_line": (
        SYSTEM_ONLY,
        lambda w, s: w.orders.change_line(s.shop.waiting_order, s.shop.waiting_line, TWO),
    ),
    "orders.charge": (
        SYSTEM_ONLY,
        lambda w, s: w.orders.charge(s.shop.order, Decimal(1), reference="77-2"),
    ),
    "appointments.taken": (
        ANYBODY,
        lambda w, s: _answered(w.appointments.taken("SH01", CLOCK_START, VISIT.ends_at)),
    ),
    "appointments.book": (SYSTEM_ONLY, lambda w, s: w.appointments.book(VISIT)),
    "appointments.move": (SYSTEM_ONLY, lambda w, s: w.appointments.move("77-5", VISIT)),
    "appointments.release": (SYSTEM_ONLY, lambda w, s: _answered(w.appointments.release("77-5"))),
    "orders.mark_paid": (SYSTEM_ONLY, lambda w, s: _not_unpaid(w.orders.mark_paid(s.shop.order))),
    "orders.collect_in": (
        SYSTEM_ONLY,
        lambda w, s: w.orders.collect_in(s.shop.waiting_order, "SH01"),
    ),
    "stock.reserve": (SYSTEM_ONLY, lambda w, s: _none_free(w.stock.reserve(HELD))),
    "stock.release": (SYSTEM_ONLY, lambda w, s: _answered(w.stock.release("77-3"))),
    "stock.hand_over": (SYSTEM_ONLY, lambda w, s: _answered(w.stock.hand_over("77-3"))),
    "stock.release_expired": (SYSTEM_ONLY, lambda w, s: _answered(w.stock.release_expired())),
    "stock.for_case": (ANYBODY, lambda w, s: _answered(w.stock.for_case(s.shop.case))),
    "stock.pickup_code": (ANYBODY, lambda w, s: _at_once(w.stock.pickup_code("77-3"))),
    "stock.take": (SYSTEM_ONLY, lambda w, s: _none_free(w.stock.take("SH01", "x", 1))),
    "stock.put_back": (SYSTEM_ONLY, lambda w, s: _answered(w.stock.put_back("SH01", "x", 1))),
    "catalog.shops": (ANYBODY, lambda w, s: _answered(w.catalog.shops())),
    "catalog.products": (ANYBODY, lambda w, s: _answered(w.catalog.products())),
    "catalog.by_sku": (ANYBODY, lambda w, s: _answered(w.catalog.by_sku("x"))),
    "catalog.stock": (ANYBODY, lambda w, s: _answered(w.catalog.stock(["x"]))),
    "catalog.in_stock": (ANYBODY, lambda w, s: _answered(w.catalog.in_stock())),
    "catalog.promotions": (
        ANYBODY,
        lambda w, s: _answered(w.catalog.promotions(datetime(2026, 3, 2, tzinfo=UTC))),
    ),
    "catalog.version": (ANYBODY, lambda w, s: w.catalog.version()),
    "catalog.baskets": (
        TRUSTED,
        lambda w, s: w.catalog.baskets(datetime(2026, 1, 1, tzinfo=UTC)),
    ),
    "catalog.save_products": (EDITORS, lambda w, s: _answered(w.catalog.save_products([]))),
    "catalog.save_shops": (EDITORS, lambda w, s: _answered(w.catalog.save_shops([]))),
    "catalog.save_stock": (EDITORS, lambda w, s: _answered(w.catalog.save_stock([]))),
    "catalog.save_promotions": (EDITORS, lambda w, s: _answered(w.catalog.save_promotions([]))),
    "loyalty.points": (OWN_OR_TRUSTED, lambda w, s: w.loyalty.points(s.member)),
    "loyalty.coupons": (OWN_OR_TRUSTED, lambda w, s: w.loyalty.coupons(s.member)),
    "loyalty.tier_status": (OWN_OR_TRUSTED, lambda w, s: w.loyalty.tier_status(s.member)),
    "loyalty.coupon_check": (OWN_OR_TRUSTED, lambda w, s: _coupon_shown(w, s.member)),
    "loyalty.earn": (BOOKING, lambda w, s: w.loyalty.earn(s.member, 5, BOOKED)),
    "loyalty.spend": (OWN_BOOKING, lambda w, s: w.loyalty.spend(s.member, 5, BOOKED)),
    "loyalty.adjust": (
        BOOKING,
        lambda w, s: w.loyalty.adjust(s.member, 5, BOOKED, reference="补登"),
    ),
    "loyalty.reverse": (BOOKING, lambda w, s: w.loyalty.reverse(s.member, "O2026-0", BOOKED)),
    "loyalty.expire": (BOOKING, lambda w, s: _answered(w.loyalty.expire(s.member))),
    "profiles.profile": (OWN_OR_TRUSTED, lambda w, s: w.profiles.profile(s.member)),
    "profiles.complete": (TRUSTED, lambda w, s: w.profiles.complete(s.member)),
    "profiles.state": (
        OWN_BOOKING,
        lambda w, s: w.profiles.state(s.member, NewFact("name", "王晓明", "chat")),
    ),
    "profiles.prefer": (
        OWN_BOOKING,
        lambda w, s: w.profiles.prefer(s.member, "hobby", "登山", "chat"),
    ),
    "profiles.withdraw": (OWN_BOOKING, lambda w, s: w.profiles.withdraw(s.member, "allergy")),
    "timelines.page": (OWN_OR_TRUSTED, lambda w, s: _entries(w, s.member)),
    "care.note": (BOOKING, lambda w, s: w.care.note(s.member, "不吃辣", staff_id=s.shop.clerk)),
    "care.follow_up": (
        BOOKING,
        lambda w, s: w.care.follow_up(s.member, "回电", CLOCK_START, staff_id=s.shop.clerk),
    ),
    "care.due": (
        ANYBODY,
        lambda w, s: _answered(w.care.due(s.shop.clerk, CLOCK_START)),
    ),
    "care.settle": (BOOKING, lambda w, s: _answered(w.care.settle(1, staff_id=s.shop.clerk))),
    "care.find": (TRUSTED, lambda w, s: _found(w)),
    "care.running_out": (
        ANYBODY,
        lambda w, s: _answered(w.care.running_out(None, Days(DAY.first, DAY.last))),
    ),
    "analytics.of_member": (TRUSTED, lambda w, s: w.analytics.of_member(s.member)),
    "analytics.last_run": (TRUSTED, lambda w, s: w.analytics.last_run()),
    "analytics.segments": (TRUSTED, lambda w, s: w.analytics.segments()),
    "analytics.members_in": (
        "nothing nothing nothing nothing seen seen",
        lambda w, s: w.analytics.members_in("dormant"),
    ),
    "conversations.receive": (
        ANYBODY,
        lambda w, s: w.conversations.receive([InboundMessage(KEY, "m9", "你好")]),
    ),
    "conversations.find": (OWN_OR_TRUSTED, lambda w, s: w.conversations.find(KEY)),
    "conversations.get": (OWN_OR_TRUSTED, lambda w, s: w.conversations.get(s.conversation)),
    "conversations.messages": (
        OWN_OR_TRUSTED,
        lambda w, s: w.conversations.messages(s.conversation),
    ),
    "conversations.tail": (OWN_OR_TRUSTED, lambda w, s: w.conversations.tail(s.conversation)),
    "conversations.claim": (
        SYSTEM_ONLY,
        lambda w, s: _answered(w.conversations.claim("w2", LEASE)),
    ),
    "conversations.renew": (OWN_TALK, lambda w, s: w.conversations.renew(s.lease, LEASE)),
    "conversations.release": (OWN_TALK, lambda w, s: _answered(w.conversations.release(s.lease))),
    "conversations.unhandled": (OWN_TALK, lambda w, s: w.conversations.unhandled(s.lease)),
    "conversations.handled": (
        OWN_TALK,
        lambda w, s: _answered(
            w.conversations.handled(s.lease, s.message, parse=None, language=None)
        ),
    ),
    "conversations.reply": (
        OWN_TALK,
        lambda w, s: w.conversations.reply(s.conversation, [NewReply("好")], epoch=0),
    ),
    "conversations.dialogue": (
        "nothing seen nothing nothing nothing seen",
        lambda w, s: w.conversations.dialogue(s.conversation),
    ),
    "conversations.save_dialogue": (
        OWN_TALK,
        lambda w, s: _answered(w.conversations.save_dialogue(s.lease, {"a": 1})),
    ),
    "conversations.take_dialogue": (
        SYSTEM_ONLY,
        lambda w, s: _answered(w.conversations.take_dialogue(s.conversation, LEASE)),
    ),
    "conversations.bind_member": (
        SYSTEM_ONLY,
        lambda w, s: _answered(w.conversations.bind_member(s.conversation, s.member)),
    ),
    "conversations.add_opened_order": (
        OWN_TALK,
        lambda w, s: _answered(w.conversations.add_opened_order(s.conversation, "O-1")),
    ),
    "conversations.next_deliveries": (
        SYSTEM_ONLY,
        lambda w, s: _answered(w.conversations.next_deliveries(["telegram"], LEASE)),
    ),
    "conversations.delivered": (
        SYSTEM_ONLY,
        lambda w, s: _answered(w.conversations.delivered(s.sending, None)),
    ),
    "conversations.retry_delivery": (
        SYSTEM_ONLY,
        lambda w, s: _answered(
            w.conversations.retry_delivery(s.sending, datetime(2026, 3, 3, tzinfo=UTC), "429")
        ),
    ),
    "conversations.failed": (
        SYSTEM_ONLY,
        lambda w, s: _answered(w.conversations.failed(s.sending, "403")),
    ),
    "handoffs.request": (
        OWN_TALK,
        lambda w, s: w.handoffs.request(s.conversation, HandoffReason.ASKED, {}, epoch=0),
    ),
    "handoffs.open": (TRUSTED, lambda w, s: w.handoffs.open()),
    "handoffs.get": (TRUSTED, lambda w, s: w.handoffs.get(s.handoff)),
    "handoffs.current": (OWN_OR_TRUSTED, lambda w, s: w.handoffs.current(s.conversation)),
    "handoffs.take": (
        "refused refused refused seen seen refused",
        lambda w, s: w.handoffs.take(s.handoff),
    ),
    "handoffs.answer": (
        "refused refused refused refused refused refused",
        lambda w, s: w.handoffs.answer(s.handoff, "您好"),
    ),
    "handoffs.resolve": (EDITORS, lambda w, s: w.handoffs.resolve(s.handoff, "好了")),
    "handoffs.hand_back": (EDITORS, lambda w, s: w.handoffs.hand_back(s.handoff)),
    "handoffs.withdraw": (OWN_TALK, lambda w, s: w.handoffs.withdraw(s.conversation)),
    "handoffs.closed": (TRUSTED, lambda w, s: w.handoffs.closed(CLOCK_START)),
    "handoffs.take_next": (SERVERS, lambda w, s: w.handoffs.take_next()),
    "handoffs.take_over": (MANAGER_ONLY, lambda w, s: w.handoffs.take_over(s.handoff)),
    "handoffs.reassign": (EDITORS, lambda w, s: w.handoffs.reassign(s.handoff, s.shop.agent2)),
    "handoffs.requeue": (SERVERS, lambda w, s: _taken(w, s, w.handoffs.requeue)),
    "handoffs.snooze": (SERVERS, lambda w, s: _taken(w, s, _asleep(w))),
    "handoffs.wake": (SERVERS, lambda w, s: _taken(w, s, _asleep(w), w.handoffs.wake)),
    "handoffs.reopen": (SERVERS, lambda w, s: _taken(w, s, _settled(w), w.handoffs.reopen)),
    "handoffs.offer": (
        SYSTEM_ONLY,
        lambda w, s: w.handoffs.offer(s.handoff, s.shop.agent, CLOCK_START + LEASE),
    ),
    "handoffs.escalate": (SYSTEM_ONLY, lambda w, s: w.handoffs.escalate(s.handoff)),
    "handoffs.urge": (
        SYSTEM_ONLY,
        lambda w, s: w.handoffs.urge(
            s.handoff, HandoffReason.HEALTH_HARM, datetime(2026, 3, 3, tzinfo=UTC)
        ),
    ),
    "handoffs.take_turn": (SYSTEM_ONLY, lambda w, s: w.handoffs.take_turn("w1", LEASE)),
    "handoffs.heartbeat": (
        SERVERS,
        lambda w, s: _answered(w.handoffs.heartbeat(Presence.ONLINE)),
    ),
    "handoffs.on_duty": (TRUSTED, lambda w, s: w.handoffs.on_duty(LEASE)),
    "handoffs.outlook": (ANYBODY, lambda w, s: w.handoffs.outlook(LEASE, LEASE)),
    "desk.glances": (TRUSTED, lambda w, s: w.desk.glances([s.conversation])),
    "desk.note": (
        "refused refused refused seen seen refused",
        lambda w, s: w.desk.note(s.conversation, "等仓库回复", []),
    ),
    "desk.talks_of": (TRUSTED, lambda w, s: w.desk.talks_of(s.member)),
    "desk.talks_with": (TRUSTED, lambda w, s: w.desk.talks_with("你好")),
    "reports.handoffs": (MANAGERS, lambda w, s: w.reports.handoffs(DAY)),
    "reports.talks": (MANAGERS, lambda w, s: w.reports.talks(DAY)),
    "reports.scores": (
        ANYBODY,
        lambda w, s: _answered(w.reports.scores(DAY)),
    ),
    "reports.unknown": (ANYBODY, lambda w, s: _answered(w.reports.unknown(DAY))),
    "staff.authenticate": (ANYBODY, lambda w, s: w.staff.authenticate("agent", "secret")),
    "staff.get": (TRUSTED, lambda w, s: w.staff.get(s.shop.agent)),
    "staff.add": (EDITORS, lambda w, s: w.staff.add("new", "新", "secret", Role.CLERK)),
    "staff.arrange": (EDITORS, lambda w, s: w.staff.arrange(s.shop.agent, max_load=9)),
    "staff.telegram_link": (
        "refused refused refused seen seen seen",
        lambda w, s: w.staff.telegram_link(s.shop.agent),
    ),
    "staff.bind_telegram": (
        SYSTEM_ONLY,
        lambda w, s: _answered(w.staff.bind_telegram("no such token", "7")),
    ),
    "staff.by_telegram": (SYSTEM_ONLY, lambda w, s: _answered(w.staff.by_telegram("7"))),
    "topics.plan": (SYSTEM_ONLY, lambda w, s: _answered(w.topics.plan(-100))),
    "topics.working": (SYSTEM_ONLY, lambda w, s: _answered(w.topics.working(-100))),
    "topics.of": (
        "nothing nothing nothing seen seen seen",
        lambda w, s: w.topics.of(s.handoff),
    ),
    "topics.at": (
        "nothing nothing nothing seen seen seen",
        lambda w, s: w.topics.at(-100, 7),
    ),
    "topics.change": (
        SYSTEM_ONLY,
        lambda w, s: _answered(w.topics.change(replace(TOPIC, handoff_id=s.handoff))),
    ),
    "topics.note": (
        DESK_ONLY,
        lambda w, s: w.topics.note(InboundMessage(LINE, "m1", "", staff_id=w.actor.staff_id)),
    ),
    "topics.post": (DESK_ONLY, lambda w, s: w.topics.post(LINE, NewReply(""))),
    "staff.all": (
        "nothing nothing nothing nothing seen seen",
        lambda w, s: w.staff.all(),
    ),
    "consents.wording": (ANYBODY, lambda w, s: w.consents.wording(Purpose.MARKETING)),
    "consents.give": (
        "refused seen seen seen seen seen",
        lambda w, s: w.consents.give(s.member, Purpose.MARKETING, "sms", "2026-01"),
    ),
    "consents.withdraw": (
        "refused seen seen seen seen seen",
        lambda w, s: w.consents.withdraw(s.member, Purpose.MARKETING),
    ),
    "consents.current": (OWN_OR_TRUSTED, lambda w, s: w.consents.current(s.member)),
    "consents.history": (OWN_OR_TRUSTED, lambda w, s: w.consents.history(s.member)),
    "consents.may": (
        OWN_OR_TRUSTED,
        lambda w, s: w.consents.may(
            s.member, Purpose.MARKETING, "telegram", datetime(2026, 3, 3, 12, tzinfo=UTC)
        ),
    ),
    "privacy.unmask": (
        "refused refused refused seen seen seen",
        lambda w, s: w.privacy.unmask(1, UnmaskPurpose.CALL_BACK),
    ),
    "privacy.looked_at": (
        "nothing seen nothing nothing seen seen",
        lambda w, s: w.privacy.looked_at(s.member),
    ),
    "privacy.summary": (
        "nothing seen nothing nothing seen seen",
        lambda w, s: w.privacy.summary(s.member),
    ),
    "privacy.export": (
        "refused seen refused refused seen seen",
        lambda w, s: w.privacy.export(s.member),
    ),
    "privacy.request": (
        "refused seen seen seen seen seen",
        lambda w, s: w.privacy.request(s.member, Request.EXPORT),
    ),
    "privacy.erase": (EDITORS, lambda w, s: w.privacy.erase(s.member)),
    "privacy.proof": (
        "nothing nothing nothing nothing seen seen",
        lambda w, s: w.privacy.proof(s.erasure),
    ),
    "privacy.verify": (
        ANYBODY,
        lambda w, s: _answered(w.privacy.verify(Proof(1, (), CLOCK_START, "", (), 0, ""))),
    ),
    "privacy.retain": (SYSTEM_ONLY, lambda w, s: w.privacy.retain(RetentionRules())),
    "privacy.take_chore": (SYSTEM_ONLY, lambda w, s: w.privacy.take_chore("tidy", "w1", 24)),
    "surveys.may_ask": (
        OWN_OR_TRUSTED,
        lambda w, s: w.surveys.may_ask(s.conversation, CLOCK_START + timedelta(days=1)),
    ),
    "surveys.ask": (
        SYSTEM_ONLY,
        lambda w, s: w.surveys.ask(NewSurvey(s.conversation, "return_item", ANOTHER_DAY)),
    ),
    "surveys.rate": (
        OWN_TALK,
        lambda w, s: w.surveys.rate(s.conversation, CLOCK_START.date(), 5),
    ),
    "surveys.add_word": (
        OWN_TALK,
        lambda w, s: w.surveys.add_word(s.conversation, CLOCK_START.date(), "好"),
    ),
    "surveys.of_day": (
        OWN_OR_TRUSTED,
        lambda w, s: w.surveys.of_day(s.conversation, CLOCK_START.date()),
    ),
    "surveys.unasked_handoffs": (
        SYSTEM_ONLY,
        lambda w, s: _answered(w.surveys.unasked_handoffs(CLOCK_START, LEASE)),
    ),
    "notices.news": (
        SYSTEM_ONLY,
        lambda w, s: _answered(w.notices.news(WINDOW, list(NoticeKind))),
    ),
    "notices.places": (
        SYSTEM_ONLY,
        lambda w, s: _answered(w.notices.places(s.member, CLOCK_START)),
    ),
    "notices.note": (
        SYSTEM_ONLY,
        lambda w, s: w.notices.note(
            News("e1", NoticeKind.SHIPPED, s.member, CLOCK_START), s.conversation
        ),
    ),
    "notices.take_turn": (SYSTEM_ONLY, lambda w, s: w.notices.take_turn("w1", LEASE)),
    "audit.record": (ANYBODY, lambda w, s: _answered(w.audit.record("test", "order:1"))),
    "conversations.understood": (
        "refused refused refused refused seen seen",
        lambda w, s: _answered(w.conversations.understood(CLOCK_START, CLOCK_START)),
    ),
    "merges.merge": (MERGERS, lambda w, s: w.merges.merge(s.member, s.shop.other)),
    "merges.unmerge": (MERGERS, lambda w, s: _tried(w.merges.unmerge(1))),
    "merges.accept": (MERGERS, lambda w, s: _tried(w.merges.accept(1, s.member))),
    "merges.decline": (MERGERS, lambda w, s: _tried(w.merges.decline(1, MatchState.LATER))),
    "merges.get": (ANYBODY, lambda w, s: _answered(w.merges.get(1))),
    "merges.about": (ANYBODY, lambda w, s: _answered(w.merges.about(s.member))),
    "merges.candidates": (ANYBODY, lambda w, s: _answered(w.merges.candidates())),
    "merges.candidate": (ANYBODY, lambda w, s: _answered(w.merges.candidate(1))),
    "merges.propose": (SYSTEM_ONLY, lambda w, s: _answered(w.merges.propose([]))),
    "merges.people": (SYSTEM_ONLY, lambda w, s: _answered(w.merges.people())),
    "merges.distinct": (SYSTEM_ONLY, lambda w, s: _answered(w.merges.distinct())),
    "examples.unlearned": (SYSTEM_ONLY, lambda w, s: _answered(w.examples.unlearned(CLOCK_START))),
    "examples.propose": (SYSTEM_ONLY, lambda w, s: _tried(w.examples.propose(0, []))),
    "examples.listed": (ANYBODY, lambda w, s: _answered(w.examples.listed([]))),
    "examples.count": (ANYBODY, lambda w, s: _answered(w.examples.count(ExampleState.WAITING))),
    "examples.get": (ANYBODY, lambda w, s: _answered(w.examples.get(0))),
    "examples.accept": (MANAGER_ONLY, lambda w, s: _tried(w.examples.accept(0, "greet", "hi"))),
    "examples.reject": (MANAGER_ONLY, lambda w, s: _tried(w.examples.reject(0))),
    "examples.reconsider": (MANAGER_ONLY, lambda w, s: _tried(w.examples.reconsider(0))),
    "examples.exported": (EDITORS, lambda w, s: _answered(w.examples.exported([0]))),
    "audit.about": (
        "nothing seen nothing nothing seen seen",
        lambda w, s: w.audit.about(f"member:{s.member}"),
    ),
}
REPOSITORIES = {
    name: port for name, port in get_type_hints(UnitOfWork).items() if port is not Actor
}


async def _tried(call: Awaitable[Any]) -> str:
    """Await a call about something that is not there: only who may ask counts."""
    with suppress(NotFoundError):
        await call
    return "answered"


async def _answered(call: Awaitable[Any]) -> str:
    """Await a call whose answer may be empty for anybody: that it came is what counts."""
    await call
    return "answered"


async def _not_unpaid(call: Awaitable[Any]) -> str:
    with pytest.raises(ConflictError):
        await call
    return "answered"


async def _none_free(call: Awaitable[Any]) -> str:
    with pytest.raises(OutOfStockError):
        await call
    return "answered"


async def _taken(work: UnitOfWork, scene: Scene, *moves: Move) -> Handoff:
    """Take the handoff, then make one move after the other."""
    handoff = await work.handoffs.take(scene.handoff)
    for move in moves:
        handoff = await move(handoff.id)
    return handoff


def _asleep(work: UnitOfWork) -> Move:
    return lambda handoff_id: work.handoffs.snooze(handoff_id, CLOCK_START + LEASE)


def _settled(work: UnitOfWork) -> Move:
    return lambda handoff_id: work.handoffs.resolve(handoff_id, "好了")


async def _at_once(answer: str) -> str:
    return answer


async def _coupon_shown(work: UnitOfWork, member_id: int) -> Any:
    return (await work.loyalty.coupon_check("SOON", member_id)).coupon


async def _found(work: UnitOfWork) -> Sequence[MemberLine]:
    return (await work.care.find(MembersWanted())).members


async def _entries(work: UnitOfWork, member_id: int) -> Any:
    return (await work.timelines.page(member_id)).entries


class UndoneError(Exception):
    """Takes a unit of work back."""


async def set_scene(url: str, vault: Vault, clock: HandClock, *, handoff: bool) -> Scene:
    """Write the scene into a migrated database."""
    store = await SqlStore.open(url, vault, clock=clock)
    shop = await open_shop(store, url, vault)
    async with store.writing(SYSTEM) as work:
        gone = await work.members.add(NewMember("旧人"))
        erasure = (await work.privacy.erase(gone.id)).id
        await work.consents.give(shop.member, Purpose.MARKETING, "telegram", "2026-01")
    await recompute(store, zone=ZoneInfo("Asia/Shanghai"))
    looking = shop.actor(Role.AGENT)
    async with store.reading(looking) as work:
        await work.members.get(shop.member)
    async with store.writing(SYSTEM) as work:
        talk = work.conversations
        [receipt] = await talk.receive([InboundMessage(KEY, "m1", "你好", member_id=shop.member)])
        here = receipt.conversation_id
        lease = await talk.claim("w1", LEASE)
        assert lease is not None
        await talk.save_dialogue(lease, {"skill": "greet"})
        await work.surveys.ask(NewSurvey(here, "return_item", CLOCK_START.date()))
        await talk.reply(here, [NewReply("在")], epoch=0)
        [delivery] = await talk.next_deliveries(["telegram"], LEASE)
        scene = Scene(shop, here, receipt.message_id, lease, delivery.message.id)
        scene.erasure = erasure
        if handoff:
            asked = await work.handoffs.request(here, HandoffReason.ASKED, {}, epoch=0)
            scene.handoff = asked.id
            await work.topics.plan(-100)
            [found] = await work.topics.working(-100)
            await work.topics.change(replace(found.topic, state=TopicState.OPEN, thread=7))
            [other] = await talk.receive(
                [InboundMessage(replace(KEY, external_id="2"), "m1", "喂")]
            )
            done = await work.handoffs.request(
                other.conversation_id, HandoffReason.ASKED, {}, epoch=0
            )
            await work.handoffs.resolve(done.id, "好了")
    await store.close()
    return scene


@pytest.fixture(scope="module")
def scenes(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, vault: Vault
) -> dict[bool, tuple[str, Scene]]:
    """Two databases that no test changes: without a handoff, and with one that waits."""
    made = {}
    for handoff in (False, True):
        path = tmp_path_factory.mktemp("scene") / "huike.db"
        shutil.copyfile(migrated_sqlite, path)
        url = f"sqlite:///{path}"
        made[handoff] = (url, asyncio.run(set_scene(url, vault, HandClock(), handoff=handoff)))
    return made


async def outcome(store: SqlStore, actor: Actor, call: Call, scene: Scene) -> str:
    """Return what the call does for the actor, and undo it."""
    answer = "nothing"
    try:
        async with store.writing(actor) as work:
            answer = "seen" if await call(work, scene) else "nothing"
            raise UndoneError  # noqa: TRY301 - the unit of work must see it
    except NotPermittedError:
        return "refused"
    except UndoneError:
        return answer


def test_the_table_has_every_method_of_the_port() -> None:
    methods = {
        f"{name}.{method}"
        for name, port in REPOSITORIES.items()
        for method, _ in inspect.getmembers(port, inspect.isfunction)
        if not method.startswith("_")
    }
    assert methods == set(TABLE)


@pytest.mark.parametrize("method", TABLE)
async def test_who_may(
    scenes: dict[bool, tuple[str, Scene]], vault: Vault, clock: HandClock, method: str
) -> None:
    expected, call = TABLE[method]
    over_a_handoff = ("handoffs" in method or "topics" in method) and method != "handoffs.request"
    url, scene = scenes[over_a_handoff]
    store = await SqlStore.open(url, vault, clock=clock)
    answers = [await outcome(store, scene.shop.actor(role), call, scene) for role in ROLES]
    stranger = Actor(Role.CUSTOMER, member_id=scene.shop.other)
    answer_to_stranger = await outcome(store, stranger, call, scene)
    await store.close()
    assert " ".join(answers) == expected
    assert answer_to_stranger == answers[0]
