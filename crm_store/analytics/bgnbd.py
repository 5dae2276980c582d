"""BG/NBD: how often somebody will buy again, and whether they still do.

P. S. Fader, B. G. S. Hardie, K. L. Lee, "Counting Your Customers" the Easy Way: An Alternative to
the Pareto/NBD Model, Marketing Science 24(2), 2005, pages 275-284. While alive, a customer buys at
a Poisson rate that varies between customers by Gamma(r, alpha); after any purchase they stop for
good with a probability that varies by Beta(a, b).

A customer is described by ``x`` (repeat purchases), ``t_x`` (time of the last one, counted from
the first purchase) and ``T`` (time from the first purchase to now). The unit of time is free;
``alpha`` is in the same unit.
"""

from dataclasses import astuple, dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, gammaln, hyp2f1

from crm_store.analytics.errors import NotEnoughPurchasesError

Array = npt.NDArray[np.float64]
FEWEST = 50
"""Buyers below which four parameters say nothing."""
WIDEST = 10.0
"""Natural logarithm of the largest parameter that a fit may reach."""
NEAR_ONE = 1e-6
"""How far ``a`` is kept from 1, where the expectation has a removable singularity."""


@dataclass(frozen=True, slots=True)
class History:
    """The customers of one fit: three arrays of one length, in one unit of time."""

    x: Array
    t_x: Array
    T: Array

    def __post_init__(self) -> None:
        if not (self.x.shape == self.t_x.shape == self.T.shape):
            raise ValueError("x, t_x and T must have one length")
        if np.any(self.x < 0) or np.any(self.t_x < 0) or np.any(self.t_x > self.T):
            raise ValueError("expected 0 <= x and 0 <= t_x <= T")


@dataclass(frozen=True, slots=True)
class BgNbd:
    """A fitted model."""

    r: float
    alpha: float
    a: float
    b: float

    def alive(self, known: History) -> Array:
        """Return the probability that each customer still buys; 1 before any repeat purchase."""
        return np.asarray(expit(-self._odds_of_gone(known)), dtype=np.float64)

    def expected(self, known: History, ahead: float) -> Array:
        """Return how many purchases each customer makes in the time ``ahead`` (equation 10)."""
        r, alpha, a, b = astuple(self)
        a = a if abs(a - 1) > NEAR_ONE else 1 + NEAR_ONE
        waited = alpha + known.T
        share = ahead / (waited + ahead)
        series = hyp2f1(r + known.x, b + known.x, a + b + known.x - 1, share)
        growth = 1 - (1 - share) ** (r + known.x) * series
        return np.asarray((a + b + known.x - 1) / (a - 1) * growth * self.alive(known))

    def _odds_of_gone(self, known: History) -> Array:
        """Return the logarithm of the odds that each customer has stopped."""
        safe = np.maximum(known.x, 1)
        log_odds = (
            np.log(self.a)
            - np.log(self.b + safe - 1)
            + (self.r + known.x) * np.log((self.alpha + known.T) / (self.alpha + known.t_x))
        )
        return np.where(known.x > 0, log_odds, -np.inf)


def log_likelihood(model: BgNbd, known: History, weights: Array) -> float:
    """Return the weighted log-likelihood (equation 6, with the logarithms taken apart)."""
    r, alpha, a, b = astuple(model)
    x = known.x
    shared = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    shared = shared + gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    still = -(r + x) * np.log(alpha + known.T)
    gone = np.full_like(x, -np.inf)
    again = x > 0
    gone[again] = (
        np.log(a) - np.log(b + x[again] - 1) - (r + x[again]) * np.log(alpha + known.t_x[again])
    )
    return float(np.dot(weights, shared + np.logaddexp(still, gone)))


def fit(known: History) -> BgNbd:
    """Return the model with the greatest likelihood.

    Customers with the same history are counted once with their number, and time is scaled to the
    longest observation, so that all four logarithms are of the same size. Raises
    `NotEnoughPurchasesError` when there are too few buyers, or none who came back.
    """
    if len(known.x) < FEWEST or not np.any(known.x > 0):
        raise NotEnoughPurchasesError(len(known.x))
    scale = float(known.T.max()) or 1.0
    rows, counts = np.unique(
        np.column_stack([known.x, known.t_x / scale, known.T / scale]), axis=0, return_counts=True
    )
    distinct = History(*(np.ascontiguousarray(column) for column in rows.T))
    weights = counts / counts.sum()

    def loss(logs: Array) -> float:
        return -log_likelihood(BgNbd(*np.exp(logs)), distinct, weights)

    bounds = [(-WIDEST, WIDEST)] * 4
    best = minimize(loss, np.zeros(4), method="L-BFGS-B", bounds=bounds)
    best = minimize(
        loss, best.x, method="Nelder-Mead", bounds=bounds, options={"xatol": 1e-7, "fatol": 1e-12}
    )
    r, alpha, a, b = (float(value) for value in np.exp(best.x))
    return BgNbd(r, alpha * scale, a, b)
