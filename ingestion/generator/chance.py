"""Seeded chance in whole numbers: the same draws on every machine and NumPy.

Only a bit generator's raw words are drawn, whose stream NumPy keeps. Distributions
are tables of integer weights, made with products and quotients alone: ``exp`` and
``log`` may differ in the last bit from one machine to the next.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.random import PCG64, SeedSequence
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Steps of the normal grid per standard deviation, and where the grid is cut off.
STEPS = 1024
_EDGE = 5 * STEPS
GRID: Ints = np.arange(-_EDGE, _EDGE + 1)
#: exp(-1 / STEPS**2), the only constant that the normal weights need.
_RATIO = 0.9999990463261383
#: Sum of a table's weights at most, so that 32 random bits choose among them.
_TOTAL = 2**32 - 1
#: So many draws at once repay a guide.
_WORTH_A_GUIDE = 2**8


class Stream:
    """Random words that depend on the seed and the key alone."""

    def __init__(self, seed: int, *key: int) -> None:
        self._bits = PCG64(SeedSequence(seed, spawn_key=key))

    def words(self, count: int) -> NDArray[np.uint64]:
        """So many numbers from 0 to 2**32 - 1."""
        raw = np.asarray(self._bits.random_raw((count + 1) // 2), dtype="<u8")
        return raw.view("<u4")[:count].astype(np.uint64)

    def below(self, limit: int, count: int) -> Ints:
        """So many numbers from 0 to ``limit`` - 1, each as likely; limit < 2**32."""
        words = self.words(count)
        words *= np.uint64(limit)
        words >>= np.uint64(32)
        numbers: Ints = words.view(np.int64)
        return numbers


class Table:
    """Draws 0, 1, 2 ... by weight: an inverse cumulated distribution.

    Attributes:
        weights: of each value, scaled so that 32 random bits choose among them.
    """

    def __init__(self, weights: Ints | Floats) -> None:
        if weights.dtype != np.int64:
            weights = (weights * (2**30 / float(weights.max()))).astype(np.int64)
        total = int(weights.sum())
        # Fits: no weight has more than 30 bits.
        self.weights = weights * _TOTAL // total if total else weights
        self._cumulated = np.cumsum(self.weights).astype(np.uint32)

    def draw(self, stream: Stream, count: int) -> Ints:
        """So many values."""
        keys = stream.below(int(self._cumulated[-1]), count).astype(np.uint32)
        if count < _WORTH_A_GUIDE:
            return self._search(keys)
        # Most keys are told by their upper half; the others are looked for.
        values: Ints = self._guide[keys >> np.uint32(16)]
        others = np.flatnonzero(values < 0)
        values[others] = self._search(keys[others])
        return values

    def _search(self, keys: NDArray[np.uint32]) -> Ints:
        found: Ints = np.searchsorted(self._cumulated, keys, side="right")
        return found

    @cached_property
    def _guide(self) -> Ints:
        """Value of all keys with an upper half; -1 where they have several."""
        ends = self._cumulated.astype(np.int64)
        first, last = (
            np.cumsum(np.bincount(ends + up >> 16, minlength=2**16))[: 2**16]
            for up in (65535, 0)
        )
        return np.where(first == last, first, -1)


def powers(ratio: float, count: int) -> Floats:
    """1, ratio, ratio**2 ...: one product after the other."""
    factors = np.full(count, ratio)
    factors[0] = 1.0
    return np.multiply.accumulate(factors)


def exponentials(ratio: float) -> Floats:
    """``ratio**k`` for each k of the normal grid: a log-normal's values."""
    up = powers(ratio, _EDGE + 1)
    return np.concatenate([1.0 / up[:0:-1], up])


def _normal() -> Table:
    # exp(-k*k / 2 / STEPS**2) falls from k to k + 1 by a factor that itself falls
    # by _RATIO each time, from its square root on.
    falls = powers(_RATIO, _EDGE) * float(np.sqrt(_RATIO))
    half = np.concatenate([[1.0], np.multiply.accumulate(falls)])
    return Table(np.concatenate([half[:0:-1], half]))


#: The standard normal distribution in steps of 1 / STEPS.
NORMAL = _normal()


def normal(stream: Stream, count: int) -> Ints:
    """Standard normal numbers, in steps of 1 / STEPS."""
    return NORMAL.draw(stream, count) - _EDGE


def mapped(values: Ints, least: int, most: int) -> Table:
    """Distribution of a whole number that each step of the normal grid stands for.

    Values beyond ``least`` and ``most`` are cut off, not moved to the edge.
    """
    kept = (values >= least) & (values <= most)
    # Sums of whole numbers below 2**53: exact, in any order.
    weights = np.bincount(values[kept], NORMAL.weights[kept])
    return Table(weights.astype(np.int64) >> 2)


def poisson(mean: float) -> tuple[int, Table]:
    """Poisson distribution: the least value that occurs, and the table from there."""
    mode = int(mean)
    reach = 12 + 9 * int(np.sqrt(mean))
    least = max(mode - reach, 0)
    up = np.multiply.accumulate(mean / np.arange(mode + 1, mode + reach + 1))
    down = np.multiply.accumulate(np.arange(mode, least, -1) / max(mean, 1e-9))
    return least, Table(np.concatenate([down[::-1], [1.0], up]))


def exponential(mean: int) -> Table:
    """Exponential distribution of this mean, in whole steps, cut off at 12 means."""
    return Table(powers(mean / (mean + 1), 12 * mean))
