"""CSV: a header, then a record a row. Values may hold line breaks within quotes."""

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from crm_store.errors import SourceFileError
from crm_store.sources.reading.lines import LONGEST, Line, PushBack, read_lines
from crm_store.sources.reading.records import RawRecord, Unreadable

DELIMITERS = (";", "\t", "|")
"""What stands between columns in some exports, beside the comma."""
MOST_LINES = 50
"""A quotation mark that is not closed within so many lines is a slip, not a long text."""


def read_table(
    path: Path, encoding: str, delimiter: str, columns: Sequence[str]
) -> Iterator[RawRecord | Unreadable]:
    """Yield the rows of a CSV file that has at least these columns.

    Raises `SourceFileError` when the header lacks one, or names one twice.
    """
    lines = PushBack(read_lines(path, encoding))
    header = _header(path, lines, delimiter, columns)
    while (line := lines.next()) is not None:
        if line.text is None:
            yield Unreadable(line.number, line.remains, line.reason, line.position)
        elif line.text.strip():
            yield _record(lines, line, header, delimiter)


def _header(path: Path, lines: PushBack, delimiter: str, columns: Sequence[str]) -> list[str]:
    first = lines.next()
    if first is None or first.text is None:
        raise SourceFileError(f"{path.name}: expected a header of columns")
    try:
        header = [name.strip() for name in _fields(first.text, delimiter)]
    except csv.Error as error:
        raise SourceFileError(f"{path.name}: expected a header of columns") from error
    twice = [name for name, times in Counter(header).items() if times > 1 and name]
    if twice:
        raise SourceFileError(f"{path.name}: column {twice[0]} stands twice in the header")
    missing = [name for name in columns if name not in header]
    other = next((sign for sign in DELIMITERS if sign in first.text), None)
    if missing and len(header) == 1 and other is not None:
        raise SourceFileError(
            f"{path.name}: the header is a single column; a mapping of your own "
            f"(docs/sources.md) may say `delimiter: {json.dumps(other)}`"
        )
    if missing:
        raise SourceFileError(
            f"{path.name}: no column {', '.join(missing)}; "
            "columns of other names need a mapping of your own (docs/sources.md)"
        )
    return header


def _record(
    lines: PushBack, first: Line, header: list[str], delimiter: str
) -> RawRecord | Unreadable:
    text, position = _whole_row(lines, first)
    if text is None:
        reason = "a quotation mark is not closed"
        return Unreadable(first.number, first.text or "", reason, first.position)
    try:
        fields = _fields(text, delimiter)
    except csv.Error:
        return Unreadable(first.number, text, "expected a row of a CSV file", position)
    while len(fields) > len(header) and not fields[-1].strip():
        fields.pop()
    if len(fields) != len(header):
        reason = f"expected {len(header)} columns, found {len(fields)}"
        return Unreadable(first.number, text, reason, position)
    if [field.strip() for field in fields] == header:
        return Unreadable(first.number, text, "the header stands here once more", position)
    values = dict(zip(header, fields, strict=True))
    kept = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    return RawRecord(first.number, kept, values, position)


def _whole_row(lines: PushBack, first: Line) -> tuple[str | None, int]:
    """Return the row that begins on a line, together with the lines its quotes reach over."""
    text = first.text or ""
    taken: list[Line] = []
    while text.count('"') % 2:
        more = len(taken) < MOST_LINES and len(text) < LONGEST
        following = lines.next() if more else None
        if following is None or following.text is None:
            lines.give_back(taken if following is None else [*taken, following])
            return None, first.position
        taken.append(following)
        text += "\n" + following.text
    return text, taken[-1].position if taken else first.position


def _fields(text: str, delimiter: str) -> list[str]:
    return next(
        csv.reader(
            [text] if "\n" not in text else text.splitlines(keepends=True),
            delimiter=delimiter,
            strict=True,
        ),
        [],
    )
