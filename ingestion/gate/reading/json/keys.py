"""Which keys of orders and of their lines are read, whatever a sender calls them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from ingestion.contracts import LINES, Contract
from ingestion.contracts.senders import Sender

#: Objects with the same keys in the same order.
Shape = tuple[str, ...]
#: Shapes that are remembered: an attacker may send each object with keys of its own.
_MOST_SHAPES = 10_000


@dataclass(frozen=True)
class Found:
    """What the keys of one shape are.

    Attributes:
        keys: the key of each column that is read, by the column's name.
        unknown: keys that nothing reads.
        is_doubled: two keys are one column's, or differ only in case.
    """

    keys: dict[str, str]
    unknown: tuple[str, ...]
    is_doubled: bool


class Keys:
    """The keys of one part, ``order`` or ``line``.

    Attributes:
        names: columns that are read; ``lines.KEY`` is a key of a line that only the
            conditions of a sender read.
    """

    def __init__(self, contract: Contract, part: str, sender: Sender | None) -> None:
        names = [column.name for column in contract.columns if column.part == part]
        wanted = {*names, LINES} if part == "order" else set(names)
        self._renamed = {
            own: name for own, name in sender.columns.items() if name in wanted
        } if sender else {}  # fmt: skip
        prefix = f"{LINES}."
        for own in sender.read_by_conditions if sender else ():
            key = own.removeprefix(prefix)
            is_here = own.startswith(prefix) == (part == "line")
            if is_here and key not in wanted and key not in self._renamed:
                self._renamed[key] = own
                names.append(own)
        self.names = tuple(names)
        self._prefix = prefix if part == "line" else ""
        self._known: dict[Shape, Found] = {}
        self._read = wanted | set(self._renamed.values())

    @property
    def of_lines(self) -> frozenset[str]:
        """The keys under which an order may hold its lines."""
        own = {own for own, name in self._renamed.items() if name == LINES}
        return frozenset({LINES, *own})

    def found(self, shape: Shape) -> Found:
        """What the keys of a shape are."""
        known = self._known.get(shape)
        if known is None:
            if len(self._known) >= _MOST_SHAPES:
                self._known.clear()
            known = self._known[shape] = self._look(shape)
        return known

    def _look(self, shape: Shape) -> Found:
        names = [self._renamed.get(key, key) for key in shape]
        is_doubled = len(set(map(str.lower, names))) < len(names)
        is_doubled = is_doubled or len(set(map(str.lower, shape))) < len(shape)
        keys = {
            name: key
            for name, key in zip(names, shape, strict=True)
            if name in self._read
        }
        unknown = tuple(
            f"{self._prefix}{key}" for key in shape if key not in keys.values()
        )
        return Found(keys, unknown, is_doubled)


class Objects:
    """Some objects of one part, by column."""

    def __init__(self, objects: Sequence[dict[str, Any]], keys: Keys) -> None:
        self._objects = objects
        self.shapes = list(map(tuple, objects))
        self.found = {shape: keys.found(shape) for shape in set(self.shapes)}

    @property
    def is_doubled(self) -> bool:
        """Whether an object has a key twice but for its case, or under two names."""
        return any(found.is_doubled for found in self.found.values())

    def passed_over(self) -> Iterator[Any]:
        """The values of keys that nothing reads."""
        shapes = {
            shape: [key for key in shape if key not in found.keys.values()]
            for shape, found in self.found.items()
            if found.unknown
        }
        if len(self.found) == 1:
            for key in next(iter(shapes.values()), ()):
                yield from map(itemgetter(key), self._objects)
        elif shapes:
            for item, shape in zip(self._objects, self.shapes, strict=True):
                yield from map(item.__getitem__, shapes.get(shape, ()))

    @property
    def unknown(self) -> set[str]:
        """Keys that nothing reads."""
        return {name for found in self.found.values() for name in found.unknown}

    def column(self, name: str) -> list[Any] | None:
        """The values of a column; None when no object has it."""
        own = {found.keys.get(name, "") for found in self.found.values()}
        own.discard("")
        if not own:
            return None
        if len(own) == 1:
            (key,) = own
            if len(self.found) == 1:
                return list(map(itemgetter(key), self._objects))
            return [item.get(key) for item in self._objects]
        keys = {shape: found.keys.get(name, "") for shape, found in self.found.items()}
        return [
            item[keys[shape]] if keys[shape] else None
            for item, shape in zip(self._objects, self.shapes, strict=True)
        ]
