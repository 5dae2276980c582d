"""How well identity resolution finds one person behind several records.

    python -m benchmarks.resolution [--data FOLDER] [--people N]

FOLDER holds ``febrl/dataset4a.csv``, ``4b`` and ``fake_1000/fake_1000.csv``. Printed are pairwise
precision, recall and F1: on Febrl 4; on fake_1000 beside the settings that Splink's own
documentation shows, in the same run; and on the demo retailer, whose files are imported into a
database of the run's own. There the pairs are those of source records, before the run, after the
merges that it makes by itself, and when all that it proposes for review is accepted.
"""

import argparse
import asyncio
import csv
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import select

from crm_store import demo
from crm_store.models import CaseRow, IdentityRow, SourceRecordRow
from crm_store.repositories.identities import value_index
from crm_store.resolution.matching import find_matches
from crm_store.resolution.records import PersonRecord
from crm_store.resolution.running import ResolutionReport, resolve_members
from crm_store.store import SqlStore
from crm_store.types.merges import MemberMatch
from crm_store.types.people import IdentityKind, IdentityStatus
from crm_store.vault import Vault

SEED, TODAY = 20240618, date(2026, 11, 1)
CERTAIN_ENOUGH = 0.5
SPLINK_CLUSTERS_AT = 0.95
KINDS = {
    "loyalty": IdentityKind.LOYALTY_CARD,
    "shop": IdentityKind.SHOP_ACCOUNT,
    "mini_program": IdentityKind.MINI_PROGRAM,
    "social": IdentityKind.SOCIAL,
}
Pair: TypeAlias = tuple[str, str]


def main() -> None:
    """Print one line a measurement."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with the public data")
    parser.add_argument("--people", type=int, default=5000, help="of the demo retailer")
    arguments = parser.parse_args()
    if arguments.data is not None:
        _febrl(arguments.data / "febrl")
        _fake_1000(arguments.data / "fake_1000" / "fake_1000.csv")
    with tempfile.TemporaryDirectory(prefix="huike-resolution-") as folder:
        _demo_retailer(Path(folder), arguments.people)


def _febrl(folder: Path) -> None:
    records = [one for name in ("4a", "4b") for one in _febrl_records(folder, name)]
    truth = {_pair(one.key, one.key.replace("-org", "-dup-0")) for one in records}
    found = {_pair(one.left, one.right) for one in find_matches(records, least=CERTAIN_ENOUGH)}
    _report("Febrl 4a + 4b", found, {pair for pair in truth if pair[0] != pair[1]})


def _febrl_records(folder: Path, name: str) -> Iterator[PersonRecord]:
    with (folder / f"dataset{name}.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, skipinitialspace=True):
            street = (row["street_number"], row["address_1"], row["address_2"])
            yield PersonRecord(
                row["rec_id"].strip(),
                given=row["given_name"],
                surname=row["surname"],
                birthday=row["date_of_birth"],
                address=" ".join(street),
                city=row["suburb"],
                postcode=row["postcode"],
                national_id=row["soc_sec_id"],
            )


def _fake_1000(path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    records = [
        PersonRecord(
            row["unique_id"],
            given=row["first_name"],
            surname=row["surname"],
            birthday=row["dob"],
            emails=(row["email"],),
            city=row["city"],
        )
        for row in rows
    ]
    truth = _pairs_within((row["cluster"], row["unique_id"]) for row in rows)
    for least in (CERTAIN_ENOUGH, SPLINK_CLUSTERS_AT):
        found = [(one.left, one.right) for one in find_matches(records, least=least)]
        theirs = _splink_documented(rows, least)
        for name, pairs in (("ours", found), ("Splink's documented settings", theirs)):
            _report(f"fake_1000, p >= {least}, {name}", {_pair(*pair) for pair in pairs}, truth)
            closed = _pairs_within(_grouped(pairs))
            _report(f"fake_1000, p >= {least}, {name}, clusters", closed, truth)


def _splink_documented(rows: Sequence[Mapping[str, str]], least: float) -> list[Pair]:
    """Return what the model of Splink 5's own quick start finds."""
    import pyarrow  # noqa: PLC0415
    import splink.comparison_library as compare  # noqa: PLC0415
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # noqa: PLC0415

    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            compare.JaroWinklerAtThresholds("first_name", [0.9, 0.7]),
            compare.JaroAtThresholds("surname", [0.9, 0.7]),
            compare.DateOfBirthComparison(
                "dob",
                input_is_string=True,
                datetime_metrics=["year", "month"],
                datetime_thresholds=[1, 1],
            ),
            compare.ExactMatch("city").configure(term_frequency_adjustments=True),
            compare.EmailComparison("email"),
        ],
        blocking_rules_to_generate_predictions=[block_on("first_name"), block_on("surname")],
    )
    table = pyarrow.Table.from_pylist([{k: v or None for k, v in row.items()} for row in rows])
    linker = Linker(DuckDBAPI().register(table), settings, log_level=None)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("first_name", "surname")], recall=0.7
    )
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for columns in (("first_name", "surname"), ("dob",)):
        training.estimate_parameters_using_expectation_maximisation(block_on(*columns))
    found = linker.inference.predict(threshold_match_probability=least)
    return [(row["unique_id_l"], row["unique_id_r"]) for row in found.as_record_list()]


