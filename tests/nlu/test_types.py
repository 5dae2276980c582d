from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlu.types import (
    DateRange,
    Entity,
    IntentScore,
    Parse,
    PriceRange,
    value_from_json,
    value_to_json,
)

amounts = st.decimals(min_value=0, max_value=10**6, places=2)


@st.composite
def date_ranges(draw: st.DrawFn) -> DateRange:
    start, end = sorted([draw(st.dates()), draw(st.dates())])
    at = draw(st.none() | st.builds(time, st.integers(0, 23), st.integers(0, 59)))
    return DateRange(start, end, at)


@st.composite
def price_ranges(draw: st.DrawFn) -> PriceRange:
    low, high = sorted([draw(amounts), draw(amounts)])
    bounds = draw(st.sampled_from([(low, high), (None, high), (low, None)]))
    return PriceRange(*bounds, draw(st.sampled_from([None, "CNY", "HKD"])))


@given(st.text() | st.integers() | amounts | date_ranges() | price_ranges())
def test_every_value_survives_json(value: str | int | Decimal | DateRange | PriceRange) -> None:
    assert value_from_json(value_to_json(value)) == value


@pytest.mark.parametrize("value", [True, None, 1.5, [], {}, {"kind": "date", "start": "x"}])
def test_what_is_no_value_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        value_from_json(value)  # type: ignore[arg-type]


def test_ranges_do_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="ends before"):
        DateRange(date(2026, 1, 2), date(2026, 1, 1))
    with pytest.raises(ValueError, match="ends below"):
        PriceRange(Decimal(2), Decimal(1))
    with pytest.raises(ValueError, match="at least one bound"):
        PriceRange(None, None)


def test_parse_in_rasas_shape() -> None:
    best, second = IntentScore("exchange_item", 0.9), IntentScore("return_item", 0.1)
    size = Entity("size", "L", "L码", 3, 5, role="to")
    parse = Parse("M换成L码", "zh", best, (best, second), (size,), in_scope=True)
    assert parse.to_rasa() == {
        "text": "M换成L码",
        "intent": {"name": "exchange_item", "confidence": 0.9},
        "intent_ranking": [
            {"name": "exchange_item", "confidence": 0.9},
            {"name": "return_item", "confidence": 0.1},
        ],
        "entities": [
            {
                "entity": "size",
                "value": "L",
                "text": "L码",
                "start": 3,
                "end": 5,
                "confidence_entity": 1.0,
                "extractor": "pattern",
                "role": "to",
            }
        ],
    }
