"""The made-up figures follow the distributions of docs/generator.md, and no others.

Every expectation is calculated anew with SciPy. For each test of a family another
family with the same mean is put through the same test, which has to refuse it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats  # type: ignore[import-untyped]

from ingestion.generator.chance import Stream
from ingestion.generator.demand import (
    GRAMS,
    QUANTITIES,
    WEIGHED,
    Orders,
    orders_of,
    prices,
    promoted,
    sku_table,
    spiking,
)
from ingestion.generator.retailer import (
    BASKET,
    LEAD_TIME,
    Retailer,
    Size,
    build_retailer,
)
from ingestion.generator.stock import DELAY

Values = NDArray[Any]

SEEDS = pytest.mark.parametrize("seed", [1, 2, 3])
#: Below this probability a sample is not of the family; seeds are fixed, and so the
#: same samples are judged each time.
TOO_UNLIKELY = 0.001
DAY = date(2026, 3, 11)
MANY = 200_000

# What docs/generator.md says, written down a second time.
WEEKDAYS = {
    "residential": [0.945, 0.91, 0.91, 0.84, 1.085, 1.19, 1.12],
    "street": [1.07, 1.05, 1.04, 1.02, 1.12, 1.08, 0.62],
}
MONTHS = [0.93, 0.94, 0.98, 1, 1.01, 1, 0.99, 0.98, 0.98, 1, 1.03, 1.16]
HOURS = [3, 5, 8, 9, 9, 8, 7, 8, 10, 12, 11, 7, 3]
PIECES = {1: 0.8, 2: 0.15, 3: 0.028, 4: 0.012, 5: 0.004, 6: 0.005, 12: 0.001}


@SEEDS
def test_orders_of_a_store_and_day_are_poisson_in_their_profile(seed: int) -> None:
    retailer = build_retailer(seed, Size(stores=6, skus=20, orders=300))
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(364)]
    counts = np.array([[orders(retailer, n, day) for n in range(6)] for day in days])
    means = np.array([[mean(retailer, n, day) for n in range(6)] for day in days])

    assert abs(counts.sum() / means.sum() - 1) < 0.01
    assert is_poisson(counts, means)
    chance = np.random.default_rng(seed)
    twice_as_wide = chance.negative_binomial(means, 0.5)
    assert not is_poisson(twice_as_wide, means)
    assert not is_poisson(np.rint(means), means)
    without_weekdays = chance.poisson(means.mean(axis=0), means.shape)
    assert not is_poisson(without_weekdays, means)


@SEEDS
def test_lines_of_an_order_are_log_normal(seed: int) -> None:
    sizes = BASKET.draw(Stream(seed, 100), 5 * MANY)
    expected = cut(stats.lognorm(1.15, scale=4.8), 1, 115)

    assert fits(sizes[:MANY], expected)
    assert total_variation(sizes, expected) < 0.01
    assert moments_within(sizes, expected, 0.01)
    assert np.median(sizes) == 5
    assert 8.9 < sizes.mean() < 9.2
    assert 15.5 < sizes.var() / sizes.mean() < 16.5
    chance = np.random.default_rng(seed)
    shape = sizes.mean() ** 2 / (sizes.var() - sizes.mean())
    wide = chance.negative_binomial(shape, sizes.mean() / sizes.var(), MANY)
    assert not fits(wide.clip(1, 115), expected)
    assert not fits(chance.geometric(1 / 9.05, MANY).clip(1, 115), expected)


@SEEDS
def test_hours_and_pieces_are_those_of_the_tables(seed: int) -> None:
    some = day_of(seed)
    hours = some.second // 3600 - 8
    assert fits(hours, shares(dict(enumerate(HOURS))))
    assert not fits(np.random.default_rng(seed).integers(0, 13, len(hours)),
                    shares(dict(enumerate(HOURS))))  # fmt: skip
    pieces = some.quantity[some.quantity < WEIGHED]
    assert fits(pieces, shares(PIECES))
    assert total_variation(pieces, shares(PIECES)) < 0.01
    alike = np.random.default_rng(seed).poisson(0.294, len(pieces)) + 1
    assert not fits(alike.clip(1, 12), shares(PIECES))


@SEEDS
def test_weighed_goods_are_log_normal_in_grams(seed: int) -> None:
    grams = GRAMS.draw(Stream(seed, 101), 20_000)
    whole = stats.lognorm(0.6, scale=400)
    low, high = whole.cdf([49.5, 5000.5])

    def expected(values: Values) -> Values:
        return np.asarray((whole.cdf(values + 0.5) - low) / (high - low))

    assert stays(grams, expected)
    assert abs(grams.mean() / 479 - 1) < 0.02
    chance = np.random.default_rng(seed)
    shape = (grams.mean() / grams.std()) ** 2
    assert not stays(chance.gamma(shape, grams.mean() / shape, 20_000), expected)
    texts = {QUANTITIES[place] for place in day_of(seed).quantity.tolist()}
    assert all(len(text.partition(".")[2]) in (0, 3) for text in texts)


@SEEDS
def test_skus_sell_by_a_zipf_law_with_a_cut_tail(seed: int) -> None:
    retailer = build_retailer(seed, Size(stores=1, skus=2000, orders=40_000))
    rank = np.argsort(np.argsort(-retailer.popularity, kind="stable"))
    usual = zipf(rank, 21 / 32, 1996)
    lines = np.bincount(day_of(seed).sku, minlength=2000)
    known = calendar_factors(retailer, 0, DAY)

    assert fits_counts(lines, usual * known)
    assert not fits_counts(lines, usual)
    assert not fits_counts(lines, zipf(rank, 1.0, 1996) * known)
    many = sku_table(retailer, 0, DAY).draw(Stream(seed, 104), 20 * MANY)
    assert total_variation(many, shares(dict(enumerate(usual * known)))) < 0.01
    large = np.sort(build_retailer(seed, Size(skus=20_000)).popularity)[::-1]
    assert large[:200].sum() / large.sum() == pytest.approx(0.30, abs=0.03)
    assert large[:4000].sum() / large.sum() == pytest.approx(0.86, abs=0.02)
    slope = np.polyfit(np.log(np.arange(1, 201)), np.log(large[:200]), 1)[0]
    assert -0.72 < slope < -0.64


@SEEDS
def test_a_fast_seller_sells_more_unevenly_than_by_chance(seed: int) -> None:
    """Variance over mean of a SKU's units a day, its weekday and season taken out."""
    retailer = build_retailer(seed, Size(stores=1, skus=2000, orders=1500))
    days = [date(2026, 5, 1) + timedelta(days=n) for n in range(90)]
    fast = np.argsort(-retailer.popularity)[10:100]
    units = np.array([units_of(retailer, day)[fast] for day in days])
    usual = np.array([expected_units(retailer, day)[fast] for day in days])
    special = np.array(
        [np.isin(fast, [*promoted(retailer, d), *spiking(retailer, d)]) for d in days]
    )
    pieces = ~special & ~retailer.weighed[fast]

    dispersion = ((units - usual) ** 2 / usual)[pieces].mean()
    assert 1.75 < dispersion < 2.05
    simple = np.random.default_rng(seed).poisson(usual)
    assert ((simple - usual) ** 2 / usual)[pieces].mean() < 1.2


