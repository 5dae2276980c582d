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

`docs/sources.md` explains every key. `Mappings` finds a source's file: the retailer's own, in the
folder that `assistant.sources.mappings` names, before the one that comes with the program.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from crm_store.errors import InvalidRecordError, SourceFileError
from crm_store.sources.cleaning import Cleaner, cleaners, is_blank
from crm_store.sources.fields import Fields
from crm_store.sources.rules import Nested, Reading, Rule, Value, dig, read_all
from crm_store.types.conversations import JSON
from crm_store.types.records import Change

Format: TypeAlias = Literal["csv", "jsonl", "json"]
FORMATS: dict[str, Format] = {"csv": "csv", "jsonl": "jsonl", "json": "json"}
MAPPINGS = Path(__file__).parent / "mappings"
KNOWN_KEYS = frozenset(
    {"source", "loader", "format", "encoding", "delimiter", "records"}
    | {"key", "group", "zone", "currency", "fields"}
)
NEEDED_KEYS = frozenset({"source", "loader", "format", "key", "fields"})
RULE_KEYS = frozenset(
    {"from", "value", "words", "clean", "required", "past", "each", "within", "fields"}
)
KEY_SEPARATOR = ":"


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

    def fields_of(
        self, record: Mapping[str, JSON], latest: datetime
    ) -> tuple[Fields, tuple[Change, ...]]:
        """Return the cleaned record and what cleaning changed; raises `InvalidRecordError`.

        ``latest`` is the end of the past, for fields that cannot lie in the future.
        """
        reading = Reading(latest)
        fields = read_all(self.rules, record, reading)
        return fields, tuple(reading.changes)

    @property
    def names(self) -> frozenset[str]:
        """Columns, or names at the top of a JSON record, that are read."""
        found = {*self.key, *self.group}
        for rule in self.rules:
            if isinstance(rule, Nested):
                found.add(rule.path[0])
            else:
                found |= {path[0] for _, path in rule.paths}
        return frozenset(name.split(".")[0] for name in found)


@dataclass(frozen=True, slots=True)
class Mappings:
    """The descriptions of all sources; those in ``folder`` go before the packaged ones."""

    folder: Path | None = None

    def names(self) -> tuple[str, ...]:
        """Return the sources that have a description."""
        own = sorted(self.folder.glob("*.yml")) if self.folder else []
        packaged = sorted(MAPPINGS.glob("*.yml"))
        return tuple(dict.fromkeys(path.stem for path in (*own, *packaged)))

    def path_of(self, source: str) -> Path:
        """Return the file that describes a source; raises `SourceFileError` on an unknown one."""
        if source not in self.names():
            raise SourceFileError(f"no source {source}: it is one of {', '.join(self.names())}")
        own = self.folder / f"{source}.yml" if self.folder else None
        return own if own and own.is_file() else MAPPINGS / f"{source}.yml"


def read_mapping(path: Path) -> SourceMapping:
    """Return the mapping in a YAML file; raises `SourceFileError` on a bad one."""
    try:
        changed_at = path.stat().st_mtime_ns
    except OSError as error:
        raise SourceFileError(f"{path.name}: no such file") from error
    return _read(path, changed_at)


@lru_cache(maxsize=64)
def _read(path: Path, _changed_at: int) -> SourceMapping:
    try:
        found: JSON = YAML(typ="safe").load(path)
    except (YAMLError, OSError, UnicodeDecodeError) as error:
        raise SourceFileError(f"{path.name}{_line(error)}: expected a mapping in YAML") from error
    if not isinstance(found, dict):
        raise SourceFileError(f"{path.name}: expected a mapping in YAML")
    missing = sorted(NEEDED_KEYS - set(found))
    if missing:
        raise SourceFileError(f"{path.name}: expected {', '.join(f'`{key}:`' for key in missing)}")
    try:
        return _mapping(found)
    except (TypeError, ValueError, ZoneInfoNotFoundError) as error:
        raise SourceFileError(f"{path.name}: {error}") from error


def _line(error: Exception) -> str:
    """Return where a YAML file is broken, as ``:3``; empty when nobody knows."""
    mark = getattr(error, "problem_mark", None)
    return "" if mark is None else f":{mark.line + 1}"


def _mapping(found: dict[str, JSON]) -> SourceMapping:
    unknown = sorted(set(found) - KNOWN_KEYS)
    if unknown:
        raise ValueError(f"unknown key {unknown[0]}")
    known = cleaners(
        ZoneInfo(str(found.get("zone", "Asia/Shanghai"))), str(found.get("currency", "CNY"))
    )
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
    unknown = sorted(set(rule) - RULE_KEYS)
    if unknown:
        raise ValueError(f"{name}: unknown key {unknown[0]}")
    required = rule.get("required") is True
    for verb in ("each", "within"):
        if verb in rule:
            path = tuple(str(rule[verb]).split("."))
            return Nested(
                name,
                path,
                verb == "each",
                _rules(rule.get("fields"), known),
                required,
                path[0] if len(path) == 1 else None,
            )
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
        past=rule.get("past") is True,
        column=column if paths and not paths[0][0] and len(paths[0][1]) == 1 else None,
        cleaning=wanted,
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
    return KEY_SEPARATOR.join([_part(record, column) for column in columns])


def _part(record: Mapping[str, JSON], column: str) -> str:
    part = dig(record, column.split(".")) if "." in column else record.get(column)
    if part is None or isinstance(part, dict | list) or is_blank(part):
        raise InvalidRecordError(f"{column}: expected a value, it is part of the key")
    return " ".join(str(part).split())
