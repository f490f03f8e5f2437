"""Published bytes: the same data must come out as the same characters."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.canonical_json import canonical_line, canonical_text, plain_number


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Decimal("60.000"), "60"),
        (Decimal("12.500"), "12.5"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.00"), "0"),
        (Decimal("0E-10"), "0"),
        (Decimal("-0.500"), "-0.5"),
        (Decimal("99999999999999999999999999999999999.001"), "9" * 35 + ".001"),
        (100, "100"),
    ],
)
def test_numbers_are_exact_and_plain(number: int | Decimal, text: str) -> None:
    assert plain_number(number) == text


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_number_keeps_its_value_and_has_no_exponent(number: Decimal) -> None:
    text = plain_number(number)

    assert Decimal(text) == number
    assert "e" not in text.lower()
    assert not (("." in text) and text.endswith(("0", ".")))


def test_strings_escape_what_must_be_escaped_and_nothing_else() -> None:
    text = 'a"b\\c/\b\f\n\r\t\x00\x1f\x7fäß€😀\u2028'

    assert canonical_line(text) == (
        '"a\\"b\\\\c/\\b\\f\\n\\r\\t\\u0000\\u001f\x7fäß€😀\u2028"\n'.encode()
    )


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_what_is_written_reads_back_as_the_same_value(value: object) -> None:
    text = canonical_text(value)  # type: ignore[arg-type]

    assert json.loads(text) == value
    assert json.loads(text) == json.loads(json.dumps(value))


def test_keys_keep_their_order_and_no_blank_is_written() -> None:
    assert canonical_text({"b": [1, None], "a": True}) == '{"b":[1,null],"a":true}'


def test_a_float_is_refused_because_its_digits_are_not_the_ones_meant() -> None:
    with pytest.raises(TypeError, match="float"):
        canonical_text(0.1)  # type: ignore[arg-type]
