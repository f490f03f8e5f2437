"""The values from which days are drawn; the common ones stand several times."""

from __future__ import annotations

from decimal import Decimal

LARGEST = "999999999999999.999"


def decimals(*written: str | None) -> list[Decimal | None]:
    """Decimals from text, None where nothing is given."""
    return [None if text is None else Decimal(text) for text in written]


def common(value: str, times: int) -> list[str]:
    """A value that is to be drawn more often than its neighbours."""
    return [value] * times


#: Ids that sort otherwise in a locale, or that a reader may take for a number,
#: a date, a truth value or nothing.
SKUS = [
    *("SKU-1", "SKU_1", "SKU.1", "sku-1", "SKU1", "A", "a", "B", "b", "Z", "z"),
    *("00123", "123", "0123", "1", "10", "2", "02", "A-1", "A.1", "A_1", "A1"),
    *("a-1", "Aa", "aA", "AA", "x" * 64, "0.001", "1.0", "1.00", "1e5", "null"),
    *("NULL", "true", "NaN", "2026-01-01", "0x1F", "inf", "None", "N.A", "9" * 20),
    *("1-1", "A--", "A__", "A..", "0", "00", "-dash", "#1001", "CAM/4567", "a b"),
    *("ÄPFEL", "Größe 5", "😀", "=1+1", "a;b"),
]
#: Ids of the most unlike characters.
ODD_SKUS = ["we 'ird", "ÄPFEL", "a/b;c", "#1 (x)", "-dash", "{{ x }}", "😀", "a\u0301"]

STORES = ["S1", "s1", "S-1", "001", "1"]
UNKNOWN_STORES = ["S9", "S.1"]
ODD_STORES = ["Laden 'Mitte'; Köln", "S$1"]
WAREHOUSES = ["W1", "w1", "W_1"]
UNKNOWN_WAREHOUSES = ["W9", "W.1"]
SUPPLIERS = ["SUP-1", "SUP_1", "SUP.1", "sup-1", "0", "00", "a", "B", "2026-01-01"]
ODD_SUPPLIERS = [
    "manifest",
    "Manifest",
    "SUP 1",
    "../up",
    "ü",
    "-x",
    "y" * 63 + "é",
    "a/b",
]

POINTS_OF_SALE = [None, None, "P1", "p1", "01", "1"]
ORDERS = ["O1", "o1", "O-1", "001", "1", "10"]
LINE_NUMBERS = [1, 1, 2, 2, 3, 10, 999999999]

QUANTITIES = decimals(
    *("1", "2", "3", "12", "13", "24", "25", "50", "60", "100", "144"),
    *("0.001", "0.125", "0.5", "12.5", "12.501", "999.999", "9999999999"),
    *("0", "0", "-1", "-2", "-12.5", "-0.001", "-9999999999"),
)
AVAILABLE = decimals(
    *common("0", 6),
    *common("5", 6),
    *("1", "10", "12", "12.5", "13", "24.999", "100", "0.001", "50", "60"),
    *("-1", "-5", "-0.001", "1000", LARGEST, f"-{LARGEST}", "20", "30", "40"),
)
RESERVED = decimals(None, None, "0", "0", "1", "5", "12", "0.125", "-3", "200")
SNAPSHOT_SAFETY = decimals(
    None, None, None, None, "0", "5", "10", "30", "0.125", "-2", "-0.001", LARGEST
)

#: Groups of equal instants, each instant written in several ways.
MOMENTS = [
    [
        "2026-01-01T10:00:00Z",
        "2026-01-01T11:00:00+01:00",
        "2026-01-01 10:00",
        "2026-01-01T04:30:00.000-05:30",
        "2026-01-02T09:59:00+23:59",
        "2026-01-01T11:00:00.0000000+0100",
        "2026-01-01 12:00:00 +02",
    ],
    [
        "2026-01-01T10:00:00.000001Z",
        "2026-01-01T10:00:00.000001999Z",
        "2026-01-01 12:00:00.000001+02:00",
    ],
    ["2026-01-01T10:00:00.1Z", "2026-01-01T10:00:00.100000"],
    ["2025-12-31T00:00:00Z", "2025-12-31 00:00"],
    ["2025-12-30T23:59:59.999999Z", "2025-12-31 00:29:59.999999+0030"],
    ["2026-01-01T23:30:00-01:00", "2026-01-02T00:30:00Z", "2026-01-02 00:30"],
    ["1900-01-01T00:00:00+23:59", "1900-01-01 00:00+23:59"],
    ["2100-12-31T23:59:59.999999-23:59"],
]

