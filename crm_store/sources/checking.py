"""A mapping of one's own, checked against the packaged one of its loader before a file is read.

The packaged mappings name every field that a loader reads, and how it is cleaned. A field that no
loader reads would be lost without a word; one of another type would stop the import later.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from crm_store.errors import SourceFileError
from crm_store.sources.mapping import MAPPINGS, SourceMapping, read_mapping
from crm_store.sources.rules import Nested, Rule, Value

BESIDE: Mapping[str, Sequence[str]] = {"shop_orders": ("state", "store")}
"""Fields of an order that Shopify's shape does not have."""
ALIKE: Sequence[frozenset[str]] = (
    frozenset({"text", "folded", "name", "phone", "email", "card", "account", "currency"})
    | {"loose_phone", "loose_email"},
    frozenset({"whole", "count", "quantity", "percent"}),
    frozenset({"money", "signed_money"}),
)
"""Ways of cleaning that end in the same type."""


def check(mapping: SourceMapping, file: str) -> None:
    """Raise `SourceFileError` when a loader would not read a field of a mapping, or not so."""
    example = _examples().get(mapping.loader)
    if example is None or example is mapping:
        return
    beside = BESIDE.get(mapping.loader, ())
    for name, complaint in _complaints(mapping.rules, example.rules, beside):
        raise SourceFileError(
            f"{file}: {name}: {complaint} (huike sources show {example.source} is an example)"
        )


def _complaints(
    rules: Sequence[Rule], known: Sequence[Rule], beside: Sequence[str] = ()
) -> Iterator[tuple[str, str]]:
    names = {rule.name: rule for rule in known}
    for rule in rules:
        example = names.get(rule.name)
        if example is None and rule.name not in beside:
            yield rule.name, f"no such field, it is one of {', '.join([*names, *beside])}"
        elif isinstance(rule, Nested) and isinstance(example, Nested):
            if rule.many is not example.many:
                yield rule.name, f"expected `{'each' if example.many else 'within'}`"
            for name, complaint in _complaints(rule.rules, example.rules):
                yield f"{rule.name}.{name}", complaint
        elif example is not None and type(rule) is not type(example):
            yield rule.name, "expected the other of a single value and records within"
        elif (
            isinstance(rule, Value)
            and isinstance(example, Value)
            and not _alike(rule.cleaning, example.cleaning)
        ):
            yield rule.name, f"expected `clean: {example.cleaning}`, not {rule.cleaning}"


def _alike(one: str, other: str) -> bool:
    return one == other or any(one in some and other in some for some in ALIKE)


@cache
def _examples() -> dict[str, SourceMapping]:
    """Return the packaged mappings by loader."""
    found = [read_mapping(path) for path in sorted(MAPPINGS.glob("*.yml"))]
    return {mapping.loader: mapping for mapping in found}
