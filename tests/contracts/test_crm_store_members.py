"""What every store promises about members, staff and the audit."""

from datetime import date
from decimal import Decimal

import pytest
from store_rows import PHONE, SmallShop

from crm_store.errors import (
    ConflictError,
    InvalidRecordError,
    NotFoundError,
    NotPermittedError,
)
from crm_store.ports import CrmStore
from crm_store.types.actors import SYSTEM, Actor, Role, Surface
from crm_store.types.people import (
    IdentityKind,
    IdentityStatus,
    MemberQuery,
    NewIdentity,
    NewMember,
)


async def names(store: CrmStore, **query: str) -> list[str]:
    async with store.reading(SYSTEM) as work:
        return [member.name for member in await work.members.search(MemberQuery(**query))]


class TestIdentities:
    @pytest.mark.parametrize("written", [PHONE, "+86 138 0013 8000", "１３８００１３８０００"])
    async def test_a_phone_is_found_however_it_is_written(
        self, store: CrmStore, shop: SmallShop, written: str
    ) -> None:
        async with store.reading(SYSTEM) as work:
            found = await work.members.by_identity(IdentityKind.PHONE, written)
            card = await work.members.by_identity(IdentityKind.LOYALTY_CARD, "VIP-0007")
        assert found is not None
        assert found == card
        assert found.id == shop.member

    async def test_screens_get_masked_values(self, store: CrmStore, shop: SmallShop) -> None:
        async with store.reading(SYSTEM) as work:
            masked = [one.masked for one in await work.members.identities(shop.member)]
        assert masked == ["138****8000", "VI***07"]

    async def test_a_claim_does_not_identify(self, store: CrmStore, shop: SmallShop) -> None:
        claim = NewIdentity(IdentityKind.EMAIL, "Lin@Example.cn")
        async with store.writing(shop.actor(Role.CUSTOMER)) as work:
            await work.members.attach(shop.member, claim)
        async with store.reading(SYSTEM) as work:
            assert await work.members.by_identity(IdentityKind.EMAIL, "lin@example.cn") is None

    async def test_an_attested_identity_belongs_to_one_member(
        self, store: CrmStore, shop: SmallShop
    ) -> None:
        phone = NewIdentity(IdentityKind.PHONE, PHONE, IdentityStatus.ATTESTED)
        with pytest.raises(ConflictError):
            async with store.writing(SYSTEM) as work:
                await work.members.attach(shop.other, phone)
        with pytest.raises(ConflictError):
            async with store.writing(SYSTEM) as work:
                await work.members.add(NewMember("冒名", identities=(phone,)))
        assert await names(store, name="冒名") == []

    async def test_attesting_a_claim_strengthens_it(self, store: CrmStore, shop: SmallShop) -> None:
        claimed = NewIdentity(IdentityKind.EMAIL, "lin@example.cn")
        attested = NewIdentity(IdentityKind.EMAIL, "LIN@example.cn", IdentityStatus.ATTESTED)
        async with store.writing(SYSTEM) as work:
            first = await work.members.attach(shop.other, claimed)
            second = await work.members.attach(shop.other, attested)
        assert (first.id, second.status) == (second.id, IdentityStatus.ATTESTED)

    async def test_nobody_vouches_for_themselves(self, store: CrmStore, shop: SmallShop) -> None:
        attested = NewIdentity(IdentityKind.EMAIL, "lin@example.cn", IdentityStatus.ATTESTED)
        async with store.writing(shop.actor(Role.CUSTOMER)) as work:
            with pytest.raises(NotPermittedError):
                await work.members.attach(shop.member, attested)

    @pytest.mark.parametrize(
        ("kind", "value"),
        [
            (IdentityKind.PHONE, "12345"),
            (IdentityKind.PHONE, "电话"),
            (IdentityKind.EMAIL, "lin.example.cn"),
            (IdentityKind.LOYALTY_CARD, "  "),
            (IdentityKind.TELEGRAM, "a\x00b"),
        ],
    )
    async def test_a_malformed_identity_is_refused(
        self, store: CrmStore, kind: IdentityKind, value: str
    ) -> None:
        async with store.writing(SYSTEM) as work:
            with pytest.raises(InvalidRecordError):
                await work.members.add(NewMember("林", identities=(NewIdentity(kind, value),)))

    async def test_there_is_no_such_member(self, store: CrmStore) -> None:
        async with store.writing(SYSTEM) as work:
            with pytest.raises(NotFoundError):
                await work.members.attach(77, NewIdentity(IdentityKind.TELEGRAM, "5"))


class TestSearch:
    @pytest.mark.parametrize(
        "query",
        [
            {"phone": PHONE},
            {"phone_tail": "8000", "name": "小明"},
            {"name": "王小明"},
            {"card_number": "vip-0007"},
            {"order_number": "O2026-1"},
            {"order_number": "O2026-1", "phone_tail": "8000"},
        ],
    )
    async def test_a_member_is_found_by(
        self, store: CrmStore, shop: SmallShop, query: dict[str, str]
    ) -> None:
        assert await names(store, **query) == ["王小明"]

    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"phone_tail": "8000"},
            {"phone_tail": "8000", "name": "李雷"},
            {"phone": "not a phone"},
            {"name": "%"},
            {"name": "\x00%\ud800"},
            {"order_number": "\x00"},
        ],
    )
    async def test_nobody_is_found_by(
        self, store: CrmStore, shop: SmallShop, query: dict[str, str]
    ) -> None:
        assert await names(store, **query) == []

    async def test_the_very_name_comes_first(self, store: CrmStore) -> None:
        async with store.writing(SYSTEM) as work:
            for name in ("李娜娜", "李娜"):
                await work.members.add(NewMember(name))
        assert await names(store, name="李娜") == ["李娜", "李娜娜"]


