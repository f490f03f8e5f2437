"""One JSON value of one key: what is read of it, or why it refuses its row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dirty_case import CONSTRAINT, TYPE, DirtyFile, slug
from dirty_rows import json_file, json_order, order_line, order_row


def json_values() -> Iterator[DirtyFile]:
    """One value of one key: what is read of it, or why it refuses its row."""
    good: list[tuple[str, str, Any]] = [
        ("quantity", "60.000", {"quantity": "60.000"}),
        ("quantity", "0.001", {"quantity": "0.001"}),
        ("quantity", "0.35", {"quantity": "0.350"}),
        ("quantity", '" 2.5 "', {"quantity": "2.500"}),
        ("quantity", '"007"', {"quantity": "7.000"}),
        ("quantity", "9999999999", {"quantity": "9999999999.000"}),
        ("quantity", "999999999.999", {"quantity": "999999999.999"}),
        ("quantity", "1.0000", {"quantity": "1.000"}),
        ("quantity", '"1.0000"', {"quantity": "1.000"}),
        ("quantity", '"12.5000000000000000"', {"quantity": "12.500"}),
        ("quantity", "0", {"quantity": "0.000"}),
        ("quantity", "-1", {"quantity": "-1.000"}),
        ("quantity", '"-2.5"', {"quantity": "-2.500"}),
        ("quantity", "0.000", {"quantity": "0.000"}),
        ("quantity", "-0", {"quantity": "0.000"}),
        ("quantity", "-0.000", {"quantity": "0.000"}),
        ("quantity", '"-0"', {"quantity": "0.000"}),
        ("quantity", "-9999999999", {"quantity": "-9999999999.000"}),
        ("quantity", "6E+2", {"quantity": "600.000"}),
        ("quantity", "1e3", {"quantity": "1000.000"}),
        ("quantity", "1E-2", {"quantity": "0.010"}),
        ("quantity", "2500e-3", {"quantity": "2.500"}),
        ("quantity", "0e99999", {"quantity": "0.000"}),
        ("quantity", "0.30000000000000000", {"quantity": "0.300"}),
        ("quantity", "123456.789", {"quantity": "123456.789"}),
        ("unit_price", "1e1", {"price": "10.0000"}),
        ("unit_price", "3.20000000", {"price": "3.2000"}),
        *(("unit_price", text, {"price": None}) for text in (
            "3.1999999999999997", "0.00001", '"free"', "[1]", "{}", '"3,20"', "false",
            "true", "1000000000", "-0.01", '"-1"', "1e400", "1e-400", '"EUR 3"',
            "[[[]]]", '{"amount":1}',
        )),
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
        ("line_number", "1.0", {"line": "1"}),
        ("line_number", '"2.0"', {"line": "2"}),
        ("line_number", '" 3.000 "', {"line": "3"}),
        *(("sku_id", f'"{text}"', {"sku": text}) for text in (
            "a b", "a  b", ".a", "-a", "_a", "../A", "#1001", "CAM/4567",
            "00591-006 0018", "Gr\u00f6\u00dfe 5", "\u0661", "\u65e5\u672c",
            "=cmd", "'00123", "4.00638E+12", "a;b", "{a}", "~", "\u00a1",
            "\U0001f600", "a\u00adb", "\u1fff", "\u2070", "\ufefe", "x" * 63 + "\u00df",
        )),
        ("sku_id", '"\\u00df"', {"sku": "\u00df"}),
        ("sku_id", '"\\ud83d\\ude00"', {"sku": "\U0001f600"}),
        ("sku_id", "1234567890123456789", {"sku": "1234567890123456789"}),
        ("sku_id", '"null"', {"sku": "null"}),
        ("sku_id", '"NaN"', {"sku": "NaN"}),
        ("sku_id", '"1e3"', {"sku": "1e3"}),
    ]  # fmt: skip
    bad = [
        *(("quantity", text, CONSTRAINT) for text in (
            "9999999999.001", "10000000000", "null", '""', '"  "', "999999999999999",
            "-10000000000", "-9999999999.001", "1e10", "10000000000000.0e-1",
        )),
        *(("quantity", text, TYPE) for text in (
            "1e-4", "1.5e-3", "1e400", "1e-400", "1.2345", "2.0005", "1" * 16, "1" * 40,
            "1.0000000000000001", "2.00000000000000000001", "true", "false",
            "1" + "0" * 20, '"1' + "0" * 20 + '"', '"1.0005"', '"-"', '"--1"', '"1-"',
            '"6E+2"', '"1.00000000000000000000"',
            "[]", "{}",
            '"+1"', '"1,5"', '"1 000"', '".5"', '"1."', '"1e3"', '"\\u0661"',
            '"two"', '"0x10"', '"1_0"', '"Infinity"', '"2\\n"', '"\\u00a02"',
        )),
        *(("line_number", text, TYPE) for text in (
            "1.5", "-1", "1e1", '"-1"', '"1."', '"1.01"', '"one"', "true", '"+1"',
        )),
        *(("line_number", text, CONSTRAINT) for text in ("0", "1000000000", '"000"')),
        *(("sku_id", text, TYPE) for text in (
            "1.5", "1e2", "-1", "-0", "true", '["A"]', '{"a":1}', "1.0",
            f'"{"x" * 65}"', '"A\\n"', '"\\ud800"', '"A\\u0000"', '"A\\tB"', "1" * 65,
            '"A,B"', '"A\\"B"', '"\\\\A"', '"\u00a0"', '"a\u00a0b"', '"\u2003a"',
            '"\u200b"', '"\u3000"', '"\\ufeffA"', '"\\ufffd"', '"\u0085"', '"\u007f"',
        )),
        *(("sku_id", text, CONSTRAINT) for text in ("null", '""', '" \\t "')),
    ]  # fmt: skip
    for key, text, seen in good:
        yield json_file(
            f"{key} {slug(text)} is taken",
            json_order(order_line(**{key: text})),
            (order_row(**seen),),
        )
    for key, text, reason in bad:
        yield json_file(
            f"{key} {slug(text)} is refused",
            json_order(order_line(**{key: text}), order_line(line_number="2")),
            (order_row("2"),),
            ((2, reason, key),),
        )
    times = [
        ('"2026-01-01 10:00"', "2026-01-01 10:00:00"),
        ('"2026-01-01T10:00:59.123456Z"', "2026-01-01 10:00:59.123456"),
        ('"2100-12-31T23:59-23:59"', "2101-01-01 23:58:00"),
        ('"1900-01-01T00:00+01:00"', "1899-12-31 23:00:00"),
        ('"2024-02-29T00:00:00.5"', "2024-02-29 00:00:00.500000"),
        ('" 2026-03-31T10:00:00+05:30 "', "2026-03-31 04:30:00"),
        ('"2026-01-01T10:00:00.1234567"', "2026-01-01 10:00:00.123456"),
        ('"2026-01-01T10:00:00.000000001Z"', "2026-01-01 10:00:00"),
        ('"2026-01-01T10:00:00.0000000+01:00"', "2026-01-01 09:00:00"),
        ('"2026-01-01T10:00+0100"', "2026-01-01 09:00:00"),
        ('"2026-01-01T10:00:00-0330"', "2026-01-01 13:30:00"),
        ('"2026-01-01T10:00:00+01"', "2026-01-01 09:00:00"),
        ('"2026-01-01 10:00:00 +0100"', "2026-01-01 09:00:00"),
        ('"2026-01-01 10:00 Z"', "2026-01-01 10:00:00"),
        ('"2026-01-01 10:00:00 -05:00"', "2026-01-01 15:00:00"),
    ]
    for text, at in times:
        yield json_file(
            f"ordered_at {slug(text)} is taken",
            json_order(ordered_at=text),
            (order_row(at=at),),
        )
    for text, reason in [
        ('"2026-02-29T00:00"', TYPE), ('"2026-04-31T00:00"', TYPE),
        ('"2026-13-01T00:00"', TYPE), ('"2026-01-01T24:00"', TYPE),
        ('"2026-01-01T10:60"', TYPE), ('"2026-01-01T10:00:60"', TYPE),
        ('"2026-01-01T10:00:00.1234567890"', TYPE), ('"2026-01-01T10:00+24:00"', TYPE),
        ('"2026-01-01T10:00+2400"', TYPE), ('"2026-01-01T10:00+0160"', TYPE),
        ('"2026-01-01T10:00  +01:00"', TYPE), ('"2026-01-01T10:00+1"', TYPE),
        ('"2026-01-01T10:00.5"', TYPE), ('"2026-01-01T10:00:00.Z"', TYPE),
        ('"2026-01-01T10:00+01:0"', TYPE), ('"2026-1-1T10:00"', TYPE),
        ('"2026-01-01T10:00 CET"', TYPE), ('"2026-01-01  10:00"', TYPE),
        ('"2026-01-01t10:00z"', TYPE),
        ('"01.01.2026 10:00"', TYPE), ('"2026-01-01"', TYPE), ("20260101", TYPE),
        ("1767225600", TYPE), ('"1899-12-31T23:59"', CONSTRAINT),
        ('"2101-01-01T00:00"', CONSTRAINT), ("null", CONSTRAINT), ('""', CONSTRAINT),
    ]:  # fmt: skip
        yield json_file(
            f"ordered_at {slug(text)} is refused",
            json_order(order_line(), order_line(line_number="2"), ordered_at=text),
            (),
            ((2, reason, "ordered_at"),) * 2,
        )
