"""The many ways to write one value, all of which mean the same."""

from __future__ import annotations

import json
import random
from decimal import Decimal

BLANKS = ["", "", "", " ", "\t", "  "]
#: What nobody can read as a price, and no other value holds.
UNREADABLE_PRICES = ("n/a", "3.1999999999999997")


class Handwriting:
    """Harmless variations, decided by a seed; seed 0 writes the plainest form."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._is_plain = seed == 0

    def chance(self, probability: float) -> bool:
        return not self._is_plain and self._random.random() < probability

    def choice(self, plain_first: list[str]) -> str:
        return plain_first[0] if self._is_plain else self._random.choice(plain_first)

    def order(self, items: list[str]) -> list[str]:
        """The items as given, or shuffled."""
        if self.chance(0.5):
            return self._random.sample(items, len(items))
        return list(items)

    def number(self, value: Decimal, *, may_pad_left: bool = True) -> str:
        """Digits as they may be written: zeros in front, and behind three decimals."""
        text = format(value, "f")
        if self.chance(0.3):
            text = format(value.quantize(Decimal("0.001")), "f")
            text += self.choice(["", "0", "000"])
        if may_pad_left and self.chance(0.1) and value >= 0:
            text = text.rjust(min(len(text) + 2, 15), "0")
        return text

    def padded(self, text: str) -> str:
        """Blanks around, which every reader strips."""
        if self.chance(0.2):
            return self.choice(BLANKS) + text + self.choice(BLANKS)
        return text

    def cell(self, text: str, delimiter: str) -> str:
        """One CSV cell, quoted where it must be and sometimes where it need not."""
        padded = self.padded(text)
        if any(each in padded for each in f'{delimiter}"\r\n') or self.chance(0.1):
            return '"' + padded.replace('"', '""') + '"'
        return padded

    def json_string(self, text: str) -> str:
        return json.dumps(self.padded(text), ensure_ascii=self.chance(0.5))

    def json_id(self, text: str) -> str:
        """A string; or digits, where they are what an integer would print as."""
        if text.isdigit() and str(int(text)) == text and self.chance(0.4):
            return text
        return self.json_string(text)

    def json_number(self, value: Decimal) -> str:
        if self.chance(0.4):
            return self.json_string(self.number(value))
        return self.number(value, may_pad_left=False)
