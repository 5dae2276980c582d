"""The model: which fields are compared at which levels, and which pairs are looked at.

Every level has probabilities to begin with (how often two records of one person, and of two
people, agree so far). They are experience with shop data and hold for stores that are too small to
learn from; `training` replaces them by what the data itself says.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from crm_store.resolution.columns import LISTS

if TYPE_CHECKING:
    from splink import SettingsCreator
    from splink.internals.blocking_rule_creator import BlockingRuleCreator

NOISE: Final = 1e-7
SAMPLED: Final = 1e-5
"""What is rarer between two people than this, no sample can show: it holds some matches."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of agreement, told from the ones above it in the list."""

    name: str
    sql: str
    same_person: float
    """How often two records of one person agree just so far."""
    others: float
    """How often two records of two people do."""
    rare_counts: str | None = None
    """The column whose rare values count for more than its common ones."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field that is compared; ``needs`` are the columns it is made of."""

    name: str
    needs: tuple[str, ...]
    missing: str
    """When nothing can be said."""
    levels: tuple[Level, ...]
    identifier: bool = False
    """Whether it names one person."""
    told: bool = False
    """Whether experience stands in any case: too few records have it to learn from."""


def _missing(*columns: str) -> str:
    sides = (" and ".join(f"{column}_{side} is null" for column in columns) for side in "lr")
    return " or ".join(f"({side})" for side in sides)


def _equal(column: str) -> str:
    return f"{column}_l = {column}_r"


def _slip(column: str, most: int = 1) -> str:
    return f"damerau_levenshtein({column}_l, {column}_r) <= {most}"


def _alike(column: str, least: float) -> str:
    return f"jaro_winkler_similarity({column}_l, {column}_r) >= {least}"


def _any_pair(column: str, test: str) -> str:
    """Whether any of one record's values passes a test with any of the other's."""
    fitting = f"list_filter({column}_r, lambda b: {test})"
    return f"len(list_filter({column}_l, lambda a: len({fitting}) > 0)) > 0"


def _days_apart(most: int) -> str:
    days = "date_diff('day', try_cast(birthday_l as date), try_cast(birthday_r as date))"
    return f"abs({days}) <= {most}"


USERNAME = "split_part(a, '@', 1) = split_part(b, '@', 1) and length(split_part(a, '@', 1)) >= 5"

FIELDS: Final = (
    Field(
        "name",
        ("given", "surname"),
        _missing("given", "surname"),
        (
            Level("same", f"{_equal('given')} and {_equal('surname')}", 0.62, 3e-4, "sound"),
            Level("other_order", "given_l = surname_r and surname_l = given_r", 0.02, 1e-5),
            Level("same_sound", _equal("sound"), 0.1, 1e-4, "sound"),
            Level("one_slip", _slip("sound"), 0.08, 3e-4),
            Level("alike", _alike("sound", 0.9), 0.05, 2e-3),
            Level(
                "initial",
                f"{_equal('surname')} and (given_l is null or given_r is null"
                " or ((length(given_l) = 1 or length(given_r) = 1)"
                " and given_l[1] = given_r[1]))",
                0.05,
                0.006,
            ),
            Level("part", f"{_equal('surname')} or {_equal('given')}", 0.05, 0.03),
            Level("different", "ELSE", 0.03, 0.95),
        ),
    ),
    Field(
        "birthday",
        ("birthday",),
        _missing("birthday"),
        (
            Level("same", _equal("birthday"), 0.85, 6e-5, "birthday"),
            Level("one_slip", _slip("birthday"), 0.09, 9e-4),
            Level("within_a_month", _days_apart(31), 0.02, 4e-3),
            Level("within_a_year", _days_apart(366), 0.02, 0.045),
            Level("different", "ELSE", 0.02, 0.95),
        ),
    ),
    Field(
        "phone",
        ("phones",),
        _missing("phones"),
        (
            Level("same", "len(list_intersect(phones_l, phones_r)) > 0", 0.6, NOISE),
            Level("one_slip", _any_pair("phones", "damerau_levenshtein(a, b) <= 1"), 0.12, 4e-7),
            Level("different", "ELSE", 0.28, 1.0),
        ),
        identifier=True,
    ),
    Field(
        "email",
        ("emails",),
        _missing("emails"),
        (
            Level("same", "len(list_intersect(emails_l, emails_r)) > 0", 0.75, NOISE),
            Level("same_name", _any_pair("emails", USERNAME), 0.05, 2e-6),
            Level(
                "alike", _any_pair("emails", "jaro_winkler_similarity(a, b) >= 0.92"), 0.05, 4e-4
            ),
            Level("different", "ELSE", 0.15, 1.0),
        ),
        identifier=True,
    ),
    Field(
        "national_id",
        ("national_id",),
        _missing("national_id"),
        (
            Level("same", _equal("national_id"), 0.85, NOISE),
            Level("one_slip", _slip("national_id"), 0.1, 1e-6),
            Level("different", "ELSE", 0.05, 1.0),
        ),
        identifier=True,
    ),
    Field(
        "address",
        ("address",),
        _missing("address"),
        (
            Level("same", _equal("address"), 0.5, 2e-5),
            Level("alike", _alike("address", 0.92), 0.2, 4e-4),
            Level("different", "ELSE", 0.3, 1.0),
        ),
    ),
    Field(
        "postcode",
        ("postcode",),
        _missing("postcode"),
        (
            Level("same", _equal("postcode"), 0.7, 1e-3, "postcode"),
            Level("one_slip", _slip("postcode"), 0.15, 0.01),
            Level("different", "ELSE", 0.15, 0.99),
        ),
    ),
    Field(
        "city",
        ("city",),
        _missing("city"),
        (
            Level("same", _equal("city"), 0.8, 0.08, "city"),
            Level("alike", _alike("city", 0.9), 0.05, 0.01),
            Level("different", "ELSE", 0.15, 0.91),
        ),
    ),
    Field(
        "gender",
        ("gender",),
        _missing("gender"),
        (
            Level("same", _equal("gender"), 0.99, 0.52),
            Level("different", "ELSE", 0.01, 0.48),
        ),
        told=True,
    ),
)

