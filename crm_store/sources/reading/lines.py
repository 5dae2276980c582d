"""Lines of text out of a file in an encoding that has to be found out."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from crm_store.errors import SourceFileError

UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
SAMPLE_LINES = 2000


@dataclass(frozen=True, slots=True)
class Line:
    """One physical line without its end; ``text`` is None when its bytes are no text."""

    number: int
    text: str | None
    position: int


def detect_encoding(path: Path) -> str:
    """Return ``utf-8``, ``utf-8-sig`` or ``gb18030``.

    GB18030 when most lines with non-ASCII bytes are no UTF-8: a single damaged line must not make
    a UTF-8 file look like something else.
    """
    with path.open("rb") as file:
        start = file.read(len(UTF8_MARK))
        if start == UTF8_MARK:
            return "utf-8-sig"
        if start.startswith(UTF16_MARKS):
            raise SourceFileError(f"{path.name}: UTF-16 is not read, save the file as UTF-8")
        file.seek(0)
        strange = _sample(file)
    broken = sum(1 for line in strange if not _decodes(line, "utf-8"))
    return "gb18030" if broken * 2 > len(strange) else "utf-8"


def read_lines(path: Path, encoding: str) -> Iterator[Line]:
    """Yield the lines of a file; memory holds one line at a time."""
    chosen = detect_encoding(path) if encoding == "auto" else encoding
    position = 0
    with path.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            position += len(raw)
            raw_line = raw.removeprefix(UTF8_MARK) if number == 1 else raw
            yield Line(number, _decoded(raw_line, chosen.removesuffix("-sig")), position)


class PushBack:
    """Lines that can be given back, to be read once more."""

    def __init__(self, lines: Iterator[Line]) -> None:
        self._lines = lines
        self._returned: deque[Line] = deque()

    def next(self) -> Line | None:
        """Return the next line; None at the end of the file."""
        return self._returned.popleft() if self._returned else next(self._lines, None)

    def give_back(self, lines: list[Line]) -> None:
        """Put lines back in front, in their order."""
        self._returned.extendleft(reversed(lines))


def _sample(file: BinaryIO) -> list[bytes]:
    found: list[bytes] = []
    for raw in file:
        if not raw.isascii():
            found.append(raw)
        if len(found) == SAMPLE_LINES:
            break
    return found


def _decodes(raw: bytes, encoding: str) -> bool:
    return _decoded(raw, encoding) is not None


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding).rstrip("\r\n")
    except UnicodeDecodeError:
        return None
