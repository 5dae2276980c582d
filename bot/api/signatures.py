"""Signed requests: who may send records of a source, and whether they did.

A sender signs ``TIMESTAMP.BODY`` (seconds since 1970, a full stop, the raw bytes) with HMAC-SHA256
under the secret of its source. While a secret is replaced, a source has two, and the sender may
send a signature under each.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Final

from bot.settings import ConfigError

WINDOW_SECONDS: Final = 300
"""How old a request may be: long enough for a slow line, short against replays."""
AHEAD_SECONDS: Final = 60
"""How far ahead of ours the sender's clock may be."""
SCHEME: Final = "v1="
SHORTEST_SECRET: Final = 16
MOST_SECRETS: Final = 2


class SignatureError(Exception):
    """The request is not to be believed; the message is for our own records alone."""


class IngestKeys:
    """The secrets of each source."""

    def __init__(self, secrets: Mapping[str, Sequence[str]]) -> None:
        self._secrets = {source: [one.encode() for one in some] for source, some in secrets.items()}

    @classmethod
    def parsed(cls, written: str) -> "IngestKeys":
        """Read ``pos:SECRET,shop:SECRET,shop:OLD``; raises `ConfigError` naming the entry."""
        secrets: dict[str, list[str]] = {}
        for number, entry in enumerate(filter(None, map(str.strip, written.split(","))), start=1):
            source, colon, secret = entry.partition(":")
            if not (colon and source and len(secret) >= SHORTEST_SECRET):
                raise ConfigError(
                    f"HUIKE_INGEST_SECRETS: entry {number} is not SOURCE:SECRET with a secret of "
                    f"{SHORTEST_SECRET} characters or more"
                )
            secrets.setdefault(source, []).append(secret)
            if len(secrets[source]) > MOST_SECRETS:
                raise ConfigError(f"HUIKE_INGEST_SECRETS: {source} has more than {MOST_SECRETS}")
        return cls(secrets)

    def check(
        self, source: str, timestamp: str, signature: str, body: bytes, *, now: float
    ) -> None:
        """Return when the request is the source's own and fresh; raises `SignatureError`."""
        secrets = self._secrets.get(source, [b"no source has this secret"])
        given = [part.strip() for part in signature.split(",")[: MOST_SECRETS * 2]]
        genuine = False
        for secret in secrets:
            wanted = (SCHEME + signed(secret, timestamp, body)).encode()
            for one in given:
                genuine |= hmac.compare_digest(wanted, one.encode())
        if source not in self._secrets:
            raise SignatureError("unknown source")
        if not genuine:
            raise SignatureError("bad signature")
        _check_time(timestamp, now)


def signed(secret: bytes, timestamp: str, body: bytes) -> str:
    """Return the signature of a request in hexadecimal digits."""
    return hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _check_time(timestamp: str, now: float) -> None:
    """Refuse what is old or from the future; the timestamp is signed, so it is the sender's."""
    if not (timestamp.isascii() and timestamp.isdecimal()):
        raise SignatureError("malformed timestamp")
    age = now - int(timestamp)
    if age > WINDOW_SECONDS:
        raise SignatureError("too old")
    if age < -AHEAD_SECONDS:
        raise SignatureError("from the future")
