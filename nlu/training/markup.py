"""Entity markup inside an example: `[two](quantity)`, `[big]{"entity": "size", "value": "L"}`."""

import json
import re
from dataclasses import dataclass

from nlu.types import Entity

_MARK = re.compile(
    r"\[(?P<text>[^\]\n]+?)\]"
    r"(?:\((?P<entity>[^():\n]+?)(?::(?P<value>[^)\n]+))?\)(?:\{[^{}\n]*\})?|(?P<json>\{[^{}\n]+\}))"
)


@dataclass(frozen=True, slots=True)
class MarkedText:
    """An example with its markup taken out."""

    text: str
    entities: tuple[Entity, ...]


def parse_markup(source: str) -> MarkedText:
    """Read one example; ValueError when an entity's JSON form cannot be used."""
    plain: list[str] = []
    entities: list[Entity] = []
    length = read = 0
    for mark in _MARK.finditer(source):
        before = source[read : mark.start()]
        plain += [before, mark["text"]]
        start = length + len(before)
        length = start + len(mark["text"])
        read = mark.end()
        entities.append(_entity(mark, start, length))
    plain.append(source[read:])
    return MarkedText("".join(plain), tuple(entities))


def _entity(mark: re.Match[str], start: int, end: int) -> Entity:
    text = mark["text"]
    if mark["json"] is None:
        value = mark["value"] or text
        return Entity(mark["entity"].strip(), value, text, start, end, extractor="annotation")
    fields = _json_fields(mark["json"])
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


def _json_fields(source: str) -> dict[str, str]:
    try:
        fields = json.loads(source)
    except json.JSONDecodeError as error:
        raise ValueError(f"entity markup is not JSON: {source}") from error
    unknown = sorted(fields.keys() - {"entity", "value", "role", "group"})
    if unknown:
        raise ValueError(f"unknown key in entity markup: {', '.join(unknown)}")
    if not fields.get("entity"):
        raise ValueError(f"entity markup names no entity: {source}")
    return {key: str(value) for key, value in fields.items() if value is not None}
