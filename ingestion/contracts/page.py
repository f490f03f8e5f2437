"""The contracts for people who send files: as a page, and as tables on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from ingestion.contracts import Column, Contract, Rule, load_contracts

_TYPES = {
    "id": "letters, digits and `.` `_` `-`, up to 64, a letter or digit first; in JSON "
    "text, or an integer, which is taken as its digits",
    "quantity": "a number as it is written by hand: up to 15 digits, up to 3 decimals, "
    "a point, no exponent, no plus sign, no thousands sign",
    "stock": "as quantity, also below 0",
    "price": "as quantity, up to 4 decimals",
    "line_number": "digits",
    "timestamp": "`YYYY-MM-DD hh:mm[:ss[.1-6 digits]][Z or +hh:mm or -hh:mm]`, a `T` "
    "or a blank between; years 1900 to 2100; without an offset it is UTC",
}
#: Reason codes in words; those of Frictionless where it has one.
REASONS = {
    "missing-cell": "the row has fewer cells than the header",
    "extra-cell": "the row has more cells than the header",
    "type-error": "the value is not written in the form of its type",
    "constraint-error": "the value is mandatory and absent, or out of its bounds",
    "row-constraint": "the row breaks a rule across columns",
    "duplicate-label": "a column or key stands twice, or twice but for upper case",
    "quote-error": "a quote inside an unquoted cell, or text after a closing quote",
    "malformed-json": "the line is not JSON; in an array, the file",
    "encoding-error": "bytes that are not UTF-8, or NUL; UTF-16 refuses the file",
    "nesting-too-deep": "more than 100 levels of objects and arrays",
    "record-too-large": "a row or order of more than 64 MiB or 3 million values",
    "threshold-exceeded": "too large a share of the file's rows is refused",
    "file-refused": "the row is fine, its file is refused",
    "source-error": "the file holds nothing but blanks",
    "missing-label": "the header lacks a mandatory column",
    "blank-label": "a column of the header has no name",
    "incorrect-label": "a name in the header holds a lone CR",
    "unclosed-quote": "a quote is never closed",
    "compression-error": "the gzip ends early or fails its checksum",
    "decompression-bomb": "the gzip unpacks to more than 200 times its size",
    "format-error": "the extension is not one for the feed",
    "name-error": "the name has control characters, a backslash, or is not UTF-8",
    "link": "a link, which is not followed",
    "folder": "a folder",
    "special-file": "neither file, folder nor link",
    "file-changing": "the file was still being written",
}


def titled(contract: Contract) -> str:
    """What a contract is about, in a few words."""
    version = f"version {contract.version}"
    return f"{contract.feed} as {contract.format.upper()}, {version}"


def column_rows(contract: Contract) -> Iterator[tuple[str, str, str, str, str]]:
    """Column, type, mandatory, bounds and meaning, for each column."""
    for column in contract.columns:
        name = f"lines[].{column.name}" if column.part == "line" else column.name
        mandatory = "yes" if column.required else "no"
        yield name, column.type, mandatory, _bounds(column), _meaning(column)


def terms(contract: Contract) -> list[str]:
    """Thresholds, rules and senders, a sentence each."""
    return [
        f"A file of which more than {_percent(contract.max_refused_share)} of the rows "
        "are refused is refused whole.",
        *map(_rule, contract.rules),
        *(
            f"Files named {' or '.join(f'`{one}`' for one in sender.files)} "
            f"({sender.name}) may call "
            + ", ".join(f"{name} `{own}`" for own, name in sender.names)
            + "."
            for sender in contract.senders
        ),
    ]


def markdown() -> str:
    """The page docs/contracts.md."""
    parts = [_INTRODUCTION]
    for contract in load_contracts().values():
        parts.append(f"## {titled(contract)}\n")
        header = ("column", "type", "mandatory", "bounds", "meaning")
        parts.append(_table(header, column_rows(contract)))
        parts.append("\n".join(f"- {sentence}" for sentence in terms(contract)) + "\n")
    parts.append("## Types\n")
    parts.append(_table(("type", "written as"), _TYPES.items()))
    parts.append(_REASONS_INTRODUCTION)
    parts.append(_table(("reason", "what is wrong"), REASONS.items()))
    return "\n".join(parts)


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = [*header]
    lines = [head, ["---"] * len(head), *([*row] for row in rows)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _bounds(column: Column) -> str:
    low, high = column.minimum, column.maximum
    if low is None and high is None:
        return ""
    if low is None or high is None:
        return f"from {low:f}" if high is None else f"to {high:f}"
    return f"{low:f} to {high:f}"


def _meaning(column: Column) -> str:
    return (
        f"{column.description} In {column.unit}." if column.unit else column.description
    )


def _rule(rule: Rule) -> str:
    other = rule.other if isinstance(rule.other, str) else f"{rule.other:f}"
    deed = "refused" if rule.severity == "error" else "counted as a warning"
    return (
        f"{rule.description} Rows that break {rule.column} {rule.compare} {other} are "
        f"{deed} (`{rule.name}`)."
    )


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f} %"


_INTRODUCTION = """\
# What a file must be

Written by `python -m ingestion contracts --markdown` from the contracts in
`ingestion/contracts/`; change them, not this page. `python -m ingestion validate FILE`
checks a file against its contract without landing it.

Files are UTF-8. Blanks around a value are stripped; null and blank mean absent. CSV has
a header and commas or semicolons, columns in any order; columns and keys that are not
named here are passed over and counted. JSON is one order per line, one array, or one
order; the keys of an order stand in it, those under `lines[]` in each element of its
array `lines`.
"""
_REASONS_INTRODUCTION = """\
## Reasons

What the load history and `<file>.rejects.jsonl` call it when a row or file is refused:
"""
