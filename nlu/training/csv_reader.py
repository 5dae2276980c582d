"""Labelled sentences from CSV: a column `text` or `sentence`, a column `label` or `category`."""

import csv
import io
from pathlib import Path

from nlu.errors import NluDataError
from nlu.language import detect_language
from nlu.training.data import Example, TrainingData
from nlu.training.text_file import read_text

_TEXT_COLUMNS = ("text", "sentence")
_LABEL_COLUMNS = ("label", "category", "intent")


def read_csv(file: Path) -> TrainingData:
    """Read one file; raises `NluDataError` for missing columns and empty cells."""
    rows = csv.DictReader(io.StringIO(read_text(file), newline=""), strict=True)
    try:
        columns = rows.fieldnames or ()
        text_column = _column(file, columns, _TEXT_COLUMNS)
        label_column = _column(file, columns, _LABEL_COLUMNS)
        return TrainingData(
            tuple(
                _example(file, rows.line_num, row.get(text_column), row.get(label_column))
                for row in rows
            )
        )
    except csv.Error as error:
        raise NluDataError(f"broken CSV: {error}", file=file, line=rows.line_num) from error


def _column(file: Path, columns: object, names: tuple[str, ...]) -> str:
    found = [name for name in names if isinstance(columns, list | tuple) and name in columns]
    if not found:
        raise NluDataError(f"no column {' or '.join(names)}", file=file, line=1)
    return found[0]


def _example(file: Path, line: int, text: str | None, label: str | None) -> Example:
    if not text or not label or not label.strip():
        raise NluDataError("a row needs a sentence and a label", file=file, line=line)
    return Example(text, label.strip(), detect_language(text), file=file, line=line)
