"""Consent, unmasking, requests, export, retention and key rotation, on both databases."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from clocks import HandClock
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from store_rows import PHONE, SmallShop

from crm_store.engine import make_engine
from crm_store.errors import InvalidRecordError, NotFoundError, NotPermittedError
from crm_store.models import PreferenceRow
from crm_store.privacy import keys
from crm_store.privacy.writing import as_csv, safe_cell, write_export
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.conversations import ConversationKey, InboundMessage, Owner
from crm_store.types.handoffs import HandoffReason
from crm_store.types.privacy import Purpose, Request, RetentionRules, UnmaskPurpose
from crm_store.vault import Vault

WORDING = "2026-01"
SHANGHAI = ZoneInfo("Asia/Shanghai")
AT_NOON = datetime(2026, 3, 5, 12, tzinfo=SHANGHAI)
AT_NIGHT = AT_NOON.replace(hour=23)


class TestConsent:
    async def test_nothing_said_is_no_consent(self, store: SqlStore, shop: SmallShop) -> None:
        async with store.reading(SYSTEM) as work:
            assert not await work.consents.may(shop.member, Purpose.MARKETING, "sms", AT_NOON)
            assert await work.consents.current(shop.member) == []

    async def test_the_newest_decision_counts_and_all_are_kept(
        self, store: SqlStore, shop: SmallShop, clock: HandClock
    ) -> None:
        async with store.writing(shop.actor(Role.CUSTOMER)) as work:
            await work.consents.give(shop.member, Purpose.MARKETING, "sms", WORDING)
            assert await work.consents.may(shop.member, Purpose.MARKETING, "sms", AT_NOON)
            assert not await work.consents.may(shop.member, Purpose.MARKETING, "email", AT_NOON)
            clock.advance(hours=1)
            await work.consents.withdraw(shop.member, Purpose.MARKETING)
            assert not await work.consents.may(shop.member, Purpose.MARKETING, "sms", AT_NOON)
            history = await work.consents.history(shop.member)
        assert [(one.granted, one.channel, one.wording_version) for one in history] == [
            (False, "all", WORDING),
            (True, "sms", WORDING),
        ]

    async def test_what_was_given_later_was_not_given_before(
        self, store: SqlStore, shop: SmallShop, clock: HandClock
    ) -> None:
        async with store.writing(SYSTEM) as work:
            await work.consents.give(shop.member, Purpose.MARKETING, "sms", WORDING)
            earlier = clock.now.astimezone(SHANGHAI) - timedelta(hours=1)
            assert not await work.consents.may(shop.member, Purpose.MARKETING, "sms", earlier)

    @pytest.mark.parametrize(
        ("hours", "noon", "night"),
        [(None, True, False), ("22:00-01:00", False, True), ("随时都行", True, False)],
    )
    async def test_contact_needs_a_suitable_hour(
        self, store: SqlStore, shop: SmallShop, database_url: str, vault: Vault,
        hours: str | None, noon: bool, night: bool,
    ) -> None:  # fmt: skip
        if hours is not None:
            await state_preference(database_url, vault, shop.member, "contact_hours", hours)
        async with store.writing(SYSTEM) as work:
            await work.consents.give(shop.member, Purpose.MARKETING, "sms", WORDING)
            may = work.consents.may
            assert await may(shop.member, Purpose.MARKETING, "sms", AT_NOON) is noon
            assert await may(shop.member, Purpose.MARKETING, "sms", AT_NIGHT) is night

    async def test_nobody_agrees_to_a_text_that_does_not_exist(
        self, store: SqlStore, shop: SmallShop
    ) -> None:
        async with store.writing(SYSTEM) as work:
            with pytest.raises(InvalidRecordError, match="no wording 1999"):
                await work.consents.give(shop.member, Purpose.MARKETING, "sms", "1999")


class TestUnmasking:
    async def test_it_is_audited_with_its_purpose(self, store: SqlStore, shop: SmallShop) -> None:
        async with store.reading(shop.actor(Role.AGENT)) as work:
            [phone, *_] = await work.members.identities(shop.member)
            assert phone.masked == "138****8000"
            assert await work.privacy.unmask(phone.id, UnmaskPurpose.CALL_BACK) == f"+86{PHONE}"
        async with store.reading(SYSTEM) as work:
            [entry, *_] = await work.audit.about(f"member:{shop.member}")
        assert (entry.action, entry.actor_id, entry.detail["purpose"]) == (
            "identity.unmask",
            shop.agent,
            "call_back",
        )
        assert PHONE not in str(entry)

    async def test_without_the_audit_row_there_is_no_number(
        self, store: SqlStore, shop: SmallShop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise RuntimeError("the disk is full")

        monkeypatch.setattr("crm_store.repositories.context.audit_row", refuse)
        with pytest.raises(RuntimeError):
            async with store.reading(SYSTEM) as work:
                [phone, *_] = await work.members.identities(shop.member)
                await work.privacy.unmask(phone.id, UnmaskPurpose.DELIVERY)

    async def test_a_made_up_purpose_is_refused(self, store: SqlStore, shop: SmallShop) -> None:
        async with store.reading(shop.actor(Role.AGENT)) as work:
            [phone, *_] = await work.members.identities(shop.member)
            with pytest.raises(ValueError, match="curiosity"):
                await work.privacy.unmask(phone.id, "curiosity")  # type: ignore[arg-type]


class TestOwnData:
    async def test_customers_learn_who_looked_by_role(
        self, store: SqlStore, shop: SmallShop
    ) -> None:
        clerk = Actor(
            Role.CLERK, staff_id=shop.clerk, purpose="member_lookup", surface=Surface.DESK
        )
        async with store.reading(clerk) as work:
            await work.members.card(shop.member)
        async with store.reading(shop.actor(Role.CUSTOMER)) as work:
            [look] = await work.privacy.looked_at(shop.member)
            summary = await work.privacy.summary(shop.member)
        assert (look.role, look.action, look.purpose) == ("clerk", "member.card", "member_lookup")
        assert summary is not None
        assert (summary.looks, summary.counts["orders"], summary.counts["notes"]) == (1, 2, 1)

    async def test_a_request_is_a_case_that_is_due_in_fifteen_days(
        self, store: SqlStore, shop: SmallShop, clock: HandClock
    ) -> None:
        async with store.writing(shop.actor(Role.CUSTOMER)) as work:
            asked = await work.privacy.request(shop.member, Request.ERASURE)
            again = await work.privacy.request(shop.member, Request.ERASURE)
            other = await work.privacy.request(shop.member, Request.EXPORT)
        assert asked == again
        assert asked.number != other.number
        assert asked.due_at == clock.now + timedelta(days=15)

    async def test_an_export_is_readable_and_safe_to_open(
        self, store: SqlStore, shop: SmallShop, tmp_path: Path
    ) -> None:
        key = ConversationKey("telegram", "shop", "77")
        said = "<script>alert(1)</script> 我要退货"
        async with store.writing(SYSTEM) as work:
            await work.conversations.receive(
                [InboundMessage(key, "1", said, member_id=shop.member)]
            )
            data = await work.privacy.export(shop.member)
        written = write_export(data, tmp_path / "me.json")
        assert [file.name for file in written] == ["me.json", "me.html"]
        found = json.loads(written[0].read_text(encoding="utf-8"))
        assert {row["value"] for row in found["tables"]["identities"]} == {
            f"+86{PHONE}",
            "VIP-0007",
        }
        assert found["tables"]["messages"][0]["text"] == said
        assert found["tables"]["orders"][0]["phone"] == PHONE
        assert "_index" not in str(found)
        page = written[1].read_text(encoding="utf-8")
        assert "王小明" in page
        assert "<script>" not in page
        [packed] = write_export(data, tmp_path / "me.zip")
        assert packed.stat().st_mode & 0o077 == 0

    async def test_nobody_exports_somebody_else(self, store: SqlStore, shop: SmallShop) -> None:
        async with store.reading(Actor(Role.CUSTOMER, member_id=shop.other)) as work:
            with pytest.raises(NotPermittedError):
                await work.privacy.export(shop.member)
        async with store.writing(SYSTEM) as work:
            with pytest.raises(NotFoundError):
                await work.privacy.export(4711)


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("  +cmd|calc", "'  +cmd|calc"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("＝1+1", "'＝1+1"),
        ("-30", "-30"),
        ("+8613800138000", "+8613800138000"),
        ("王小明", "王小明"),
    ],
)
def test_no_cell_is_a_formula(cell: str, safe: str) -> None:
    assert safe_cell(cell) == safe
    assert as_csv([{"name": cell}]).startswith("\ufeffname\r\n")


class TestRetention:
    async def test_old_talk_goes_and_open_handoffs_stay(
        self, store: SqlStore, clock: HandClock
    ) -> None:
        async with store.writing(SYSTEM) as work:
            for name in ("old", "held"):
                key = ConversationKey("web", "shop", name)
                await work.conversations.receive([InboundMessage(key, "1", "你好")])
        await self._hand_off(store, "held")
        clock.advance(days=100)
        rules = RetentionRules(guest_conversations=90)
        async with store.writing(SYSTEM) as work:
            counted = await work.privacy.retain(rules, dry_run=True)
            assert counted.counts["guest_conversations"] == 1
            gone = await work.privacy.retain(rules)
            assert gone == counted
            assert not any((await work.privacy.retain(rules)).counts.values())
            assert await work.conversations.find(ConversationKey("web", "shop", "old")) is None
            assert await work.conversations.find(ConversationKey("web", "shop", "held"))

    async def _hand_off(self, store: SqlStore, name: str) -> None:
        async with store.writing(SYSTEM) as work:
            found = await work.conversations.find(ConversationKey("web", "shop", name))
            assert found is not None
            await work.handoffs.request(found.id, HandoffReason.ASKED, {}, epoch=found.epoch)
            after = await work.conversations.get(found.id)
        assert after is not None
        assert after.owner is Owner.WAITING

    async def test_one_worker_a_day_does_it(self, store: SqlStore, clock: HandClock) -> None:
        async with store.writing(SYSTEM) as work:
            assert await work.privacy.take_chore("retention", "w1", 24)
            assert not await work.privacy.take_chore("retention", "w2", 24)
            clock.advance(hours=25)
            assert await work.privacy.take_chore("retention", "w2", 24)


class TestKeys:
    async def test_everything_is_readable_under_the_new_key_alone(
        self, database_url: str, clock: HandClock
    ) -> None:
        old, new, index = Vault.new_key(), Vault.new_key(), Vault.new_key()
        key = ConversationKey("telegram", "shop", "99887766")
        before = await SqlStore.open(database_url, Vault([old], index), clock=clock)
        async with before.writing(SYSTEM) as work:
            [receipt] = await work.conversations.receive([InboundMessage(key, "1", "我要退货")])
        await before.close()
        between = await SqlStore.open(database_url, Vault([new, old], index), clock=clock)
        assert await keys.rotate(between, lambda *_: None) == 2  # the text and its payload
        assert await keys.rotate(between, lambda *_: None) == 0
        await between.close()
        after = await SqlStore.open(database_url, Vault([new], index), clock=clock)
        async with after.reading(SYSTEM) as work:
            [message] = await work.conversations.messages(receipt.conversation_id)
            assert await work.conversations.find(key) is not None
        await after.close()
        assert message.text == "我要退货"

    async def test_nothing_readable_stands_in_the_database(
        self, store: SqlStore, shop: SmallShop, database_url: str
    ) -> None:
        key = ConversationKey("telegram", "shop", "99887766")
        async with store.writing(SYSTEM) as work:
            await work.conversations.receive([InboundMessage(key, "1", "我的电话13912345678")])
        engine = make_engine(database_url)
        async with engine.connect() as connection:
            talk = (await connection.execute(text("SELECT external_id FROM conversations"))).all()
            said = (await connection.execute(text("SELECT text, payload FROM messages"))).all()
        await engine.dispose()
        assert "99887766" not in str(talk)
        assert "13912345678" not in str(said)


async def state_preference(url: str, vault: Vault, member: int, kind: str, value: str) -> None:
    """Write a stated preference."""
    engine = make_engine(url, vault)
    async with AsyncSession(engine) as session, session.begin():
        session.add(
            PreferenceRow(
                member_id=member, kind=kind, value=value, stated=True, source="chat",
                at=datetime(2026, 3, 1, tzinfo=UTC),
            )
        )  # fmt: skip
    await engine.dispose()
