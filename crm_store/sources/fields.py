"""A cleaned record: fields by the names of the mapping, read back with their types."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Protocol, TypeVar

from crm_store.errors import InvalidRecordError, SourceFileError

T = TypeVar("T")


class Named(Protocol):
    """A rule of the mapping."""

    @property
    def name(self) -> str:
        """Of the field that it fills."""


class Fields:
    """What a mapping made of one raw record, or of one entry of a list within it."""

    __slots__ = ("_rules", "_values")

    def __init__(self, values: Mapping[str, object], rules: Sequence[Named] = ()) -> None:
        self._values = values
        self._rules = rules

    def get(self, name: str, kind: type[T]) -> T | None:
        """Return a field, None when the record does not have it.

        Raises `SourceFileError` when the mapping cleans it into another type than ``kind``.
        """
        value = self._values.get(name)
        if value is None:
            return None
        wrong = kind is date and isinstance(value, datetime)
        if not isinstance(value, kind) or wrong:
            raise SourceFileError(
                f"the mapping makes {name} a {type(value).__name__}, not a {kind.__name__}"
            )
        return value

    def need(self, name: str, kind: type[T]) -> T:
        """Return a field; raises `InvalidRecordError` when the record does not have it."""
        value = self.get(name, kind)
        if value is None:
            unread = self._rules and all(rule.name != name for rule in self._rules)
            why = ", and the mapping has no such field" if unread else ""
            raise InvalidRecordError(f"{name}: expected a value{why}")
        return value

    def text(self, name: str) -> str:
        """Return a text, empty when the record does not have it."""
        return self.get(name, str) or ""

    def one(self, name: str) -> "Fields | None":
        """Return the record within."""
        return self.get(name, Fields)

    def many(self, name: str) -> tuple["Fields", ...]:
        """Return the entries of a list within; empty when there is none."""
        return self.get(name, tuple) or ()
