"""What a run merges by itself, and what it only shows."""

from crm_store.resolution.judging import StoredPerson, Verdict, judge
from crm_store.resolution.records import PersonRecord, RecordMatch
from crm_store.types.merges import Evidence
from crm_store.types.people import IdentityKind

SAME_NAME = Evidence("name", "same", 9.0)
SAME_PHONE = Evidence("phone", "same", 22.0)
SAME_EMAIL = Evidence("email", "same", 22.0)
SLIPPED_PHONE = Evidence("phone", "one_slip", 18.0)
SAME_BIRTHDAY = Evidence("birthday", "same", 12.0)
CITY = Evidence("city", "same", 3.0)


def person(member_id: int, card: str | None = None, standing: int = 0) -> StoredPerson:
    attested = {IdentityKind.LOYALTY_CARD: frozenset({card})} if card else {}
    return StoredPerson(member_id, PersonRecord(str(member_id)), attested, standing)


def match(left: int, right: int, *evidence: Evidence, weight: float = 20.0) -> RecordMatch:
    return RecordMatch(str(left), str(right), weight, 1 - 2**-weight, evidence)


def verdict(
    *matches: RecordMatch,
    people: tuple[StoredPerson, ...] = (),
    distinct: frozenset[tuple[int, int]] = frozenset(),
) -> Verdict:
    everybody = {one.record.key: one for one in (person(1), person(2), person(3), *people)}
    return judge(matches, everybody, distinct)


def pairs(found: Verdict) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    merges = [(one.left_id, one.right_id) for one in found.merges]
    return merges, [(one.left_id, one.right_id) for one in found.reviews]


def test_name_and_another_field_are_enough() -> None:
    for other in (SAME_BIRTHDAY, SLIPPED_PHONE):
        assert pairs(verdict(match(1, 2, SAME_NAME, other))) == ([(1, 2)], [])


def test_a_claimed_identifier_never_merges_by_itself() -> None:
    for evidence in (
        (SAME_PHONE,),
        (SAME_EMAIL, CITY),
        (SAME_NAME, SAME_PHONE),
        (SAME_PHONE, SAME_EMAIL),
    ):
        assert pairs(verdict(match(1, 2, *evidence, weight=40))) == ([], [(1, 2)])


def test_what_is_less_than_certain_is_shown_and_what_is_unlikely_is_not() -> None:
    likely = match(1, 2, SAME_NAME, SAME_BIRTHDAY, weight=8)
    unlikely = match(1, 3, SAME_NAME, weight=-2)
    assert pairs(verdict(likely, unlikely)) == ([], [(1, 2)])


def test_two_cards_are_two_people_until_somebody_says_otherwise() -> None:
    people = (person(1, card="a"), person(2, card="b"))
    strong = match(1, 2, SAME_NAME, SAME_BIRTHDAY, weight=40)
    assert pairs(verdict(strong, people=people)) == ([], [(1, 2)])


def test_nor_are_two_cards_joined_by_way_of_a_third_member() -> None:
    people = (person(1, card="a"), person(2, card="b"))
    first = match(1, 3, SAME_NAME, SAME_BIRTHDAY, weight=40)
    second = match(2, 3, SAME_NAME, SAME_BIRTHDAY, weight=30)
    assert pairs(verdict(first, second, people=people)) == ([(1, 3)], [(2, 3)])


def test_who_was_told_apart_stays_apart() -> None:
    strong = match(1, 2, SAME_NAME, SAME_BIRTHDAY, weight=40)
    assert pairs(verdict(strong, distinct=frozenset({(1, 2)}))) == ([], [])


def test_the_one_with_the_higher_standing_is_kept() -> None:
    found = verdict(match(1, 2, SAME_NAME, SAME_BIRTHDAY), people=(person(2, standing=7),))
    assert pairs(found) == ([(2, 1)], [])
