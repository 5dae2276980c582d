"""Card holders: members, identities, consents, and who is the same person."""

from datetime import date

from source_files import (
    HOLDER,
    PROFILE,
    RECEIPT_ROW,
    REGISTER,
    SHOP_ORDER,
    Exports,
    as_csv,
    as_json_lines,
    as_json_list,
)

from crm_store.models import ConsentRow, IdentityRow, MemberRow
from crm_store.types.people import IdentityKind, IdentityStatus, Tier


async def identities(exports: Exports, kind: IdentityKind) -> list[tuple[str, str]]:
    """Return value and status of the stored identities of a kind."""
    rows = [row for row in await exports.rows(IdentityRow) if row.kind is kind]
    return [(exports.opened(row.value_enc), row.status.value) for row in rows]


async def test_a_card_holder_becomes_a_member(exports: Exports) -> None:
    report = await exports.holders()

    assert (report.read, report.accepted, report.unchanged) == (1, 1, 0)
    member = (await exports.rows(MemberRow))[0]
    assert (member.name, member.gender, member.tier) == ("林若溪", "female", Tier.GOLD)
    assert (member.birthday, member.joined_on) == (date(1992, 6, 18), date(2025, 1, 9))
    assert await identities(exports, IdentityKind.PHONE) == [("+8613812345678", "attested")]
    assert await identities(exports, IdentityKind.EMAIL) == [("ruoxi.lin@example.com", "claimed")]
    assert await identities(exports, IdentityKind.LOYALTY_CARD) == [("VIP20481357", "attested")]
    assert [row.granted for row in await exports.rows(ConsentRow)] == [True]


async def test_importing_again_changes_nothing(exports: Exports) -> None:
    await exports.holders()
    before = [(row.id, row.value_enc) for row in await exports.rows(IdentityRow)]

    report = await exports.holders()

    assert (report.read, report.accepted, report.unchanged) == (1, 0, 1)
    assert [(row.id, row.value_enc) for row in await exports.rows(IdentityRow)] == before
    assert len(await exports.rows(MemberRow)) == len(await exports.rows(ConsentRow)) == 1


async def test_a_correction_updates_the_member_and_withdraws_the_old_phone(
    exports: Exports,
) -> None:
    await exports.holders()

    corrected = HOLDER | {"name": "林若曦", "phone": "13912345678", "marketing_consent": "N"}
    report = await exports.holders(corrected)

    assert (report.accepted, report.unchanged) == (1, 0)
    assert [row.name for row in await exports.rows(MemberRow)] == ["林若曦"]
    assert await identities(exports, IdentityKind.PHONE) == [("+8613912345678", "attested")]
    assert [row.granted for row in await exports.rows(ConsentRow)] == [True, False]


async def test_malformed_rows_are_held_back_while_the_rest_loads(exports: Exports) -> None:
    rows = [
        HOLDER,
        HOLDER | {"card_no": "VIP2", "phone": "12345"},
        HOLDER | {"card_no": "VIP3", "phone": "13900000003", "birthday": "1990-02-30"},
        HOLDER | {"card_no": "", "phone": "13900000004"},
        HOLDER | {"card_no": "VIP5", "phone": "13900000005", "tier": "platinum"},
        HOLDER | {"card_no": "VIP6", "phone": "13900000006", "name": "周敏"},
    ]

    report = await exports.holders(*rows)

    assert [row.name for row in await exports.rows(MemberRow)] == ["林若溪", "周敏"]
    assert (report.read, report.accepted) == (6, 2)
    assert [(one.file, one.line) for one in report.quarantined] == [
        ("loyalty", line) for line in (3, 4, 5, 6)
    ]
    reasons = [one.reason for one in report.quarantined]
    assert reasons[0] == "phone: expected a number that can exist"
    assert reasons[1] == "birthday: expected a date such as 2024-05-01"
    assert reasons[2].startswith("card_no: expected a value")
    assert reasons[3] == "tier: expected one of regular, silver, gold, diamond"


async def test_what_was_held_back_is_tried_again_and_mended(exports: Exports) -> None:
    broken = HOLDER | {"phone": "12345"}
    assert len((await exports.holders(broken)).quarantined) == 1

    again = await exports.holders(broken)
    assert (again.read, again.unchanged, len(again.quarantined)) == (1, 0, 1)

    mended = await exports.holders()
    assert (mended.accepted, mended.quarantined) == (1, ())
    assert len(await exports.rows(MemberRow)) == 1


async def test_two_cards_with_one_attested_phone_are_one_member(exports: Exports) -> None:
    await exports.holders(HOLDER, HOLDER | {"card_no": "VIP2"})

    assert len(await exports.rows(MemberRow)) == 1
    assert len(await identities(exports, IdentityKind.LOYALTY_CARD)) == 2


async def test_a_verified_login_with_the_cards_phone_is_the_same_member(exports: Exports) -> None:
    await exports.holders()

    customer = SHOP_ORDER["customer"] | {"tags": ""}
    await exports.load("shop", as_json_list("orders", [SHOP_ORDER | {"customer": customer}]))
    await exports.load("mini_program", as_json_lines([REGISTER]))

    assert len(await exports.rows(MemberRow)) == 1
    assert await identities(exports, IdentityKind.SHOP_ACCOUNT) == [("7001000001", "attested")]
    assert await identities(exports, IdentityKind.MINI_PROGRAM) == [("oHG-abc", "attested")]


async def test_identifiers_of_two_members_merge_nobody(exports: Exports) -> None:
    """The shop account names one member's card and another member's phone: the card decides."""
    other = HOLDER | {"card_no": "VIP2", "phone": "13900000002", "name": "周敏"}
    await exports.holders(HOLDER, other)

    customer = SHOP_ORDER["customer"] | {"tags": "loyalty:VIP2"}
    await exports.load("shop", as_json_list("orders", [SHOP_ORDER | {"customer": customer}]))

    first, second = await exports.rows(MemberRow)
    phones = [
        (row.member_id, row.status)
        for row in await exports.rows(IdentityRow)
        if row.kind is IdentityKind.PHONE and exports.opened(row.value_enc) == "+8613812345678"
    ]
    assert phones == [
        (first.id, IdentityStatus.ATTESTED),
        (second.id, IdentityStatus.CLAIMED),
    ]


async def test_claimed_identifiers_never_merge(exports: Exports) -> None:
    """A follower writes somebody's phone, e-mail and name; a cashier types the phone too."""
    await exports.holders()

    claims = {"name": "林若溪", "phone": "13812345678", "email": "ruoxi.lin@example.com"}
    await exports.load("social", as_json_lines([PROFILE | claims]))
    walk_in = RECEIPT_ROW | {"会员卡号": "", "手机号": "13812345678", "会员姓名": "周敏"}
    await exports.load("pos", as_csv([walk_in]).encode("gb18030"))

    assert len(await exports.rows(MemberRow)) == 2
    assert await identities(exports, IdentityKind.PHONE) == [
        ("+8613812345678", "attested"),
        ("+8613812345678", "claimed"),
    ]
