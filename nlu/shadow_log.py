"""Disagreements of two engines in a file, for whoever decides which one is right.

The file holds no customer's words, so that erasing a customer need not touch it: a message is found
in the store by the moment it was written.
"""

import json
import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

from nlu.shadow import Disagreement
from nlu.types import JsonValue, Parse

_LARGEST_BYTES: Final = 10 * 1024 * 1024


class ShadowLog:
    """One JSON object a line; the file before the present one is kept, older ones are not."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._handler = RotatingFileHandler(
            file, maxBytes=_LARGEST_BYTES, backupCount=1, encoding="utf-8", delay=True
        )

    def write(self, found: Disagreement) -> None:
        """Add one disagreement."""
        shape: dict[str, JsonValue] = {
            "at": None if found.at is None else found.at.isoformat(),
            "live": _decision(found.live),
            "shadow": _decision(found.shadow),
        }
        line = json.dumps(shape, ensure_ascii=False)
        self._handler.emit(logging.makeLogRecord({"msg": "%s", "args": (line,)}))

    def close(self) -> None:
        """Close the file."""
        self._handler.close()


def _decision(parse: Parse) -> JsonValue:
    return {
        "intent": parse.intent.name,
        "confidence": round(parse.intent.confidence, 4),
        "fingerprint": parse.fingerprint,
    }
