"""The alphabet of ids, said a second time."""

from __future__ import annotations

import pytest

from ingestion.contracts.ids import ID, id_problem, spreadsheet_form

NOT_IN_IDS = [
    *range(0x21),
    *map(ord, '",\\'),
    *range(0x7F, 0xA1),
    *range(0xD800, 0xE000),
    *range(0x2000, 0x2070),
    0x3000,
    0xFEFF,
    *range(0xFFF0, 0x10000),
]


def test_every_character_but_these_is_an_id() -> None:
    refused = [code for code in range(0x110000) if not ID.fullmatch(chr(code))]
    assert refused == sorted(NOT_IN_IDS)


def test_no_other_character_than_a_blank_may_stand_within_an_id() -> None:
    inside = [code for code in NOT_IN_IDS if ID.fullmatch(f"a{chr(code)}b")]
    assert inside == [ord(" ")]


@pytest.mark.parametrize("text", ["a" * 64, f"a{' ' * 62}b", "é" * 64, "😀" * 64])
def test_an_id_has_up_to_64_characters(text: str) -> None:
    assert id_problem(text) is None
    assert id_problem(f"{text}c") == "has more than 64 characters: send a shorter one"


@pytest.mark.parametrize("text", ["", " ", " a", "a "])
def test_blanks_around_belong_to_no_id(text: str) -> None:
    assert id_problem(text) == "is blank, or has blanks around it"


@pytest.mark.parametrize("text", ["1E5", "E+12", "4.0063", "1E-5", "12E+3", "=A", "a'"])
def test_ids_that_no_spreadsheet_made(text: str) -> None:
    assert id_problem(text) is None
    assert spreadsheet_form(text) is None
