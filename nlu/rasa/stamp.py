"""Which sentences a model was trained on, told alike by both sides. Runs on Python 3.10 too."""

import hashlib
from collections.abc import Iterable
from typing import Final

STAMP: Final = "huike_model"
"""The key of a parse under which `rasa_components.stamp` names the model."""


def sentences_digest(examples: Iterable[tuple[str, str]]) -> str:
    """Hex SHA-256 of (intent, text) pairs; order and repetition play no part."""
    lines = sorted({f"{intent}\t{text.strip()}" for intent, text in examples})
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
