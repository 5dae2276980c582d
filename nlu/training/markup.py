"""Entity markup inside an example: `[two](quantity)`, `[big]{"entity": "size", "value": "L"}`."""

import json
import re
from dataclasses import dataclass

from nlu.types import Entity

_MARK = re.compile(
    r"\[(?P<text>[^\]\n]+?)\]"
    r"(?:\((?P<entity>[^():\n]+?)(?::(?P<value>[^)\n]+))?\)(?:\{[^{}\n]*\})?|(?P<json>\{[^{}\n]+\}))"
)

_KEYS = frozenset({"entity", "value", "role", "group"})


@dataclass(frozen=True, slots=True)
class MarkedText:
    """An example with its markup taken out."""

    text: str
    entities: tuple[Entity, ...]
    ignored: tuple[str, ...] = ()
    """Keys of an entity's JSON form that say nothing to us."""


def parse_markup(source: str) -> MarkedText:
    """Read one example; ValueError when an entity's JSON form cannot be used."""
    plain: list[str] = []
    entities: list[Entity] = []
    ignored: set[str] = set()
    length = read = 0
    for mark in _MARK.finditer(source):
        before = source[read : mark.start()]
        plain += [before, mark["text"]]
        start = length + len(before)
        length = start + len(mark["text"])
        read = mark.end()
        fields = _fields(mark)
        ignored |= fields.keys() - _KEYS
        entities.append(_entity(fields, mark["text"], start, length))
    plain.append(source[read:])
    return MarkedText("".join(plain), tuple(entities), tuple(sorted(ignored)))


def _entity(fields: dict[str, str], text: str, start: int, end: int) -> Entity:
    return Entity(
        fields["entity"],
        fields.get("value", text),
        text,
        start,
        end,
        role=fields.get("role"),
        group=fields.get("group"),
        extractor="annotation",
    )


def _fields(mark: re.Match[str]) -> dict[str, str]:
    if mark["json"] is not None:
        return _json_fields(mark["json"])
    value = {} if mark["value"] is None else {"value": mark["value"]}
    return {"entity": mark["entity"].strip()} | value


def _json_fields(source: str) -> dict[str, str]:
    try:
        fields = json.loads(source)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"entity markup is not JSON: {source}") from error
    if not fields.get("entity"):
        raise ValueError(f"entity markup names no entity: {source}")
    for key, value in fields.items():
        if isinstance(value, list | dict | bool):
            raise ValueError(f"entity markup: {key} must be a text")  # noqa: TRY004 - data's, not a caller's
    return {key: str(value) for key, value in fields.items() if value is not None}