BLOCKS: Final[Sequence[tuple[str, ...]]] = (
    ("phones",),
    ("emails",),
    ("national_id",),
    ("sound",),
    ("birthday",),
    ("address",),
    ("surname", "postcode"),
    ("given", "postcode"),
    ("surname", "city"),
    ("given", "city"),
)
"""Pairs that agree in all columns of any one of these are compared, and no others."""
CROWD: Final = 1000
"""Records that agree in a block: from more on they have a placeholder in common (微信用户, a phone
of zeros, 1 January), of which each pair would fill the memory and tell nothing."""
LEARNED_FROM: Final[Sequence[tuple[str, ...]]] = (
    ("sound",),
    ("birthday",),
    ("postcode", "surname"),
    ("emails",),
)
"""Pairs that the probabilities are learnt from; each teaches the fields that it does not name."""
LEARNED_FROM_LINKED: Final[Sequence[tuple[str, ...]]] = (("emails",), ("phones",))
"""The same for records that were linked before: matches are rare among what is left, and only
pairs that share a claimed identifier hold enough of them."""
CERTAIN: Final[Sequence[tuple[str, ...]]] = (
    ("national_id",),
    ("emails",),
    ("phones",),
    ("sound", "birthday"),
)
"""Rules that hardly ever hold for two people: how many matches there are is guessed from them."""


def fields_of(filled: Collection[str]) -> tuple[Field, ...]:
    """Return the fields that can be compared when only these columns hold anything."""
    return tuple(field for field in FIELDS if any(column in filled for column in field.needs))


def blocks_of(rules: Sequence[tuple[str, ...]], filled: Collection[str]) -> list[tuple[str, ...]]:
    """Return those of the rules whose columns hold something."""
    return [rule for rule in rules if all(column in filled for column in rule)]


def crowd(columns: tuple[str, ...]) -> str:
    """Return the column that marks records of a `CROWD` in these columns."""
    return "_".join(("crowd", *columns))


def block(columns: tuple[str, ...]) -> "BlockingRuleCreator | dict[str, Any]":
    """Return a blocking rule in Splink's words; any shared value of a list will do."""
    from splink import block_on  # noqa: PLC0415 - heavy

    lists = [column for column in columns if column in LISTS]
    if lists:
        return block_on(*columns, arrays_to_explode=lists)
    return {"blocking_rule": first_values(columns)}


def first_values(columns: tuple[str, ...]) -> str:
    """Return a rule for plain columns, and for lists by their first values.

    Splink cannot take lists apart where it learns: first values will do there.
    """
    names = [f"{column}[1]" if column in LISTS else column for column in columns]
    equal = " and ".join(f"l.{name} = r.{name}" for name in names)
    return equal if LISTS.intersection(columns) else f"{equal} and not l.{crowd(columns)}"


def settings_of(
    filled: Collection[str], prior: float, *, weigh_rarity: bool, linked: bool
) -> "SettingsCreator":
    """Return the model for data in which these columns hold something.

    ``weigh_rarity``: rare names and places count for more. A handful of records cannot tell
    what is rare. ``linked``: records that share an identifier are one already, so that what is
    left cannot teach how often identifiers agree; experience stands.
    """
    from splink import SettingsCreator  # noqa: PLC0415 - heavy

    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            _comparison(field, weigh_rarity=weigh_rarity, linked=linked)
            for field in fields_of(filled)
        ],
        blocking_rules_to_generate_predictions=[block(rule) for rule in blocks_of(BLOCKS, filled)],
        probability_two_random_records_match=prior,
        retain_matching_columns=True,
        retain_intermediate_calculation_columns=True,
    )


def _comparison(field: Field, *, weigh_rarity: bool, linked: bool) -> dict[str, object]:
    known = field.told or (linked and field.identifier)
    missing = {"sql_condition": field.missing, "label_for_charts": "-", "is_null_level": True}
    return {
        "output_column_name": field.name,
        "comparison_levels": [
            missing,
            *(_level(one, field, weigh_rarity=weigh_rarity, known=known) for one in field.levels),
        ],
    }


def _level(level: Level, field: Field, *, weigh_rarity: bool, known: bool) -> dict[str, object]:
    told: dict[str, object] = {
        "sql_condition": level.sql,
        "label_for_charts": level.name,
        "m_probability": level.same_person,
        "u_probability": level.others,
        "fix_m_probability": known,
        "fix_u_probability": field.told or (field.identifier and level.others < SAMPLED),
    }
    if weigh_rarity and level.rare_counts is not None:
        told["tf_adjustment_column"] = level.rare_counts
    return told
