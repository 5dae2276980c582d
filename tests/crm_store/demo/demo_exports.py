"""Reads the demo files back, malformed records left out."""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

from crm_store.demo.generator import DemoFiles

SEED = 7
TODAY = date(2026, 3, 15)
PEOPLE = 60
ORDERS = 400
ENCODINGS = {"pos": "gb18030", "tickets": "utf-8-sig"}


def lines(files: DemoFiles, source: str) -> list[tuple[int, str]]:
    """Return numbered physical lines of a file without those planted as malformed."""
    bad = {int(row["line"]) for row in rows_of(files.malformed) if row["source"] == source}
    text = files.by_source[source].read_text(encoding=ENCODINGS.get(source, "utf-8"))
    return [(n, line) for n, line in enumerate(text.splitlines(), 1) if n not in bad]


def table(files: DemoFiles, source: str) -> list[dict[str, str]]:
    return list(csv.DictReader(line for _, line in lines(files, source)))


def documents(files: DemoFiles, source: str) -> list[Any]:
    """Return the records of a JSON Lines file, or of a JSON document with a record a line."""
    texts = [line.rstrip(",") for _, line in lines(files, source)]
    return [json.loads(text) for text in texts if text.startswith("{") and text.endswith("}")]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
