"""What an id is, in the files of senders and in master data alike: one alphabet.

Ids are text: "00123" is not "123". The alphabet leaves out what a landed CSV would
have to quote (comma, quote, backslash) and characters that nobody sees.
"""

from __future__ import annotations

import re

MAX_LENGTH = 64
#: What may stand in an id, blanks within it aside, as the inside of a class.
CHARACTERS = (
    r"!#-+\--\[\]-~"
    r"\u00a1-\u1fff\u2070-\u2fff\u3001-\ud7ff\ue000-\ufefe\uff00-\uffef"
    r"\U00010000-\U0010ffff"
)
ID = re.compile(rf"[{CHARACTERS}](?:[ {CHARACTERS}]{{0,62}}[{CHARACTERS}])?")
#: The id of a supplier as it must be for a file of orders to bear it.
SUPPLIER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

_FOREIGN = re.compile(rf"[^ {CHARACTERS}]")
_AS_NUMBER = re.compile(r"[0-9](?:[.,][0-9]+)?[Ee]\+[0-9]{1,3}")
_AS_FORMULA = re.compile(r'="([^"]*)"')


def id_problem(text: str) -> str | None:
    """What keeps a text, without blanks around it, from being an id, and the cure."""
    if ID.fullmatch(text):
        return None
    foreign = _FOREIGN.search(text)
    if foreign:
        named = {'"': "a quote", "\\": "a backslash", ",": "a comma"}.get(foreign[0])
        character = named or f"U+{ord(foreign[0]):04X}"
        return f"holds {character}, which no id may: send it without"
    if not text or text != text.strip(" "):
        return "is blank, or has blanks around it"
    return f"has more than {MAX_LENGTH} characters: send a shorter one"


def spreadsheet_form(text: str) -> str | None:
    """Which mark a spreadsheet left on an id, and the cure; None without one.

    Such a text may well be an id by its characters, but not the one that was meant.
    """
    if _AS_NUMBER.fullmatch(text):
        return (
            "was written as a number by a spreadsheet, which lost its digits: format "
            "the column as text, enter the ids anew, and export again"
        )
    if text.startswith("'"):
        return (
            "begins with an apostrophe, a spreadsheet's mark for text: "
            f"write {text[1:] or 'the id'} without it"
        )
    formula = _AS_FORMULA.fullmatch(text)
    if formula:
        return f"is a spreadsheet's formula for a text: write {formula[1]} alone"
    return None
