"""Encrypting what earlier revisions kept in clear text, as revision 0012 does."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection, Update, bindparam, column, select, table, update
from sqlalchemy.types import TypeEngine

from crm_store.models.types import CleanJSON, CleanText, Whole
from crm_store.vault import Vault

TEXTS = (
    ("messages", "id", "text"),
    ("handoffs", "id", "resolution"),
    ("notes", "id", "text"),
    ("follow_ups", "id", "text"),
    ("orders", "id", "remark"),
    ("cases", "id", "reason"),
)
OBJECTS = (
    ("messages", "id", "payload"),
    ("messages", "id", "parse"),
    ("dialogue_states", "conversation_id", "state"),
    ("handoffs", "id", "packet"),
    ("cases", "id", "detail"),
    ("merges", "id", "explained"),
)
KEYS = (
    ("conversations", "external_id", "conversations", ""),
    ("source_records", "record_key", "source_records", ":"),
)
BATCH = 1000


def seal_in_place(connection: Connection, vault: Vault | None) -> None:
    """Encrypt every value; raises `LookupError` naming a column with values but no vault."""
    for name, key, value in TEXTS:
        for batch in _Batches(connection, name, key, value, CleanText(), vault):
            batch.write(lambda text, keys: keys.encrypt(text))
    for name, key, value in OBJECTS:
        for batch in _Batches(connection, name, key, value, CleanJSON(), vault):
            batch.write(lambda found, keys: keys.encrypt(_dumped(found)))
    for name, value, domain, separator in KEYS:
        for batch in _Batches(connection, name, "id", value, CleanText(), vault):
            batch.write(partial(_sealed_key, domain=domain, separator=separator))


def _sealed_key(text: str, keys: Vault, *, domain: str, separator: str) -> str:
    return keys.seal_key(domain, text, separator)


def _dumped(value: Any) -> str:  # noqa: ANN401 - any JSON
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class _Batches:
    """Values of one column, some at a time."""

    connection: Connection
    table: str
    key: str
    value: str
    kind: TypeEngine[Any]
    vault: Vault | None

    def __iter__(self) -> Iterator["_Batch"]:
        key, value = column(self.key, Whole), column(self.value, self.kind)
        target = table(self.table, key, value)
        query = select(key, value).where(value.is_not(None)).order_by(key).limit(BATCH)
        change = (
            update(target).where(key == bindparam("row")).values({self.value: bindparam("new")})
        )
        after = 0
        while rows := self.connection.execute(query.where(key > after)).all():
            if self.vault is None:
                raise LookupError(f"{self.table}.{self.value}")
            found = [(int(row[0]), row[1]) for row in rows]
            yield _Batch(self.connection, change, found, self.vault)
            after = found[-1][0]


@dataclass(frozen=True, slots=True)
class _Batch:
    connection: Connection
    change: Update
    found: Sequence[tuple[int, Any]]
    vault: Vault

    def write(self, sealed: Callable[[Any, Vault], str]) -> None:
        """Write the values back encrypted."""
        new = [{"row": key, "new": sealed(value, self.vault)} for key, value in self.found]
        self.connection.execute(self.change, new)
