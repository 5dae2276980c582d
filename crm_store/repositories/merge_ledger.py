"""What an entry of the ledger notes, and how the kept member's own fields go there and back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import cast

from crm_store.models import MemberRow, MergeRow
from crm_store.repositories.belongings import RowKey
from crm_store.types.conversations import JSON
from crm_store.types.merges import Evidence, Merge, MergeReason
from crm_store.types.people import Tier
from crm_store.types.places import AREA

BLANKS = ("gender", "birthday", "home_store_id", *AREA)
"""Fields of the kept member that are filled from the other one while they are empty."""
TIERS = list(Tier)


@dataclass(frozen=True, slots=True)
class FieldNotes:
    """How the kept member's fields were before. Of personal fields only the names are noted."""

    filled: Sequence[str] = ()
    """These were empty."""
    joined_on: date | None = None
    tier: Tier | None = None

    def to_json(self) -> JSON:
        """Return the notes as the ledger keeps them."""
        return {
            "filled": list(self.filled),
            "joined_on": self.joined_on.isoformat() if self.joined_on else None,
            "tier": self.tier,
        }

    @classmethod
    def from_json(cls, noted: Mapping[str, JSON]) -> "FieldNotes":
        """Read what `to_json` wrote."""
        joined_on, tier = noted["joined_on"], noted["tier"]
        filled = noted["filled"]
        return cls(
            [str(name) for name in filled] if isinstance(filled, list) else (),
            date.fromisoformat(str(joined_on)) if joined_on else None,
            Tier(str(tier)) if tier else None,
        )


@dataclass(frozen=True, slots=True)
class Moved:
    """All that an entry notes."""

    rows: Mapping[str, Sequence[RowKey]] = field(default_factory=dict)
    """Keys of the rows that changed hands, by the name of the column that says whose they are."""
    fields: FieldNotes = FieldNotes()

    def to_json(self) -> JSON:
        """Return it as the ledger keeps it."""
        rows = {name: [list(key) for key in keys] for name, keys in self.rows.items()}
        return cast("JSON", {"rows": rows, "fields": self.fields.to_json()})

    @classmethod
    def of(cls, entry: MergeRow) -> "Moved":
        """Read what an entry notes."""
        noted = cast("Mapping[str, Mapping[str, JSON]]", entry.moved)
        rows = cast("Mapping[str, Sequence[RowKey]]", noted["rows"])
        return cls(rows, FieldNotes.from_json(noted["fields"]))


def complete(kept: MemberRow, merged: MemberRow) -> FieldNotes:
    """Fill the kept member's blanks; the earlier joining date and the higher tier count too."""
    filled = [
        name for name in BLANKS if getattr(kept, name) is None and getattr(merged, name) is not None
    ]
    for name in filled:
        setattr(kept, name, getattr(merged, name))
    joined_on = tier = None
    if merged.joined_on < kept.joined_on:
        joined_on, kept.joined_on = kept.joined_on, merged.joined_on
    if TIERS.index(merged.tier) > TIERS.index(kept.tier):
        tier, kept.tier = kept.tier, merged.tier
    return FieldNotes(filled, joined_on, tier)


def take_back(kept: MemberRow, merged: MemberRow, notes: FieldNotes) -> None:
    """Put the kept member's fields back, except those that somebody has changed since."""
    for name in notes.filled:
        if getattr(kept, name) == getattr(merged, name):
            setattr(kept, name, None)
    if notes.joined_on is not None and kept.joined_on == merged.joined_on:
        kept.joined_on = notes.joined_on
    if notes.tier is not None and kept.tier is merged.tier:
        kept.tier = notes.tier


def part_fields(
    kept: MemberRow, entry: MergeRow, merged: MemberRow, later: Iterable[tuple[MergeRow, MemberRow]]
) -> None:
    """Take one merge out from under later ones into the same member, oldest first in ``later``.

    The later ones are taken back, newest first, and made again on what the member is without
    this one; so merges into one member may be undone in any order.
    """
    stack = list(later)
    for above, other in reversed(stack):
        take_back(kept, other, Moved.of(above).fields)
    take_back(kept, merged, Moved.of(entry).fields)
    for above, other in stack:
        above.moved = Moved(Moved.of(above).rows, complete(kept, other)).to_json()


def to_merge(row: MergeRow) -> Merge:
    """Return an entry as its domain type."""
    return Merge(
        id=row.id,
        kept_id=row.kept_id,
        merged_id=row.merged_id,
        reason=MergeReason(row.reason),
        evidence=read_evidence(row.explained),
        made_by=row.made_by,
        made_at=row.made_at,
        undone_at=row.undone_at,
    )


def read_evidence(explained: JSON) -> tuple[Evidence, ...]:
    """Read evidence as JSON keeps it."""
    if not isinstance(explained, list):
        return ()
    return tuple(
        Evidence(str(one["field"]), str(one["level"]), float(str(one["weight"])))
        for one in explained
        if isinstance(one, dict)
    )
