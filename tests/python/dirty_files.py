"""Dirty files, each with what the gate has to make of it.

    python tests/python/dirty_files.py OUT

writes ``OUT/<feed>/2025-06-30/<file>`` and, beside the feeds, ``OUT/expected.json``.
What is expected stands here by hand: nothing in this module asks the gate.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

#: Apart from the dates that other tests use on the same servers.
DAY = "2025-06-30"
#: In contents: the id of the case, so that no two files have the same bytes.
ID = "@@"
#: Good rows before the dirty ones keep a file below the threshold.
PAD = 60
TYPE, CONSTRAINT = "type-error", "constraint-error"

#: order_id, store_id, pos_id, ordered_at in UTC, line_number, sku_id, quantity,
#: unit_price; or warehouse_id, sku_id, snapshot_at, available, reserved, safety_stock.
Row = tuple["str | None", ...]
#: Line, reason, column.
Refusal = tuple[int, str, "str | None"]


@dataclass(frozen=True)
class DirtyFile:
    """One file and its verdict.

    Attributes:
        pad: number of good rows before those of interest, all of the order ``PAD``.
        rows: the other accepted rows as typed values in text.
        refused: the refused rows, unless the file is refused whole.
        reason: why it is refused whole, None when it is not.
    """

    name: str
    content: bytes
    feed: str = "orders"
    pad: int = 0
    rows: tuple[Row, ...] = ()
    refused: tuple[Refusal, ...] = ()
    reason: str | None = None
    read: int = field(default=-1)

    @property
    def rows_read(self) -> int:
        """Rows that the load history has to count."""
        if self.read >= 0:
            return self.read
        return 0 if self.reason else self.pad + len(self.rows) + len(self.refused)


def dirty_files() -> list[DirtyFile]:
    """Every case, with its id in name and content."""
    found = []
    for number, case in enumerate(_all()):
        identity = f"C{number:03}"
        rows = tuple(
            tuple(cell and cell.replace(ID, identity) for cell in row)
            for row in case.rows
        )
        name = f"{identity} {case.name}"
        content = case.content.replace(ID.encode(), identity.encode())
        found.append(
            DirtyFile(
                name, content, case.feed, case.pad, rows, case.refused, case.reason,
                case.read,
            )
        )  # fmt: skip
    return found


def write(out: Path) -> int:
    """Write every file and what is expected of it; how many."""
    files = dirty_files()
    for case in files:
        path = out / case.feed / DAY / case.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(case.content)
    expected = {
        f"{case.feed}/{DAY}/{case.name}": {
            key: value for key, value in asdict(case).items() if key != "content"
        }
        for case in files
    }
    (out / "expected.json").write_text(json.dumps(expected, indent=1), "utf-8")
    return len(files)


def _all() -> Iterator[DirtyFile]:
    yield from _json_values()
    yield from _json_lines()
    yield from _json_files()
    yield from _csv_cells()
    yield from _csv_rows()
    yield from _csv_files()
    yield from _stock()
    yield from _packed()


# --- JSON -------------------------------------------------------------------------

_LINE = {"line_number": "1", "sku_id": '"A"', "quantity": "2", "unit_price": "3.20"}
_HEADER = {
    "order_id": f'"{ID}"',
    "store_id": '"S1"',
    "pos_id": '"P1"',
    "ordered_at": '"2026-01-01T10:00:00+01:00"',
}


def _object(members: dict[str, str]) -> str:
    return "{" + ",".join(f'"{key}":{text}' for key, text in members.items()) + "}"


def _line(**keys: str) -> str:
    return _object({key: text for key, text in {**_LINE, **keys}.items() if text})


def _order(*lines: str, **keys: str) -> str:
    header = {key: text for key, text in {**_HEADER, **keys}.items() if text}
    return _object({**header, "lines": f"[{','.join(lines or [_line()])}]"})


def _row(
    line: str | None = "1",
    sku: str = "A",
    quantity: str = "2.000",
    price: str | None = "3.2000",
    at: str = "2026-01-01 09:00:00",
    order: str = ID,
    store: str = "S1",
    pos: str | None = "P1",
) -> Row:
    return order, store, pos, at, line, sku, quantity, price


_PAD_JSON = _order(
    *(_line(line_number=str(number + 1)) for number in range(PAD)), order_id='"PAD"'
)


def _json(
    name: str,
    content: str | bytes,
    rows: tuple[Row, ...] = (),
    refused: tuple[Refusal, ...] = (),
) -> DirtyFile:
    """A file of lines, the first of them good."""
    dirty = content if isinstance(content, bytes) else content.encode()
    return DirtyFile(
        f"{name}.jsonl", f"{_PAD_JSON}\n".encode() + dirty, "orders", PAD, rows, refused
    )


def _json_values() -> Iterator[DirtyFile]:
    """One value of one key: what is read of it, or why it refuses its row."""
    good: list[tuple[str, str, Any]] = [
        ("quantity", "60.000", {"quantity": "60.000"}),
        ("quantity", "0.001", {"quantity": "0.001"}),
        ("quantity", "0.35", {"quantity": "0.350"}),
        ("quantity", '" 2.5 "', {"quantity": "2.500"}),
        ("quantity", '"007"', {"quantity": "7.000"}),
        ("quantity", "9999999999", {"quantity": "9999999999.000"}),
        ("quantity", "999999999.999", {"quantity": "999999999.999"}),
        ("unit_price", "999999999.9999", {"price": "999999999.9999"}),
        ("unit_price", "0.0001", {"price": "0.0001"}),
        ("unit_price", "0", {"price": "0.0000"}),
        ("unit_price", '"1.5"', {"price": "1.5000"}),
        ("unit_price", "null", {"price": None}),
        ("unit_price", '""', {"price": None}),
        ("unit_price", '" \\t"', {"price": None}),
        ("unit_price", "", {"price": None}),
        ("line_number", "999999999", {"line": "999999999"}),
        ("line_number", '"0012"', {"line": "12"}),
        ("line_number", "", {"line": "1"}),
        ("line_number", "null", {"line": "1"}),
        ("sku_id", "123", {"sku": "123"}),
        ("sku_id", "0", {"sku": "0"}),
        ("sku_id", '"00123"', {"sku": "00123"}),
        ("sku_id", '" \\tA.b_c-9 "', {"sku": "A.b_c-9"}),
        ("sku_id", '"\\u0041"', {"sku": "A"}),
        ("sku_id", f'"{"x" * 64}"', {"sku": "x" * 64}),
        ("sku_id", "1" * 64, {"sku": "1" * 64}),
        ("sku_id", '"null"', {"sku": "null"}),
        ("sku_id", '"NaN"', {"sku": "NaN"}),
        ("sku_id", '"1e3"', {"sku": "1e3"}),
    ]
    bad = [
        *(("quantity", text, CONSTRAINT) for text in (
            "0", "-1", "0.000", "-0", "9999999999.001", "10000000000", "null", '""',
            '"  "', "999999999999999",
        )),
        *(("quantity", text, TYPE) for text in (
            "1e3", "1E-2", "1.2345", "2.0005", "1" * 16, "1" * 40, "true", "false",
            "[]", "{}",
            '"+1"', '"1,5"', '"1 000"', '".5"', '"1."', '"1e3"', '"\\u0661"',
            '"two"', '"0x10"', '"1_0"', '"Infinity"', '"2\\n"', '"\\u00a02"',
        )),
        *(("unit_price", text, TYPE) for text in (
            "0.00001", "1e2", '"free"', "[1]", '"3,20"', "false",
        )),
        *(("unit_price", text, CONSTRAINT) for text in ("1000000000", "-0.01", '"-1"')),
        *(("line_number", text, TYPE) for text in (
            "1.0", "1.5", "-1", "1e1", '"-1"', '"1.0"', '"one"', "true",
        )),
        *(("line_number", text, CONSTRAINT) for text in ("0", "1000000000", '"000"')),
        *(("sku_id", text, TYPE) for text in (
            "1.5", "1e2", "-1", "true", '["A"]', '{"a":1}', '"a b"', '".a"', '"-a"',
            '"_a"',
            f'"{"x" * 65}"', '"\\u0661"', '"A\\n"', '"\\ud800"', '"A\\u0000"', '"../A"',
            '"A,B"', '"A\\"B"', '"\\\\A"',
        )),
        *(("sku_id", text, CONSTRAINT) for text in ("null", '""', '" \\t "')),
    ]  # fmt: skip
    for key, text, seen in good:
        yield _json(
            f"{key} {_slug(text)} is taken",
            _order(_line(**{key: text})),
            (_row(**seen),),
        )
    for key, text, reason in bad:
        yield _json(
            f"{key} {_slug(text)} is refused",
            _order(_line(**{key: text}), _line(line_number="2")),
            (_row("2"),),
            ((2, reason, key),),
        )
    times = [
        ('"2026-01-01 10:00"', "2026-01-01 10:00:00"),
        ('"2026-01-01T10:00:59.123456Z"', "2026-01-01 10:00:59.123456"),
        ('"2100-12-31T23:59-23:59"', "2101-01-01 23:58:00"),
        ('"1900-01-01T00:00+01:00"', "1899-12-31 23:00:00"),
        ('"2024-02-29T00:00:00.5"', "2024-02-29 00:00:00.500000"),
        ('" 2026-03-31T10:00:00+05:30 "', "2026-03-31 04:30:00"),
    ]
    for text, at in times:
        yield _json(
            f"ordered_at {_slug(text)} is taken",
            _order(ordered_at=text),
            (_row(at=at),),
        )
    for text, reason in [
        ('"2026-02-29T00:00"', TYPE), ('"2026-04-31T00:00"', TYPE),
        ('"2026-13-01T00:00"', TYPE), ('"2026-01-01T24:00"', TYPE),
        ('"2026-01-01T10:60"', TYPE), ('"2026-01-01T10:00:60"', TYPE),
        ('"2026-01-01T10:00:00.1234567"', TYPE), ('"2026-01-01T10:00+24:00"', TYPE),
        ('"2026-01-01T10:00+0100"', TYPE), ('"2026-01-01t10:00z"', TYPE),
        ('"01.01.2026 10:00"', TYPE), ('"2026-01-01"', TYPE), ("20260101", TYPE),
        ("1767225600", TYPE), ('"1899-12-31T23:59"', CONSTRAINT),
        ('"2101-01-01T00:00"', CONSTRAINT), ("null", CONSTRAINT), ('""', CONSTRAINT),
    ]:  # fmt: skip
        yield _json(
            f"ordered_at {_slug(text)} is refused",
            _order(_line(), _line(line_number="2"), ordered_at=text),
            (),
            ((2, reason, "ordered_at"),) * 2,
        )


def _json_lines() -> Iterator[DirtyFile]:
    """Lines that are not orders, between lines that are."""
    good, row = _order(), _row()
    malformed = {
        "truncated": good[:-1],
        "truncated in a string": good[:9],
        "trailing comma": _order(_line() + ","),
        "NaN": _order(_line(quantity="NaN")),
        "Infinity": _order(_line(unit_price="-Infinity")),
        "single quotes": good.replace('"', "'"),
        "two objects": good + good,
        "comment": good + " // ok",
        "raw tab in a string": _order(sku='"A\tB"'),
        "leading zero": _order(_line(quantity="01")),
        "leading plus": _order(_line(quantity="+1")),
        "point without digits": _order(_line(quantity="1.")),
        "bare word": "hello",
        "python's None": good.replace('"P1"', "None"),
        "unquoted key": good.replace('"order_id"', "order_id"),
        "bad escape": _order(order_id='"\\x41"'),
        "a bracket too many": good + "]",
    }
    for name, text in malformed.items():
        refused = ((2, "malformed-json", None),)
        yield _json(f"line with {name}", f"{text}\n{good}\n", (row,), refused)
    for name, text in {
        "number": "1",
        "text": '"x"',
        "null": "null",
        "array": "[]",
    }.items():
        refused = ((2, TYPE, None),)
        yield _json(f"line that is a {name}", f"{text}\n{good}", (row,), refused)
    doubled = {
        "in the header": _order(order_id=f'"{ID}","order_id":"O2"'),
        "in another case": _order(order_id=f'"{ID}","ORDER_ID":"O2"'),
        "in a line": _order(_line(sku_id='"A","sku_id":"B"')),
        "in a line in another case": _order(_line(sku_id='"A","Sku_Id":"B"')),
        "in an unknown object": _order(pos_id='"P1","x":{"a":1,"A":2}'),
        "lines": f'{_order()[:-1]},"lines":[]}}',
    }
    for name, text in doubled.items():
        refused = ((2, "duplicate-label", None),)
        yield _json(f"key twice {name}", f"{text}\n{good}", (row,), refused)
    yield _json(
        "lines null", f"{_object({**_HEADER, 'lines': 'null'})}\n{good}", (row,),
        ((2, CONSTRAINT, "lines"),),
    )  # fmt: skip
    yield _json(
        "lines missing",
        f"{_object(_HEADER)}\n{good}",
        (row,),
        ((2, CONSTRAINT, "lines"),),
    )
    yield _json(
        "lines an object", f"{_object({**_HEADER, 'lines': '{}'})}\n{good}", (row,),
        ((2, TYPE, "lines"),),
    )  # fmt: skip
    yield _json("lines empty", _object({**_HEADER, "lines": "[]"}))
    yield _json(
        "elements of other kinds", _order("1", '"x"', "null", _line(line_number="4")),
        (_row("4"),), ((2, TYPE, None),) * 3,
    )  # fmt: skip
    yield _json(
        "position counts all elements", _order("0", _line(line_number="")),
        (_row("2"),), ((2, TYPE, None),),
    )  # fmt: skip
    yield _json(
        "key in another case", _order(_line(sku_id="", Sku_Id='"B"')), (),
        ((2, CONSTRAINT, "sku_id"),),
    )  # fmt: skip
    yield _json(
        "optional key in another case",
        _order(pos_id="", Pos_Id='"B"'),
        (_row(pos=None),),
    )
    yield _json(
        "unknown keys", _order(_line(note='"\\ud83d\\ude00"'), x="[1e400]"), (row,)
    )
    deep = "[" * 98 + "]" * 98
    yield _json("nested to the limit", _order(x=deep), (row,))
    bomb = "[" * 100_000 + "]" * 100_000
    yield _json(
        "nesting bomb", f"{_order(x=bomb)}\n{good}", (row,),
        ((2, "nesting-too-deep", None),),
    )  # fmt: skip
    yield _json(
        "not UTF-8 in a line's value",
        _order(_line(), _line(x='"\xff"')).encode("latin-1"),
        (row,), ((2, "encoding-error", None),),
    )  # fmt: skip
    yield _json(
        "not UTF-8 in the header", _order(_line(), x='"\xe9"').encode("latin-1"),
        (), ((2, "encoding-error", None),),
    )  # fmt: skip
    yield _json(
        "NUL in a line", _order(_line(), _line(sku_id='"A\0"')),
        (row,), ((2, "encoding-error", None),),
    )  # fmt: skip
    yield _json(
        "NUL between tokens", f"{{\0{good[1:]}\n{good}", (row,),
        ((2, "encoding-error", None),),
    )  # fmt: skip
    yield _json(
        "surrogate encoded as UTF-8",
        _order(x='"?"').encode().replace(b"?", b"\xed\xa0\x80"),
        (), ((2, "encoding-error", None),),
    )  # fmt: skip
    yield _json(
        "overlong UTF-8", _order(x='"?"').encode().replace(b"?", b"\xc0\xaf"),
        (), ((2, "encoding-error", None),),
    )  # fmt: skip
    yield _json("blank lines", f"\n \t\n{good}\r\n\r\n", (row,))
    yield _json("CR LF", f"{good}\r\n{good}\r\n", (row, row))
    yield _json("no newline at the end", good, (row,))
    yield _json("blanks around", f"  {good} \t\n", (row,))
    spaced = good.replace('":', '" : ').replace(",", "\t, ")
    yield _json("blanks inside", spaced, (row,))
    yield _json("CR inside", good.replace(",", ",\r"), (row,))
    yield _json("a numbered id", _order(order_id="4711"), (_row(order="4711"),))
    yield _json(
        "keys in other orders",
        _object({"lines": f"[{_line()}]", **dict(reversed(_HEADER.items()))})
        + "\n" + _order(_object(dict(reversed(_LINE.items())))),
        (row, row),
    )  # fmt: skip
    yield _json("id with an escaped slash", _order(x='"\\/"'), (row,))


def _json_files() -> Iterator[DirtyFile]:
    """Files as a whole: arrays, single objects, encodings."""
    good, row = _order(), _row()
    whole = {
        "one object": (good, 1),
        "one object over lines": (json.dumps(json.loads(good), indent=2), 1),
        "an array": (f" [\n{good} ,\n{good}]\n", 2),
        "an empty array": ("[ \n]  " + " " * 8, 0),
        "a byte order mark": ("\ufeff" + good + " ", 1),
        "an array with a byte order mark": (f"\ufeff[{good}]", 1),
        "an extension in capitals": (good + "\n\n", 1),
    }
    for name, (text, count) in whole.items():
        extension = "JSON" if "capitals" in name else "json"
        yield DirtyFile(f"{name}.{extension}", text.encode(), rows=(row,) * count)
    refused = {
        "array cut off": (f"[{good},{good}", "malformed-json"),
        "array cut off in a string": (f"[{good},{good[:9]}", "malformed-json"),
        "array with a trailing comma": (f"[{good},]", "malformed-json"),
        "array without a comma": (f"[{good} {good}]", "malformed-json"),
        "array with NaN": (f"[{good},NaN]", "malformed-json"),
        "array and more": (f"[{good}]\n{good}", "malformed-json"),
        "array nested too deep": ("[" * 102 + "]" * 102, "nesting-too-deep"),
        "array that is a bomb": ("[" * 200_000, "nesting-too-deep"),
        "nothing but blanks": (" \r\n\t \n", "source-error"),
    }
    for name, (text, reason) in refused.items():
        yield DirtyFile(f"{name}.json", text.encode(), reason=reason)
    yield DirtyFile("no byte.json", b"", reason="source-error")
    yield DirtyFile("byte order mark only.json", b"\xef\xbb\xbf", reason="source-error")
    for encoding in (
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "utf-32-le",
        "utf-32-be",
    ):
        content = good.encode(encoding)
        yield DirtyFile(f"{encoding}.json", content, reason="encoding-error")
    yield DirtyFile(
        "over the threshold.jsonl",
        f"{_order(*[_line()] * 18)}\n{_order(_line(quantity='0'))}".encode(),
        reason="threshold-exceeded", read=19,
    )  # fmt: skip
    yield DirtyFile(
        "at the threshold.jsonl",
        f"{_order(*[_line()] * 19)}\n{_order(_line(quantity='0'))}".encode(),
        rows=(row,) * 19, refused=((2, CONSTRAINT, "quantity"),),
    )  # fmt: skip
    yield DirtyFile(
        "CSV in a JSON file.json", f"{_COLUMNS}\n{_CSV}\n".encode(),
        reason="threshold-exceeded", read=2,
    )  # fmt: skip
    yield DirtyFile(
        "binary.json", bytes(range(128, 256)), reason="threshold-exceeded", read=1
    )


# --- CSV --------------------------------------------------------------------------

_COLUMNS = "order_id,store_id,pos_id,ordered_at,line_number,sku_id,quantity,unit_price"
_CSV = f"{ID},S1,P1,2026-01-01T10:00:00+01:00,1,A,2,3.20"
_PLACES = {name: place for place, name in enumerate(_COLUMNS.split(","))}
_PAD_CSV = "\n".join(
    [_COLUMNS]
    + [_CSV.replace(ID, "PAD").replace(",1,A", f",{n + 1},A") for n in range(PAD)]
)


def _csv(
    name: str,
    content: str | bytes,
    rows: tuple[Row, ...] = (),
    refused: tuple[Refusal, ...] = (),
) -> DirtyFile:
    dirty = content if isinstance(content, bytes) else content.encode()
    start = f"{_PAD_CSV}\n".encode()
    return DirtyFile(f"{name}.csv", start + dirty, "orders", PAD, rows, refused)


def _cells(**cells: str) -> str:
    """One CSV row in which some cells are others; written as given."""
    row = _CSV.split(",")
    for name, text in cells.items():
        row[_PLACES[name]] = text
    return ",".join(row)


def _csv_cells() -> Iterator[DirtyFile]:
    good: list[tuple[str, str, Any]] = [
        ("quantity", "60.000", {"quantity": "60.000"}),
        ("quantity", " 2 ", {}),
        ("quantity", '"2"', {}),
        ("quantity", "0007.5", {"quantity": "7.500"}),
        ("quantity", "9999999999", {"quantity": "9999999999.000"}),
        ("unit_price", "", {"price": None}),
        ("unit_price", " \t ", {"price": None}),
        ("unit_price", '""', {"price": None}),
        ("unit_price", "999999999.9999", {"price": "999999999.9999"}),
        ("pos_id", "", {"pos": None}),
        ("pos_id", '" "', {"pos": None}),
        ("sku_id", "00123", {"sku": "00123"}),
        ("sku_id", '"A"', {}),
        ("sku_id", '" A"', {}),
        ("sku_id", "NULL", {"sku": "NULL"}),
        ("line_number", "007", {"line": "7"}),
        ("ordered_at", "2026-01-01 10:00", {"at": "2026-01-01 10:00:00"}),
    ]
    bad = [
        *(("quantity", text, TYPE) for text in (
            "1e3", "+1", '"1,5"', "1.2345", "two", "1 0", "\u0661", "0x1", "1\r", "--1",
        )),
        *(("quantity", text, CONSTRAINT) for text in (
            "", " ", '""', "0", "-1", "-0.5",
        )),
        *(("sku_id", text, TYPE) for text in (
            "a b", "\u00e4", "=cmd", "-A", "x" * 65, "A\\", '"A\nB"', '"A""B"', '"A,B"',
        )),
        *(("order_id", text, CONSTRAINT) for text in ("", '" "')),
        *(("line_number", text, TYPE) for text in ("1.0", "-1", "I")),
        *(("line_number", text, CONSTRAINT) for text in ("", "0", "1000000000")),
        *(("ordered_at", text, TYPE) for text in (
            "2026-02-30T10:00", "2026-01-01", "10:00", "01/02/2026 10:00",
        )),
        ("ordered_at", "", CONSTRAINT),
        *(("unit_price", text, TYPE) for text in ("3\u066b20", "EUR 3")),
        ("unit_price", "-1", CONSTRAINT),
        ("pos_id", "P 1", TYPE),
    ]  # fmt: skip
    for key, text, seen in good:
        yield _csv(
            f"{key} {_slug(text)} is taken", _cells(**{key: text}), (_row(**seen),)
        )
    for key, text, reason in bad:
        refused = ((PAD + 2, reason, key),)
        yield _csv(
            f"{key} {_slug(text)} is refused", f"{_cells(**{key: text})}\n{_CSV}\n",
            (_row(),), refused,
        )  # fmt: skip


def _csv_rows() -> Iterator[DirtyFile]:
    here, row = PAD + 2, _row()
    bad: dict[str, tuple[str | bytes, str]] = {
        "short row": (f"{ID},S1", "missing-cell"),
        "one cell": ("x", "missing-cell"),
        "long row": (f"{_CSV},x", "extra-cell"),
        "delimiter at the end": (f"{_CSV},", "extra-cell"),
        "semicolons in a row": (_CSV.replace(",", ";"), "missing-cell"),
        "quote inside a cell": (_cells(sku_id='A"B'), "quote-error"),
        "text after a quote": (_cells(sku_id='"A"B'), "quote-error"),
        "quote after a blank": (_cells(sku_id=' "A"'), "quote-error"),
        "not UTF-8": (_CSV.encode() + b"\xff", "encoding-error"),
        "NUL": (_cells(sku_id="A\0"), "encoding-error"),
        "NUL in quotes": (_cells(sku_id='"A\0"'), "encoding-error"),
    }
    for name, (text, reason) in bad.items():
        dirty = text if isinstance(text, bytes) else text.encode()
        content = dirty + b"\n" + _CSV.encode()
        yield _csv(f"row with {name}", content, (row,), ((here, reason, None),))
    yield _csv("row of commas", ",,,,,,,", (), ((here, CONSTRAINT, "order_id"),))
    yield _csv("blank lines", f"\n \t\n{_CSV}\n\n", (row,))
    yield _csv("CR LF", f"{_CSV}\r\n{_CSV}\r\n", (row, row))
    yield _csv("CR LF, none at the end", f"{_CSV}\r\n{_CSV}", (row, row))
    yield _csv(
        "every cell quoted", ",".join(f'"{cell}"' for cell in _CSV.split(",")), (row,)
    )
    broken = _cells(sku_id='"A\n"')
    yield _csv(
        "quoted newline in a row", f"{broken}\n{_CSV}\n", (row,),
        ((here, TYPE, "sku_id"),),
    )  # fmt: skip
    yield _csv("formula", _cells(sku_id="@SUM"), (), ((here, TYPE, "sku_id"),))


def _csv_files() -> Iterator[DirtyFile]:
    row = _row()
    shuffled = ",".join(reversed(_COLUMNS.split(",")))
    backwards = ",".join(reversed(_CSV.split(",")))
    good = {
        "other column order": (f"{shuffled}\n{backwards}\n", 1),
        "semicolons": (f"{_COLUMNS}\n{_CSV}\n".replace(",", ";"), 1),
        "byte order mark": (f"\ufeff{_COLUMNS}\n{_CSV}\n", 1),
        "unknown column": (f"{_COLUMNS},note\n{_CSV},x\n", 1),
        "unknown column with quoted newlines": (
            f'{_COLUMNS},note\n{_CSV},"x\n""y"",\r\n"\n',
            1,
        ),
        "backslash in an unknown column": (
            f'{_COLUMNS},note\n{_CSV},"\\"\n{_CSV},\\\n',
            2,
        ),
        "quoted header": (
            f'"{_COLUMNS.replace(",", chr(34) + "," + chr(34))}"\n{_CSV}\n ',
            1,
        ),
        "blanks in the header": (f"{_COLUMNS.replace(',', ' , ')}\n{_CSV}\n", 1),
        "header without rows": (f"{_COLUMNS} \n", 0),
        "blank lines before the header": (f"\n \n{_COLUMNS}\n{_CSV}\n", 1),
        "capital extension": (f"{_COLUMNS}\n{_CSV}\n\n\n", 1),
    }
    for name, (text, count) in good.items():
        extension = "CSV" if "capital" in name else "csv"
        yield DirtyFile(f"{name}.{extension}", text.encode(), rows=(row,) * count)
    yield DirtyFile(
        "optional columns absent.csv",
        f"order_id,store_id,ordered_at,line_number,sku_id,quantity\n"
        f"{ID},S1,2026-01-01T10:00:00+01:00,1,A,2".encode(),
        rows=(_row(price=None, pos=None),),
    )
    refused = {
        "unclosed quote": (f'{_COLUMNS}\n{_CSV}\n"{_CSV}\n{_CSV}\n', "unclosed-quote"),
        "unclosed quote in the header": (f'"{_COLUMNS}\n{_CSV}', "unclosed-quote"),
        "no header": (f"{_CSV}\n{_CSV}\n", "missing-label"),
        "missing column": (
            f"{_COLUMNS.replace('sku_id', 'sku')}\n{_CSV}\n",
            "missing-label",
        ),
        "header in capitals": (f"{_COLUMNS.upper()}\n{_CSV}\n", "missing-label"),
        "doubled column": (f"{_COLUMNS},sku_id\n{_CSV},A\n", "duplicate-label"),
        "doubled unknown column": (f"{_COLUMNS},x,x\n{_CSV},1,2\n", "duplicate-label"),
        "blank column name": (f"{_COLUMNS},\n{_CSV},\n", "blank-label"),
        "tabs": (f"{_COLUMNS}\n{_CSV}\n".replace(",", "\t"), "missing-label"),
        "lone CR as line end": (f"{_COLUMNS}\r{_CSV}\r", "incorrect-label"),
        "NUL in the header": (f"{_COLUMNS},\0\n{_CSV},x\n", "encoding-error"),
        "nothing but blanks": ("\n\n \t\r\n", "source-error"),
        "JSON in a CSV file": (_order(), "quote-error"),
        "HTML in a CSV file": ("<html><body>502</body></html>", "missing-label"),
    }
    for name, (text, reason) in refused.items():
        yield DirtyFile(f"{name}.csv", text.encode(), reason=reason)
    yield DirtyFile("no byte.csv", b"\xef\xbb\xbf \n", reason="source-error")
    yield DirtyFile(
        "header not UTF-8.csv", f"{_COLUMNS},\xfc\n{_CSV},x\n".encode("latin-1"),
        reason="encoding-error",
    )  # fmt: skip
    for encoding in ("utf-16", "utf-16-le", "utf-32-be"):
        content = f"{_COLUMNS}\n{_CSV}\n".encode(encoding)
        yield DirtyFile(f"{encoding}.csv", content, reason="encoding-error")
    yield DirtyFile(
        "over the threshold.csv",
        f"{_COLUMNS}\n{_CSV}\n{_cells(quantity='0')}\n".encode(),
        reason="threshold-exceeded", read=2,
    )  # fmt: skip
    for name in (
        "notes.txt",
        "orders.xlsx",
        "orders.json.zip",
        "orders",
        "orders.parquet",
    ):
        yield DirtyFile(name, f"{ID} {name}".encode(), reason="format-error")
    yield DirtyFile(
        "bell\a.csv", f"{_COLUMNS}\n{_CSV}\n  ".encode(), reason="name-error"
    )
    yield DirtyFile(
        "line\nend.csv", f"{_COLUMNS}\n{_CSV}\n ".encode(), reason="name-error"
    )
    yield DirtyFile(
        "..\\..\\x.csv", f"{_COLUMNS}\n{_CSV}\n\t".encode(), reason="name-error"
    )


# --- stock, gzip --------------------------------------------------------------------

_STOCK = "warehouse_id,sku_id,snapshot_at,available,reserved,safety_stock"


def _stock() -> Iterator[DirtyFile]:
    pad = "".join(f"PAD,A{number},,1,,\n" for number in range(PAD))
    good = {
        "negative and absent": ("-5,,", ("-5.000", None, None)),
        "all given": ("1.5,2,3", ("1.500", "2.000", "3.000")),
        "15 digits": ("123456789012345.123,0,-0.001",
                      ("123456789012345.123", "0.000", "-0.001")),
        "blanks": (" 1 , , ", ("1.000", None, None)),
    }  # fmt: skip
    for name, (cells, values) in good.items():
        content = f"{_STOCK}\n{pad}{ID},A,2026-01-01T05:00Z,{cells}\n"
        row = (ID, "A", "2026-01-01 05:00:00", *values)
        yield DirtyFile(f"stock {name}.csv", content.encode(), "stock", PAD, (row,))
    bad = {
        "available absent": ("A,,,1,", CONSTRAINT, "available"),
        "available 16 digits": ("A,,1234567890123456,,", TYPE, "available"),
        "available with 4 decimals": ("A,,1.2345,,", TYPE, "available"),
        "reserved a word": ("A,,1,none,", TYPE, "reserved"),
        "safety stock NaN": ("A,,1,,NaN", TYPE, "safety_stock"),
        "snapshot malformed": ("A,today,1,,", TYPE, "snapshot_at"),
        "sku absent": (",,1,,", CONSTRAINT, "sku_id"),
        "short": ("A,,1", "missing-cell", None),
        "long": ("A,,1,,,,", "extra-cell", None),
    }
    for name, (cells, reason, column) in bad.items():
        content = f"{_STOCK}\n{pad}{ID},{cells}\n"
        yield DirtyFile(
            f"stock {name}.csv", content.encode(), "stock", PAD,
            refused=((PAD + 2, reason, column),),
        )  # fmt: skip
    yield DirtyFile("stock.json", f"[] {ID}".encode(), "stock", reason="format-error")
    yield DirtyFile(
        "orders in stock.csv", f"{_COLUMNS}\n{_CSV} \n".encode(), "stock",
        reason="missing-label",
    )  # fmt: skip


def _packed() -> Iterator[DirtyFile]:
    # Not a case's id: it would be replaced in packed bytes only by chance.
    orders = [_order(order_id=f'"GZ{number}"') for number in range(9)]
    packed = [gzip.compress(text.encode(), mtime=0) for text in orders]
    wrong_sum = packed[4][:-8] + bytes(4) + packed[4][-4:]
    yield DirtyFile("packed.json.gz", packed[0], rows=(_row(order="GZ0"),))
    yield DirtyFile(
        "two members.json.gz",
        packed[1] + gzip.compress(b"\n" + orders[2].encode(), mtime=0),
        rows=(_row(order="GZ1"), _row(order="GZ2")),
    )  # fmt: skip
    broken = {
        "cut off": packed[3][:-9],
        "wrong checksum": wrong_sum,
        "not gzip": orders[5].encode(),
        "something behind": packed[6] + b"more",
        "header only": packed[7][:10],
    }
    for name, content in broken.items():
        yield DirtyFile(f"{name}.json.gz", content, reason="compression-error")
    yield DirtyFile("no byte.json.gz", b" ", reason="compression-error")
    bomb = gzip.compress(bytes(1) * (80 << 20), 9, mtime=0)
    yield DirtyFile("bomb.csv.gz", bomb, reason="decompression-bomb")
    yield DirtyFile(
        "gzip of blanks.csv.gz",
        gzip.compress(b" \n \n", mtime=0),
        reason="source-error",
    )


def _slug(text: str) -> str:
    """A value as part of a file name."""
    shown = text if len(text) < 24 else f"{text[:12]}..{len(text)}"
    return "".join(
        letter if letter.isalnum() or letter in " ._-+" else f"%{ord(letter):02x}"
        for letter in shown
    )


if __name__ == "__main__":
    print(f"{write(Path(sys.argv[1]))} files in {sys.argv[1]}")
