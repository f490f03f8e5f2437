"""Exact arithmetic: what cannot be exact raises, apart from the one rounding."""

from __future__ import annotations

import math
from decimal import (
    Clamped,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
    Rounded,
    Subnormal,
    Underflow,
)
from fractions import Fraction

ZERO = Decimal(0)

#: Sums of 38 digits and their products fit many times over; anything that
#: would lose a digit raises.
EXACT = Context(
    prec=200,
    traps=[
        Clamped,
        DivisionByZero,
        Inexact,
        InvalidOperation,
        Overflow,
        Rounded,
        Subnormal,
        Underflow,
    ],
)

#: A quantity has 18 digits, three of them behind the point.
LARGEST_QUANTITY = Decimal("999999999999999.999")


def is_beyond_quantity(value: Decimal) -> bool:
    """Whether a value does not fit 18 digits with three behind the point."""
    return value > LARGEST_QUANTITY


def packs_to_cover(quantity: Decimal, pack_size: Decimal) -> Decimal:
    """The smallest whole number of packs that is at least ``quantity``."""
    return Decimal(math.ceil(Fraction(quantity) / Fraction(pack_size)))


def half_up_to_cents(amount: Decimal) -> Decimal:
    """Two decimals, half up; amounts are never negative here."""
    cents = math.floor(Fraction(amount) * 100 + Fraction(1, 2))
    return Decimal(cents) / 100
