"""YAML of a contract or a sender as read, with the line on which each key stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)

from ingestion.errors import UsageError

Place = tuple["str | int", ...]
_Terms = TypeVar("_Terms")

#: What stands in a document is all that it says.
TERMS = ConfigDict(extra="forbid")


def _exact(number: object) -> Decimal:
    if isinstance(number, bool) or not isinstance(number, (int, float, Decimal)):
        raise ValueError("is no number")
    return Decimal(str(number))


Number = Annotated[Decimal, BeforeValidator(_exact)]
Share = Annotated[Number, Field(ge=0, le=1)]
Text = Annotated[str, StringConstraints(min_length=1)]
Name = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]*$")]
Code = Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9-]*$")]


@dataclass(frozen=True)
class Document:
    """What a file says, and where.

    Attributes:
        kind: ``contract`` or ``sender``.
        lines: line in the file, from 1, by the path of keys and positions.
    """

    kind: str
    path: Path
    content: Any
    lines: dict[Place, int]

    def error(self, place: Sequence[str | int], problem: str) -> UsageError:
        """The error for a key that is wrong: file, line, key, and what it should be."""
        known = tuple(place)
        while known not in self.lines and known:
            known = known[:-1]
        key = _shown(place) or "the document"
        return UsageError(
            f"The {self.kind} {self.path}, line {self.lines.get(known, 1)}, is wrong: "
            f"{key} {problem}."
        )

    def terms(self, kind: type[_Terms]) -> _Terms:
        """What it says as a contract or a sender.

        Raises:
            UsageError: a key is missing, unknown or wrong.
        """
        try:
            return TypeAdapter(kind).validate_python(self.content)
        except ValidationError as error:
            first = error.errors()[0]
            raise self.error(first["loc"], _explained(first)) from error


def read_document(path: Path, kind: str) -> Document:
    """Read a contract or a sender.

    Raises:
        UsageError: not YAML, or a key twice; the message names file, line and key.
    """
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"The {kind} {path} cannot be read: {error}") from error
    lines: dict[Place, int] = {}
    document = Document(kind, path, content, lines)
    for place, line in _places(root, ()):
        if place in lines:
            raise document.error(place, f"stands twice, again on line {line}")
        lines[place] = line
    return document


def _places(node: Any, place: Place) -> Iterator[tuple[Place, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, str(key.value))
            yield inner, key.start_mark.line + 1
            yield from _places(value, inner)
    elif isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            yield (*place, number), item.start_mark.line + 1
            yield from _places(item, (*place, number))


def _explained(error: Any) -> str:
    """How what is wrong with a key is wrong, in words."""
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        return str(context["error"])
    if error["type"] == "literal_error":
        return f"is {error['input']!r}, not one of {context['expected']}"
    said = {
        "unexpected_keyword_argument": "is not a key that stands here",
        "missing": "is missing",
    }
    return said.get(error["type"], f"does not fit: {error['msg']}")


def _shown(place: Sequence[str | int]) -> str:
    parts = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in place)
    return "".join(parts).lstrip(".")
