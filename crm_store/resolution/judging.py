"""What becomes of a match: merged by the run itself, shown to somebody, or left alone.

A run merges two members by itself only when

1. the match weight reaches `Thresholds.merge`;
2. something other than claimed identifiers says so: the whole name agrees, and so does one more
   field (an e-mail or a phone counts for one of the two, never for both);
3. no source knows them as two: they have no different attested identifiers of an exclusive kind;
4. nobody has found them to be two people before;

and when 3 and 4 hold for all who become one person by it. Everything else that reaches
`Thresholds.review` is shown at the desk.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from crm_store.resolution.records import PersonRecord, RecordMatch
from crm_store.types.merges import MemberMatch
from crm_store.types.people import IdentityKind

EXCLUSIVE: Final = frozenset(
    {IdentityKind.LOYALTY_CARD, IdentityKind.SHOP_ACCOUNT, IdentityKind.MINI_PROGRAM}
)
"""A person has one of each: the source that vouches for two knows two people. People have two
phones, though, and an account on each of several social networks."""
WHOLE_NAME: Final = frozenset({"same", "other_order", "same_sound"})
CLAIMED: Final = frozenset({"phone", "email"})
"""Fields that are identifiers. Between two members they are never attested on both sides: the
importer would have made them one."""
AGREEING: Final = frozenset({"same", "one_slip", "alike"})
SUPPORTING: Final = frozenset({"birthday", "phone", "email", "national_id", "address"})
"""Fields that say who somebody is; a town or a gender is shared by too many."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Match weights: 10 means odds of a thousand to one."""

    merge: float = 13.0
    review: float = 4.0


@dataclass(frozen=True, slots=True)
class StoredPerson:
    """A member as a run sees it."""

    member_id: int
    record: PersonRecord
    attested: Mapping[IdentityKind, frozenset[str]]
    """Blind indexes of the attested identifiers of exclusive kinds."""
    standing: int
    """Who is kept: the one with the higher standing, then the one who was there first."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a run wants done."""

    merges: Sequence[MemberMatch]
    """To merge, in this order: the right one into the left one."""
    reviews: Sequence[MemberMatch]


def judge(
    matches: Iterable[RecordMatch],
    people: Mapping[str, StoredPerson],
    distinct: Collection[tuple[int, int]] = (),
    thresholds: Thresholds | None = None,
) -> Verdict:
    """Return what becomes of matches between members; ``people`` are found by record key."""
    limits = thresholds or Thresholds()
    groups = _Groups({one.member_id: one for one in people.values()}, distinct)
    merges: list[MemberMatch] = []
    reviews: list[MemberMatch] = []
    for match in sorted(matches, key=lambda one: -one.weight):
        found = _of_members(match, people)
        if match.weight < limits.review or groups.were_told_apart(found.left_id, found.right_id):
            continue
        certain = match.weight >= limits.merge and is_supported(match)
        if certain and groups.may_join(found.left_id, found.right_id):
            if pair := groups.join(found.left_id, found.right_id):
                merges.append(_between(found, *pair))
        else:
            reviews.append(found)
    return Verdict(merges, [one for one in reviews if groups.are_apart(one.left_id, one.right_id)])


def is_supported(match: RecordMatch) -> bool:
    """Whether more than claimed identifiers speaks for a match."""
    levels = {one.field: one.level for one in match.evidence}
    others = [name for name in SUPPORTING if levels.get(name) in AGREEING]
    if not others or levels.get("name") not in WHOLE_NAME:
        return False
    return len(others) > 1 or others[0] not in CLAIMED or levels[others[0]] == "one_slip"


def _of_members(match: RecordMatch, people: Mapping[str, StoredPerson]) -> MemberMatch:
    return MemberMatch(
        people[match.left].member_id,
        people[match.right].member_id,
        match.weight,
        match.probability,
        match.evidence,
    )


def _between(match: MemberMatch, kept: int, merged: int) -> MemberMatch:
    return MemberMatch(kept, merged, match.weight, match.probability, match.evidence)


@dataclass(slots=True)
class _Groups:
    """Members that became one, and what keeps others from joining them."""

    people: Mapping[int, StoredPerson]
    distinct: Collection[tuple[int, int]]
    into: dict[int, int] = field(default_factory=dict)
    members: dict[int, list[int]] = field(default_factory=dict)

    def kept(self, member: int) -> int:
        """Return whom a member has become part of."""
        while member in self.into:
            member = self.into[member]
        return member

    def are_apart(self, one: int, other: int) -> bool:
        """Whether two are still two."""
        return self.kept(one) != self.kept(other)

    def were_told_apart(self, one: int, other: int) -> bool:
        """Whether somebody found that these, or others they have become one with, are two."""
        return any(
            (min(a, b), max(a, b)) in self.distinct
            for a in self._all(one)
            for b in self._all(other)
        )

    def may_join(self, one: int, other: int) -> bool:
        """Whether no source knows two people among those who would be one."""
        if self.were_told_apart(one, other):
            return False
        everybody = [self.people[member] for member in {*self._all(one), *self._all(other)}]
        return all(
            len({value for person in everybody for value in person.attested.get(kind, ())}) <= 1
            for kind in EXCLUSIVE
        )

    def join(self, one: int, other: int) -> tuple[int, int] | None:
        """Make two one; return who is kept and who is merged, None when they are one already."""
        kept, merged = self.kept(one), self.kept(other)
        if kept == merged:
            return None
        if self._rank(merged) < self._rank(kept):
            kept, merged = merged, kept
        self.members[kept] = [*self._all(kept), *self._all(merged)]
        self.into[merged] = kept
        return kept, merged

    def _all(self, member: int) -> list[int]:
        kept = self.kept(member)
        return self.members.get(kept, [kept])

    def _rank(self, member: int) -> tuple[int, int]:
        return -self.people[member].standing, member
