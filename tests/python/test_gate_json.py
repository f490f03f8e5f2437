"""JSON order files: what is taken, what is refused, and why."""

from __future__ import annotations

import json

import pytest

from gate_files import LINE, check, line, order

GOOD = order()


def lines(*texts: str) -> str:
    return f"[{','.join(texts)}]"


# content, accepted rows, reasons of refused rows
ROWS: dict[str, tuple[str | bytes, int, list[str]]] = {
    "one object": (GOOD, 1, []),
    "one object over several lines": (json.dumps(json.loads(GOOD), indent=2), 1, []),
    "lines": (f"{GOOD}\n{GOOD}\n", 2, []),
    "lines, CR LF, none at the end": (f"{GOOD}\r\n{GOOD}", 2, []),
    "blank lines are no rows": (f"\n \t\n{GOOD}\n\r\n{GOOD}\n\n", 2, []),
    "byte order mark": (b"\xef\xbb\xbf" + GOOD.encode(), 1, []),
    "one array": (f" [{GOOD} ,\n{GOOD}]\n ", 2, []),
    "empty array": (" [ \n] ", 0, []),
    "array of other things": (f'[{GOOD},1.5,"x",null,[]]', 1, ["type-error"] * 4),
    "a bad line refuses that line": (f"{GOOD}\n{GOOD[:-1]}\n{GOOD}", 2, ["malformed"]),
    "first line bad": (f"{GOOD[:-1]}\n{GOOD}", 1, ["malformed"]),
    "not an object": (f"1\n[{GOOD}]\nnull\n{GOOD}", 1, ["type-error"] * 3),
    "two objects on a line": (f"{GOOD}{GOOD}\n{GOOD}", 1, ["malformed"]),
    "NaN": (order(lines(line(quantity="NaN"))), 0, ["malformed"]),
    "Infinity in an unknown key": (order(x="-Infinity"), 0, ["malformed"]),
    "trailing comma": (order(f"[{LINE},]"), 0, ["malformed"]),
    "raw tab in a string": (order(order_id='"O\t1"'), 0, ["malformed"]),
    "single quotes": (GOOD.replace('"', "'"), 0, ["malformed"]),
    "deeply nested": (
        f"{GOOD}\n{order(x='[' * 100_000 + ']' * 100_000)}\n{GOOD}",
        2,
        ["nesting-too-deep"],
    ),
    "nested to the limit": (order(x="[" * 99 + "]" * 99), 1, []),
    "nested over the limit": (order(x="[" * 100 + "]" * 100), 0, ["nesting-too-deep"]),
    "nested over the limit in a line": (
        order(lines(LINE, line(x='{"y":' * 98 + "1" + "}" * 98))),
        0,
        ["nesting-too-deep"],
    ),
    "many brackets in strings": (order(x=f'"{"[" * 500}"'), 1, []),
    "deeply nested, never closed": (
        f'{{"x":{"[" * 100_000}\n{GOOD}',
        1,
        ["nesting-too-deep"],
    ),
    "empty lines": (order("[]"), 0, []),
    "bad header, empty lines": (order("[]", order_id="null"), 0, []),
    "doubled key, empty lines": (order("[]", x="1", X="2"), 0, []),
    "lines missing": ('{"order_id":"O1"}', 0, ["constraint-error"]),
    "lines null": (order("null"), 0, ["constraint-error"]),
    "lines an object": (order("{}"), 0, ["type-error"]),
    "lines text": (order('"x"'), 0, ["type-error"]),
    "bad header refuses all its lines": (
        order(lines(LINE, LINE, "1"), store_id='""'),
        0,
        ["constraint-error"] * 3,
    ),
    "element no object": (order(lines(LINE, "null", '"x"')), 1, ["type-error"] * 2),
    "doubled key in the header": (
        order(lines(LINE, LINE), x="1", X="2"),
        0,
        ["duplicate-label"] * 2,
    ),
    "doubled key in one line": (
        order(lines(LINE, '{"sku_id":"A","SKU_ID":"B","quantity":1}')),
        0,
        ["duplicate-label"] * 2,
    ),
    "doubled key deep in an unknown one": (
        order(x='[{"y":{"a":1,"a":1}}]'),
        0,
        ["duplicate-label"],
    ),
    "doubled lines count all their elements": (
        GOOD[:-1] + f',"lines":[{LINE},{LINE}]}}',
        0,
        ["duplicate-label"] * 3,
    ),
    "key names are exact in case": (
        order(lines('{"Sku_id":"A","quantity":1}')),
        0,
        ["constraint-error"],
    ),
    "not UTF-8 in one element": (
        order(lines(LINE, line(x='"\xff"'), LINE)).encode("latin-1"),
        2,
        ["encoding-error"],
    ),
    "not UTF-8 in a key of one element": (
        order(lines(LINE, '{"\xff":1,"sku_id":"A","quantity":1}')).encode("latin-1"),
        1,
        ["encoding-error"],
    ),
    "NUL in one element": (
        order(lines(LINE, line(sku_id='"A\0"'))),
        1,
        ["encoding-error"],
    ),
    "NUL between the tokens of one element": (
        order(lines(LINE, line(quantity="\0 2"))),
        1,
        ["encoding-error"],
    ),
    "NUL between elements": (
        order(f"[{LINE},\0{LINE}]"),
        0,
        ["encoding-error"] * 2,
    ),
    "not UTF-8 in the header": (
        order(lines(LINE, LINE), x='"\xe9"').encode("latin-1"),
        0,
        ["encoding-error"] * 2,
    ),
    "not UTF-8 and malformed": (b'{"order_id":"\xff', 0, ["encoding-error"]),
    "not UTF-8 in one element of an array's order": (
        f"[{GOOD},{order(lines(line(x=chr(34) + chr(255) + chr(34)), LINE))}]".encode(
            "latin-1"
        ),
        2,
        ["encoding-error"],
    ),
    "NUL between tokens in an array's order": (
        f"[{GOOD},{order(lines(line(quantity=chr(0) + '2'), LINE))},{GOOD}]",
        3,
        ["encoding-error"],
    ),
    "any UTF-8 in unknown keys": (order(x='"K\u00f6ln \U0001f600 \\ud800"'), 1, []),
    "a few NULs are not UTF-16": (f"{{\0{GOOD[1:]}\n{GOOD}", 1, ["encoding-error"]),
}


