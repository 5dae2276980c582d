"""Which records are one person: Splink on DuckDB, in memory, nothing written anywhere."""

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from crm_store.errors import ResolutionError
from crm_store.resolution.columns import COLUMNS, LISTS, Row, to_row
from crm_store.resolution.model import (
    BLOCKS,
    CERTAIN,
    CROWD,
    LEARNED_FROM,
    LEARNED_FROM_LINKED,
    Field,
    blocks_of,
    crowd,
    fields_of,
    first_values,
    settings_of,
)
from crm_store.resolution.records import PersonRecord, RecordMatch
from crm_store.types.merges import Evidence

if TYPE_CHECKING:
    import duckdb
    from splink import Linker
    from splink.internals.blocking_rule_creator import BlockingRuleCreator

log = logging.getLogger(__name__)

ENOUGH_TO_LEARN: Final = 500
"""Records; fewer teach less than the probabilities that the model begins with."""
FEWEST: Final = 1000
"""As if there were so many records: among a handful, a birthday shared by chance is no proof."""
SAMPLED_PAIRS: Final = 1_000_000
SEED: Final = 20240229
SHARE_FOUND_BY_CERTAIN_RULES: Final = 0.7
LEAST_PROBABILITY: Final = 0.05
"""Less likely pairs are not even returned."""


def find_matches(
    records: Iterable[PersonRecord], *, linked: bool = False, least: float = LEAST_PROBABILITY
) -> list[RecordMatch]:
    """Return the pairs of records that are one person with at least this probability.

    Strongest first. ``linked``: records that share an identifier which somebody vouches for have
    been made one already, as a store's members have. Needs the ``resolution`` extra; raises
    `ResolutionError` without it.
    """
    rows = _without_placeholders([to_row(record) for record in records])
    filled = {name for name in COLUMNS[1:] if any(row[name] is not None for row in rows)}
    if len(rows) < 2 or not fields_of(filled):  # noqa: PLR2004 - it takes two
        return []
    linker = _linker(rows, filled, linked=linked)
    if len(rows) >= ENOUGH_TO_LEARN:
        _learn(linker, filled, LEARNED_FROM_LINKED if linked else LEARNED_FROM)
    found = linker.inference.predict(threshold_match_probability=least, warning_mode="never")
    fields = fields_of(filled)
    matches = [_to_match(row, fields) for row in found.as_record_list()]
    return sorted(matches, key=lambda one: (-one.weight, one.left, one.right))


def _linker(rows: Sequence[Row], filled: Collection[str], *, linked: bool) -> "Linker":
    try:
        import duckdb  # noqa: PLC0415 - heavy
        import pyarrow  # noqa: PLC0415
        from splink import DuckDBAPI, Linker  # noqa: PLC0415
    except ImportError as error:
        raise ResolutionError(
            "identity resolution needs Splink and DuckDB: pip install 'huike[resolution]'"
        ) from error
    # It warns of every level that the data cannot teach; the model has probabilities for those.
    logging.getLogger("splink").setLevel(logging.ERROR)
    connection = duckdb.connect(":memory:")
    _keep_off_the_disk(connection)
    text, several = pyarrow.string(), pyarrow.list_(pyarrow.string())
    schema = pyarrow.schema([(name, several if name in LISTS else text) for name in COLUMNS])
    table = pyarrow.Table.from_pylist(rows, schema=schema)
    connection.register("people_arrow", table)
    connection.execute(f"CREATE TABLE people AS {_with_crowds(filled)}")
    api = DuckDBAPI(connection)
    people = api.register("people")
    enough = len(rows) >= ENOUGH_TO_LEARN
    settings = settings_of(filled, 1 / max(len(rows), FEWEST), weigh_rarity=enough, linked=linked)
    return Linker(people, settings, log_level=None, validate_settings=False)


def _with_crowds(filled: Collection[str]) -> str:
    """Return the query for all records, each marked where it is one of a crowd."""
    rules = {rule for some in (BLOCKS, LEARNED_FROM, CERTAIN) for rule in blocks_of(some, filled)}
    marks = [
        f"count(*) OVER (PARTITION BY {', '.join(rule)}) > {CROWD} AS {crowd(rule)}"
        for rule in sorted(rules)
        if not LISTS.intersection(rule)
    ]
    return f"SELECT {', '.join(('*', *marks))} FROM people_arrow"  # noqa: S608 - our own columns


def _without_placeholders(rows: Sequence[Row]) -> list[Row]:
    """Leave out phones and addresses that a crowd has: a till's default names nobody."""
    counts = Counter((name, value) for row in rows for name in LISTS for value in row[name] or ())

    def told(row: Row, name: str) -> list[str] | None:
        return [value for value in row[name] or () if counts[name, value] <= CROWD] or None

    return [{**row, **{name: told(row, name) for name in LISTS}} for row in rows]


def _keep_off_the_disk(connection: "duckdb.DuckDBPyConnection") -> None:
    """What does not fit into memory must fail, not be written to a file in the clear."""
    connection.execute("SET temp_directory = ''")
    connection.execute("SET max_temp_directory_size = '0KiB'")


def _learn(linker: "Linker", filled: Collection[str], taught_by: Sequence[tuple[str, ...]]) -> None:
    """Learn from the data how often fields agree, within one person and between two."""
    from splink.internals.exceptions import EMTrainingException  # noqa: PLC0415 - heavy

    training, model = linker.training, linker._settings_obj
    certain: list[str | BlockingRuleCreator] = []
    certain += [first_values(rule) for rule in blocks_of(CERTAIN, filled)]
    prior = model.core_model_settings.probability_two_random_records_match
    if certain:
        training.estimate_probability_two_random_records_match(
            certain, recall=SHARE_FOUND_BY_CERTAIN_RULES
        )
    if not model.core_model_settings.probability_two_random_records_match:  # no pair at all
        model.core_model_settings.probability_two_random_records_match = prior
    training.estimate_u_using_random_sampling(max_pairs=SAMPLED_PAIRS, seed=SEED)
    for rule in blocks_of(taught_by, filled):
        before = model.core_model_settings.copy()  # type: ignore[no-untyped-call]
        try:
            training.estimate_parameters_using_expectation_maximisation(first_values(rule))
        except (EMTrainingException, ValueError) as error:
            # No pair agrees in these columns, or they agree so well that a slip would have the
            # probability 0, which Splink refuses. Experience stands.
            model.core_model_settings = before
            log.debug("nothing to learn from pairs with the same %s: %s", rule, error)


def _to_match(row: Mapping[str, Any], fields: Sequence[Field]) -> RecordMatch:
    return RecordMatch(
        left=str(row["unique_id_l"]),
        right=str(row["unique_id_r"]),
        weight=float(row["match_weight"]),
        probability=float(row["match_probability"]),
        evidence=tuple(
            _evidence(row, field) for field in fields if row[f"gamma_{field.name}"] >= 0
        ),
    )


def _evidence(row: Mapping[str, Any], field: Field) -> Evidence:
    """Return what one field says; Splink numbers levels from 0 for the last one."""
    level = field.levels[len(field.levels) - 1 - int(row[f"gamma_{field.name}"])]
    weight = float(row[f"mw_{field.name}"])
    weight += float(row.get(f"mw_tf_adj_{field.name}") or 0.0)
    return Evidence(field.name, level.name, weight)
