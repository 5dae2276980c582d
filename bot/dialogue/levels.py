"""How well a skill needs to know whom it serves."""

from enum import IntEnum


class Proof(IntEnum):
    """What must be known of the customer, weakest first."""

    GUEST = 0
    ORDER = 1
    """Knows an order's number and the last four digits of its phone, or is its member."""
    MEMBER = 2
    """Attested by the channel to be a member."""
    FRESH = 3
    """Attested within the minutes that the house's rules name: what can be stolen or lost."""
