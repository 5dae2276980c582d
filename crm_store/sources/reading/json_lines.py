"""JSON: an object a line, or a list of objects that may stand within a larger object."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from crm_store.errors import SourceFileError
from crm_store.sources.reading.lines import (
    KEPT,
    LONGEST,
    NO_TEXT,
    TOO_LONG,
    Piece,
    read_lines,
    read_pieces,
)
from crm_store.sources.reading.records import RawRecord, Unreadable
from crm_store.types.conversations import JSON

NOT_JSON = "expected one JSON object"
SKIPPED = re.compile(r"[\s,]*")


def _refuse(constant: str) -> JSON:
    raise ValueError(f"{constant} is no JSON")


DECODER = json.JSONDecoder(parse_constant=_refuse)


def read_json_lines(path: Path, encoding: str) -> Iterator[RawRecord | Unreadable]:
    """Yield the objects of a JSON Lines file."""
    for line in read_lines(path, encoding):
        if line.text is None:
            yield Unreadable(line.number, line.remains, line.reason, line.position)
        elif line.text.strip():
            yield _parsed(line.text.strip(), line.number, line.position)


def read_json_list(path: Path, encoding: str, name: str | None) -> Iterator[RawRecord | Unreadable]:
    """Yield the objects of the list called ``name``, or of a file that is one list.

    Memory holds one record and a piece of a line. After an object that is no JSON, or too long,
    reading goes on at the next line that begins like the first one.
    """
    reader = _ListReader(path, name)
    for piece in read_pieces(path, encoding):
        yield from reader.feed(piece)
        if reader.closed:
            return
    yield from reader.finish()


class _ListReader:
    """Takes a list apart as its lines come in."""

    def __init__(self, path: Path, name: str | None) -> None:
        opening = r"\[" if name is None else rf'"{re.escape(name)}"\s*:\s*\['
        self._opening = re.compile(opening)
        self._missing = f"{path.name}: expected a list" + (f" called {name}" if name else "")
        self._buffer = ""
        self._open = False
        self._first_line = 0
        self._last = Piece(0, "", 0, starts=True, ends=True)
        self._indent: int | None = None
        self._skipping = False
        """Whether the rest of a record is passed over."""
        self.closed = False

    def feed(self, piece: Piece) -> Iterator[RawRecord | Unreadable]:
        """Take a piece of a line; yield the objects that it completes."""
        self._last = piece
        if piece.text is None:
            yield from self._drop(NOT_JSON)
            yield Unreadable(piece.number, piece.remains, NO_TEXT, piece.position)
            return
        if self._open and piece.starts and self._begins_anew(piece.text):
            yield from self._drop(NOT_JSON)
            self._skipping = False
        if self._skipping:
            return
        if not self._buffer.strip():
            self._begin(piece.number, piece.text)
        self._buffer += piece.text + ("\n" if piece.ends else "")
        if self._open or self._enter():
            yield from self._objects(piece)
        if len(self._buffer) > LONGEST:
            yield from self._drop(TOO_LONG)

    def finish(self) -> Iterator[Unreadable]:
        """Take the end of a file whose list was never closed."""
        if not self._open:
            raise SourceFileError(self._missing)
        line, text = self._first_line or self._last.number, self._buffer.strip()
        torn = bool(text) or self._skipping
        reason = "the file ends within a record" if torn else "the file ends before its list does"
        yield Unreadable(line, text, reason, self._last.position)

    def _enter(self) -> bool:
        found = self._opening.search(self._buffer)
        if found is not None:
            self._open = True
            self._buffer = self._buffer[found.end() :]
            self._first_line = self._last.number
        return self._open

    def _objects(self, line: Piece) -> Iterator[RawRecord]:
        start = self._skip(0)
        while start < len(self._buffer) and not self.closed:
            if self._buffer[start] == "]":
                self.closed = True
                break
            try:
                values, end = DECODER.raw_decode(self._buffer, start)
            except (ValueError, RecursionError):
                break
            if not isinstance(values, dict):
                break
            yield RawRecord(self._first_line, self._buffer[start:end], values, line.position)
            self._first_line = line.number
            start = self._skip(end)
        self._buffer = self._buffer[start:]

    def _skip(self, start: int) -> int:
        found = SKIPPED.match(self._buffer, start)
        return found.end() if found else start

    def _begin(self, number: int, text: str) -> None:
        """Note where a record begins; the first one shows how far all are set in."""
        self._first_line = number
        if self._open and self._indent is None and text.lstrip().startswith("{"):
            self._indent = _indent(text)

    def _begins_anew(self, text: str) -> bool:
        if self._indent is None or not (self._buffer.strip() or self._skipping):
            return False
        return _indent(text) == self._indent and text.lstrip().startswith(("{", "]"))

    def _drop(self, reason: str) -> Iterator[Unreadable]:
        text, self._buffer = self._buffer.strip(), ""
        if text and self._open:
            self._skipping = reason is TOO_LONG
            kept = text[:KEPT] if len(text) > LONGEST else text
            yield Unreadable(self._first_line, kept, reason, self._last.position)


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _parsed(text: str, line: int, position: int) -> RawRecord | Unreadable:
    try:
        values: JSON = DECODER.decode(text)
    except (ValueError, RecursionError):
        return Unreadable(line, text, NOT_JSON, position)
    if not isinstance(values, dict):
        return Unreadable(line, text, NOT_JSON, position)
    return RawRecord(line, text, values, position)
