"""Followers and tickets: records of people who may or may not be members already."""

from source_files import (
    HOLDER,
    PROFILE,
    RECEIPT_ROW,
    TICKET,
    Exports,
    Row,
    as_csv,
    as_json_lines,
)

from crm_store.models import CaseRow, InteractionRow, MemberRow, PreferenceRow
from crm_store.types.cases import CaseKind
from crm_store.types.records import ImportReport


async def tickets(exports: Exports, *rows: Row) -> ImportReport:
    """Import tickets as the service centre writes them: with a byte order mark."""
    return await exports.load("tickets", as_csv(rows).encode("utf-8-sig"))


async def test_a_follower_is_a_person_with_interests(exports: Exports) -> None:
    await exports.load("social", as_json_lines([PROFILE]))
    await exports.load("social", as_json_lines([PROFILE | {"tags": ["tea"]}]))

    (member,) = await exports.rows(MemberRow)
    assert member.name == "小溪爱喝茶"
    (follow,) = await exports.rows(InteractionRow)
    assert (follow.member_id, follow.kind, follow.detail["platform"]) == (
        member.id,
        "follow",
        "xiaohongshu",
    )
    tastes = [(one.value, one.stated) for one in await exports.rows(PreferenceRow)]
    assert tastes == [("tea", False)]


async def test_a_ticket_is_a_case_and_a_line_in_the_history(exports: Exports) -> None:
    await exports.holders()

    report = await tickets(exports, TICKET | {"card_no": "vip20481357", "customer_name": ""})

    assert (report.accepted, report.quarantined) == (1, ())
    (member,) = await exports.rows(MemberRow)
    (case,) = await exports.rows(CaseRow)
    assert (case.number, case.kind, case.state) == ("ST2601010001", CaseKind.REPAIR, "closed")
    assert (case.member_id, case.reason, case.detail["satisfaction"]) == (
        member.id,
        "吹风机不热",
        5,
    )
    (event,) = await exports.rows(InteractionRow)
    assert (event.member_id, event.kind) == (member.id, "ticket")


async def test_a_ticket_belongs_to_whom_its_order_belongs(exports: Exports) -> None:
    await exports.holders()
    await exports.load("pos", as_csv([RECEIPT_ROW]).encode("gb18030"))

    await tickets(exports, TICKET | {"order_no": "HK2610150032", "phone": "", "status": "open"})

    (case,) = await exports.rows(CaseRow)
    (member,) = await exports.rows(MemberRow)
    assert (case.member_id, case.closed_at) == (member.id, None)
    assert case.order_id is not None


async def test_phone_and_name_together_find_a_member(exports: Exports) -> None:
    await exports.holders()

    await tickets(exports, TICKET)

    assert len(await exports.rows(MemberRow)) == 1


async def test_a_caller_whom_nobody_knows_is_one_new_person(exports: Exports) -> None:
    """The phone is somebody's, but the name is not: two people, however often they call."""
    await exports.holders()
    stranger = TICKET | {"customer_name": "周敏"}

    await tickets(exports, stranger, stranger | {"ticket_no": "ST2"})
    await tickets(exports, stranger | {"ticket_no": "ST3"})

    assert [member.name for member in await exports.rows(MemberRow)] == ["林若溪", "周敏"]
    assert len({case.member_id for case in await exports.rows(CaseRow)}) == 1
    assert HOLDER["name"] != "周敏"


async def test_an_anonymous_ticket_belongs_to_nobody(exports: Exports) -> None:
    report = await tickets(
        exports,
        TICKET | {"customer_name": "", "phone": "unknown"},
        TICKET | {"ticket_no": "ST2", "kind": "dance"},
    )

    assert [one.line for one in report.quarantined] == [3]
    assert [case.member_id for case in await exports.rows(CaseRow)] == [None]
    assert await exports.rows(MemberRow) == []
