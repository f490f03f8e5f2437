"""Rendering: templates beside, nothing fetched, every text escaped."""

from __future__ import annotations

import base64
import calendar
import gzip
import hashlib
import json
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ingestion.publication.cells import as_text
from ingestion.report.tables import Cell, Table

_FOLDER = Path(__file__).parent / "templates"
#: Rows of a table that stand in the page itself; scripts page through the rest.
PAGE_SIZE = 50
#: Characters of data beyond which they are packed.
_PACKED = 50_000


def render(template: str, **values: Any) -> str:
    """One page from its template and values, with a policy that allows only itself."""
    environment = _environment()
    style, script = _asset("style.css"), _asset("tables.js")
    return environment.get_template(template).render(
        style=Markup(style),  # noqa: S704  a file of the project
        script=Markup(script),  # noqa: S704  a file of the project
        policy=Markup(_policy(style, script)),  # noqa: S704  no text of data
        page_size=PAGE_SIZE,
        **values,
    )


def _policy(style: str, script: str) -> str:
    """Nothing but the page's own style and script, known by their digests."""
    return (
        f"default-src 'none'; style-src '{_digest(style)}'; "
        f"script-src '{_digest(script)}'; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )


def _embedded(table: Table) -> Markup:
    """A table's cells for scripts: columns as JSON, packed when there are many.

    No text of it can end the script element that it stands in.
    """
    columns = [
        [cell if cell is None else as_text(cell) for cell in column]
        for column in zip(*table.rows, strict=True)
    ] or [[] for _ in table.columns]
    text = json.dumps(columns, ensure_ascii=True, separators=(",", ":"))
    if len(text) > _PACKED:
        packed = gzip.compress(text.encode(), compresslevel=5, mtime=0)
        return Markup(base64.b64encode(packed).decode())  # noqa: S704
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704


def shown(value: Cell) -> str:
    """A cell for people: numbers in groups of three, a dash where nothing is known."""
    if value is None or value == "":
        return "\N{EN DASH}"
    if isinstance(value, str):
        return as_text(value)
    whole, point, decimals = as_text(value).partition(".")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{int(whole.lstrip('-')):,}{point}{decimals}"


def _spelled(day: date) -> str:
    """A date with its weekday; in English, as nothing here sets a locale."""
    return f"{calendar.day_name[day.weekday()]}, {day.isoformat()}"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        shown=shown,
        plain=as_text,
        spelled=_spelled,
        percent=_percent,
        choices=_choices,
        embedded=_embedded,
    )
    return environment


def _choices(table: Table, column: str) -> list[str]:
    return sorted({str(cell) for cell in table.column(column) if cell is not None})


def _percent(part: int | Decimal, whole: int | Decimal) -> float:
    return round(float(max(0, part)) / float(whole) * 100, 2)


@lru_cache(maxsize=4)
def _asset(name: str) -> str:
    return (_FOLDER / name).read_text("utf-8").strip()


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
