"""Reads Icecat open-content products as JSON arrays, plain or zipped, without holding them all.

Used of each object: `id`, `title`, `supplier`, `short_description`, `price` (cents), `ean`,
`name` (the maker's model number), and `attr_t_*` and `attr_n_*` (text and numbers).
"""

import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

from knowledge.catalog_records import (
    BadRowError,
    CatalogFileError,
    CatalogRecord,
    RowError,
    VariantRecord,
    text,
)
from knowledge.catalog_records import price as parse_price

_CHUNK = 1 << 16
_LANGUAGE = "en"
_PRODUCT_TYPE = "attr_t_product_type"
_ABSENT_VALUES = {"", "n", "not available", "not supported"}


def read_icecat(path: Path) -> Iterator[tuple[int, CatalogRecord | RowError]]:
    """Line of each product in its file, with the record or what is wrong with it."""
    with _opened(path) as file:
        for line, row in _objects(path, file):
            try:
                yield line, _record(row)
            except ValueError as error:
                yield line, RowError(line, str(error))


def _record(row: object) -> CatalogRecord:
    if not isinstance(row, dict):
        raise BadRowError("a product must be a JSON object")
    product_id = text(row, "id")
    cents = row.get("price")
    if not isinstance(cents, int) or isinstance(cents, bool):
        raise BadRowError("price is missing" if cents is None else "price must be whole cents")
    eans = [str(ean) for ean in row.get("ean") or []]
    product_type = text(row, _PRODUCT_TYPE, default="")
    description = text(row, "short_description", default="")
    return CatalogRecord(
        product_id=product_id,
        names={_LANGUAGE: text(row, "title")},
        variants=(VariantRecord(sku=product_id, price=parse_price(cents) / 100),),
        brand=text(row, "supplier", default=""),
        category=re.sub(r"[^a-z0-9]+", "-", product_type.lower()).strip("-"),
        category_names={_LANGUAGE: product_type} if product_type else {},
        descriptions={_LANGUAGE: description} if description else {},
        attributes={_LANGUAGE: _attributes(row)},
        aliases=tuple(filter(None, (text(row, "name", default=""), *eans))),
    )


def _attributes(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        key[len("attr_t_") :].strip("_").replace("_", " "): f"{value:g}"
        if isinstance(value, float)
        else str(value)
        for key, value in row.items()
        if key.startswith(("attr_t_", "attr_n_")) and str(value).lower() not in _ABSENT_VALUES
    }


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    if path.suffix.lower() != ".zip":
        with path.open(encoding="utf-8") as file:
            yield file
        return
    try:
        with zipfile.ZipFile(path) as archive:
            names = [n for n in archive.namelist() if n.lower().endswith(".json")]
            if len(names) != 1:
                raise CatalogFileError(f"{path}: expected one JSON file in it")
            with archive.open(names[0]) as member, TextIOWrapper(member, "utf-8") as content:
                yield content
    except zipfile.BadZipFile as error:
        raise CatalogFileError(f"{path} is not a zip file") from error


def _objects(path: Path, file: TextIO) -> Iterator[tuple[int, object]]:
    """The elements of a JSON array one by one, each with the line it begins in."""
    source = _Source(file)
    if source.skip_to_value() != "[":
        raise CatalogFileError(f"{path}: expected a JSON array")
    source.advance(1)
    while source.skip_to_value() != "]":
        line = source.line
        try:
            yield line, source.decode()
        except ValueError as error:
            raise CatalogFileError(f"{path}, line {line}: not valid JSON: {error}") from error


class _Source:
    """A window over a stream of JSON text that remembers the line it is in."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._text = ""
        self._decoder = json.JSONDecoder()
        self.line = 1

    def skip_to_value(self) -> str:
        """Pass over space and commas; the character found, "" at the end of the stream."""
        while True:
            rest = self._text.lstrip(" \t\r\n,")
            self.advance(len(self._text) - len(rest))
            if self._text or not self._read():
                return self._text[:1]

    def decode(self) -> object:
        """The value that begins here. Raises ValueError when there is none."""
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text)
            except ValueError:
                if not self._read():
                    raise
            else:
                self.advance(end)
                return value

    def advance(self, length: int) -> None:
        """Leave this many characters behind."""
        self.line += self._text.count("\n", 0, length)
        self._text = self._text[length:]

    def _read(self) -> bool:
        chunk = self._file.read(_CHUNK)
        self._text += chunk
        return bool(chunk)
