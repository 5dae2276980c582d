"""``truth.csv``: which record belongs to whom, for measuring identity resolution."""

from collections.abc import Iterable, Iterator

from crm_store.demo.people import Person, Profile
from crm_store.demo.tickets_file import Ticket
from crm_store.demo.writing import csv_lines

HEADER = ("person_id", "profile", "source", "record_key", "name", "phone", "email")

Row = tuple[object, ...]


def truth_lines(
    everybody: Iterable[Person], made: Iterable[Ticket], shoppers: frozenset[int | None]
) -> list[str]:
    """Return the file's lines. ``shoppers`` are the shop accounts that ordered."""
    rows: list[Row] = [HEADER]
    for person in everybody:
        for profile in person.profiles:
            rows += _records(person, profile, shoppers)
    for ticket in made:
        key = (ticket.person.id, ticket.profile.number, "tickets", ticket.number)
        rows.append((*key, ticket.name, ticket.phone, None))
    return csv_lines(rows)


def _records(person: Person, profile: Profile, shoppers: frozenset[int | None]) -> Iterator[Row]:
    known = (person.id, profile.number)
    if profile.card:
        yield (*known, "loyalty", profile.card, profile.name, profile.phone, profile.email)
    if profile.shop_account in shoppers:
        account = profile.shop_account
        yield (*known, "shop", account, profile.name, profile.phone, profile.email)
    if profile.openid:
        yield (*known, "mini_program", profile.openid, profile.name, profile.phone, None)
    if profile.social:
        yield (*known, "social", profile.social, None, profile.phone, None)
