"""The rules of the desk: hours, promises, who gets what, how long one waits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.handoff.looking_after import Chore, Todo, todos
from bot.handoff.packet import HandoffPacket, Person
from bot.handoff.routing import best_agent, estimated_minutes, needs_of
from bot.handoff.service_levels import SlaState, clocks, sla_state
from bot.policies import load_service
from bot.policies.service import Holiday, Hours, ServiceHours
from crm_store.types.handoffs import (
    AgentOnDuty,
    Handoff,
    HandoffReason,
    HandoffState,
    Needs,
    Presence,
    Priority,
    QueueOutlook,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""Monday, 17:00 in Shanghai."""
RULES = load_service()
DAYTIME = ServiceHours(
    time_zone=SHANGHAI,
    centre=Hours.model_validate(
        {"opens": "09:00", "closes": "18:00", "days": ["mon", "tue", "wed"]}
    ),
    stores={"HK01": Hours.model_validate({"opens": "12:00", "closes": "02:00"})},
    holidays=(Holiday.model_validate({"first": "2026-03-03", "last": "2026-03-03"}),),
    call_back_hours=2,
)  # fmt: skip


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


def waiting(number: int = 1, **changes: object) -> Handoff:
    made = Handoff(
        number, number, HandoffReason.ASKED, HandoffState.WAITING, {}, NOW, None, None, None, None
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def agent(number: int, **changes: object) -> AgentOnDuty:
    made = AgentOnDuty(
        number, f"a{number}", None, ("zh", "en"), (), 2, Presence.ONLINE, NOW, load=0, offered=0
    )
    return replace(made, **changes)  # type: ignore[arg-type]


class TestHours:
    @pytest.mark.parametrize(
        ("store_id", "moment", "is_open"),
        [
            (None, at(2, 9), True),
            (None, at(2, 8, 59), False),
            (None, at(2, 18), False),
            (None, at(3, 10), False),  # a holiday
            (None, at(5, 10), False),  # a Thursday
            ("HK01", at(3, 1), True),  # until two in the morning after Monday
            ("HK01", at(4, 1), False),  # the evening before was a holiday
            ("SH01", at(2, 10), True),  # as the service centre
        ],
    )
    def test_who_is_there(self, store_id: str | None, moment: datetime, is_open: bool) -> None:
        assert DAYTIME.is_open(store_id, moment) is is_open

    def test_the_next_opening_is_after_the_holiday(self) -> None:
        assert DAYTIME.next_opening(None, at(2, 20)) == at(4, 9)
        assert DAYTIME.next_opening(None, at(4, 20)) == at(9, 9)

    def test_around_the_clock_is_always(self) -> None:
        assert all(RULES.hours.is_open(None, NOW + timedelta(hours=n)) for n in range(24))


class TestPromises:
    def test_urgent_before_vip_before_high_before_normal(self) -> None:
        person = Person("林**", "gold", NOW.date())
        packets = [
            HandoffPacket(reason="health_harm"),
            HandoffPacket(reason="asked", person=person),
            HandoffPacket(reason="complaint"),
            HandoffPacket(reason="asked"),
        ]
        needs = [needs_of(one, RULES, NOW) for one in packets]
        assert [one.priority for one in needs] == [
            Priority.URGENT, Priority.VIP, Priority.HIGH, Priority.NORMAL
        ]  # fmt: skip
        due = [one.answer_by for one in needs if one.answer_by]
        assert due == sorted(due)
        assert len(due) == 4

    def test_outside_hours_the_clock_waits_for_people(self) -> None:
        rules = RULES.model_copy(update={"hours": DAYTIME})
        needs = needs_of(HandoffPacket(intent="return_item", language="zh-Hant"), rules, at(2, 20))
        assert needs.answer_by == at(4, 9, 5)
        assert (needs.skill, needs.language) == ("after_sales", "zh")

    def test_the_clocks_warn_and_break_and_keep_what_became_of_them(self) -> None:
        needs = Needs(answer_by=NOW + timedelta(minutes=10), resolve_by=NOW + timedelta(hours=5))
        asked = waiting(needs=needs)
        states = [
            sla_state(asked, NOW + timedelta(minutes=minutes), 0.7) for minutes in (6, 7, 10, 11)
        ]
        assert states == [SlaState.OK, SlaState.WARNING, SlaState.WARNING, SlaState.BREACHED]
        late = replace(asked, answered_at=NOW + timedelta(minutes=11))
        kept = replace(asked, answered_at=NOW + timedelta(minutes=2))
        later = NOW + timedelta(hours=1)
        assert clocks(late, later, 0.7).answer.state is SlaState.BREACHED
        assert clocks(kept, later, 0.7).worst is SlaState.OK
        assert clocks(kept, later, 0.7).next_due == needs.resolve_by


class TestRouting:
    def test_who_knows_it_then_specialists_then_the_shop_then_the_idle(self) -> None:
        needs = Needs(skill="payments", language="zh", store_id="SH01")
        asked = waiting(needs=needs)
        idle, local = agent(1), agent(2, store_id="SH01", load=1)
        special = agent(3, skills=("payments",), load=1)
        everybody = [idle, local, special]
        assert best_agent(replace(asked, needs=replace(needs, prefers=1)), everybody) == idle
        assert best_agent(asked, everybody) == special
        assert best_agent(asked, [idle, local]) == local
        assert best_agent(asked, [agent(5, load=1), idle]) == idle

    @pytest.mark.parametrize(
        "unfit",
        [
            agent(1, presence=Presence.AWAY),
            agent(1, load=1, offered=1),
            agent(1, languages=("en",)),
            agent(1, skills=("products",)),
        ],
    )
    def test_nobody_gets_what_they_cannot_do(self, unfit: AgentOnDuty) -> None:
        asked = waiting(needs=Needs(skill="payments", language="zh"))
        assert best_agent(asked, [unfit]) is None

    @pytest.mark.parametrize(
        ("outlook", "minutes"),
        [
            (QueueOutlook(0, 2, known=True, handling_seconds=300), 3),
            (QueueOutlook(3, 2, known=True, handling_seconds=300), 10),
            (QueueOutlook(999, 1, known=True, handling_seconds=300), 120),
            (QueueOutlook(3, 0, known=True, handling_seconds=300), None),
            (QueueOutlook(3, 2, known=True, handling_seconds=None), None),
            (QueueOutlook(3, 2, known=False, handling_seconds=300), None),
        ],
    )
    def test_an_estimate_only_where_somebody_knows(
        self, outlook: QueueOutlook, minutes: int | None
    ) -> None:
        assert estimated_minutes(outlook) == minutes


class TestLookingAfter:
    def test_everything_that_is_due(self) -> None:
        past = NOW - timedelta(seconds=1)
        gone = agent(1, presence=Presence.OFFLINE)
        unknown = agent(2, presence=Presence.OFFLINE, seen_at=None)
        there = agent(3)
        found = todos(
            [
                waiting(1, needs=Needs(answer_by=past)),
                waiting(2, offered_to=1, offered_until=NOW + timedelta(seconds=9)),
                waiting(3),
                waiting(4),
                waiting(5, state=HandoffState.TAKEN, taken_by=1),
                waiting(6, state=HandoffState.TAKEN, taken_by=2),
                waiting(7, state=HandoffState.SNOOZED, taken_by=3, snoozed_until=past),
            ],
            [gone, unknown, there],
            NOW,
            RULES,
        )
        assert found == [
            Todo(Chore.ESCALATE, 1),
            Todo(Chore.REQUEUE, 5),
            Todo(Chore.WAKE, 7),
            Todo(Chore.OFFER, 1, 3),
            Todo(Chore.OFFER, 3, 3),
        ]
