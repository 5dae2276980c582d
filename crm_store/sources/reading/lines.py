"""Lines of text out of a file in an encoding that has to be found out.

Memory holds one line, and of a line over `LONGEST` only a piece: a file without line breaks must
not be able to fill the machine.
"""

import codecs
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from crm_store.errors import SourceFileError

UTF8_MARK = b"\xef\xbb\xbf"
WITHIN_CHARACTER = bytes(range(0x80, 0xC0))
"""The bytes of UTF-8 with which no character begins."""
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
SAMPLE_LINES = 2000
LONGEST = 4 * 2**20
"""Bytes of the longest line, and characters of the longest record, that are read."""
KEPT = 2000
"""Characters that are kept of what is too long."""
PIECE = 256 * 1024
NO_TEXT = "the bytes are no text in the file's encoding"
TOO_LONG = f"longer than {LONGEST // 2**20} MiB"


class Line(NamedTuple):
    """One physical line without its end, or what stands for it when it cannot be read."""

    number: int
    text: str | None
    position: int
    reason: str = ""
    """Why there is no text."""
    remains: str = ""
    """What can be kept of a line without text."""


class Piece(NamedTuple):
    """A physical line, or a part of a long one."""

    number: int
    text: str | None
    position: int
    starts: bool
    ends: bool
    remains: str = ""


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
        strange, broken = _sample(file)
    return "gb18030" if broken * 2 > strange else "utf-8"


def read_lines(path: Path, encoding: str) -> Iterator[Line]:
    """Yield the lines of a file."""
    chosen = _encoding(path, encoding)
    position = 0
    with path.open("rb") as file:
        for number, raw in enumerate(iter(lambda: file.readline(LONGEST + 1), b""), start=1):
            position += len(raw)
            written = raw.removeprefix(UTF8_MARK) if number == 1 else raw
            if len(raw) > LONGEST:
                position += _skip_line(file, raw)
                yield Line(number, None, position, TOO_LONG, _remains(written, chosen))
                continue
            text = _decoded(written, chosen)
            if text is None:
                yield Line(number, None, position, NO_TEXT, _remains(written, chosen))
            else:
                yield Line(number, text, position)


def read_pieces(path: Path, encoding: str) -> Iterator[Piece]:
    """Yield the lines of a file, long ones in parts, for formats that do not go by lines."""
    chosen = _encoding(path, encoding)
    decoder = codecs.getincrementaldecoder(chosen)()
    number, position, starts = 1, 0, True
    with path.open("rb") as file:
        for raw in iter(lambda: file.readline(PIECE), b""):
            written = raw.removeprefix(UTF8_MARK) if position == 0 else raw
            position += len(raw)
            ends = raw.endswith(b"\n")
            try:
                text: str | None = decoder.decode(written, final=ends).rstrip("\r\n")
            except UnicodeDecodeError:
                text = None
                decoder.reset()
            remains = "" if text is not None else _remains(written, chosen)
            yield Piece(number, text, position, starts, ends, remains)
            number, starts = number + ends, ends


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


def _encoding(path: Path, wanted: str) -> str:
    chosen = detect_encoding(path) if wanted == "auto" else wanted
    try:
        return codecs.lookup(chosen.removesuffix("-sig")).name
    except LookupError as error:
        raise SourceFileError(f"{path.name}: no encoding is called {wanted}") from error


def _sample(file: BinaryIO) -> tuple[int, int]:
    """Return how many of the first lines with non-ASCII bytes there are, and how many are torn.

    The pieces of a long line count as lines; a cut through a character tears nothing.
    """
    strange = broken = 0
    starts = True
    for raw in iter(lambda: file.readline(PIECE), b""):
        if not raw.isascii():
            strange += 1
            broken += not _begins_as_utf8(raw if starts else raw.lstrip(WITHIN_CHARACTER))
        starts = raw.endswith(b"\n")
        if strange == SAMPLE_LINES:
            break
    return strange, broken


def _begins_as_utf8(raw: bytes) -> bool:
    """Return whether bytes are UTF-8 as far as they go: a piece may end within a character."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(raw, final=raw.endswith(b"\n"))
    except UnicodeDecodeError:
        return False
    return True


def _skip_line(file: BinaryIO, raw: bytes) -> int:
    """Read to the end of a line that begins with ``raw``; return how many bytes that took."""
    skipped = 0
    while raw and not raw.endswith(b"\n"):
        raw = file.readline(PIECE)
        skipped += len(raw)
    return skipped


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding).rstrip("\r\n")
    except UnicodeDecodeError:
        return None


def _remains(raw: bytes, encoding: str) -> str:
    return raw[:KEPT].decode(encoding, "backslashreplace").rstrip("\r\n")
