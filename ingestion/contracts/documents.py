"""YAML of a contract or a sender as read, with the line on which each key stands."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ingestion.errors import UsageError

CONTRACT, SENDER = "contract", "sender"
Place = tuple["str | int", ...]


@dataclass(frozen=True)
class Document:
    """What a file says, and where.

    Attributes:
        kind: ``contract`` or ``sender``.
        lines: line in the file, from 1, by the path of keys and positions.
    """

    kind: str
    path: Path
    content: dict[str, Any]
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


def read_document(path: Path, kind: str) -> Document:
    """Read a contract or a sender and hold it against the schema of its kind.

    Raises:
        UsageError: not YAML, a key twice, or a key that the schema does not take; the
            message names file, line and key.
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
    errors = sorted(
        _validator(kind).iter_errors(content), key=lambda e: list(map(str, e.path))
    )
    if errors:
        raise document.error(*_explained(errors[0]))
    return document


@lru_cache(maxsize=2)
def _validator(kind: str) -> Any:
    from jsonschema import Draft202012Validator

    schema = Path(__file__).with_name(f"{kind}.schema.json")
    return Draft202012Validator(json.loads(schema.read_text(encoding="utf-8")))


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


def _explained(error: Any) -> tuple[list[str | int], str]:
    """Where the schema is broken and how, in words."""
    place = list(error.absolute_path)
    if error.validator == "additionalProperties":
        unknown = min(set(error.instance) - set(error.schema["properties"]))
        return [*place, unknown], "is not a key that stands here"
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return [*place, missing[0]], "is missing"
    if error.validator == "oneOf":
        keys = [item["required"][0] for item in error.validator_value]
        return place, f"needs either {' or '.join(keys)}"
    if error.validator == "enum":
        known = ", ".join(map(str, error.validator_value))
        return place, f"is {error.instance!r}, not one of {known}"
    return place, f"does not fit: {error.message}"


def _shown(place: Sequence[str | int]) -> str:
    parts = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in place)
    return "".join(parts).lstrip(".")
