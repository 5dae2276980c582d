"""How commands open what they need."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from crm_store.store import SqlStore

from bot.settings import ConfigError, Settings, load_settings
from crm_store.vault import Vault


def vault_of(settings: Settings) -> Vault:
    """Return the vault over the configured keys; raises `ConfigError` when there are none."""
    keys = [key for key in settings.env.data_keys.get_secret_value().split(",") if key]
    index_key = settings.env.index_key.get_secret_value()
    if not keys or not index_key:
        raise ConfigError("HUIKE_DATA_KEYS and HUIKE_INDEX_KEY are not set; run: huike init")
    return Vault(keys, index_key)


@asynccontextmanager
async def open_store(settings: Settings | None = None) -> AsyncIterator[SqlStore]:
    """Open the configured database, whose schema must be up to date."""
    settings = settings or load_settings()
    store = SqlStore.open(settings.env.database, vault_of(settings))
    try:
        await store.check_schema()
        yield store
    finally:
        await store.close()


