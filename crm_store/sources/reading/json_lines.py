"""JSON: an object a line, or a list of objects that may stand within a larger object."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from crm_store.errors import SourceFileError
from crm_store.sources.reading.lines import Line, read_lines
from crm_store.sources.reading.records import RawRecord, Unreadable
from crm_store.sources.reading.tables import NO_TEXT
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
            yield Unreadable(line.number, "", NO_TEXT, line.position)
        elif line.text.strip():
            yield _parsed(line.text.strip(), line.number, line.position)


def read_json_list(path: Path, encoding: str, name: str | None) -> Iterator[RawRecord | Unreadable]:
    """Yield the objects of the list called ``name``, or of a file that is one list.

    Memory holds one physical line and one record: a file on a single line is read whole. After
    an object that is no JSON, reading goes on at the next line that begins like the first one.
    """
    reader = _ListReader(path, name)
    for line in read_lines(path, encoding):
        yield from reader.feed(line)
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
        self._last = Line(0, "", 0)
        self._indent: int | None = None
        self.closed = False

    def feed(self, line: Line) -> Iterator[RawRecord | Unreadable]:
        """Take one line; yield the objects that it completes."""
        self._last = line
        if line.text is None:
            yield from self._drop()
            yield Unreadable(line.number, "", NO_TEXT, line.position)
            return
        if self._open and self._begins_anew(line.text):
            yield from self._drop()
        if not self._buffer.strip():
            self._begin(line.number, line.text)
        self._buffer += line.text + "\n"
        if self._open or self._enter():
            yield from self._objects(line)

    def finish(self) -> Iterator[Unreadable]:
        """Take the end of a file whose list was never closed."""
        if not self._open:
            raise SourceFileError(self._missing)
        line, text = self._first_line or self._last.number, self._buffer.strip()
        reason = "the file ends within a record" if text else "the file ends before its list does"
        yield Unreadable(line, text, reason, self._last.position)

    def _enter(self) -> bool:
        found = self._opening.search(self._buffer)
        if found is not None:
            self._open = True
            self._buffer = self._buffer[found.end() :]
            self._first_line = self._last.number
        return self._open

    def _objects(self, line: Line) -> Iterator[RawRecord]:
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
        if self._indent is None or not self._buffer.strip():
            return False
        return _indent(text) == self._indent and text.lstrip().startswith(("{", "]"))

    def _drop(self) -> Iterator[Unreadable]:
        text, self._buffer = self._buffer.strip(), ""
        if text and self._open:
            yield Unreadable(self._first_line, text, NOT_JSON, self._last.position)


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
