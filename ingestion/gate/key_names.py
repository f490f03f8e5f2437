"""Keys of JSON orders by the names of the contract, whatever a sender calls them."""

from __future__ import annotations

from typing import Any

from ingestion.contracts import LINES, Contract


class KeyNames:
    """Renames the keys of a sender that has names of its own."""

    def __init__(self, contract: Contract, sender: str | None) -> None:
        self._names = contract.names_of(sender)
        own = {own for own, name in self._names.items() if name == LINES}
        self.of_lines = frozenset({LINES, *own})

    def order(self, order: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        """An order by the contract's names, and whether one of them stands twice."""
        if not self._names:
            return order, False
        header, is_doubled = self._renamed(order)
        lines = header.get(LINES)
        if isinstance(lines, list):
            pairs = [
                self._renamed(item) if isinstance(item, dict) else (item, False)
                for item in lines
            ]
            header[LINES] = [item for item, _ in pairs]
            is_doubled = is_doubled or any(doubled for _, doubled in pairs)
        return header, is_doubled

    def _renamed(self, found: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        renamed = {self._names.get(key, key): value for key, value in found.items()}
        return renamed, len(renamed) < len(found)