class TestCard:
    async def test_it_sums_up_the_member(self, store: CrmStore, shop: SmallShop) -> None:
        async with store.reading(shop.actor(Role.CLERK)) as work:
            card = await work.members.card(shop.member)
        assert card is not None
        assert (card.points_balance, card.order_count, card.open_cases) == (120, 1, 1)
        assert card.total_spent == Decimal("299.90")
        assert [order.number for order in card.recent_orders] == ["O2026-2", "O2026-1"]
        assert card.recent_orders[1].items == "保湿面霜 ×2"
        assert [note.text for note in card.notes] == ["喜欢试用装"]
        assert [fact.value for fact in card.preferences] == ["酒精"]

    async def test_notes_are_for_staff(self, store: CrmStore, shop: SmallShop) -> None:
        async with store.reading(shop.actor(Role.CUSTOMER)) as work:
            card = await work.members.card(shop.member)
        assert card is not None
        assert card.notes == ()
        assert card.preferences != ()

    async def test_a_new_member_has_an_empty_one(self, store: CrmStore, shop: SmallShop) -> None:
        async with store.reading(SYSTEM) as work:
            card = await work.members.card(shop.other)
        assert card is not None
        assert (card.order_count, card.total_spent, card.last_order_at) == (0, Decimal(0), None)

    async def test_members_joined_today_unless_told(self, store: CrmStore, shop: SmallShop) -> None:
        async with store.reading(SYSTEM) as work:
            member = await work.members.get(shop.member)
        assert member is not None
        assert member.joined_on == date(2026, 3, 2)

    async def test_a_demonstration_gets_members_who_bought(
        self, store: CrmStore, shop: SmallShop
    ) -> None:
        async with store.reading(SYSTEM) as work:
            assert [member.id for member in await work.members.sample(5)] == [shop.member]


class TestStaff:
    async def test_the_right_password_opens(self, store: CrmStore, shop: SmallShop) -> None:
        async with store.reading(Actor(Role.GUEST)) as work:
            found = await work.staff.authenticate("agent", "secret")
            assert found is not None
            assert (found.id, found.role) == (shop.agent, Role.AGENT)
            assert await work.staff.authenticate("agent", "secre") is None
            assert await work.staff.authenticate("agent\x00\ud800", "\x00\ud800") is None
            assert await work.staff.authenticate("nobody", "secret") is None

    async def test_a_login_is_given_once(self, store: CrmStore, shop: SmallShop) -> None:
        async with store.writing(shop.actor(Role.MANAGER)) as work:
            with pytest.raises(ConflictError):
                await work.staff.add("agent", "又一个", "secret", Role.AGENT)
            assert len(await work.staff.all()) == 4

    @pytest.mark.parametrize(
        ("login", "password", "role"),
        [("x", "secret", Role.CUSTOMER), (" ", "secret", Role.CLERK), ("x", "short", Role.CLERK)],
    )
    async def test_an_account_needs(
        self, store: CrmStore, login: str, password: str, role: Role
    ) -> None:
        async with store.writing(SYSTEM) as work:
            with pytest.raises(InvalidRecordError):
                await work.staff.add(login, "陈", password, role)


class TestAudit:
    async def test_members_learn_who_looked_at_them(self, store: CrmStore, shop: SmallShop) -> None:
        clerk = Actor(
            Role.CLERK, staff_id=shop.clerk, purpose="member_lookup", surface=Surface.DESK
        )
        async with store.reading(clerk) as work:
            await work.members.search(MemberQuery(phone=PHONE))
            await work.members.card(shop.member)
            await work.members.card(shop.member)
        async with store.reading(shop.actor(Role.CUSTOMER)) as work:
            rows = await work.audit.about(f"member:{shop.member}")
        looks = [(row.action, row.actor_id, row.purpose) for row in rows if row.actor_id]
        assert looks == [
            ("member.card", shop.clerk, "member_lookup"),
            ("member.search", shop.clerk, "member_lookup"),
        ]

    async def test_a_look_that_failed_midway_was_no_look(
        self, store: CrmStore, shop: SmallShop
    ) -> None:
        with pytest.raises(RuntimeError):
            async with store.reading(shop.actor(Role.CLERK)) as work:
                await work.members.card(shop.member)
                raise RuntimeError
        async with store.reading(SYSTEM) as work:
            rows = await work.audit.about(f"member:{shop.member}")
        assert [row.action for row in rows] == ["member.add"]

    async def test_anybody_may_add_a_row_even_while_reading(
        self, store: CrmStore, shop: SmallShop
    ) -> None:
        async with store.reading(shop.actor(Role.CUSTOMER)) as work:
            await work.audit.record("privacy.export", f"member:{shop.member}", {"rows": 12})
        async with store.reading(shop.actor(Role.MANAGER)) as work:
            [row, *_] = await work.audit.about(f"member:{shop.member}")
        assert (row.action, row.actor_role, row.detail) == (
            "privacy.export",
            "customer",
            {"rows": 12},
        )
