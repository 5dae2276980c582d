"""What every adapter does to a text before its tokenizer sees it."""

import unicodedata

MAX_CHARACTERS = 2000
"""Longer texts are cut: 500 to 1,500 tokens, past what one vector can say."""


def clean(text: str) -> str:
    """Make any Python string safe for native tokenizers.

    Control characters become spaces (a NUL would end the string inside C code) and lone
    surrogates, which have no UTF-8 form, become the replacement character.
    """
    if text.isascii() and text.isprintable():
        return text[:MAX_CHARACTERS]
    encodable = text[:MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
    return "".join(" " if unicodedata.category(c) == "Cc" else c for c in encodable)
