"""``truth.csv`` says which records are one person, and the records bear it out."""

from collections import defaultdict

import phonenumbers
from demo_exports import documents, rows_of, table

from crm_store.demo.generator import DemoFiles

Rows = list[dict[str, str]]


def e164(phone: str) -> str:
    number = phonenumbers.parse(phone, "CN")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def by_person(rows: Rows) -> dict[str, Rows]:
    people: dict[str, Rows] = defaultdict(list)
    for row in rows:
        people[row["person_id"]].append(row)
    return people


def test_every_record_key_exists_in_its_source_and_the_other_way_round(
    midsize_retailer: DemoFiles,
) -> None:
    told: dict[str, set[str]] = defaultdict(set)
    for row in rows_of(midsize_retailer.truth):
        told[row["source"]].add(row["record_key"])
    shop = documents(midsize_retailer, "shop")
    assert told == {
        "loyalty": {row["card_no"] for row in table(midsize_retailer, "loyalty")},
        "shop": {str(order["customer"]["id"]) for order in shop if "customer" in order},
        "mini_program": {e["openid"] for e in documents(midsize_retailer, "mini_program")},
        "social": {one["profile_id"] for one in documents(midsize_retailer, "social")},
        "tickets": {row["ticket_no"] for row in table(midsize_retailer, "tickets")},
    }


def test_a_record_belongs_to_one_person(midsize_retailer: DemoFiles) -> None:
    rows = rows_of(midsize_retailer.truth)
    keys = [(row["source"], row["record_key"]) for row in rows]
    assert len(keys) == len(set(keys))


def test_about_one_in_seven_has_several_profiles(midsize_retailer: DemoFiles) -> None:
    people = by_person(rows_of(midsize_retailer.truth))
    several = sum(1 for rows in people.values() if len({row["profile"] for row in rows}) > 1)
    assert 0.10 <= several / len(people) <= 0.18


def test_no_two_people_share_a_phone_or_an_address(midsize_retailer: DemoFiles) -> None:
    owners: dict[str, str] = {}
    for row in rows_of(midsize_retailer.truth):
        for value in (row["phone"] and e164(row["phone"]), row["email"]):
            if value:
                assert owners.setdefault(value, row["person_id"]) == row["person_id"]


def test_records_of_a_profile_agree(midsize_retailer: DemoFiles) -> None:
    for rows in by_person(rows_of(midsize_retailer.truth)).values():
        profiles: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            profiles[row["profile"]].add(row["phone"])
        assert all(len(phones) == 1 for phones in profiles.values())


def test_profiles_of_a_person_are_alike_in_something(midsize_retailer: DemoFiles) -> None:
    for person, rows in by_person(rows_of(midsize_retailer.truth)).items():
        if len({row["profile"] for row in rows}) == 1:
            continue
        named = [row for row in rows if row["name"]]
        likeness = [
            {row["name"][0] for row in named},
            {row["name"].split(" ")[-1].split(",")[0].upper() for row in named},
            {e164(row["phone"]) for row in rows if row["phone"]},
            {row["email"] for row in rows if row["email"]},
        ]
        assert min(len(values) for values in likeness if values) == 1 or len(named) > 2, person
