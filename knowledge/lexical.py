"""Words of Chinese and English text, without a dictionary.

Chinese is cut into overlapping pairs of characters: it needs no word list, finds new product
names, and a pair is about as telling as an English word. Traditional characters are read as
Simplified ones.
"""

import re
import unicodedata
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opencc import OpenCC

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUN = re.compile(rf"[{_CJK}]+|[0-9a-z]+(?:\.[0-9]+)?")
_HAS_CJK = re.compile(f"[{_CJK}]")
_MIXED = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)?")
_LONGEST_UNSTEMMED = 3

STOP_WORDS = frozenset(
    "a an and any are as at be by can do for from have i in is it me my of on or our some that"  # noqa: SIM905
    " the there this to want we what which with you your".split()
)
"""English words that say nothing about a product."""

_STOP_PHRASES = re.compile(
    "有没有|有什么|什么样|怎么样|什么|哪些|哪款|适合|推荐|介绍|帮我|给我|我想要|我想|想要|需要|可以|请问|"
    "一些|一下|一点|[吗呢吧啊呀的了]"
)
"""Chinese words that say nothing about a product; they also part the words beside them."""


def has_chinese(text: str) -> bool:
    """Whether there is a Chinese character in the text."""
    return _HAS_CJK.search(text) is not None


def simplified(text: str) -> str:
    """The text in Simplified characters; other scripts untouched."""
    return _converter().convert(text) if has_chinese(text) else text


def normalise(text: str) -> str:
    """Lower case, Simplified, full-width as half-width, without accents."""
    decomposed = unicodedata.normalize("NFKD", simplified(text).casefold())
    return unicodedata.normalize(
        "NFKC", "".join(c for c in decomposed if not unicodedata.combining(c))
    )


def units(text: str) -> list[str]:
    """The smallest parts a name can begin or end at: single characters, or whole Latin words."""
    parts: list[str] = []
    for run in _RUN.findall(normalise(text)):
        parts.extend(run if _HAS_CJK.match(run) else [run])
    return parts


def terms(text: str) -> list[str]:
    """Words to index or to look up: pairs of characters, and stemmed Latin words.

    "iphone15" also counts as "iphone" and "15", so that spacing does not matter.
    """
    found: list[str] = []
    for run in _RUN.findall(normalise(text)):
        if _HAS_CJK.match(run):
            for piece in filter(None, _STOP_PHRASES.split(run)):
                found.extend(map("".join, pairwise(piece)) if len(piece) > 1 else [piece])
        elif run not in STOP_WORDS:
            found.extend(_latin(run))
    return found


def _latin(word: str) -> list[str]:
    parts = _MIXED.findall(word)
    return [word, *parts] if len(parts) > 1 else [_stem(word)]


def _stem(word: str) -> str:
    """Singular of the plain English plural; anything cleverer hurts names and models."""
    if len(word) <= _LONGEST_UNSTEMMED or not word.endswith("s") or word.endswith(("ss", "us")):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("ches", "shes", "xes", "sses")) else word[:-1]


@cache
def _converter() -> "OpenCC":
    from opencc import OpenCC  # noqa: PLC0415 - loads its dictionaries

    return OpenCC("t2s")
