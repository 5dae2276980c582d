"""What may be a message: text that people write, of any script; not bytes and not nothing."""

import re
import unicodedata

from bot.api.problems import ProblemError

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""C0 controls but tab and line ends, and halves of surrogate pairs: no keyboard writes them."""
_BLANK = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
_BRAILLE_AND_HANGUL_BLANKS = frozenset("\u2800\u3164\u115f\u1160\uffa0")


def require_text(text: str) -> None:
    """Raise `ProblemError` when a text is binary, or nothing that can be seen.

    Direction marks and HTML are text like any other: whoever shows it isolates and escapes it.
    """
    if _CONTROL.search(text):
        raise ProblemError(422, "message_not_text", "the message holds control characters")
    if all(_unseen(character) for character in text):
        raise ProblemError(422, "message_empty", "the message holds nothing to read")


def cleaned(text: str) -> str:
    """Return a text with plain line ends and no blank edges; raises as `require_text`."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    require_text(plain)
    return plain


def _unseen(character: str) -> bool:
    return character in _BRAILLE_AND_HANGUL_BLANKS or unicodedata.category(character) in _BLANK
