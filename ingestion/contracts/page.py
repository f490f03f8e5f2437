"""The contracts for people who send files: as a page, and as tables on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from ingestion.contracts import Column, Contract, Rule, load_contracts
from ingestion.contracts.reasons import REASONS
from ingestion.contracts.senders import Sender, load_senders

_TYPES = {
    "id": "1 to 64 characters: printable ASCII and blanks inside, but no quote, comma "
    "or backslash, and letters and signs of other scripts; in JSON text, or an integer "
    "without sign, which is taken as its digits",
    "quantity": "a number as it is written by hand: up to 15 digits, up to 3 decimals "
    "and zeros behind them, a point, a minus sign, no plus sign, no thousands sign; an "
    "exponent only in a JSON number, such as `6E+2`",
    "stock": "as quantity",
    "price": "as quantity, up to 4 decimals",
    "line_number": "digits, perhaps with `.0` behind them",
    "timestamp": "`YYYY-MM-DD hh:mm[:ss[.1-9 digits]]`, a `T` or a blank between, then "
    "nothing (UTC), `Z`, or an offset `+hh:mm`, `+hhmm` or `+hh`, perhaps after a "
    "blank; years 1900 to 2100; digits after the sixth are cut off",
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
    most = _percent(contract.max_refused_share)
    return [
        f"A file of which more than {most} of the rows, and at least "
        f"{contract.min_refused_rows}, are refused is refused whole; so is one of "
        "which no row is accepted.",
        *map(_rule, contract.rules),
        *(
            f"{column.name} that cannot be read counts as absent and is reported."
            for column in contract.columns
            if column.if_malformed == "absent"
        ),
        *map(_sender, _senders(contract)),
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
    parts.append(
        _table(
            ("reason", "what is wrong", "what to do"),
            ((code, *words) for code, words in REASONS.items()),
        )
    )
    return "\n".join(parts)


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = [*header]
    lines = [head, ["---"] * len(head), *([*row] for row in rows)]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _bounds(column: Column) -> str:
    low, high = column.min, column.max
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
    other = rule.other_column or f"{rule.value:f}"
    deed = "refused" if rule.severity == "error" else "counted as a warning"
    return (
        f"{rule.description} Rows that break {rule.column} {rule.compare} {other} are "
        f"{deed} (`{rule.name}`)."
    )


def _senders(contract: Contract) -> list[Sender]:
    kind = contract.feed, contract.format
    return [one for one in load_senders() if (one.feed, one.format) == kind]


def _sender(sender: Sender) -> str:
    names = " or ".join(f"`{pattern}`" for pattern in sender.files)
    return (
        f"Files named {names} are read as `{sender.name}` writes: {sender.description}"
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
named here are passed over and counted, but a column that differs from one of these
only in case, blanks, `_` or `-` refuses the file. Who cannot write so is declared as a
sender ([senders.md](senders.md)). JSON is one order per line, one array, or one
order; the keys of an order stand in it, those under `lines[]` in each element of its
array `lines`.
"""
_REASONS_INTRODUCTION = """\
## Reasons

What the load history and `<file>.rejects.jsonl` call it when a row or file is refused:
"""
