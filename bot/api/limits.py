"""Rate limits: a token bucket per key, in this process."""

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass

KEYS_KEPT = 10_000
"""When more keys than this were seen, those with a full bucket are forgotten."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class RateLimit:
    """Lets ``per_minute`` requests a minute through for each key, a third of them at once."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = per_minute / 60
        self._burst = max(1.0, per_minute / 3)
        self._clock = clock
        self._buckets: dict[Hashable, _Bucket] = {}
        self._room = KEYS_KEPT

    def take(self, key: Hashable) -> float:
        """Take one request; returns 0 when it is allowed, else the seconds to wait."""
        now = self._clock()
        bucket = self._buckets.get(key)
        if bucket is None:
            self._forget(now)
            bucket = self._buckets[key] = _Bucket(self._burst, now)
        bucket.tokens = self._filled(bucket, now)
        bucket.at = now
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / self._rate
        bucket.tokens -= 1
        return 0.0

    def _filled(self, bucket: _Bucket, now: float) -> float:
        return min(self._burst, bucket.tokens + (now - bucket.at) * self._rate)

    def _forget(self, now: float) -> None:
        """Make room when it is used up; doubling it keeps the cost of each request constant."""
        if len(self._buckets) < self._room:
            return
        self._buckets = {
            key: bucket
            for key, bucket in self._buckets.items()
            if self._filled(bucket, now) < self._burst
        }
        self._room = max(KEYS_KEPT, 2 * len(self._buckets))
