"""Mappings: how one export of a source is read, as a short YAML file says it.

```yaml
source: loyalty            # name of the source
loader: members            # which loader takes the records
format: csv                # csv, jsonl, or json with `records` naming the list
key: [card_no]             # columns that identify a record, and tell a correction from a new one
group: [number]            # optional: adjacent records that are loaded together
fields:
  name: {from: 姓名, clean: name, required: true}
  phone: {from: contact.phone, clean: phone}           # a dotted path into JSON
  state: {from: 状态, words: {待发: paid}, clean: order_state}
  title: {from: {zh: title_zh, en: title_en}, clean: local}
  channel: {value: pos, clean: channel}                # the same for all records
  lines: {each: items, fields: {...}}                  # a list of records within
  order: {within: order, fields: {...}}                # one record within
```
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from crm_store.errors import InvalidRecordError, SourceFileError
from crm_store.sources.cleaning import Cleaner, cleaners, is_blank
from crm_store.sources.fields import Fields
from crm_store.types.conversations import JSON

Format: TypeAlias = Literal["csv", "jsonl", "json"]
FORMATS: dict[str, Format] = {"csv": "csv", "jsonl": "jsonl", "json": "json"}
MAPPINGS = Path(__file__).parent / "mappings"
KNOWN_KEYS = frozenset(
    {"source", "loader", "format", "encoding", "delimiter", "records"}
    | {"key", "group", "zone", "fields"}
)
KEY_SEPARATOR = ":"


@dataclass(frozen=True, slots=True)
class Value:
    """A single value of a record."""

    name: str
    paths: tuple[tuple[str, tuple[str, ...]], ...]
    """One path, or several that make an object; the label is empty for a single one."""
    constant: JSON
    words: Mapping[str, str]
    clean: Cleaner
    required: bool
    label: str
    """What messages call the field: its name, and its column where that is another."""

    def read(self, record: Mapping[str, JSON]) -> object:
        """Return the cleaned value; raises `InvalidRecordError`."""
        raw = self._raw(record)
        if isinstance(raw, str) and self.words:
            raw = self.words.get(raw.strip(), raw)
        if is_blank(raw):
            if self.required:
                raise InvalidRecordError(f"{self.label}: expected a value")
            return None
        return self.clean(raw, self.label)

    def _raw(self, record: Mapping[str, JSON]) -> JSON:
        if not self.paths:
            return self.constant
        if not self.paths[0][0]:
            return dig(record, self.paths[0][1])
        parts = {label: dig(record, path) for label, path in self.paths}
        return None if all(is_blank(part) for part in parts.values()) else parts


@dataclass(frozen=True, slots=True)
class Nested:
    """Records within a record: a list of them, or one."""

    name: str
    path: tuple[str, ...]
    many: bool
    rules: tuple["Value | Nested", ...]
    required: bool

    def read(self, record: Mapping[str, JSON]) -> object:
        """Return a tuple of `Fields`, or one; raises `InvalidRecordError`."""
        found = dig(record, self.path)
        if is_blank(found) or found == []:
            if self.required:
                raise InvalidRecordError(f"{self.name}: expected at least one entry")
            return None
        if not self.many:
            return self._entry(found)
        if not isinstance(found, list):
            raise InvalidRecordError(f"{self.name}: expected a list")
        return tuple(self._entry(item) for item in found)

    def _entry(self, item: JSON) -> Fields:
        if not isinstance(item, dict):
            raise InvalidRecordError(f"{self.name}: expected an object")
        try:
            return Fields({rule.name: rule.read(item) for rule in self.rules})
        except InvalidRecordError as error:
            raise InvalidRecordError(f"{self.name}.{error}") from error


Rule: TypeAlias = Value | Nested


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """One source's description."""

    source: str
    loader: str
    format: Format
    key: tuple[str, ...]
    group: tuple[str, ...]
    rules: tuple[Rule, ...]
    encoding: str = "auto"
    delimiter: str = ","
    records: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns that a table must have: those of the key and of required fields."""
        needed = [*self.key, *self.group]
        for rule in self.rules:
            if isinstance(rule, Value) and rule.required:
                needed += [path[0] for _, path in rule.paths]
        return tuple(dict.fromkeys(needed))

    def key_of(self, record: Mapping[str, JSON]) -> str:
        """Return a record's key; raises `InvalidRecordError` when a part is missing."""
        return _joined(record, self.key)

    def group_of(self, record: Mapping[str, JSON]) -> str:
        """Return the name of the group that a record belongs to: by default its own key."""
        return _joined(record, self.group or self.key)

    def fields_of(self, record: Mapping[str, JSON]) -> Fields:
        """Return the cleaned record; raises `InvalidRecordError`."""
        return Fields({rule.name: rule.read(record) for rule in self.rules})


