"""The rule of each field: which statement is believed, and in words why.

The table is ``survivors.yml`` beside this file.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML

from crm_store.errors import RulesError
from crm_store.types.places import Place
from crm_store.types.profiles import Fact, ProfileField
from crm_store.types.text import LocalText

VISIBLE = 6
"""Characters of a masked value that are shown: province and city, mostly."""
TABLE = Path(__file__).parent / "survivors.yml"
Reason: TypeAlias = Literal["attested", "trust", "agreed", "longest", "newest"]
Kind: TypeAlias = Literal["text", "gender", "date", "language", "region"]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(_Section):
    """A text in both languages; ``{source}``, ``{count}`` and ``{date}`` are filled in."""

    zh: str
    en: str


class Source(_Section):
    """How far a source is believed."""

    trust: Annotated[int, Field(ge=0, le=100)]
    attested: bool
    confidence: Annotated[float, Field(ge=0, le=1)]
    name: Words | None = None


class FieldRule(_Section):
    """The rule of one field."""

    kind: Kind
    by: tuple[Reason, ...]
    name: Words
    masked: bool = False


class PreferenceRule(_Section):
    """A kind of stated preference."""

    one: bool
    name: Words


class Table(_Section):
    """The whole table."""

    sources: dict[str, Source]
    unknown_source: Source
    fields: dict[str, FieldRule]
    reasons: dict[str, Words]
    preferences: dict[str, PreferenceRule]
    inferred: dict[str, dict[str, Words]]

    def source(self, name: str) -> Source:
        """Return how far a source is believed; one that is not listed, little."""
        return self.sources.get(name, self.unknown_source)

    def inferred_words(self, kind: str, value: str) -> LocalText | None:
        """Return how an inferred preference reads; ``None`` where the table has no words."""
        words = self.inferred.get(kind, {})
        found = words.get(value) or words.get("*")
        if found is None:
            return None
        return LocalText(found.zh.format(value=value), found.en.format(value=value))


@cache
def load_table(path: Path = TABLE) -> Table:
    """Read the table; raises `RulesError`."""
    try:
        return Table.model_validate(YAML(typ="safe").load(path.read_text("utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise RulesError(f"{path}: {key}: {first['msg']}") from error


def survivor(field: str, facts: Sequence[Fact], table: Table | None = None) -> ProfileField:
    """Return what is believed about a field of which ``facts`` (at least one) speak."""
    table = table or load_table()
    rule = table.fields[field]
    scores = _scores(facts, table)
    ranked = sorted(
        facts, key=lambda fact: (*(scores[reason](fact) for reason in rule.by), fact.id)
    )
    best, others = ranked[-1], tuple(reversed(ranked[:-1]))
    return ProfileField(field, _local(rule.name), best, _why(rule, best, others, table), others)


def _scores(facts: Sequence[Fact], table: Table) -> Mapping[str, Callable[[Fact], float]]:
    return {
        "attested": lambda fact: fact.attested,
        "trust": lambda fact: table.source(fact.source).trust,
        "agreed": lambda fact: _agreeing(fact, facts),
        "longest": lambda fact: len(fact.value),
        "newest": lambda fact: fact.at.timestamp(),
    }


def _agreeing(fact: Fact, facts: Sequence[Fact]) -> int:
    return len({other.source for other in facts if other.value == fact.value})


def _why(rule: FieldRule, best: Fact, others: Sequence[Fact], table: Table) -> LocalText:
    """Return the first reason that told the best value from the best other one."""
    rival = next((other for other in others if other.value != best.value), None)
    facts = [best, *others]
    scores = _scores(facts, table)
    if rival is not None:
        reason = next(
            (name for name in rule.by if scores[name](best) != scores[name](rival)), "newest"
        )
    else:
        reason = "same" if _agreeing(best, facts) > 1 else "only"
    return _filled(table.reasons[reason], best, _agreeing(best, facts), table)


def _filled(words: Words, fact: Fact, count: int, table: Table) -> LocalText:
    name = table.source(fact.source).name or Words(zh=fact.source, en=f"source {fact.source}")
    day = fact.at.date().isoformat()
    return LocalText(
        words.zh.format(source=name.zh, count=count, date=day),
        words.en.format(source=name.en, count=count, date=day),
    )


def shown(field: ProfileField, table: Table | None = None) -> ProfileField:
    """Return a field as it may be shown: values of masked fields only in part."""
    rule = (table or load_table()).fields[field.field]
    if rule.kind == "region":
        return _with_values(field, lambda value: Place.of_region(value).area)
    if rule.masked:
        return _with_values(field, lambda value: value[:VISIBLE] + "****")
    return field


def _with_values(field: ProfileField, shown_as: Callable[[str], str]) -> ProfileField:
    fact, *others = (replace(one, value=shown_as(one.value)) for one in (field.fact, *field.others))
    return replace(field, fact=fact, others=tuple(others))


def _local(words: Words) -> LocalText:
    return LocalText(words.zh, words.en)
