"""BG/NBD and Gamma-Gamma against published figures, and on customers made with known parameters."""

import numpy as np
import pytest

from crm_store.analytics import bgnbd, gamma_gamma
from crm_store.analytics.bgnbd import BgNbd, History
from crm_store.analytics.errors import NotEnoughPurchasesError
from crm_store.analytics.gamma_gamma import GammaGamma

CDNOW = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426)
"""The parameters of Fader, Hardie and Lee 2005, table 2; weeks."""


def history(*customers: tuple[float, float, float]) -> History:
    return History(*(np.array(column, dtype=float) for column in zip(*customers, strict=True)))


def made(customers: int, model: BgNbd) -> History:
    """Customers as the model says they behave, seen for 30 to 60 weeks."""
    chance = np.random.default_rng(5)
    rates = chance.gamma(model.r, 1 / model.alpha, customers)
    stops = chance.beta(model.a, model.b, customers)
    seen = chance.uniform(30, 60, customers)
    rows = []
    for rate, stop, until in zip(rates, stops, seen, strict=True):
        bought, last = 0, 0.0
        while True:
            following = last + chance.exponential(1 / rate)
            if following > until:
                break
            bought, last = bought + 1, following
            if chance.random() < stop:
                break
        rows.append((bought, last, until))
    return history(*rows)


class TestPurchases:
    def test_expectation_as_published(self) -> None:
        """Fader and Hardie, note 004: customer 0001 (x=2, t_x=30.43, T=38.86) buys 1.226 times."""
        customer = history((2, 30.43, 38.86))
        assert CDNOW.expected(customer, 39)[0] == pytest.approx(1.226, abs=5e-4)

    def test_who_bought_once_may_only_be_slow(self) -> None:
        assert CDNOW.alive(history((0, 0, 38.86)))[0] == 1

    def test_the_longer_the_silence_the_surer_the_end(self) -> None:
        alive = CDNOW.alive(history((5, 38, 40), (5, 20, 40), (5, 2, 40)))
        assert alive[0] > alive[1] > alive[2] > 0

    def test_nothing_is_expected_of_no_time(self) -> None:
        assert CDNOW.expected(history((3, 20, 30)), 0)[0] == pytest.approx(0)

    def test_expectation_is_smooth_where_the_formula_is_not(self) -> None:
        customer = history((2, 30, 39))
        near = [BgNbd(0.2, 4, a, 2).expected(customer, 39)[0] for a in (0.9999, 1.0, 1.0001)]
        assert near[1] == pytest.approx((near[0] + near[2]) / 2, rel=1e-3)

    def test_a_fit_finds_what_customers_were_made_with(self) -> None:
        known = made(6_000, BgNbd(0.8, 5.0, 0.9, 3.0))
        fitted = bgnbd.fit(known)
        assert fitted.r == pytest.approx(0.8, rel=0.15)
        assert fitted.alpha == pytest.approx(5.0, rel=0.15)
        assert fitted.a / (fitted.a + fitted.b) == pytest.approx(0.9 / 3.9, rel=0.15)

    def test_the_unit_of_time_is_free(self) -> None:
        weeks = made(1_000, BgNbd(0.8, 5.0, 0.9, 3.0))
        days = History(weeks.x, weeks.t_x * 7, weeks.T * 7)
        by_week, by_day = bgnbd.fit(weeks), bgnbd.fit(days)
        assert by_day.alpha == pytest.approx(by_week.alpha * 7, rel=1e-3)
        assert by_day.r == pytest.approx(by_week.r, rel=1e-3)

    def test_too_few_say_nothing(self) -> None:
        with pytest.raises(NotEnoughPurchasesError):
            bgnbd.fit(history(*[(1, 5, 10)] * 10))
        with pytest.raises(NotEnoughPurchasesError):
            bgnbd.fit(history(*[(0, 0, 10)] * 100))

    @pytest.mark.parametrize("customer", [(-1, 0, 5), (1, 6, 5), (1, -1, 5)])
    def test_impossible_histories_are_refused(self, customer: tuple[float, float, float]) -> None:
        with pytest.raises(ValueError, match="expected"):
            history(customer)


class TestValue:
    MODEL = GammaGamma(p=6.25, q=3.74, v=15.44)
    """Fader and Hardie, note 025: the CDNOW sample."""

    def test_population_mean_as_published(self) -> None:
        assert self.MODEL.population_mean == pytest.approx(35.2, abs=0.1)

    def test_little_is_known_after_one_purchase_much_after_many(self) -> None:
        guesses = self.MODEL.expected(np.array([0.0, 1, 50]), np.array([0.0, 100, 100]))
        assert guesses[0] == pytest.approx(self.MODEL.population_mean)
        assert guesses[0] < guesses[1] < guesses[2] < 100

    def test_a_fit_finds_what_amounts_were_made_with(self) -> None:
        chance = np.random.default_rng(6)
        x = chance.integers(1, 8, 6_000).astype(float)
        rates = chance.gamma(self.MODEL.q, 1 / self.MODEL.v, len(x))
        means = chance.gamma(self.MODEL.p * x) / (rates * x)
        fitted = gamma_gamma.fit(x, means)
        assert fitted.population_mean == pytest.approx(self.MODEL.population_mean, rel=0.05)
        assert fitted.q == pytest.approx(self.MODEL.q, rel=0.2)