def read_mapping(path: Path) -> SourceMapping:
    """Return the mapping in a YAML file; raises `SourceFileError` on a bad one."""
    try:
        found: JSON = YAML(typ="safe").load(path)
    except (YAMLError, OSError, UnicodeDecodeError) as error:
        raise SourceFileError(f"{path.name}: expected a mapping in YAML") from error
    if not isinstance(found, dict):
        raise SourceFileError(f"{path.name}: expected a mapping in YAML")
    try:
        return _mapping(found)
    except (KeyError, TypeError, ValueError, ZoneInfoNotFoundError) as error:
        raise SourceFileError(f"{path.name}: {error}") from error


def dig(record: Mapping[str, JSON], path: Sequence[str]) -> JSON:
    """Return what stands at a path; None when the path leads nowhere."""
    found = record.get(path[0])
    for step in path[1:]:
        if not isinstance(found, dict):
            return None
        found = found.get(step)
    return found


def _mapping(found: dict[str, JSON]) -> SourceMapping:
    unknown = sorted(set(found) - KNOWN_KEYS)
    if unknown:
        raise ValueError(f"unknown key {unknown[0]}")
    known = cleaners(ZoneInfo(str(found.get("zone", "Asia/Shanghai"))))
    wanted = str(found["format"])
    if wanted not in FORMATS:
        raise ValueError(f"format {wanted} is none of {', '.join(FORMATS)}")
    records = found.get("records")
    return SourceMapping(
        source=str(found["source"]),
        loader=str(found["loader"]),
        format=FORMATS[wanted],
        key=_names(found["key"]),
        group=_names(found.get("group", [])),
        rules=_rules(found["fields"], known),
        encoding=str(found.get("encoding", "auto")),
        delimiter=str(found.get("delimiter", ",")),
        records=None if records is None else str(records),
    )


def _rules(found: JSON, known: Mapping[str, Cleaner]) -> tuple[Rule, ...]:
    if not isinstance(found, dict):
        raise TypeError("fields: expected names and their rules")
    return tuple(_rule(name, rule, known) for name, rule in found.items())


def _rule(name: str, rule: JSON, known: Mapping[str, Cleaner]) -> Rule:
    if not isinstance(rule, dict):
        raise TypeError(f"{name}: expected a rule such as {{from: column, clean: text}}")
    required = rule.get("required") is True
    for verb in ("each", "within"):
        if verb in rule:
            path = tuple(str(rule[verb]).split("."))
            return Nested(name, path, verb == "each", _rules(rule["fields"], known), required)
    wanted = str(rule.get("clean", "text"))
    if wanted not in known:
        raise ValueError(f"{name}: no cleaning function {wanted}")
    words = rule.get("words")
    paths = _paths(name, rule)
    column = ".".join(paths[0][1]) if paths else name
    return Value(
        name=name,
        label=name if column == name else f"{name} ({column})",
        paths=paths,
        constant=rule.get("value"),
        words={str(word): str(to) for word, to in words.items()} if isinstance(words, dict) else {},
        clean=known[wanted],
        required=required,
    )


def _paths(name: str, rule: dict[str, JSON]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if "value" in rule:
        return ()
    source = rule.get("from", name)
    if isinstance(source, dict):
        return tuple((label, tuple(str(path).split("."))) for label, path in source.items())
    return (("", tuple(str(source).split("."))),)


def _names(found: JSON) -> tuple[str, ...]:
    if not isinstance(found, list):
        raise TypeError("key: expected a list of columns")
    return tuple(str(name) for name in found)


def _joined(record: Mapping[str, JSON], columns: Sequence[str]) -> str:
    parts = []
    for column in columns:
        part = dig(record, column.split("."))
        if is_blank(part) or isinstance(part, dict | list):
            raise InvalidRecordError(f"{column}: expected a value, it is part of the key")
        parts.append(" ".join(str(part).split()))
    return KEY_SEPARATOR.join(parts)
