"""The declarative base, and the mark that every column carries: personal or not.

A column is *personal* when it identifies a person, or holds free words written by or about one:
exactly what erasing a member must blank. Keys, states and amounts are not; without the personal
columns they say nothing about anybody.
"""

from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Float, MetaData, Time
from sqlalchemy.orm import DeclarativeBase, MappedColumn, mapped_column

from crm_store.models.types import CleanText, Money, UtcDateTime, Whole

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - declared so by SQLAlchemy
        str: CleanText(),
        int: Whole,
        float: Float(),
        datetime: UtcDateTime(),
        date: Date(),
        time: Time(),
        Decimal: Money(),
    }


def personal(*args: Any, **options: Any) -> MappedColumn[Any]:  # noqa: ANN401 - passes through
    """Declare a column with personal data."""
    return mapped_column(*args, info={"personal": True}, **options)


def plain(*args: Any, **options: Any) -> MappedColumn[Any]:  # noqa: ANN401 - passes through
    """Declare a column without personal data."""
    return mapped_column(*args, info={"personal": False}, **options)


def key() -> MappedColumn[Any]:
    """Declare a primary key that the database counts."""
    return plain(primary_key=True, autoincrement=True)
