"""What members may change about themselves, and how enrolment goes on."""

from datetime import date
from typing import Annotated

from pydantic import Field

from bot.policies.decision import Decision, allow, refuse
from bot.policies.section import Section


class Membership(Section):
    """Enrolment and profile changes."""

    birthday_changes: Annotated[int, Field(ge=0)]
    """How often members may change their birthday by themselves: presents depend on it."""
    oldest_years: Annotated[int, Field(ge=1)]
    """An age above this is a slip of the finger."""
    youngest_years: Annotated[int, Field(ge=0)]
    """Who is younger needs a parent: a person decides."""
    longest_name: Annotated[int, Field(ge=1)]
    longest_address: Annotated[int, Field(ge=1)]
    shortest_address: Annotated[int, Field(ge=1)]
    """Fewer characters are no address that a parcel could be sent to."""
    check_days: Annotated[int, Field(ge=1)]
    """Days within which a number that was only typed has to be proved."""


def may_set_birthday(
    membership: Membership, birthday: date, *, today: date, changed_before: int
) -> Decision:
    """Decide about a new birthday; ``changed_before`` counts earlier changes by the member."""
    age = today.year - birthday.year - ((today.month, today.day) < (birthday.month, birthday.day))
    if birthday >= today:
        return refuse("birthday_in_future")
    if age > membership.oldest_years:
        return refuse("birthday_too_long_ago", years=membership.oldest_years)
    if age < membership.youngest_years:
        return refuse("member_too_young", years=membership.youngest_years)
    if changed_before >= membership.birthday_changes:
        return refuse("birthday_changed_already", times=membership.birthday_changes)
    return allow("profile_by_member")
