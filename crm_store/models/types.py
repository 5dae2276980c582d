"""Column types that mean the same on SQLite and on PostgreSQL."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

from sqlalchemy import JSON as PLAIN_JSON
from sqlalchemy import BigInteger, DateTime, Integer, Numeric, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine
from typing_extensions import override

from crm_store.types.conversations import JSON

FEN = Decimal("0.01")
EnumT = TypeVar("EnumT", bound=StrEnum)


def clean_text(text: str) -> str:
    """Return text without NUL and lone surrogates: PostgreSQL can store neither.

    Hostile and broken clients send both. SQLite would take them, but a database must not decide
    what a message says, so they are left out everywhere.
    """
    if text.isascii():
        return text.replace("\x00", "") if "\x00" in text else text
    return text.replace("\x00", "").encode("utf-8", "ignore").decode("utf-8")


def clean_json(value: JSON) -> JSON:
    """Return a JSON value whose strings, keys included, went through `clean_text`."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, Mapping):
        return {clean_text(key): clean_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(item) for item in value]
    return value


class CleanText(TypeDecorator[str]):
    """Text of any length through `clean_text`, in values and in search arguments alike."""

    impl = String
    cache_ok = True

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else clean_text(value)


class CleanJSON(TypeDecorator[JSON]):
    """JSON through `clean_json`: JSONB on PostgreSQL, text on SQLite; None is NULL."""

    impl = PLAIN_JSON
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = JSONB if dialect.name == "postgresql" else PLAIN_JSON
        native: TypeEngine[Any] = kind(none_as_null=True)
        return dialect.type_descriptor(native)

    @override
    def process_bind_param(self, value: JSON, dialect: Dialect) -> JSON:
        return clean_json(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC. SQLite keeps text without a zone, which sorts as time does."""

    impl = DateTime
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a datetime without a time zone: {value.isoformat()}")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Money(TypeDecorator[Decimal]):
    """An exact amount with two decimals: NUMERIC(12, 2) on PostgreSQL.

    SQLite has no decimal type and would keep a float, so there it is a whole number of fen; sums
    and comparisons in SQL stay exact on both.
    """

    impl = Numeric(12, 2)
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        native = Numeric(12, 2) if dialect.name == "postgresql" else Integer()
        return dialect.type_descriptor(native)

    @override
    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Decimal | int | None:
        if value is None:
            return None
        amount = Decimal(value).quantize(FEN, ROUND_HALF_UP)
        return amount if dialect.name == "postgresql" else int(amount / FEN)

    @override
    def process_result_value(self, value: Decimal | int | None, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        return Decimal(value) if dialect.name == "postgresql" else int(value) * FEN


class Word(TypeDecorator[EnumT], Generic[EnumT]):
    """An enum stored as its value, without a CHECK: a new member needs no migration."""

    impl = String(24)
    cache_ok = True

    def __init__(self, enum: type[EnumT]) -> None:
        super().__init__()
        self.enum = enum

    @override
    def process_bind_param(self, value: EnumT | str | None, dialect: Dialect) -> str | None:
        return None if value is None else self.enum(value).value

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> EnumT | None:
        return None if value is None else self.enum(value)


Whole = BigInteger().with_variant(Integer(), "sqlite")
"""A whole number or key; SQLite counts its own keys only in columns that are called INTEGER."""
