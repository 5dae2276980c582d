"""Names as they are compared: in one script, one width, one order, and as they sound."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import cast

from opencc import OpenCC
from ruamel.yaml import YAML

HAN = re.compile(r"[\u3400-\u9fff]")
NOT_A_NAME = re.compile(r"[^a-z\u3400-\u9fff ]+")
SEVERAL_WORDS = 2


@dataclass(frozen=True, slots=True)
class ComparedName:
    """A name, taken apart. ``sound`` is the same for 王小明, Xiaoming Wang and WANG Xiao Ming."""

    given: str | None = None
    surname: str | None = None
    sound: str | None = None
    """Both parts as they sound, in the order of the alphabet; None unless both are known."""
    gender: str | None = None
    """What a form of address tells."""


@dataclass(frozen=True, slots=True)
class _Lore:
    compound: frozenset[str]
    romanised: frozenset[str]
    titles: dict[str, str]


def compared_name(name: str) -> ComparedName:
    """Take a whole name apart, Chinese or Western, in any order that says what it is."""
    text = _folded(name)
    if HAN.search(text):
        return _chinese(NOT_A_NAME.sub("", text).replace(" ", ""))
    return _western(text)


def compared_parts(given: str | None, surname: str | None) -> ComparedName:
    """Return a name whose parts are known."""
    parts = [_letters(_folded(part)) or None if part else None for part in (given, surname)]
    return ComparedName(parts[0], parts[1], _sound(parts[0], parts[1]))


def _chinese(text: str) -> ComparedName:
    text, gender = _without_title(text)
    length = 2 if text[:2] in _lore().compound and len(text) > SEVERAL_WORDS else 1
    given, surname = text[length:] or None, text[:length] or None
    return ComparedName(given, surname, _sound(given, surname), gender)


def _without_title(text: str) -> tuple[str, str | None]:
    for title, gender in _lore().titles.items():
        if text.endswith(title) and len(text) > len(title):
            return text.removesuffix(title), gender or None
    return text, None


def _western(text: str) -> ComparedName:
    before, comma, after = text.partition(",")
    words = f"{after} {before}".split() if comma else text.split()
    cleaned = [(word, _letters(word)) for word in words]
    lore = _lore()
    gender = next((lore.titles[word] for _, word in cleaned if word in lore.titles), None)
    kept = [word for _, word in cleaned if word and word not in lore.titles]
    if not kept:
        return ComparedName(gender=gender or None)
    surname_first = not comma and kept[0] in lore.romanised and kept[-1] not in lore.romanised
    if len(kept) == 1:
        return ComparedName(kept[0], None, None, gender or None)
    surname = kept.pop(0) if surname_first else kept.pop()
    given = "".join(kept)
    return ComparedName(given, surname, _sound(given, surname), gender or None)


def _sound(given: str | None, surname: str | None) -> str | None:
    if given is None or surname is None or (len(given) == 1 and not HAN.search(given)):
        return None  # an initial sounds like nothing
    return " ".join(sorted((romanised(given), romanised(surname))))


@cache
def romanised(text: str) -> str:
    """Return Chinese characters in pinyin without tones; other text stays as it is."""
    if not HAN.search(text):
        return text
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - loads its dictionary

    return "".join(lazy_pinyin(text))


def _folded(text: str) -> str:
    """Return text in half width, lower case, simplified characters, without accents."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text)).lower()
    bare = "".join(char for char in plain if not unicodedata.combining(char))
    return _to_simplified().convert(bare).strip() if HAN.search(bare) else bare.strip()


def _letters(text: str) -> str:
    return NOT_A_NAME.sub("", text).replace(" ", "")


@cache
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


@cache
def _lore() -> _Lore:
    text = files(__package__).joinpath("names.yml").read_text(encoding="utf-8")
    entries = YAML(typ="safe").load(text)
    common = str(entries["common_surnames"]).replace(" ", "")
    compound = str(entries["compound_surnames"]).split()
    return _Lore(
        frozenset(compound),
        frozenset(romanised(surname) for surname in (*common, *compound)),
        cast("dict[str, str]", entries["titles"]),
    )
