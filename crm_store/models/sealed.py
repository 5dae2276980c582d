"""Column types whose values are encrypted on their way into the database, and opened on theirs out.

The vault belongs to the engine: `bind_vault` ties it to the engine's dialect, which is what
SQLAlchemy shows a column type. An engine without one can neither write nor read such a column.
"""

import json
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import String
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

from crm_store.errors import VaultError
from crm_store.models.types import CleanJSON, clean_json, clean_text
from crm_store.types.conversations import JSON
from crm_store.vault import Vault

_VAULTS: WeakKeyDictionary[Dialect, Vault] = WeakKeyDictionary()


def bind_vault(dialect: Dialect, vault: Vault) -> None:
    """Let an engine with this dialect read and write sealed columns."""
    _VAULTS[dialect] = vault


def vault_of(dialect: Dialect) -> Vault:
    """Return the engine's vault; raises `VaultError` when it has none."""
    vault = _VAULTS.get(dialect)
    if vault is None:
        raise VaultError("this engine was opened without keys and cannot use encrypted columns")
    return vault


class SealedText(TypeDecorator[str]):
    """Text that is encrypted at rest. Nothing can be searched in it."""

    impl = String
    cache_ok = True

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else vault_of(dialect).encrypt(clean_text(value))

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else vault_of(dialect).decrypt(value)


class SealedJSON(CleanJSON):
    """JSON that is encrypted at rest: one JSON string, so that the column stays JSON."""

    cache_ok = True

    @override
    def process_bind_param(self, value: JSON, dialect: Dialect) -> JSON:
        if value is None:
            return None
        text = json.dumps(clean_json(value), ensure_ascii=False, separators=(",", ":"))
        return vault_of(dialect).encrypt(text)

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> JSON:
        if value is None:
            return None
        opened: JSON = json.loads(vault_of(dialect).decrypt(value))
        return opened


class SealedKey(TypeDecorator[str]):
    """Text that is encrypted at rest and yet compared: equal values have equal tokens.

    What that gives away is what a blind index gives away. ``separator`` parts a value that is
    searched by its beginning; each part is encrypted by itself.
    """

    impl = String
    cache_ok = True

    def __init__(self, domain: str, separator: str = "") -> None:
        super().__init__()
        self.domain = domain
        self.separator = separator

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return vault_of(dialect).seal_key(self.domain, clean_text(value), self.separator)

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return (
            None
            if value is None
            else vault_of(dialect).open_key(self.domain, value, self.separator)
        )
