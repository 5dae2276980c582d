"""The segments and stages of ``segments.yml``: names, and which buyers they take.

Imports no NumPy: whoever only shows a member's segment does not load it.
"""

from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML

from crm_store.errors import RulesError
from crm_store.types.analytics import Lifecycle, Rfm, SegmentName
from crm_store.types.text import LocalText

TABLE = Path(__file__).parent / "segments.yml"
Score = Annotated[int, Field(ge=1, le=5)]
Range = tuple[Score, Score]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Section):
    """A text in both languages."""

    zh: str
    en: str

    def text(self) -> LocalText:
        """Return it as a domain type."""
        return LocalText(self.zh, self.en)


class SegmentRule(_Section):
    """Which buyers a segment takes."""

    slug: str
    name: Words
    advice: Words
    recency: Range = (1, 5)
    frequency: Range = (1, 5)
    monetary: Range = (1, 5)
    once: bool = False

    def takes(self, rfm: Rfm, purchases: int) -> bool:
        """Whether a buyer with these scores belongs here."""
        fits = (
            self.recency[0] <= rfm.recency <= self.recency[1]
            and self.frequency[0] <= rfm.frequency <= self.frequency[1]
            and self.monetary[0] <= rfm.monetary <= self.monetary[1]
        )
        return fits and (not self.once or purchases == 1)


class StageRule(_Section):
    """One stage of a buyer's life; ``up_to`` in purchase cycles since the last purchase."""

    slug: Lifecycle
    name: Words
    up_to: float | None = None


class Horizon(_Section):
    """How far CLV looks ahead."""

    months: Annotated[int, Field(ge=1, le=120)]
    discount: Annotated[float, Field(ge=0, lt=1)]
    """Of a year."""


class Segments(_Section):
    """The whole table."""

    segments: tuple[SegmentRule, ...]
    new_for_days: Annotated[int, Field(ge=1)]
    lifecycle: tuple[StageRule, ...]
    clv: Horizon

    def segment(self, rfm: Rfm, purchases: int) -> str:
        """Return the first segment that takes a buyer; the last one takes everybody."""
        taking = (rule.slug for rule in self.segments if rule.takes(rfm, purchases))
        return next(taking, self.segments[-1].slug)

    def stage(self, purchases: int, since_first: int, since_last: int, cycle: float) -> Lifecycle:
        """Return the stage of a buyer, times in days."""
        if purchases == 1 and since_first <= self.new_for_days:
            return Lifecycle.NEW
        passed = since_last / cycle
        return next(
            (one.slug for one in self.lifecycle if one.up_to is not None and passed <= one.up_to),
            self.lifecycle[-1].slug,
        )


@cache
def load_segments(path: Path = TABLE) -> Segments:
    """Read the table; raises `RulesError`."""
    try:
        return Segments.model_validate(YAML(typ="safe").load(path.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise RulesError(f"{path}: {key}: {first['msg']}") from error


@cache
def segments_ranked() -> tuple[SegmentName, ...]:
    """Return all segments in the order of the table."""
    return tuple(
        SegmentName(rule.slug, rule.name.text(), rule.advice.text())
        for rule in load_segments().segments
    )


def segment_named(slug: str) -> SegmentName:
    """Return a segment; one that the table no longer has goes by its slug."""
    known = next((one for one in segments_ranked() if one.slug == slug), None)
    return known or SegmentName(slug, LocalText(slug, slug), LocalText())


def lifecycle_name(slug: str) -> LocalText:
    """Return the printed name of a stage."""
    stages = {rule.slug.value: rule.name.text() for rule in load_segments().lifecycle}
    return stages.get(slug, LocalText(slug, slug))