PACKS = decimals(
    *common("1", 4),
    *common("12", 6),
    *("6", "0.001", "0.125", "12.5", "12.5", "0.007", "7", "1000", LARGEST),
    *(None, "0", "-1"),
)
MINIMUMS = decimals(
    *common("24", 6),
    *(None, None, "0", "0", "7", "12", "13", "50", "0.5", "0.126", "1000000", "-3"),
    *(LARGEST,),
)
RULE_SAFETY = decimals(
    *common("20", 6),
    *(None, None, "0", "0", "5", "5", "10", "30", "100", "0.125", "2.001", "-2"),
    *(LARGEST,),
)
PRICES = decimals(
    *("1.2", "1.2", "3.2", "0.005", "0.0049", "1.005", "2.675", "0.125", "3.3333"),
    *("0.0001", "19.99", "0", "99999999999999.9999", None, "-0.0001", "0.045"),
)
ORDER_VALUES = decimals(
    None, None, None, "0", "10", "72", "1000", "-1", "9999999999999999.99"
)
LEAD_TIMES = [2, 2, 2, 3, 14, 1, 1, 0, None, -1, 2147483647]
PRIORITIES = [1, 1, 1, 2, 0, -5, None, None, 2147483647]
STATUSES = [
    *common("active", 16),
    *(None, "ACTIVE", "Ac tive", "act\tive", "discontinued", "DISCONTINUED"),
    *("Dis continued", "phased out", "inactive", "gelöscht"),
]
UNITS = ["EA", "EA", "kg", None, 'Stück "à" 1', "m\\s"]
WHOLE_UNITS = [("EA",), ("EA",), (), ("kg", "EA"), ('Stück "à" 1',)]
HOLD_CODES = [
    *((), (), ("demand_spike",), ("fractional_quantity", "missing_price")),
    ("negative_stock", "conflicting_duplicate", "no_stock_record"),
]
STATUSES_NOT_BOUGHT = [
    *(("discontinued",), ("discontinued",), (), ("Phased OUT", "gelöscht ")),
    ("DIS continued", "active"),
]
CURRENCIES = ["EUR", "EUR", "USD", None, "€"]
NAME_PIECES = [
    *("Apfel", "Pro", " ", '"', "'", "\\", "\\n", "\\u0041", "\t", "\n", "\r\n"),
    *("\r", "\b", "\f", "\x01", "\x1f", "\x7f", "\u0085", "\u00a0", "\u2028"),
    *("é", "e\u0301", "漢字", "😀", "ß", "İ", ",", ";", "{{ x }}", "<b>&", "=1+1"),
    *("%s", "--", "null", "'; drop table x; --", "\ufeff", "/*", "$$", "{", "}"),
]

ORDER_FILE_NAMES = ["kasse", "Kasse 1 ü", "ORDERS", "a,b", 'q"uote', "-dash", "ä;"]
STOCK_FILE_NAMES = ["lager", "Lager 2 ß", "STOCK", "w,1", "2026-01-01"]
STRAYS = [
    ("notes.txt", b"to do", True),
    ("sheet.xlsx", b"PK\x03\x04", True),
    ("nothing.csv", b"", True),
    ("blanks.csv", b" \n\t\r\n", True),
    ("header.csv", b"some,other,columns\n1,2,3\n", True),
    ("utf16.csv", "order_id,store_id\n".encode("utf-16"), True),
    ("cut.csv.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcbH", True),
    (".hidden.csv", b"x", False),
    ("_unfinished.csv", b"x", False),
    ("a.csv.tmp", b"x", False),
    ("b.csv.part", b"x", False),
]
