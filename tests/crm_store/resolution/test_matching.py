"""Matches between records: found by Splink, explained field by field."""

from datetime import date, timedelta
from math import log2

import pytest

from crm_store.resolution import matching
from crm_store.resolution.matching import find_matches
from crm_store.resolution.records import PersonRecord
from crm_store.resolution.running import resolve_members
from crm_store.store import SqlStore
from crm_store.types.actors import SYSTEM
from crm_store.types.people import IdentityKind, IdentityStatus, NewIdentity, NewMember

PHONE = "+8613800138000"


def test_one_person_under_two_spellings_is_found_and_explained() -> None:
    people = [
        PersonRecord("a", name="王小明", birthday="1990-01-02", phones=(PHONE,)),
        PersonRecord("b", name="Xiaoming Wang", birthday="19900102", phones=("13800138001",)),
        PersonRecord("c", name="李雷", birthday="1990-01-02", phones=("+8613911112222",)),
    ]
    [found] = find_matches(people, least=0.5)
    assert {found.left, found.right} == {"a", "b"}
    levels = {one.field: one.level for one in found.evidence}
    assert levels == {"name": "same_sound", "birthday": "same", "phone": "one_slip"}
    told = sum(one.weight for one in found.evidence)
    assert found.weight == pytest.approx(told + log2(1 / 999), abs=0.1)


def test_what_is_missing_or_malformed_says_nothing() -> None:
    people = [
        PersonRecord("a", name="王小明", birthday="1990-02-31", phones=(PHONE,), emails=("",)),
        PersonRecord("b", birthday="soon", phones=(PHONE,), city=" "),
        PersonRecord("c"),
    ]
    [found] = find_matches(people, least=0.5)
    assert [(one.field, one.level) for one in found.evidence] == [("phone", "same")]


def test_a_crowd_with_one_placeholder_is_not_compared_pair_by_pair(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(matching, "CROWD", 5)
    crowd = [
        PersonRecord(str(one), name="微信用户", birthday="1900-01-01", phones=("13800000000",))
        for one in range(40)
    ]
    twins = [
        PersonRecord(key, name="王小明", birthday="1990-01-02", phones=(PHONE,)) for key in "ab"
    ]
    found = find_matches([*crowd, *twins], least=0)
    assert [(one.left, one.right) for one in found] == [("a", "b")]


@pytest.mark.parametrize("phone", ["same", "other"], ids=["never differ", "never agree"])
def test_records_that_teach_nothing_are_compared_by_experience(phone: str) -> None:
    """From 500 records on the model learns; here no pair shows how twins differ, or agree."""
    people = [
        PersonRecord(
            f"{one}-{twin}",
            name=f"{chr(0x4E00 + 37 * one)}小明",
            birthday=str(date(1950, 1, 1) + timedelta(days=17 * one)),
            phones=(f"+86138{one:04d}{'0000' if phone == 'same' else f'{twin:04d}'}",),
        )
        for one in range(300)
        for twin in range(2)
    ]
    found = find_matches(people, linked=True, least=0.9)
    pairs = {(one.left.split("-")[0], one.right.split("-")[0]) for one in found}
    assert pairs >= {(str(one), str(one)) for one in range(300)}


def test_many_records_of_whom_no_two_share_anything() -> None:
    people = [
        PersonRecord(str(one), name=chr(0x4E00 + one), phones=(f"+86138{one * 37:08d}",))
        for one in range(600)
    ]
    assert find_matches(people, linked=True, least=0.95) == []


@pytest.mark.parametrize(
    "people", [[], [PersonRecord("a", name="王小明")], [PersonRecord("a")] * 2]
)
def test_where_nothing_can_be_compared_nothing_is_found(people: list[PersonRecord]) -> None:
    assert find_matches(people) == []


async def test_a_run_merges_the_certain_and_proposes_the_likely(sqlite_store: SqlStore) -> None:
    def enrolled(name: str, *identities: NewIdentity, **known: object) -> NewMember:
        return NewMember(name, identities=identities, **known)  # type: ignore[arg-type]

    attested = IdentityStatus.ATTESTED
    phone = NewIdentity(IdentityKind.PHONE, "13800138000", attested)
    slipped = NewIdentity(IdentityKind.PHONE, "13800138001", attested)
    email = NewIdentity(IdentityKind.EMAIL, "xm@example.com")
    claimed = NewIdentity(IdentityKind.PHONE, "13800138000")
    async with sqlite_store.writing(SYSTEM) as work:
        first = await work.members.add(enrolled("王小明", phone, email))
        second = await work.members.add(enrolled("王小铭", slipped, email))
        third = await work.members.add(enrolled("晓晓", claimed))
    dry = await resolve_members(sqlite_store, dry=True)
    assert (dry.members, dry.merges, len(dry.verdict.merges)) == (3, (), 1)

    report = await resolve_members(sqlite_store)
    [merge] = report.merges
    assert (merge.kept_id, merge.merged_id) == (first.id, second.id)
    assert {one.field for one in merge.evidence} == {"name", "phone", "email"}
    async with sqlite_store.reading(SYSTEM) as work:
        waiting = await work.merges.candidates()
        told = await work.audit.about("members")
    assert {(one.match.left_id, one.match.right_id) for one in waiting} == {(first.id, third.id)}
    assert [one.action for one in told][:2] == ["members.resolve", "members.compare"]

    again = await resolve_members(sqlite_store)
    assert (again.merges, again.proposed) == ([], 0)
