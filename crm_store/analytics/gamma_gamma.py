"""Gamma-Gamma: what somebody spends on an average purchase.

P. S. Fader, B. G. S. Hardie, The Gamma-Gamma Model of Monetary Value, 2013 (brucehardie.com, note
025). Amounts vary around each customer's own mean by a Gamma distribution, and the means between
customers by another; what customers spend is taken not to depend on how often they buy.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln

from crm_store.analytics.bgnbd import FEWEST, WIDEST, Array
from crm_store.analytics.errors import NotEnoughPurchasesError


@dataclass(frozen=True, slots=True)
class GammaGamma:
    """A fitted model; ``v`` is in the unit of the amounts."""

    p: float
    q: float
    v: float

    @property
    def population_mean(self) -> float:
        """What an average purchase of a customer about whom nothing is known amounts to."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else float("nan")

    def expected(self, x: Array, mean: Array) -> Array:
        """Return each customer's expected amount (equation 5).

        ``x`` purchases with this ``mean`` pull the estimate away from the population's.
        """
        return np.asarray(self.p * (self.v + x * mean) / (self.p * x + self.q - 1))


def log_likelihood(model: GammaGamma, x: Array, mean: Array) -> float:
    """Return the mean log-likelihood (equation 1a) of customers with ``x`` > 0 purchases."""
    p, q, v = model.p, model.q, model.v
    terms = (
        gammaln(p * x + q)
        - gammaln(p * x)
        - gammaln(q)
        + q * np.log(v)
        + (p * x - 1) * np.log(mean)
        + p * x * np.log(x)
        - (p * x + q) * np.log(x * mean + v)
    )
    return float(np.mean(terms))


def fit(x: Array, mean: Array) -> GammaGamma:
    """Return the model with the greatest likelihood, given repeat purchases and their mean.

    Customers without a repeat purchase, or with nothing spent on them, are left out. ``q`` stays
    above 1, so that means exist. Raises `NotEnoughPurchasesError`.
    """
    used = (x > 0) & (mean > 0)
    if np.count_nonzero(used) < FEWEST:
        raise NotEnoughPurchasesError(int(np.count_nonzero(used)))
    scale = float(np.mean(mean[used]))
    counts, means = x[used], mean[used] / scale

    def model_of(logs: Array) -> GammaGamma:
        p, above_one, v = np.exp(logs)
        return GammaGamma(p, 1 + above_one, v)

    def loss(logs: Array) -> float:
        return -log_likelihood(model_of(logs), counts, means)

    bounds = [(-WIDEST, WIDEST)] * 3
    best = minimize(loss, np.zeros(3), method="L-BFGS-B", bounds=bounds)
    best = minimize(
        loss, best.x, method="Nelder-Mead", bounds=bounds, options={"xatol": 1e-7, "fatol": 1e-12}
    )
    fitted = model_of(best.x)
    return GammaGamma(float(fitted.p), float(fitted.q), float(fitted.v * scale))
