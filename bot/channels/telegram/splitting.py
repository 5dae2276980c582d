"""Long texts in pieces that Telegram takes: it counts UTF-16 code units, not characters.

A cut goes to the best place in the second half of a piece: between paragraphs, lines or sentences,
else between words. Only a "word" longer than a whole piece is cut inside, and then still not within
what shows as one character (an emoji sequence, a letter with its accent).
"""

import unicodedata
from collections.abc import Iterator

LONGEST_TEXT = 4096
"""Code units in one message (core.telegram.org/bots/api#sendmessage)."""

_SENTENCE_ENDS = frozenset("。！？；!?;…")
_CLOSING = frozenset('”’」』）)"')
_JOINER = "\u200d"
_TAGS = range(0xE0020, 0xE0080)
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)
_ASTRAL = 0x10000

_WITHIN_CHARACTER, _WITHIN_WORD, _BETWEEN_WORDS, _SENTENCE, _LINE, _PARAGRAPH = range(6)


def units(text: str) -> int:
    """Return the length in UTF-16 code units."""
    return len(text) + sum(ord(char) >= _ASTRAL for char in text)


def pieces(text: str, limit: int = LONGEST_TEXT) -> list[str]:
    """Return the text in pieces of at most ``limit`` code units, none of them blank.

    Nothing is lost but white space at the cuts and at both ends.
    """
    return [piece for piece in _cut(text.strip(), limit) if piece]


def _cut(text: str, limit: int) -> Iterator[str]:
    while units(text) > limit:
        place = _best_place(text, _fitting(text, limit))
        yield text[:place].rstrip()
        text = text[place:].lstrip()
    yield text


def _fitting(text: str, limit: int) -> int:
    """Return how many characters fit, at least one."""
    used = 0
    for place, char in enumerate(text):
        used += units(char)
        if used > limit:
            return max(place, 1)
    return len(text)


def _best_place(text: str, furthest: int) -> int:
    """Return where to cut: the last of the best places in the second half, else anywhere."""
    best = max(range(furthest, furthest // 2, -1), key=lambda place: _worth(text, place))
    if _worth(text, best) > _WITHIN_WORD:
        return best
    return max(range(furthest, 0, -1), key=lambda place: _worth(text, place))


def _worth(text: str, place: int) -> int:
    before, after = text[place - 1], text[place]
    if text[max(place - 2, 0) : place] == "\n\n":
        return _PARAGRAPH
    if before == "\n":
        return _LINE
    if _is_one_character(text, place):
        return _WITHIN_CHARACTER
    if _ends_sentence(text, place):
        return _SENTENCE
    if _in_word(before) and _in_word(after):
        return _WITHIN_WORD
    return _BETWEEN_WORDS


def _ends_sentence(text: str, place: int) -> bool:
    """Whether a sentence ends before a place, its closing quotation mark included."""
    last_two = text[max(place - 2, 0) : place]
    if last_two == ". " or (last_two[-1] in _CLOSING and last_two[0] in _SENTENCE_ENDS):
        return True
    return last_two[-1] in _SENTENCE_ENDS and text[place] not in _CLOSING | _SENTENCE_ENDS


def _in_word(char: str) -> bool:
    """Whether a character belongs to a written word. Han characters stand for themselves."""
    return not char.isspace() and unicodedata.east_asian_width(char) not in "WF"


def _is_one_character(text: str, place: int) -> bool:
    """Whether what stands on both sides of a place shows as one character."""
    before, after = text[place - 1], text[place]
    if _JOINER in (before, after) or unicodedata.category(after) in ("Mn", "Me", "Mc"):
        return True
    if ord(after) in _TAGS or ord(after) in _SKIN_TONES:
        return True
    return ord(after) in _FLAG_LETTERS and _flag_letters_before(text, place) % 2 == 1


def _flag_letters_before(text: str, place: int) -> int:
    start = place
    while start and ord(text[start - 1]) in _FLAG_LETTERS:
        start -= 1
    return place - start
