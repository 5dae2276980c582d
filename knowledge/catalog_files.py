"""Reads catalogue files into neutral records, row by row; bad rows come back as errors.

Three kinds of file, told apart by their ending:

`.jsonl`: one product a line. `id`, `name` and `variants` are required:
    {"id": "P1", "name": {"zh": "羊绒围巾", "en": "Cashmere scarf"}, "brand": "Mulan",
     "category": "scarves", "category_name": {"zh": "围巾"}, "description": {"zh": "…"},
     "attributes": {"zh": {"材质": "羊绒"}}, "replenish_days": null, "tags": [], "aliases": [],
     "pairs_with": [],
     "variants": [{"sku": "P1-R", "price": "399.00", "currency": "CNY", "colour": "red",
                   "size": "M"}]}

`.csv`: one variant a row, with a header; rows of one product follow each other. Columns: `id`,
`name_zh`, `name_en`, `brand`, `category`, `category_zh`, `category_en`, `description_zh`,
`description_en`, `replenish_days`, `tags`, `aliases`, `pairs_with` (these three separated by
"|"), `sku`, `price`, `currency`, `colour`, `size`, and any `attr_zh:NAME` or `attr_en:NAME`. What
the first row of a product says holds for all of its variants. UTF-8 or GB 18030, as spreadsheet
programs save it.

`.json` or `.json.zip`: a JSON array of Icecat open-content products (see `icecat`).
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path

from knowledge.catalog_records import (
    BadRowError,
    CatalogFileError,
    CatalogRecord,
    RowError,
    VariantRecord,
    local_text,
    price,
    text,
    texts,
    whole_number,
)
from knowledge.icecat import read_icecat

_LANGUAGES = ("zh", "en")


def read_catalog(path: Path) -> Iterator[CatalogRecord | RowError]:
    """Records and errors in the order of the file; a product id may occur once.

    Raises CatalogFileError when the file as a whole cannot be read.
    """
    seen: dict[str, int] = {}
    for line, row in _rows(path):
        if isinstance(row, RowError):
            yield row
        elif row.product_id in seen:
            first = seen[row.product_id]
            yield RowError(line, f"product {row.product_id} was already given in line {first}")
        else:
            seen[row.product_id] = line
            yield row


def _rows(path: Path) -> Iterator[tuple[int, CatalogRecord | RowError]]:
    name = path.name.lower()
    try:
        if name.endswith((".jsonl", ".ndjson")):
            yield from _read_json_lines(path)
        elif name.endswith(".csv"):
            yield from _read_csv(path)
        elif name.endswith((".json", ".json.zip")):
            yield from read_icecat(path)
        else:
            raise CatalogFileError(f"{path}: expected .jsonl, .csv, .json or .json.zip")
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogFileError(f"{path} cannot be read: {error}") from error


def _read_json_lines(path: Path) -> Iterator[tuple[int, CatalogRecord | RowError]]:
    with path.open(encoding="utf-8-sig") as file:
        for line, content in enumerate(file, start=1):
            if not content.strip():
                continue
            try:
                yield line, _from_json(json.loads(content))
            except ValueError as error:
                yield line, RowError(line, str(error))


def _from_json(row: object) -> CatalogRecord:
    """Raises BadRowError, which says what is wrong with the row."""
    if not isinstance(row, dict):
        raise BadRowError("a product must be a JSON object")
    variants = row.get("variants")
    if not isinstance(variants, list):
        raise BadRowError("variants must be a list")
    attributes = row.get("attributes") or {}
    if not isinstance(attributes, dict):
        raise BadRowError("attributes must be an object of languages")
    return CatalogRecord(
        product_id=text(row, "id"),
        names=local_text(row.get("name"), "name"),
        variants=tuple(map(_variant_from_json, variants)),
        brand=text(row, "brand", default=""),
        category=text(row, "category", default=""),
        category_names=local_text(row.get("category_name"), "category_name"),
        descriptions=local_text(row.get("description"), "description"),
        attributes={lang: local_text(found, "attributes") for lang, found in attributes.items()},
        replenish_days=whole_number(row.get("replenish_days"), "replenish_days"),
        tags=texts(row, "tags"),
        aliases=texts(row, "aliases"),
        pairs_with=texts(row, "pairs_with"),
    )


def _variant_from_json(row: object) -> VariantRecord:
    if not isinstance(row, dict):
        raise BadRowError("a variant must be a JSON object")
    return VariantRecord(
        sku=text(row, "sku"),
        price=price(row.get("price")),
        currency=text(row, "currency", default="CNY"),
        colour=text(row, "colour", default=""),
        size=text(row, "size", default=""),
    )


def _read_csv(path: Path) -> Iterator[tuple[int, CatalogRecord | RowError]]:
    with path.open(encoding=_encoding(path), newline="") as file:
        reader = csv.DictReader(file)
        columns = set(reader.fieldnames or ())
        if missing := {"id", "sku", "price"} - columns:
            raise CatalogFileError(f"{path}: no column {', '.join(sorted(missing))}")
        numbered = ((reader.line_num, row) for row in reader)
        for _, rows in groupby(numbered, key=lambda numbered_row: numbered_row[1]["id"]):
            yield from _from_csv_rows(rows)


def _from_csv_rows(
    rows: Iterable[tuple[int, Mapping[str, str]]],
) -> Iterator[tuple[int, CatalogRecord | RowError]]:
    """One product; a bad variant is an error of its own and the others stay."""
    first: tuple[int, Mapping[str, str]] | None = None
    variants: list[VariantRecord] = []
    for line, row in rows:
        first = first or (line, row)
        try:
            variants.append(_variant_from_csv(row))
        except ValueError as error:
            yield line, RowError(line, str(error))
    if first and variants:
        line, row = first
        try:
            yield line, _product_from_csv(row, tuple(variants))
        except ValueError as error:
            yield line, RowError(line, str(error))


def _variant_from_csv(row: Mapping[str, str]) -> VariantRecord:
    return VariantRecord(
        sku=text(row, "sku"),
        price=price(row.get("price")),
        currency=text(row, "currency", default="CNY"),
        colour=text(row, "colour", default=""),
        size=text(row, "size", default=""),
    )


def _product_from_csv(row: Mapping[str, str], variants: tuple[VariantRecord, ...]) -> CatalogRecord:
    return CatalogRecord(
        product_id=text(row, "id"),
        names=_by_language(row, "name"),
        variants=variants,
        brand=text(row, "brand", default=""),
        category=text(row, "category", default=""),
        category_names=_by_language(row, "category"),
        descriptions=_by_language(row, "description"),
        attributes={lang: found for lang in _LANGUAGES if (found := _attributes(row, lang))},
        replenish_days=whole_number(row.get("replenish_days") or None, "replenish_days"),
        tags=_list(row, "tags"),
        aliases=_list(row, "aliases"),
        pairs_with=_list(row, "pairs_with"),
    )


def _by_language(row: Mapping[str, str], column: str) -> dict[str, str]:
    found = {lang: (row.get(f"{column}_{lang}") or "").strip() for lang in _LANGUAGES}
    return {lang: value for lang, value in found.items() if value}


def _attributes(row: Mapping[str, str], language: str) -> dict[str, str]:
    prefix = f"attr_{language}:"
    return {
        column.removeprefix(prefix): value.strip()
        for column, value in row.items()
        if column and column.startswith(prefix) and value and value.strip()
    }


def _list(row: Mapping[str, str], column: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in (row.get(column) or "").split("|") if part.strip())


def _encoding(path: Path) -> str:
    """UTF-8 where the whole file is; else what Chinese spreadsheet programs write."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            while file.read(io.DEFAULT_BUFFER_SIZE * 16):
                pass
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8-sig"
