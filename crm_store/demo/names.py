"""Names of people who do not exist, read from ``names.yml``, and how names get misspelt."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

from ruamel.yaml import YAML

from crm_store.demo.chance import Chance, Wheel

ENGLISH = "en"
HONG_KONG_CHINESE = "zh-Hant"


@dataclass(frozen=True, slots=True)
class NameStock:
    """What names of one language are made of."""

    surnames: Wheel[tuple[str, str]]
    """Surname with its romanisation; common ones come up more often."""
    given: Mapping[str, tuple[str, ...]]
    """Given names by gender."""
    nicknames: tuple[str, ...]
    """Patterns with ``{}`` for the given name."""
    joint: str
    """What stands between given name and surname; empty where the surname comes first."""


@cache
def _entries() -> Mapping[str, object]:
    text = files(__package__).joinpath("names.yml").read_text(encoding="utf-8")
    return cast("Mapping[str, object]", YAML(typ="safe").load(text))


def _words(key: str) -> tuple[str, ...]:
    return tuple(str(_entries()[key]).split())


def _stock(prefix: str, surnames: list[tuple[str, str]], nicknames: str, joint: str) -> NameStock:
    return NameStock(
        # Zipf's law, softened: the hundred common surnames cover most people.
        Wheel((pair, 1 / (rank + 3)) for rank, pair in enumerate(surnames)),
        {gender: _words(prefix + gender) for gender in ("female", "male")},
        _words(nicknames),
        joint,
    )


@cache
def name_stock(language: str) -> NameStock:
    """Return the names to draw from for people who speak a language."""
    if language == ENGLISH:
        surnames = [(word, word.lower()) for word in _words("en_surnames")]
        return _stock("en_", surnames, "en_nicknames", " ")
    prefix = "hk_" if language == HONG_KONG_CHINESE else ""
    pairs = cast("Mapping[str, str]", _entries()[prefix + "surnames"])
    return _stock(prefix, list(pairs.items()), "nicknames", "")


def misspelt(name: str, language: str, chance: Chance) -> str:
    """Return the name as somebody else might have written it down; it may come out right."""
    if language == ENGLISH:
        return _english_slip(name, chance)
    if chance.happens(SALUTATION_SHARE):
        return name[0] + chance.pick(("女士", "先生"))
    return _heard(name)


SALUTATION_SHARE = 0.15


def _english_slip(name: str, chance: Chance) -> str:
    given, _, surname = name.partition(" ")
    return chance.pick(
        (f"{surname}, {given}", f"{given[0]}. {surname}", name[:-2] + name[-1], name.upper())
    )


def _heard(name: str) -> str:
    """Replace the last character that has one that sounds alike."""
    sound_alike = cast("Mapping[str, str]", _entries()["sound_alike"])
    for position in range(len(name) - 1, 0, -1):
        other = sound_alike.get(name[position])
        if other:
            return name[:position] + other + name[position + 1 :]
    return name
