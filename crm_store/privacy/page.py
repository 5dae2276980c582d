"""The page on which a person reads everything about themselves, in Chinese and English."""

import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from ruamel.yaml import YAML

from crm_store.types.conversations import JSON, JSONObject
from crm_store.types.privacy import PersonalData

FOLDER = Path(__file__).parent
MESSAGES = "messages"
INTERNAL = frozenset({"id", "member_id", "order_id", "shipment_id", "conversation_id", "run_id"})
"""Numbers that tie rows together; whoever wants them finds them in the data."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:.*\+00:00")
Label: TypeAlias = tuple[str, str]
"""Chinese, English."""


@dataclass(frozen=True, slots=True)
class Section:
    """One table."""

    title: Label
    columns: Sequence[Label]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said."""

    at: str
    author: Label
    text: str


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation."""

    id: str
    lines: Sequence[Line]


def render(data: PersonalData) -> str:
    """Return the page as HTML; everything in it is escaped, and nothing is loaded."""
    sections = [
        _section(name, rows) for name, rows in data.tables.items() if name != MESSAGES and rows
    ]
    return _template().render(
        data=data,
        sections=sections,
        talks=_talks(data.tables.get(MESSAGES, ())),
        role=lambda role: " ".join(_label("roles", role)),
    )


def _section(name: str, rows: Sequence[JSONObject]) -> Section:
    """Return a table without the columns that are empty in every row."""
    columns = [
        key
        for key in rows[0]
        if key not in INTERNAL and any(row[key] not in (None, "", {}, []) for row in rows)
    ]
    return Section(
        _label("tables", name),
        [_label("columns", column) for column in columns],
        [[_printed(row[column]) for column in columns] for row in rows],
    )


def _talks(messages: Sequence[JSONObject]) -> list[Talk]:
    lines: defaultdict[str, list[Line]] = defaultdict(list)
    for row in messages:
        author = _label("authors", str(row["author"]))
        line = Line(str(row["created_at"])[:16].replace("T", " "), author, str(row["text"]))
        lines[str(row["conversation_id"])].append(line)
    return [Talk(talk, said) for talk, said in lines.items()]


def shown(value: JSON) -> str:
    """Return a value as a page or a spreadsheet prints it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "✓" if value else "✗"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _printed(value: JSON) -> str:
    """Return a value for the page: codes with their Chinese word, times to the minute."""
    text = shown(value)
    if MOMENT.fullmatch(text):
        return f"{text[:10]} {text[11:16]}"
    chinese, _ = _label("values", text)
    return text if chinese == text else f"{chinese} {text}"


def _label(kind: str, name: str) -> Label:
    return _labels().get(kind, {}).get(name, (name, name))


@cache
def _labels() -> Mapping[str, Mapping[str, Label]]:
    found = YAML(typ="safe", pure=True).load((FOLDER / "labels.yml").read_text(encoding="utf-8"))
    return {
        kind: {str(name): (words[0], words[1]) for name, words in names.items()}
        for kind, names in found.items()
    }


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("page.html")
