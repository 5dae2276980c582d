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
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from crm_store.errors import VaultError

SHORTEST_INDEX_KEY = 16
MARK = "2."
"""Begins tokens; Fernet's begin with another letter."""
PURPOSE = b"huike personal values, AES-256-GCM"
KEYS = b"huike keys, AES-256-SIV"
NONCE_LENGTH = 12
SIV_KEY_LENGTH = 64
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
        self._newest = data_keys[0]
        self._index_key = hmac.new(index_key.encode(), digestmod=hashlib.sha256)
        self._key_cipher = AESSIV(_derived(index_key.encode(), KEYS, SIV_KEY_LENGTH))
        # What is looked up first is often written next.
        self._sealed_part = lru_cache(maxsize=4096)(self._seal_part)
        self._indexed = lru_cache(maxsize=8192)(self._index)

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
        """Return the text; raises `VaultError` when no key fits or the token was altered.

        Nothing opens to nothing: that is what retention leaves of an old record.
        """
        if not token:
            return ""
        if not token.startswith(MARK):
            return self._decrypt_fernet(token)
        try:
            sealed = base64.urlsafe_b64decode(token.removeprefix(MARK))
        except (binascii.Error, ValueError) as error:
            raise VaultError(UNREADABLE) from error
        for cipher in self._ciphers:
            try:
                return self._open(cipher, sealed)
            except (InvalidTag, ValueError):
                continue
        raise VaultError(UNREADABLE)

    def rotate(self, token: str) -> str:
        """Return the token encrypted anew under the newest data key."""
        return self.encrypt(self.decrypt(token))

    def is_current(self, token: str) -> bool:
        """Whether the newest data key encrypted this token."""
        if not token.startswith(MARK):
            return False
        try:
            self._open(self._ciphers[0], base64.urlsafe_b64decode(token.removeprefix(MARK)))
        except (InvalidTag, ValueError):
            return False
        return True

    @property
    def key_mark(self) -> str:
        """A mark of the newest data key by which a rotation knows where it stopped."""
        return self.sign("key mark", self._newest)[:16]

    def seal_key(self, domain: str, value: str, separator: str = "") -> str:
        """Return a value encrypted so that equal values have equal tokens (RFC 5297).

        Parts between separators are encrypted each by itself.
        """
        parts = value.split(separator) if separator else [value]
        return separator.join([self._sealed_part(domain, part) for part in parts])

    def open_key(self, domain: str, token: str, separator: str = "") -> str:
        """Return what `seal_key` encrypted; raises `VaultError` when it was altered."""
        parts = token.split(separator) if separator else [token]
        return separator.join(self._open_part(domain, part) for part in parts)

    def sign(self, domain: str, text: str) -> str:
        """Return a signature that only the holder of the index key can make."""
        return self.blind_index(f"signature of {domain}", text)

    def blind_index(self, domain: str, value: str) -> str:
        """Return the index of a normalised value; equal values of two domains do not meet."""
        return self._indexed(domain, value)

    def _index(self, domain: str, value: str) -> str:
        digest = self._index_key.copy()
        digest.update(f"{domain}\x1f{value}".encode("utf-8", "ignore"))
        return digest.hexdigest()

    @staticmethod
    def _open(cipher: AESGCM, sealed: bytes) -> str:
        return cipher.decrypt(sealed[:NONCE_LENGTH], sealed[NONCE_LENGTH:], None).decode()

    def _seal_part(self, domain: str, part: str) -> str:
        if not part:
            return ""
        sealed = self._key_cipher.encrypt(part.encode("utf-8", "ignore"), [domain.encode()])
        return base64.urlsafe_b64encode(sealed).decode()

    def _open_part(self, domain: str, part: str) -> str:
        if not part:
            return ""
        try:
            sealed = base64.urlsafe_b64decode(part)
            return self._key_cipher.decrypt(sealed, [domain.encode()]).decode()
        except (InvalidTag, ValueError) as error:
            raise VaultError(UNREADABLE) from error

    def _decrypt_fernet(self, token: str) -> str:
        try:
            return self._fernet.decrypt(token).decode()
        except (InvalidToken, ValueError) as error:
            raise VaultError(UNREADABLE) from error

    def __repr__(self) -> str:
        return "Vault(…)"


def _cipher(data_key: str) -> AESGCM:
    """Return the cipher under the key that follows from a data key (HKDF, RFC 5869)."""
    return AESGCM(_derived(base64.urlsafe_b64decode(data_key), PURPOSE, 32))


def _derived(secret: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length=length, salt=None, info=purpose).derive(secret)
