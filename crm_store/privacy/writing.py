"""An export as files: JSON for machines, a page for the person, a spreadsheet a table.

A cell that a spreadsheet would take for a formula gets an apostrophe in front: what a customer
once typed must not run on the computer of whoever opens the file.
"""

import csv
import io
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from crm_store.privacy.page import render, shown
from crm_store.types.conversations import JSONObject
from crm_store.types.privacy import PersonalData, plain

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
OWNER_ONLY = 0o600


def files_of(data: PersonalData) -> Mapping[str, str]:
    """Return everything about a person as files, by name."""
    tables = {f"tables/{name}.csv": as_csv(rows) for name, rows in data.tables.items() if rows}
    return {"data.json": as_json(data), "index.html": render(data), **tables}


def as_json(data: PersonalData) -> str:
    """Return an export as JSON."""
    return json.dumps(plain(asdict(data)), ensure_ascii=False, indent=2)


def as_csv(rows: Sequence[JSONObject]) -> str:
    """Return rows as CSV with a byte order mark, which spreadsheets need for Chinese."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([safe_cell(name) for name in rows[0]])
    writer.writerows([safe_cell(shown(value)) for value in row.values()] for row in rows)
    return "\ufeff" + text.getvalue()


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers."""
    if not text.lstrip(" \u3000").startswith(FORMULA_STARTS):
        return text
    return text if _is_number(text) else f"'{text}"


def _is_number(text: str) -> bool:
    signed = text.isascii() and text[:1] in "+-" and len(text) > 1
    return signed and text[1:].replace(".", "", 1).isdigit()


def write_export(data: PersonalData, path: Path) -> list[Path]:
    """Write an export for its owner's eyes; returns what was written.

    ``NAME.zip`` gets everything, ``NAME.json`` the data with the page beside it (``NAME.html``),
    and any other name is a folder. Nothing is left half-written.
    """
    files = files_of(data)
    if path.suffix == ".zip":
        return [_write(path, _zipped(files))]
    if path.suffix == ".json":
        page = path.with_suffix(".html")
        return [
            _write(path, files["data.json"].encode()),
            _write(page, files["index.html"].encode()),
        ]
    return [_write(path / name, content.encode()) for name, content in files.items()]


def _zipped(files: Mapping[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def _write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return part.replace(path)
