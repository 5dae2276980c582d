"""Entity marks: whole, of known kinds and roles, with values that the word lists know."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
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
        if half := _HALF.search(example.text):
            message = f"brackets that mark no entity: {quoted(example.text[half.start() :])}"
            yield at(example, Rule.BROKEN_MARK, Severity.ERROR, message)
        for mark in example.entities:
            yield from _shape(example, mark)
            yield from _names(example, mark, domain)


def _shape(example: Example, mark: Entity) -> Iterator[Finding]:
    before, after = example.text[: mark.start][-1:], example.text[mark.end :][:1]
    if "[" in mark.text or "](" in mark.text:
        reason = "marks stand inside one another"
    elif mark.text != mark.text.strip():
        reason = "the mark takes in a space"
    elif _cuts(before, mark.text[0]) or _cuts(mark.text[-1], after):
        reason = "the mark ends inside a word"
    else:
        return
    message = f"{quoted(mark.text)}: {reason}"
    yield at(example, Rule.BROKEN_MARK, Severity.ERROR, message)


def _cuts(left: str, right: str) -> bool:
    """Whether a boundary between two Latin letters is no boundary."""
    return bool(_LATIN.match(left) and _LATIN.match(right))


def _names(example: Example, mark: Entity, domain: Domain) -> Iterator[Finding]:
    if not domain.roles:
        return
    if mark.entity not in domain.roles:
        hint = suggestion(mark.entity, frozenset(domain.roles))
        message = f"no kind of entity is called {mark.entity}{hint}"
        yield at(example, Rule.UNKNOWN_ENTITY, Severity.ERROR, message)
    elif mark.role is not None and mark.role not in domain.roles[mark.entity]:
        message = f"{mark.entity} has no role {mark.role}"
        yield at(example, Rule.UNKNOWN_ROLE, Severity.ERROR, message)


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
