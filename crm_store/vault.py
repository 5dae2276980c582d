"""Encryption of personal identifiers, and the blind index that finds them again.

Values are encrypted with Fernet (AES-128-CBC and HMAC-SHA256); several data keys may be in use:
the first encrypts, all decrypt, so a key is rotated by putting a new one in front. A blind index
is HMAC-SHA256 under a key of its own: equal values meet, and nothing can be read back from it
without that key. See ``docs/decisions/0003-encryption.md`` for what this does and does not stop.
"""

import hashlib
import hmac
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from crm_store.errors import VaultError

SHORTEST_INDEX_KEY = 16


class Vault:
    """Holds the keys. Keys are never shown, logged or stored in the database."""

    def __init__(self, data_keys: Sequence[str], index_key: str) -> None:
        """Take Fernet keys (newest first) and the index key; raises `VaultError` on bad ones."""
        if not data_keys:
            raise VaultError("at least one data key is needed")
        if len(index_key) < SHORTEST_INDEX_KEY:
            raise VaultError(f"the index key is shorter than {SHORTEST_INDEX_KEY} characters")
        try:
            self._fernet = MultiFernet([Fernet(key) for key in data_keys])
        except ValueError as error:
            raise VaultError("a data key is not 32 bytes in URL-safe base64") from error
        self._index_key = index_key.encode()

    @staticmethod
    def new_key() -> str:
        """Return a fresh data key, fit for an index key too."""
        return Fernet.generate_key().decode()

    def encrypt(self, text: str) -> str:
        """Return the text encrypted under the newest data key."""
        return self._fernet.encrypt(text.encode("utf-8", "ignore")).decode()

    def decrypt(self, token: str) -> str:
        """Return the text; raises `VaultError` when no key fits or the token was altered."""
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken as error:
            raise VaultError("no data key decrypts this value") from error

    def rotate(self, token: str) -> str:
        """Return the token encrypted anew under the newest data key."""
        try:
            return self._fernet.rotate(token).decode()
        except InvalidToken as error:
            raise VaultError("no data key decrypts this value") from error

    def blind_index(self, domain: str, value: str) -> str:
        """Return the index of a normalised value; equal values of two domains do not meet."""
        message = f"{domain}\x1f{value}".encode("utf-8", "ignore")
        return hmac.new(self._index_key, message, hashlib.sha256).hexdigest()

    def __repr__(self) -> str:
        return "Vault(…)"
