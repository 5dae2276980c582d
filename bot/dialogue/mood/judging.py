"""From the last messages to a mood: a pure function."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum
from typing import Final

from bot.dialogue.mood.lexicon import Lexicon, Sign
from nlu.language import to_simplified


class Level(IntEnum):
    """How upset, in three steps."""

    CALM = 0
    UPSET = 1
    ANGRY = 2


@dataclass(frozen=True, slots=True)
class Mood:
    """What the last messages sound like."""

    level: Level = Level.CALM
    signs: tuple[Sign, ...] = ()
    """All signs in the messages looked at, by name."""
    now: tuple[Sign, ...] = ()
    """Those in the last message alone."""


CALM: Final = Mood()
MESSAGES: Final = 3
"""Messages that are looked at: anger of long ago is over."""

_WEIGHTS: Final = {
    Sign.SHOUTING: 1,
    Sign.MARKS: 1,
    Sign.REPEATED: 2,
    Sign.ANGER: 2,
    Sign.LEGAL_THREAT: 4,
    Sign.ABUSE: 4,
    # Harm is no anger: it calls a human by rule, and asks for no fewer words than they need.
    Sign.HEALTH_HARM: 0,
    Sign.INJURY: 0,
}
_UPSET_FROM: Final = 2
_ANGRY_FROM: Final = 4

_SHORTEST_QUESTION: Final = 5
"""Letters of a message that can be a question asked again; "好的" twice is none."""
_ALIKE: Final = 0.85
_LETTER: Final = re.compile(r"[^\W\d_]")
_MARK_ROWS: Final = re.compile(r"[!！?？]{3,}")
_CAPITAL_WORD: Final = re.compile(r"\b[A-Z][A-Z']+\b")
_WORD: Final = re.compile(r"\b[A-Za-z][A-Za-z']+\b")
_SHOUTED_WORDS: Final = 3
_SHOUTED_SHARE: Final = 0.7


def mood_of(messages: Sequence[str], lexicon: Lexicon) -> Mood:
    """Return the mood of a customer's last messages, oldest first.

    Delight in the last message ends what was before.
    """
    recent = [text for text in messages if text.strip()][-MESSAGES:]
    if not recent:
        return CALM
    found = [_signs_of(text, lexicon) for text in recent]
    if lexicon.is_pleased(_folded(recent[-1])) and not found[-1]:
        return CALM
    if _repeats(recent):
        found[-1] |= {Sign.REPEATED}
    signs = frozenset[Sign]().union(*found)
    weight = sum(_WEIGHTS[sign] for sign in signs)
    level = (
        Level.ANGRY
        if weight >= _ANGRY_FROM
        else Level.UPSET if weight >= _UPSET_FROM else Level.CALM
    )  # fmt: skip
    return Mood(level, tuple(sorted(signs)), tuple(sorted(found[-1])))


def _signs_of(text: str, lexicon: Lexicon) -> frozenset[Sign]:
    signs = lexicon.signs_in(_folded(text))
    if lexicon.is_pleased(_folded(text)):
        return signs  # "OMG I LOVE IT!!!" is loud, too
    if _is_shouted(text):
        signs |= {Sign.SHOUTING}
    if _MARK_ROWS.search(text):
        signs |= {Sign.MARKS}
    return signs


def _folded(text: str) -> str:
    return to_simplified(text).casefold().replace("’", "'")


def _is_shouted(text: str) -> bool:
    """Whether most words are in capitals: a size, a brand or a code among others is no shout."""
    loud = len(_CAPITAL_WORD.findall(text))
    return loud >= _SHOUTED_WORDS and loud >= _SHOUTED_SHARE * len(_WORD.findall(text))


def _repeats(messages: Sequence[str]) -> bool:
    """Whether the last message says again what an earlier one said."""
    *earlier, last = [_letters(text) for text in messages]
    return len(last) >= _SHORTEST_QUESTION and any(_alike(last, before) for before in earlier)


def _letters(text: str) -> str:
    return "".join(_LETTER.findall(_folded(text)))


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= _ALIKE