def _demo_retailer(folder: Path, people: int) -> None:
    vault = Vault([Vault.new_key()], index_key=Vault.new_key())
    url = f"sqlite:///{folder / 'demo.db'}"
    SqlStore.upgrade(url, vault)
    asyncio.run(_measure_demo(url, vault, folder, people))


async def _measure_demo(url: str, vault: Vault, folder: Path, people: int) -> None:
    store = await SqlStore.open(url, vault)
    await demo.load(
        store,
        seed=SEED,
        today=TODAY,
        people=people,
        orders=people * 8,
        folder=folder,
        staff_password=Vault.new_key(),
    )
    truth = await _truth(store, vault, folder / "truth.csv")
    report = await resolve_members(store)
    await store.close()
    _report_demo(truth, report)


async def _truth(store: SqlStore, vault: Vault, path: Path) -> list[tuple[str, int]]:
    """Return person and member of every source record, as the import left them."""
    async with store.importing() as context:
        kinds = await context.session.execute(
            select(IdentityRow.kind, IdentityRow.value_index, IdentityRow.member_id).where(
                IdentityRow.status == IdentityStatus.ATTESTED
            )
        )
        owners = {(kind, index): member for kind, index, member in kinds}
        cases = await context.session.execute(select(CaseRow.id, CaseRow.member_id))
        bearers = {f"case:{key}": member for key, member in cases}
        named = await context.session.execute(
            select(SourceRecordRow.record_key, SourceRecordRow.entity).where(
                SourceRecordRow.source == "tickets"
            )
        )
        tickets = {key: bearers.get(entity or "") for key, entity in named}
    found: list[tuple[str, int]] = []
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            source, key = row["source"], row["record_key"]
            kind = KINDS.get(source)
            index = (kind, value_index(vault, kind, key)) if kind else None
            member = owners.get(index) if index else tickets.get(key)
            if member is not None:
                found.append((row["person_id"], member))
    return found


def _report_demo(truth: Sequence[tuple[str, int]], report: ResolutionReport) -> None:
    person = {member: who for who, member in truth}

    def wrong(matches: Iterable[MemberMatch]) -> int:
        return sum(person.get(one.left_id) != person.get(one.right_id) for one in matches)

    merges, reviews = report.verdict.merges, report.verdict.reviews
    _report_groups("demo retailer, as imported", truth, ())
    _report_groups("demo retailer, merged automatically", truth, merges)
    _report_groups("demo retailer, review accepted too", truth, (*merges, *reviews))
    print(f"merged automatically {len(merges)}, wrong {wrong(merges)}")
    print(f"proposed for review {len(reviews)}, wrong {wrong(reviews)}")


def _report_groups(
    name: str, truth: Sequence[tuple[str, int]], matches: Collection[MemberMatch]
) -> None:
    group = _groups((one.left_id, one.right_id) for one in matches)
    right = _count((who, group(member)) for who, member in truth)
    found = _count(group(member) for _, member in truth)
    _print(name, right, found, _count(who for who, _ in truth))


def _report(name: str, found: Collection[Pair], truth: Collection[Pair]) -> None:
    _print(name, len(set(found) & set(truth)), len(found), len(truth))


def _print(name: str, right: int, found: int, true: int) -> None:
    precision, recall = right / max(found, 1), right / max(true, 1)
    f1 = 2 * right / max(found + true, 1)
    print(f"{name:<56} precision {precision:.4f}  recall {recall:.4f}  F1 {f1:.4f}", flush=True)


def _pair(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)


def _pairs_within(grouped: Iterable[tuple[Hashable, str]]) -> set[Pair]:
    """Return all pairs of those who are in one group."""
    groups = defaultdict(list)
    for group, key in grouped:
        groups[group].append(key)
    return {_pair(*pair) for keys in groups.values() for pair in combinations(keys, 2)}


def _grouped(pairs: Sequence[Pair]) -> Iterator[tuple[Hashable, str]]:
    """Put those into one group who are linked by any chain of pairs."""
    group = _groups(pairs)
    return ((group(key), key) for key in {key for pair in pairs for key in pair})


def _groups(pairs: Iterable[tuple[Hashable, Hashable]]) -> Callable[[Hashable], Hashable]:
    into: dict[Hashable, Hashable] = {}

    def group(key: Hashable) -> Hashable:
        while key in into:
            key = into[key]
        return key

    for one, other in pairs:
        first, second = group(one), group(other)
        if first != second:
            into[second] = first
    return group


def _count(keys: Iterable[Hashable]) -> int:
    """Return how many pairs have equal keys."""
    return sum(number * (number - 1) // 2 for number in Counter(keys).values())


if __name__ == "__main__":
    main()
