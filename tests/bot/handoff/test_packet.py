"""The packet: gathered from facts, rendered the same everywhere, shown to whom it may be shown."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bot import skills
from bot.handoff.packet import (
    Attempt,
    CaseFact,
    HandoffPacket,
    Line,
    MoodFact,
    MoodLevel,
    OrderFact,
    Person,
    ProductFact,
    Result,
    Source,
    Told,
    Transcript,
    Want,
    schema,
)
from bot.handoff.rendering import packet_view, plain_text, telegram_html
from bot.handoff.seeing import Sight, seen_by
from bot.handoff.steps import load_steps, next_steps
from bot.handoff.summary import summary
from bot.replies import Phrasebook
from crm_store.types.conversations import JSON
from crm_store.types.text import LocalText

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NO = "抱歉，这次不能退：已拆封的化妆品不能退货。"
GOLDEN = Path(__file__).with_name("golden")
PUBLISHED = Path(__file__).parents[3] / "docs" / "handoff-packet.schema.json"
SLOTS = {"order_number": "HK2602220021", "reason": "wrong_size", "handover": "courier"}

PACKET = HandoffPacket(
    language="zh",
    verification="attested",
    member_id=7,
    intent="return_item",
    confidence=0.52,
    fingerprint="n1",
    asked="我要找人！<b>你们</b>到底退不退”机器人说可以退",
    slots=SLOTS,
    orders=("HK2602220021",),
    products=("APP-0101",),
    reason="rule",
    detail="opened_cosmetics",
    made_at=AT,
    person=Person(
        name="林**",
        tier="gold",
        joined_on=date(2024, 5, 1),
        phone="138****8000",
        segment=LocalText("重要价值客户", "Champions"),
        churn_risk=0.61,
        spent=Decimal("3299.00"),
        lifetime_value=Decimal("1200.00"),
        orders=9,
        open_cases=(CaseFact("RT260302-K7Q3XZ2A", "return", "open"),),
    ),
    wants=(
        Want("points_balance", 0.97, "n1", "我还有多少积分", 11, AT),
        Want("return_item", 0.93, "n1", "这件太小了，要退", 13, AT),
        Want("talk_to_human", 0.99, "n1", "我要找人！", 17, AT),
    ),
    told=(
        Told("order_number", "HK2602220021", Source.FOUND),
        Told("reason", "wrong_size", Source.SAID, 13),
        Told("handover", "courier", Source.PRESSED, 15),
    ),
    attempts=(
        Attempt("points_balance", Result.ANSWERED, told="您有1200积分", message_id=11),
        Attempt("return_item", Result.REFUSED, rule="opened_cosmetics", told=NO, message_id=15),
    ),
    order_facts=(
        OrderFact(
            "HK2602220021", "shipped", AT, Decimal("299.00"), "CNY",
            (LocalText("羊毛大衣", "Wool coat"),), "in_transit", date(2026, 3, 4),
        ),
    ),
    product_facts=(
        ProductFact(
            "APP-0101", LocalText("羊毛大衣", "Wool coat"), Decimal("299.00"), "CNY", in_stock=False
        ),
    ),
    mood=MoodFact(MoodLevel.UPSET, ("anger",)),
    transcript=Transcript(
        3,
        18,
        (Line(13, "customer", "这件太小了，要退", AT), Line(14, "bot", "退货的原因是什么？", AT)),
    ),
    steps=next_steps("return_item", SLOTS, ("HK2602220021",)),
)  # fmt: skip


@pytest.fixture(scope="module")
def phrasebook() -> Phrasebook:
    return Phrasebook()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("form", ["plain", "telegram", "group"])
def test_it_reads_as_it_should(phrasebook: Phrasebook, language: str, form: str) -> None:
    speaker = phrasebook.speaker(language)
    made = {
        "plain": lambda: plain_text(PACKET, speaker, Sight.MANAGER, 42),
        "telegram": lambda: telegram_html(PACKET, speaker, Sight.AGENT, 42),
        "group": lambda: telegram_html(PACKET, speaker, Sight.GROUP, 42),
    }[form]()
    golden = GOLDEN / f"{form}.{language}.txt"
    assert made == golden.read_text(encoding="utf-8").rstrip("\n")


def test_the_summary_has_five_lines_and_quotes_what_is_the_customers(
    phrasebook: Phrasebook,
) -> None:
    for language in ("zh", "zh-Hant", "en"):
        lines = summary(PACKET, phrasebook.speaker(language))
        empty = summary(HandoffPacket(), phrasebook.speaker(language))
        assert len(lines) == len(empty) == 5
        assert all(line.strip() and "\n" not in line for line in (*lines, *empty))
        # Whoever writes quotation marks cannot speak in our name.
        assert lines[1].count("“") == lines[1].count("”") == 1


def test_nothing_a_customer_writes_is_markup(phrasebook: Phrasebook) -> None:
    attack = "<script>alert(1)</script></blockquote><a href='x'>"
    packet = replace(
        PACKET, asked=attack, transcript=Transcript(1, 1, (Line(1, "bot", attack, AT),))
    )
    made = telegram_html(packet, phrasebook.speaker("en"), Sight.AGENT, 1)
    assert "<script" not in made
    assert "<a " not in made
    assert made.count("</blockquote>") == 1


def test_a_group_reads_nothing_that_leads_to_a_person() -> None:
    seen = json.dumps(seen_by(PACKET, Sight.GROUP).to_json(), ensure_ascii=False)
    for private in ("林", "138****8000", "HK2602220021", "太小", "我要找人", "RT260302", "3299"):
        assert private not in seen
    assert "gold" in seen


def test_an_agent_does_not_read_what_somebody_is_worth() -> None:
    agent = seen_by(PACKET, Sight.AGENT)
    assert agent.person is not None
    assert (agent.person.spent, agent.person.lifetime_value) == (None, None)
    assert agent.person.name == "林**"
    assert seen_by(PACKET, Sight.MANAGER) == PACKET


def test_json_there_and_back_fits_the_published_schema() -> None:
    stored = PACKET.to_json()
    assert HandoffPacket.from_json(json.loads(json.dumps(stored))) == PACKET
    Draft202012Validator(schema()).validate(stored)
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == schema()


def test_older_packets_and_broken_ones_are_read() -> None:
    older: dict[str, JSON] = {
        "version": 1,
        "intent": "return_item",
        "asked": "退",
        "orders": ["O-1"],
        "summary": "x",
    }
    assert HandoffPacket.from_json(older).orders == ("O-1",)
    assert HandoffPacket.from_json({"orders": 7}) == HandoffPacket()


def test_the_desk_draws_what_it_is_given(phrasebook: Phrasebook) -> None:
    view = packet_view(PACKET, phrasebook.speaker("zh"), Sight.AGENT)
    assert [(one.name, one.value, one.source) for one in view.slots] == [
        ("订单号", "HK2602220021", "机器人查到的"),
        ("原因", "大小不合适", "顾客说的"),
        ("寄回方式", "快递上门取", "顾客点选的"),
    ]
    assert [step.title for step in view.steps] == ["退货", "换货"]
    assert view.steps[0].instruction.startswith('/return_item{"handover": "courier"')


def test_steps_name_skills_and_slots_that_exist() -> None:
    known, steps = skills.load(), load_steps()
    for names in steps.after.values():
        assert set(names) <= known.keys()
        assert set(names) <= steps.takes.keys()
    for name, takes in steps.takes.items():
        assert set(takes) <= set(known[name].slots), name
