"""Encryption of personal identifiers, and the blind index that finds them again.

Values are encrypted with AES-256-GCM under keys derived from the data keys; several may be in
use: the first encrypts, all decrypt, so a key is rotated by putting a new one in front. Fernet
tokens of earlier versions are read and rotated too. A blind index is HMAC-SHA256 under a key of
its own: equal values meet, and nothing can be read back from it without that key. See
``docs/decisions/0003-encryption.md`` for what this does and does not stop.
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crm_store.errors import VaultError

SHORTEST_INDEX_KEY = 16
MARK = "2."
"""Begins tokens; Fernet's begin with another letter."""
PURPOSE = b"huike personal values, AES-256-GCM"
NONCE_LENGTH = 12
UNREADABLE = "no data key decrypts this value"


class Vault:
    """Holds the keys. Keys are never shown, logged or stored in the database."""

    def __init__(self, data_keys: Sequence[str], index_key: str) -> None:
        """Take data keys (newest first) and the index key; raises `VaultError` on bad ones."""
        if not data_keys:
            raise VaultError("at least one data key is needed")
        if len(index_key) < SHORTEST_INDEX_KEY:
            raise VaultError(f"the index key is shorter than {SHORTEST_INDEX_KEY} characters")
        try:
            self._fernet = MultiFernet([Fernet(key) for key in data_keys])
        except ValueError as error:
            raise VaultError("a data key is not 32 bytes in URL-safe base64") from error
        self._ciphers = [_cipher(key) for key in data_keys]
        self._index_key = hmac.new(index_key.encode(), digestmod=hashlib.sha256)

    @staticmethod
    def new_key() -> str:
        """Return a fresh data key, fit for an index key too."""
        return Fernet.generate_key().decode()

    def encrypt(self, text: str) -> str:
        """Return the text encrypted under the newest data key."""
        nonce = os.urandom(NONCE_LENGTH)
        sealed = self._ciphers[0].encrypt(nonce, text.encode("utf-8", "ignore"), None)
        return MARK + base64.urlsafe_b64encode(nonce + sealed).decode()

    def decrypt(self, token: str) -> str:
        """Return the text; raises `VaultError` when no key fits or the token was altered."""
        if not token.startswith(MARK):
            return self._decrypt_fernet(token)
        try:
            sealed = base64.urlsafe_b64decode(token.removeprefix(MARK))
        except (binascii.Error, ValueError) as error:
            raise VaultError(UNREADABLE) from error
        for cipher in self._ciphers:
            try:
                return cipher.decrypt(sealed[:NONCE_LENGTH], sealed[NONCE_LENGTH:], None).decode()
            except (InvalidTag, ValueError):
                continue
        raise VaultError(UNREADABLE)

    def rotate(self, token: str) -> str:
        """Return the token encrypted anew under the newest data key."""
        return self.encrypt(self.decrypt(token))

    def blind_index(self, domain: str, value: str) -> str:
        """Return the index of a normalised value; equal values of two domains do not meet."""
        digest = self._index_key.copy()
        digest.update(f"{domain}\x1f{value}".encode("utf-8", "ignore"))
        return digest.hexdigest()

    def _decrypt_fernet(self, token: str) -> str:
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken as error:
            raise VaultError(UNREADABLE) from error

    def __repr__(self) -> str:
        return "Vault(…)"


def _cipher(data_key: str) -> AESGCM:
    """Return the cipher under the key that follows from a data key (HKDF, RFC 5869)."""
    secret = base64.urlsafe_b64decode(data_key)
    return AESGCM(HKDF(SHA256(), length=32, salt=None, info=PURPOSE).derive(secret))
