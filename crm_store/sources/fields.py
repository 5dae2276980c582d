"""A cleaned record: fields by the names of the mapping, read back with their types."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar

from crm_store.errors import InvalidRecordError, SourceFileError

T = TypeVar("T")


class Fields:
    """What a mapping made of one raw record, or of one entry of a list within it."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

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
            raise InvalidRecordError(f"{name}: expected a value")
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