@SEEDS
def test_prices_are_log_normal_and_popular_goods_are_cheaper(seed: int) -> None:
    retailer = build_retailer(seed, Size(skus=20_000))
    logs = np.log(retailer.cents)
    expected = stats.truncnorm(-3, 3, np.log(349), 0.8)

    assert stays(logs, expected.cdf)
    assert logs.mean() == pytest.approx(np.log(349), rel=0.01)
    assert logs.std() == pytest.approx(0.8, rel=0.02)
    chance = np.random.default_rng(seed)
    shape = (retailer.cents.mean() / retailer.cents.std()) ** 2
    gamma = chance.gamma(shape, retailer.cents.mean() / shape, 20_000)
    assert not stays(np.log(gamma), expected.cdf)
    season = np.cos((DAY.month - 1 - retailer.peak) * np.pi / 6)
    usual = ~np.isin(np.arange(20_000), promoted(retailer, DAY))
    for region, level in enumerate((1, 0.97, 1.03, 0.99)):
        wanted = (retailer.cents * level * (1 - 0.05 * season))[usual]
        there = prices(retailer, region, DAY)[:-2][usual]
        assert np.abs(there - wanted).max() < 1 + 0.002 * wanted.max()
        assert there.mean() == pytest.approx(wanted.mean(), rel=0.01)
    sold = slice(0, -4)
    found = stats.spearmanr(retailer.popularity[sold], retailer.cents[sold])
    assert found.statistic == pytest.approx(-0.2, abs=0.03)


@SEEDS
def test_lead_times_are_truncated_normal(seed: int) -> None:
    days = LEAD_TIME.draw(Stream(seed, 102), 5 * MANY)
    expected = cut(stats.norm(3, 2), 1, 14)

    assert fits(days[:20_000], expected)
    assert total_variation(days, expected) < 0.01
    assert moments_within(days, expected, 0.01)
    assert days.mean() == pytest.approx(3.41, rel=0.01)
    poisson = np.random.default_rng(seed).poisson(3.3, 40_000)
    assert not fits(poisson[(poisson > 0) & (poisson < 15)][:20_000], expected)
    assert set(build_retailer(seed, Size(suppliers=900)).lead_days) <= set(range(1, 15))


@SEEDS
def test_delays_are_exponential(seed: int) -> None:
    minutes = DELAY.draw(Stream(seed, 103), MANY)

    assert stays(
        minutes[:20_000], lambda values: stats.expon(scale=600).cdf(values + 0.5)
    )
    assert minutes.mean() == pytest.approx(600, rel=0.01)
    assert minutes.std() == pytest.approx(600, rel=0.01)
    chance = np.random.default_rng(seed)
    for other in (
        np.abs(chance.normal(0, 600 * np.sqrt(np.pi / 2), 20_000)),
        chance.gamma(2, 300, 20_000),
    ):
        assert not stays(other, stats.expon(scale=600).cdf)


