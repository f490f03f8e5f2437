"""JSON lines that are no orders, and JSON files as a whole."""

from __future__ import annotations

import json
from collections.abc import Iterator

from dirty_case import CONSTRAINT, ID, TYPE, DirtyFile
from dirty_rows import (
    COLUMNS,
    CSV_ROW,
    HEADER,
    LINE,
    json_file,
    json_object,
    json_order,
    order_line,
    order_row,
)


def json_lines() -> Iterator[DirtyFile]:
    """Lines that are not orders, between lines that are."""
    good, row = json_order(), order_row()
    malformed = {
        "truncated": good[:-1],
        "truncated in a string": good[:9],
        "trailing comma": json_order(order_line() + ","),
        "NaN": json_order(order_line(quantity="NaN")),
        "Infinity": json_order(order_line(unit_price="-Infinity")),
        "single quotes": good.replace('"', "'"),
        "two objects": good + good,
        "comment": good + " // ok",
        "raw tab in a string": json_order(sku='"A\tB"'),
        "leading zero": json_order(order_line(quantity="01")),
        "leading plus": json_order(order_line(quantity="+1")),
        "point without digits": json_order(order_line(quantity="1.")),
        "bare word": "hello",
        "python's None": good.replace('"P1"', "None"),
        "unquoted key": good.replace('"order_id"', "order_id"),
        "bad escape": json_order(order_id='"\\x41"'),
        "a bracket too many": good + "]",
    }
    for name, text in malformed.items():
        refused = ((2, "malformed-json", None),)
        yield json_file(f"line with {name}", f"{text}\n{good}\n", (row,), refused)
    for name, text in {
        "number": "1",
        "text": '"x"',
        "null": "null",
        "array": "[]",
    }.items():
        refused = ((2, TYPE, None),)
        yield json_file(f"line that is a {name}", f"{text}\n{good}", (row,), refused)
    doubled = {
        "in the header": json_order(order_id=f'"{ID}","order_id":"O2"'),
        "in another case": json_order(order_id=f'"{ID}","ORDER_ID":"O2"'),
        "in a line": json_order(order_line(sku_id='"A","sku_id":"B"')),
        "in a line in another case": json_order(order_line(sku_id='"A","Sku_Id":"B"')),
        "in an unknown object": json_order(pos_id='"P1","x":{"a":1,"A":2}'),
        "lines": f'{json_order()[:-1]},"lines":[]}}',
    }
    for name, text in doubled.items():
        refused = ((2, "duplicate-label", None),)
        yield json_file(f"key twice {name}", f"{text}\n{good}", (row,), refused)
    yield json_file(
        "lines null", f"{json_object({**HEADER, 'lines': 'null'})}\n{good}", (row,),
        ((2, CONSTRAINT, "lines"),),
    )  # fmt: skip
    yield json_file(
        "lines missing",
        f"{json_object(HEADER)}\n{good}",
        (row,),
        ((2, CONSTRAINT, "lines"),),
    )
    yield json_file(
        "lines an object", f"{json_object({**HEADER, 'lines': '{}'})}\n{good}", (row,),
        ((2, TYPE, "lines"),),
    )  # fmt: skip
    yield json_file("lines empty", json_object({**HEADER, "lines": "[]"}))
    yield json_file(
        "elements of other kinds",
        json_order("1", '"x"', "null", order_line(line_number="4")),
        (order_row("4"),), ((2, TYPE, None),) * 3,
    )  # fmt: skip
    yield json_file(
        "position counts all elements", json_order("0", order_line(line_number="")),
        (order_row("2"),), ((2, TYPE, None),),
    )  # fmt: skip
    yield json_file(
        "key in another case", json_order(order_line(sku_id="", Sku_Id='"B"')), (),
        ((2, CONSTRAINT, "sku_id"),),
    )  # fmt: skip
    yield json_file(
        "optional key in another case",
        json_order(pos_id="", Pos_Id='"B"'),
        (order_row(pos=None),),
    )
    yield json_file(
        "unknown keys",
        json_order(order_line(note='"\\ud83d\\ude00"'), x="[1e400]"),
        (row,),
    )
    deep = "[" * 98 + "]" * 98
    yield json_file("nested to the limit", json_order(x=deep), (row,))
    bomb = "[" * 100_000 + "]" * 100_000
    yield json_file(
        "nesting bomb", f"{json_order(x=bomb)}\n{good}", (row,),
        ((2, "nesting-too-deep", None),),
    )  # fmt: skip
    yield json_file(
        "not UTF-8 in a line's value",
        json_order(order_line(), order_line(x='"\xff"')).encode("latin-1"),
        (row,), ((2, "encoding-error", None),),
    )  # fmt: skip
    yield json_file(
        "not UTF-8 in the header",
        json_order(order_line(), x='"\xe9"').encode("latin-1"),
        (), ((2, "encoding-error", None),),
    )  # fmt: skip
    yield json_file(
        "NUL in a line", json_order(order_line(), order_line(sku_id='"A\0"')),
        (row,), ((2, "encoding-error", None),),
    )  # fmt: skip
    yield json_file(
        "NUL between tokens", f"{{\0{good[1:]}\n{good}", (row,),
        ((2, "encoding-error", None),),
    )  # fmt: skip
    yield json_file(
        "surrogate encoded as UTF-8",
        json_order(x='"?"').encode().replace(b"?", b"\xed\xa0\x80"),
        (), ((2, "encoding-error", None),),
    )  # fmt: skip
    yield json_file(
        "overlong UTF-8", json_order(x='"?"').encode().replace(b"?", b"\xc0\xaf"),
        (), ((2, "encoding-error", None),),
    )  # fmt: skip
    yield json_file("blank lines", f"\n \t\n{good}\r\n\r\n", (row,))
    yield json_file("CR LF", f"{good}\r\n{good}\r\n", (row, row))
    yield json_file("no newline at the end", good, (row,))
    yield json_file("blanks around", f"  {good} \t\n", (row,))
    spaced = good.replace('":', '" : ').replace(",", "\t, ")
    yield json_file("blanks inside", spaced, (row,))
    yield json_file("CR inside", good.replace(",", ",\r"), (row,))
    yield json_file(
        "a numbered id", json_order(order_id="4711"), (order_row(order="4711"),)
    )
    yield json_file(
        "keys in other orders",
        json_object({"lines": f"[{order_line()}]", **dict(reversed(HEADER.items()))})
        + "\n" + json_order(json_object(dict(reversed(LINE.items())))),
        (row, row),
    )  # fmt: skip
    yield json_file("id with an escaped slash", json_order(x='"\\/"'), (row,))


def json_files() -> Iterator[DirtyFile]:
    """Files as a whole: arrays, single objects, encodings."""
    good, row = json_order(), order_row()
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
    none = json_order(*[order_line(quantity='""')] * 5)
    yield DirtyFile(
        "over the threshold.jsonl",
        f"{json_order(*[order_line()] * 94)}\n{none}".encode(),
        reason="threshold-exceeded", read=99,
    )  # fmt: skip
    yield DirtyFile(
        "at the threshold.jsonl",
        f"{json_order(*[order_line()] * 95)}\n{none}".encode(),
        rows=(row,) * 95, refused=((2, CONSTRAINT, "quantity"),) * 5,
    )  # fmt: skip
    yield DirtyFile(
        "one bad row of two.jsonl",
        f"{good}\n{json_order(order_line(quantity='null'))}".encode(),
        rows=(row,), refused=((2, CONSTRAINT, "quantity"),),
    )  # fmt: skip
    yield DirtyFile(
        "CSV in a JSON file.json", f"{COLUMNS}\n{CSV_ROW}\n".encode(),
        reason="threshold-exceeded", read=2,
    )  # fmt: skip
    yield DirtyFile(
        "binary.json", bytes(range(128, 256)), reason="threshold-exceeded", read=1
    )
