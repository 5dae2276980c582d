"""From the purchases of buyers to their scores: fitted once in a full run, applied in any."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np

from crm_store.analytics import bgnbd, gamma_gamma
from crm_store.analytics.bgnbd import Array, BgNbd, History
from crm_store.analytics.errors import NotEnoughPurchasesError
from crm_store.analytics.gamma_gamma import GammaGamma
from crm_store.analytics.naming import Segments
from crm_store.types.analytics import Buyer, Lifecycle, Rfm
from crm_store.types.conversations import JSONObject

DAYS_A_WEEK, DAYS_A_YEAR = 7, 365
QUINTILES = (0.2, 0.4, 0.6, 0.8)
SHORTEST_CYCLE = 7.0
"""Days; who buys every other day is not dormant after two weeks."""
USUAL_CYCLE = 60.0
"""Days, until there are repeat purchases to learn the shop's own cycle from."""


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that a full run fits. Times are in weeks, as in the paper."""

    recency: tuple[float, ...]
    """Quintile limits of days since the last purchase, negated."""
    frequency: tuple[float, ...]
    monetary: tuple[float, ...]
    cycle: float
    """The shop's usual days between purchases."""
    purchases: BgNbd | None
    """``None`` where there were too few purchases."""
    value: GammaGamma | None

    def to_json(self) -> JSONObject:
        """Return it for the table of runs."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Any) -> "Model":  # noqa: ANN401 - JSON from the database
        """Read what `to_json` wrote."""
        return cls(
            recency=tuple(stored["recency"]),
            frequency=tuple(stored["frequency"]),
            monetary=tuple(stored["monetary"]),
            cycle=stored["cycle"],
            purchases=BgNbd(**stored["purchases"]) if stored["purchases"] else None,
            value=GammaGamma(**stored["value"]) if stored["value"] else None,
        )


@dataclass(frozen=True, slots=True)
class Score:
    """What a run finds about one buyer."""

    rfm: Rfm
    segment: str
    lifecycle: Lifecycle
    alive: float | None
    expected: float | None
    clv: float | None


def fit_model(buyers: Sequence[Buyer], today: date) -> Model:
    """Fit everything to all buyers."""
    columns = _Columns.of(buyers, today)
    cycles = [buyer.cycle for buyer in buyers if buyer.cycle is not None]
    return Model(
        recency=_limits(-columns.since_last),
        frequency=_limits(columns.purchases),
        monetary=_limits(columns.spent),
        cycle=float(np.median(cycles)) if cycles else USUAL_CYCLE,
        purchases=_fit_purchases(columns),
        value=_fit_value(columns),
    )


def score(buyers: Sequence[Buyer], model: Model, table: Segments, today: date) -> list[Score]:
    """Score buyers with a fitted model, in their order."""
    if not buyers:
        return []
    columns = _Columns.of(buyers, today)
    recency = _scores(-columns.since_last, model.recency)
    frequency = _scores(columns.purchases, model.frequency)
    monetary = _scores(columns.spent, model.monetary)
    alive, expected, clv = _outlook(columns, model, table)
    scores = []
    for row, buyer in enumerate(buyers):
        rfm = Rfm(int(recency[row]), int(frequency[row]), int(monetary[row]))
        scores.append(
            Score(
                rfm=rfm,
                segment=table.segment(rfm, buyer.purchases),
                lifecycle=_stage(buyer, model, table, today),
                alive=None if alive is None else float(alive[row]),
                expected=None if expected is None else float(expected[row]),
                clv=None if clv is None else float(clv[row]),
            )
        )
    return scores


@dataclass(frozen=True, slots=True)
class _Columns:
    """Buyers as arrays."""

    purchases: Array
    since_first: Array
    since_last: Array
    spent: Array
    repeat_mean: Array

    @classmethod
    def of(cls, buyers: Sequence[Buyer], today: date) -> "_Columns":
        return cls(
            purchases=np.array([one.purchases for one in buyers], dtype=np.float64),
            since_first=_days([one.first_on for one in buyers], today),
            since_last=_days([one.last_on for one in buyers], today),
            spent=np.array([one.spent for one in buyers], dtype=np.float64),
            repeat_mean=np.array([one.repeat_mean for one in buyers], dtype=np.float64),
        )

    @property
    def history(self) -> History:
        """The buyers as BG/NBD sees them, in weeks."""
        return History(
            x=self.purchases - 1,
            t_x=(self.since_first - self.since_last) / DAYS_A_WEEK,
            T=self.since_first / DAYS_A_WEEK,
        )


def _days(days: Sequence[date], today: date) -> Array:
    return np.maximum(np.array([(today - day).days for day in days], dtype=np.float64), 0)


def _limits(values: Array) -> tuple[float, ...]:
    return tuple(float(limit) for limit in np.quantile(values, QUINTILES)) if len(values) else ()


def _scores(values: Array, limits: Sequence[float]) -> Array:
    """Return 1 plus the number of limits that each value is above."""
    return 1 + np.searchsorted(np.array(limits), values, side="left").astype(np.float64)


def _fit_purchases(columns: _Columns) -> BgNbd | None:
    try:
        return bgnbd.fit(columns.history)
    except NotEnoughPurchasesError:
        return None


def _fit_value(columns: _Columns) -> GammaGamma | None:
    try:
        return gamma_gamma.fit(columns.purchases - 1, columns.repeat_mean)
    except NotEnoughPurchasesError:
        return None


def _outlook(
    columns: _Columns, model: Model, table: Segments
) -> tuple[Array | None, Array | None, Array | None]:
    """Return P(alive), purchases expected within a year, and CLV."""
    if model.purchases is None:
        return None, None, None
    known = columns.history
    alive = model.purchases.alive(known)
    expected = model.purchases.expected(known, DAYS_A_YEAR / DAYS_A_WEEK)
    if model.value is None:
        return alive, expected, None
    amount = model.value.expected(known.x, columns.repeat_mean)
    return alive, expected, amount * _discounted(model.purchases, known, table)


def _discounted(model: BgNbd, known: History, table: Segments) -> Array:
    """Return the purchases expected within the horizon, each month's discounted to today."""
    total, before = np.zeros_like(known.x), np.zeros_like(known.x)
    for month in range(1, table.clv.months + 1):
        until = model.expected(known, month * DAYS_A_YEAR / 12 / DAYS_A_WEEK)
        total += (until - before) / (1 + table.clv.discount) ** (month / 12)
        before = until
    return total


def _stage(buyer: Buyer, model: Model, table: Segments, today: date) -> Lifecycle:
    return table.stage(
        buyer.purchases,
        (today - buyer.first_on).days,
        (today - buyer.last_on).days,
        max(buyer.cycle or model.cycle, SHORTEST_CYCLE),
    )