@lru_cache(maxsize=4)
def day_of(seed: int) -> Orders:
    """All orders of one large store on one date: some 330,000 lines."""
    retailer = build_retailer(seed, Size(stores=1, skus=2000, orders=40_000))
    some = list(orders_of(retailer, 0, DAY))
    names = ("number", "second", "size", "sku", "quantity")
    return Orders(*(np.concatenate([getattr(o, name) for o in some]) for name in names))


def orders(retailer: Retailer, store: int, day: date) -> int:
    return sum(len(some.size) for some in orders_of(retailer, store, day))


def mean(retailer: Retailer, store: int, day: date) -> float:
    """Orders to be expected, from the tables above."""
    kind = "street" if store % 3 == 2 else "residential"
    summer = {0: (1.06, 0.98), 2: (0.94, 1.02)}.get(store % 4, (1, 1))
    season = summer[0] if day.month in (6, 7, 8) else summer[1]
    share = retailer.store_share[store]
    profile = WEEKDAYS[kind][day.weekday()] * MONTHS[day.month - 1] * season
    return float(retailer.size.orders * share * profile)


def is_poisson(counts: Values, means: Values) -> bool:
    """Whether the squared distances from the means are those of Poisson counts."""
    distance = ((counts - means) ** 2 / means).sum()
    inside = stats.chi2(counts.size).cdf(distance)
    return bool(TOO_UNLIKELY / 2 < inside < 1 - TOO_UNLIKELY / 2)


def cut(whole: Any, least: int, most: int) -> dict[int, float]:
    """A continuous distribution in whole numbers, without those outside."""
    edges = whole.cdf(np.arange(least, most + 2) - 0.5)
    return shares(dict(enumerate(np.diff(edges).tolist(), start=least)))


def shares(weights: dict[int, float]) -> dict[int, float]:
    return {value: weight / sum(weights.values()) for value, weight in weights.items()}


def counted(values: Values, expected: dict[int, float]) -> Values:
    """How often each expected value occurs; the others must not."""
    found = dict(zip(*np.unique(values, return_counts=True), strict=True))
    assert len(values)
    if not found.keys() <= expected.keys():
        return np.zeros(len(expected))
    return np.array([found.get(value, 0) for value in expected])


def fits(values: Values, expected: dict[int, float]) -> bool:
    """Chi-square test of whole numbers."""
    return fits_counts(counted(values, expected), np.array(list(expected.values())))


def fits_counts(counts: Values, weights: Values) -> bool:
    """Chi-square test; the rarest values are taken together until five are expected."""
    if not counts.sum():
        return False
    expected = weights / weights.sum() * counts.sum()
    rare = expected < 5
    found = np.append(counts[~rare], counts[rare].sum())
    wanted = np.append(expected[~rare], expected[rare].sum())
    distance = ((found - wanted) ** 2 / np.maximum(wanted, 1e-9))[wanted > 0].sum()
    return bool(stats.chi2.sf(distance, (wanted > 0).sum() - 1) > TOO_UNLIKELY)


def stays(values: Values, expected: Callable[[Values], Values]) -> bool:
    """Kolmogorov-Smirnov test."""
    return bool(stats.kstest(values, expected).pvalue > TOO_UNLIKELY)


def total_variation(values: Values, expected: dict[int, float]) -> float:
    found = counted(values, expected) / len(values)
    return float(np.abs(found - np.array(list(expected.values()))).sum() / 2)


def moments_within(values: Values, expected: dict[int, float], most: float) -> bool:
    """Whether mean and variance are the expected ones, within a share of them."""
    numbers, weights = np.array(list(expected)), np.array(list(expected.values()))
    average = (numbers * weights).sum()
    variance = (numbers**2 * weights).sum() - average**2
    return bool(
        abs(values.mean() / average - 1) < most
        and abs(values.var() / variance - 1) < most
    )


def zipf(rank: Values, exponent: float, ordinary: int) -> Values:
    weights = (rank + 1.0) ** -exponent * (1 - rank / ordinary).clip(0) ** 3
    return np.where(rank < ordinary, weights, 0)


def calendar_factors(retailer: Retailer, region: int, day: date) -> Values:
    """Region, season, promotion and spike, as docs/generator.md has them."""
    season = np.cos((day.month - 1 - retailer.peak) * np.pi / 6)
    found = np.where(retailer.home == region, 1.4, 0.867) * (1 + 0.3 * season)
    found[promoted(retailer, day)] *= 3
    found[spiking(retailer, day)] *= 8
    return found


def units_of(retailer: Retailer, day: date) -> Values:
    """Pieces of each SKU that the chain sells on the date."""
    found = np.zeros(retailer.size.skus)
    for some in orders_of(retailer, 0, day):
        pieces = np.where(some.quantity < WEIGHED, some.quantity, 0)
        found += np.bincount(some.sku, pieces, retailer.size.skus)
    return found


def expected_units(retailer: Retailer, day: date) -> Values:
    weights = retailer.popularity * calendar_factors(retailer, 0, day)
    lines = mean(retailer, 0, day) * 9.0546
    return np.asarray(weights / weights.sum() * lines * 1.294)
