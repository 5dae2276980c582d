"""Entity marks: whole, of known kinds and roles, with values that the word lists know."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from nlu.training.data import Example, TrainingData
from nlu.types import Entity
from nlu.validation.classes import suggestion
from nlu.validation.domain import Domain
from nlu.validation.finding import Finding, Rule, Severity, at, quoted

# What the reader left in the text although somebody meant it as markup. [图片] alone is a text.
_HALF: Final = re.compile(r"\]\s?[({（｛]|\[[^\]]*$|^[^\[]*\]")
_LATIN: Final = re.compile(r"[A-Za-z]")


def marks(data: TrainingData, domain: Domain) -> Iterator[Finding]:
    """Findings about the entities marked in examples."""
    yield from _unknown_values(data)
    for example in data.examples:
        for rule, message in mark_problems(example.text, example.entities, domain):
            yield at(example, rule, Severity.ERROR, message)


def mark_problems(
    text: str, entities: Iterable[Entity], domain: Domain
) -> Iterator[tuple[Rule, str]]:
    """What is wrong with the marks of one example: half ones, misplaced and unknown ones."""
    if half := _HALF.search(text):
        yield Rule.BROKEN_MARK, f"brackets that mark no entity: {quoted(text[half.start() :])}"
    for mark in entities:
        if reason := _misplaced(text, mark):
            yield Rule.BROKEN_MARK, f"{quoted(mark.text)}: {reason}"
        yield from _names(mark, domain)


def _misplaced(text: str, mark: Entity) -> str | None:
    before, after = text[: mark.start][-1:], text[mark.end :][:1]
    if "[" in mark.text or "](" in mark.text:
        return "marks stand inside one another"
    if mark.text != mark.text.strip():
        return "the mark takes in a space"
    if _cuts(before, mark.text[0]) or _cuts(mark.text[-1], after):
        return "the mark ends inside a word"
    return None


def _cuts(left: str, right: str) -> bool:
    """Whether a boundary between two Latin letters is no boundary."""
    return bool(_LATIN.match(left) and _LATIN.match(right))


def _names(mark: Entity, domain: Domain) -> Iterator[tuple[Rule, str]]:
    if not domain.roles:
        return
    if mark.entity not in domain.roles:
        hint = suggestion(mark.entity, frozenset(domain.roles))
        yield Rule.UNKNOWN_ENTITY, f"no kind of entity is called {mark.entity}{hint}"
    elif mark.role is not None and mark.role not in domain.roles[mark.entity]:
        yield Rule.UNKNOWN_ROLE, f"{mark.entity} has no role {mark.role}"


def _values(data: TrainingData) -> Mapping[str, frozenset[str]]:
    """For each kind with a lookup, the values that its words stand for."""
    values: defaultdict[str, set[str]] = defaultdict(set)
    for kind, words in data.lookups.items():
        found = [data.synonyms.get(word.casefold()) for word in words]
        # Where half the words stand for something else, skills count on those values.
        if sum(value is not None for value in found) * 2 >= len(found):
            values[kind] |= {value.casefold() for value in found if value is not None}
    return {kind: frozenset(known) for kind, known in values.items()}


def _unknown_values(data: TrainingData) -> Iterator[Finding]:
    """One finding a word, at its first example: skills get it as it is written."""
    values = _values(data)
    unknown: defaultdict[tuple[str, str], list[Example]] = defaultdict(list)
    for example in data.examples:
        for mark in example.entities:
            value = str(mark.value).casefold()
            known = values.get(mark.entity)
            # A number is a value in itself: a size of 165, a bottle of 30ml.
            if known is None or value in known or any(c.isdigit() for c in value):
                continue
            if value not in data.synonyms:
                unknown[mark.entity, mark.text.casefold()].append(example)
    for (kind, word), examples in unknown.items():
        often = f", in {len(examples)} examples" if len(examples) > 1 else ""
        message = f"{quoted(word)}: no synonym gives it a value of {kind}{often}"
        yield at(examples[0], Rule.UNKNOWN_VALUE, Severity.WARNING, message)