@pytest.mark.parametrize("case", ROWS)
def test_rows_are_accepted_or_refused_with_a_reason(case: str) -> None:
    content, accepted, reasons = ROWS[case]
    checked = check(content.encode() if isinstance(content, str) else content)

    named = [
        reason.replace("malformed-json", "malformed") for reason in checked.reasons
    ]
    none_is_left = "threshold-exceeded" if reasons and not accepted else None
    assert (checked.verdict.reason, named) == (none_is_left, reasons)
    assert sum(len(item["lines"]) for item in checked.orders) == accepted
    assert checked.verdict.rows_accepted == accepted
    assert checked.verdict.rows_read == accepted + len(reasons)


# content, reason for which the file is refused whole
FILES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "source-error"),
    "blank": (b" \r\n\t\n", "source-error"),
    "byte order mark only": (b"\xef\xbb\xbf", "source-error"),
    "array cut off": (f"[{GOOD},{GOOD}".encode(), "malformed-json"),
    "array cut off in a string": (f"[{GOOD},{GOOD[:9]}".encode(), "malformed-json"),
    "array with a trailing comma": (f"[{GOOD},]".encode(), "malformed-json"),
    "array without a comma": (f"[{GOOD} {GOOD}]".encode(), "malformed-json"),
    "array with NaN": (b"[NaN]", "malformed-json"),
    "array with a wrong number": (b"[1.]", "malformed-json"),
    "something behind the array": (f"[{GOOD}]\n{GOOD}".encode(), "malformed-json"),
    "array nested over the limit": (b"[" * 102 + b"]" * 102, "nesting-too-deep"),
    "array with a bomb": (b"[" * 100_000, "nesting-too-deep"),
    **{
        encoding: (GOOD.encode(encoding), "encoding-error")
        for encoding in (
            "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be",
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_a_file_that_cannot_be_read_counts_no_row(case: str) -> None:
    content, reason = FILES[case]
    verdict = check(content).verdict

    assert verdict.reason == reason
    assert (verdict.rows_read, verdict.rows_accepted, verdict.rows_refused) == (0, 0, 0)
    assert verdict.reason_message


ABSENT = "absent"
# key of a line or of the header, JSON text, what is landed; None: refused
VALUES: list[tuple[str, str, str | None]] = [
    ("order_id", "123", "123"),
    ("order_id", '"00123"', "00123"),
    ("order_id", '" \\tO-1._ "', "O-1._"),
    ("order_id", "1.5", None),
    ("order_id", "1e2", None),
    ("order_id", "-1", None),
    ("order_id", "true", None),
    ("order_id", '"a b"', "a b"),
    ("order_id", '"a\\tb"', None),
    ("order_id", '"\\u0661"', "\u0661"),
    ("order_id", '"\\u2003a"', None),
    ("order_id", '"\\ufeffa"', None),
    ("order_id", '"#1001"', "#1001"),
    ("order_id", '"Gr\u00f6\u00dfe 5"', "Gr\u00f6\u00dfe 5"),
    ("order_id", "-0", None),
    ("order_id", "1234567890123456789", "1234567890123456789"),
    ("order_id", '"A\\n"', None),
    ("order_id", '"-A"', "-A"),
    ("order_id", '"A,B"', None),
    ("order_id", '"A\\\\B"', None),
    ("order_id", f'"{"x" * 64}"', "x" * 64),
    ("order_id", f'"{"x" * 65}"', None),
    ("sku_id", '["A"]', None),
    ("sku_id", '"  "', None),
    ("sku_id", "null", None),
    ("quantity", "60.000", "60"),
    ("quantity", '"60.000"', "60.000"),
    ("quantity", '"1.0000"', "1.000"),
    ("quantity", "1.0000", "1"),
    ("quantity", "1.0005", None),
    ("quantity", "2.0000000000000000000001", None),
    ("quantity", "1e-400", None),
    ("quantity", "6E+2", "600"),
    ("quantity", "15e-1", "1.5"),
    ("quantity", "1e10", None),
    ("quantity", '"6E+2"', None),
    ("quantity", "-9999999999", "-9999999999"),
    ("quantity", "-10000000000", None),
    ("quantity", '" 2 "', "2"),
    ("quantity", "123456789.123", "123456789.123"),
    ("quantity", "0.001", "0.001"),
    ("quantity", "9999999999", "9999999999"),
    ("quantity", "9999999999.001", None),
    ("quantity", "0", "0"),
    ("quantity", "0.000", "0"),
    ("quantity", "-0", "0"),
    ("quantity", "-1", "-1"),
    ("quantity", "1e3", "1000"),
    ("quantity", "1.2345", None),
    ("quantity", '"+1"', None),
    ("quantity", '"1,5"', None),
    ("quantity", '".5"', None),
    ("quantity", '"1."', None),
    ("quantity", '"\\u0661"', None),
    ("quantity", "1" * 16, None),
    ("quantity", "1" * 5000, None),
    ("quantity", "false", None),
    ("unit_price", "0", "0"),
    ("unit_price", "999999999.9999", "999999999.9999"),
    ("unit_price", "1000000000", ABSENT),
    ("unit_price", "0.00001", ABSENT),
    ("unit_price", "3.1999999999999997", ABSENT),
    ("unit_price", "[[1]]", ABSENT),
    ("unit_price", '"3.20000000"', "3.2000"),
    ("unit_price", "-0.01", ABSENT),
    ("unit_price", '"free"', ABSENT),
    ("line_number", "999999999", "999999999"),
    ("line_number", '"007"', "007"),
    ("line_number", "0", None),
    ("line_number", "1.0", "1"),
    ("line_number", '"12.00"', "12"),
    ("line_number", "1.5", None),
    ("line_number", "1e0", None),
    ("line_number", "1000000000", None),
    ("line_number", '"-1"', None),
    ("ordered_at", '"2026-01-01 10:00"', "2026-01-01 10:00"),
    ("ordered_at", '"2026-01-01T10:00:59.123456Z"', "2026-01-01T10:00:59.123456Z"),
    ("ordered_at", '"2100-12-31T23:59-23:59"', "2100-12-31T23:59-23:59"),
    ("ordered_at", '"2024-02-29T00:00"', "2024-02-29T00:00"),
    ("ordered_at", '"2026-02-29T00:00"', None),
    ("ordered_at", '"2026-01-01"', None),
    ("ordered_at", '"2026-01-01T24:00"', None),
    ("ordered_at", '"2026-01-01T10:60"', None),
    ("ordered_at", '"2026-01-01T10:00:60"', None),
    ("ordered_at", '"2026-01-01T10:00:00.1234567"', "2026-01-01T10:00:00.123456"),
    ("ordered_at", '"2026-01-01T10:00:00.1234567890"', None),
    ("ordered_at", '"2026-01-01 10:00 +01"', "2026-01-01 10:00+01:00"),
    ("ordered_at", '"2026-01-01 10:00:00 Z"', "2026-01-01 10:00:00Z"),
    ("ordered_at", '"2026-01-01T10:00.5"', None),
    ("ordered_at", '"2026-01-01T10:00+24:00"', None),
    ("ordered_at", '"2026-01-01T10:00+0100"', "2026-01-01T10:00+01:00"),
    ("ordered_at", '"2026-01-01t10:00z"', None),
    ("ordered_at", '"1899-12-31T23:59"', None),
    ("ordered_at", '"2101-01-01T00:00"', None),
    ("ordered_at", "20260101", None),
]  # fmt: skip


@pytest.mark.parametrize(("key", "text", "landed"), VALUES)
def test_values_are_landed_as_written_or_refuse_their_row(
    key: str, text: str, landed: str | None
) -> None:
    in_line = key in ("line_number", "sku_id", "quantity", "unit_price")
    content = order(lines(line(**{key: text}))) if in_line else order(**{key: text})
    checked = check(content.encode())

    if landed is None:
        assert [reject.column for reject in checked.rejects] == [key]
        assert checked.landed == b""
    else:
        (taken,) = checked.orders
        found = (taken["lines"][0] if in_line else taken)[key]
        assert found == (None if landed == ABSENT else landed)
        assert checked.verdict.unreadable_prices == (landed == ABSENT)


@pytest.mark.parametrize("absent", ["null", '""', '" \\t"'])
def test_null_and_blank_are_absent(absent: str) -> None:
    text = order(lines(line(line_number=absent, unit_price=absent)), pos_id=absent)
    (taken,) = check(text.encode()).orders

    assert taken["pos_id"] is None
    assert taken["lines"][0]["unit_price"] is None


def test_an_absent_line_number_is_the_position_among_all_elements() -> None:
    content = order(lines("0", line(line_number=""), line(line_number="null")))
    (taken,) = check(content.encode()).orders

    assert [item["line_number"] for item in taken["lines"]] == ["2", "3"]


def test_only_accepted_rows_are_landed_and_one_order_is_one_line() -> None:
    content = order(lines(line(sku_id='"A"'), line(sku_id='"?,"'), line(sku_id='"C"')))
    checked = check(f"{content}\n{order(order_id='null')}".encode())

    assert checked.landed == (
        b'{"order_id":"O1","store_id":"S1","pos_id":"P1",'
        b'"ordered_at":"2026-01-01T10:00:00+01:00","lines":['
        b'{"line_number":"1","sku_id":"A","quantity":"2","unit_price":null},'
        b'{"line_number":"1","sku_id":"C","quantity":"2","unit_price":null}]}\n'
    )


def test_refused_rows_name_line_column_value_and_text() -> None:
    text = json.dumps(json.loads(order(lines(LINE, line(quantity="true")))), indent=1)
    (reject,) = check(f"\n\n[{text}]".encode()).rejects

    assert (reject.column, reject.value, reject.reason) == (
        "quantity",
        "true",
        "type-error",
    )
    before = f"\n\n[{text}"[: text.rindex("{") + 3]
    assert reject.line == 1 + before.count("\n")
    assert json.loads(reject.raw)["quantity"] is True


def test_bytes_that_no_text_can_hold_are_shown() -> None:
    content = order(lines(LINE, line(x='"\xff\0"'))).encode("latin-1")
    (reject,) = check(content).rejects

    assert r'"x":"\xff\x00"' in reject.raw


def test_unknown_keys_are_counted_once_each() -> None:
    content = order(lines(line(x="1", y="2"), line(x="1")), note='"n"', x="{}")
    verdict = check(f"{content}\n{content}".encode()).verdict

    assert (verdict.unknown_fields, verdict.rows_accepted) == (4, 4)


def test_sites_are_those_of_accepted_rows() -> None:
    content = [order(store_id=f'"{store}"') for store in ("S2", "S10", "S2")]
    content.append(order("[1]", store_id='"S3"'))

    assert check("\n".join(content).encode()).verdict.site_ids == ("S10", "S2")


def test_an_order_of_16_mib_passes() -> None:
    text = order(lines(*[line(note=f'"{"x" * 200}"')] * 70_000))
    assert len(text) > 16 * 1024 * 1024
    checked = check(f"{text}\n{GOOD}".encode())

    assert checked.verdict.rows_accepted == 70_001


def test_elements_larger_than_a_block_are_read_from_an_array() -> None:
    big = order(x=f'"{"x" * (3 << 20)}"')
    checked = check(f"[{big},\n{GOOD},{big}]".encode())

    assert checked.verdict.rows_accepted == 3


def test_a_line_over_the_cap_is_refused_and_the_next_one_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("text", "json.documents", "json.arrays", "csv.records"):
        monkeypatch.setattr(f"ingestion.gate.reading.{module}.MAX_RECORD", 1000)
    monkeypatch.setattr("ingestion.gate.reading.json.documents.BLOCK", 100)
    big = order(x=f'"{"x" * 5000}"')
    checked = check(f"{GOOD}\n{big}\n{GOOD}\n".encode())

    assert checked.reasons == ["record-too-large"]
    assert (checked.verdict.rows_accepted, checked.rejects[0].line) == (2, 2)


def test_too_many_values_are_not_read_into_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("json.syntax", "json.arrays", "json.orders"):
        monkeypatch.setattr(f"ingestion.gate.reading.{module}.MAX_VALUES", 100)
    many = order(x=f"[{'1,' * 200}1]")

    assert check(f"{GOOD}\n{many}\n{GOOD}".encode()).reasons == ["record-too-large"]
    never_ending = check(f"[{GOOD},[{'1,' * 3_000_000}".encode()).verdict
    assert never_ending.reason == "record-too-large"
