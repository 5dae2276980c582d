"""Rules of a mapping: how one field, or the records within a record, are read.

While a record is read, every change that cleaning made is noted beside it, from the raw value to
the value: nobody has to guess later where a value comes from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TypeAlias

from crm_store.errors import InvalidRecordError
from crm_store.sources.cleaning import Cleaner, is_blank
from crm_store.sources.fields import Fields
from crm_store.types.conversations import JSON
from crm_store.types.places import Place
from crm_store.types.records import Change
from crm_store.types.text import LocalText


@dataclass(slots=True)
class Reading:
    """One record while it is read."""

    latest: datetime
    """What is said to have happened later than this cannot have happened."""
    changes: list[Change] = field(default_factory=list)


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
    past: bool = False
    """Whether it is a time that cannot lie in the future."""
    column: str | None = None
    """The one column it is read from, when that is no path."""
    cleaning: str = "text"
    """The name of `clean`."""

    def read(self, record: Mapping[str, JSON], reading: Reading, within: str = "") -> object:
        """Return the cleaned value; raises `InvalidRecordError`."""
        raw = self._raw(record) if self.column is None else record.get(self.column)
        said = self.words.get(raw.strip(), raw) if self.words and isinstance(raw, str) else raw
        if said is None or is_blank(said):
            if self.required:
                raise InvalidRecordError(f"{self.label}: expected a value")
            return None
        value = self.clean(said, self.label)
        if self.past:
            self._check_past(value, reading.latest)
        if value is not raw and self.paths and not _says(raw, value):
            reading.changes.append(Change(within + self.name, raw, written(value)))
        return value

    def _raw(self, record: Mapping[str, JSON]) -> JSON:
        if not self.paths:
            return self.constant
        label, path = self.paths[0]
        if not label:
            return dig(record, path)
        parts = {label: dig(record, path) for label, path in self.paths}
        return None if all(is_blank(part) for part in parts.values()) else parts

    def _check_past(self, value: object, latest: datetime) -> None:
        if isinstance(value, datetime):
            ahead = value > latest
        else:
            ahead = isinstance(value, date) and value > latest.date()
        if ahead:
            raise InvalidRecordError(f"{self.label}: expected a time that is not in the future")


@dataclass(frozen=True, slots=True)
class Nested:
    """Records within a record: a list of them, or one."""

    name: str
    path: tuple[str, ...]
    many: bool
    rules: tuple["Value | Nested", ...]
    required: bool
    column: str | None = None
    """The one column it stands in, when that is no path."""

    def read(self, record: Mapping[str, JSON], reading: Reading, within: str = "") -> object:
        """Return a tuple of `Fields`, or one; raises `InvalidRecordError`."""
        found = dig(record, self.path)
        if is_blank(found) or found == []:
            if self.required:
                raise InvalidRecordError(f"{self.name}: expected at least one entry")
            return None
        place = f"{within}{self.name}."
        if not self.many:
            return self._entry(found, reading, place)
        if not isinstance(found, list):
            raise InvalidRecordError(f"{self.name}: expected a list")
        return tuple(
            self._entry(item, reading, f"{place}{number}.") for number, item in enumerate(found)
        )

    def _entry(self, item: JSON, reading: Reading, place: str) -> Fields:
        if not isinstance(item, dict):
            raise InvalidRecordError(f"{self.name}: expected an object")
        try:
            return read_all(self.rules, item, reading, place)
        except InvalidRecordError as error:
            raise InvalidRecordError(f"{self.name}.{error}") from error


Rule: TypeAlias = Value | Nested


def read_all(
    rules: Sequence[Rule], record: Mapping[str, JSON], reading: Reading, within: str = ""
) -> Fields:
    """Return a record's fields; raises `InvalidRecordError` on the first that is malformed."""
    values = {}
    for rule in rules:
        if rule.column is not None and not rule.required and record.get(rule.column) is None:
            continue  # most fields of most events are absent
        value = rule.read(record, reading, within)
        if value is not None:
            values[rule.name] = value
    return Fields(values, rules)


def dig(record: Mapping[str, JSON], path: Sequence[str]) -> JSON:
    """Return what stands at a path; None when the path leads nowhere."""
    found = record.get(path[0])
    for step in path[1:]:
        if not isinstance(found, dict):
            return None
        found = found.get(step)
    return found


def written(value: object) -> JSON:
    """Return a cleaned value as it is written down in a note of what was changed."""
    if isinstance(value, LocalText | Place):
        return asdict(value)
    if isinstance(value, Mapping):
        return {str(key): written(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [written(item) for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return value if isinstance(value, int | float) else str(value)


def _says(raw: JSON, value: object) -> bool:
    """Return whether a raw value says just what was made of it, in another type at most."""
    if isinstance(value, str):
        return value == raw
    if isinstance(value, datetime):
        return raw == value.isoformat()
    if isinstance(value, bool | float):
        return value is raw or raw == str(value)
    if isinstance(value, int | Decimal):
        return raw == str(value) or (isinstance(raw, int) and raw == value)
    if isinstance(value, LocalText):
        return raw in (value.zh, value.en) or raw == written(value)
    return raw == written(value)
