"""The token bucket: a burst, then a steady rate, for each key apart."""

import pytest

from bot.api.limits import KEYS_KEPT, RateLimit


class Hand:
    """A clock in seconds, moved by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_third_may_come_at_once_then_the_rate_holds() -> None:
    clock = Hand()
    limit = RateLimit(60, clock)
    assert [limit.take("a") for _ in range(20)] == [0.0] * 20
    assert limit.take("a") == pytest.approx(1.0)
    clock.now += 1
    assert limit.take("a") == 0.0
    assert limit.take("a") > 0


def test_keys_do_not_share_a_bucket() -> None:
    limit = RateLimit(3, Hand())
    assert limit.take("a") == 0.0
    assert limit.take("a") > 0
    assert limit.take("b") == 0.0


def test_a_flood_of_keys_does_not_make_anybody_forget_their_debt() -> None:
    clock = Hand()
    limit = RateLimit(3, clock)
    limit.take("busy")
    for number in range(2 * KEYS_KEPT):
        limit.take(number)
    assert limit.take("busy") > 0
    clock.now += 3600
    for number in range(2 * KEYS_KEPT):
        limit.take(-1 - number)
    assert 0 not in limit._buckets, "paid debts are forgotten"
