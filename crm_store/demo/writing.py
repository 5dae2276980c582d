"""How values are printed in the files."""

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import StringIO

from crm_store.types.conversations import JSON
from crm_store.types.text import LocalText

OFFSET = "+08:00"
"""Shanghai and Hong Kong share it, all year round."""


def money(fen: int) -> str:
    """Return fen as a decimal string of yuan."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // 100}.{fen % 100:02d}"


def stamp(at: datetime | None) -> str | None:
    """Return a local time with its offset."""
    return at.isoformat() + OFFSET if at else None


def local(text: LocalText) -> dict[str, JSON]:
    """Return a bilingual text as JSON has it."""
    return {"zh": text.zh, "en": text.en}


_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False)


def json_line(value: JSON) -> str:
    """Return a value as one line of JSON."""
    return _ENCODER.encode(value)


def csv_lines(rows: Iterable[Sequence[object]]) -> list[str]:
    """Return rows as CSV lines; ``None`` is an empty field."""
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().splitlines()
