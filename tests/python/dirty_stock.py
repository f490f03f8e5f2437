"""Stock snapshots, and packed files."""

from __future__ import annotations

import gzip
from collections.abc import Iterator

from dirty_case import CONSTRAINT, ID, PAD, TYPE, DirtyFile
from dirty_rows import COLUMNS, CSV_ROW, json_order, order_row

_STOCK = "warehouse_id,sku_id,snapshot_at,available,reserved,safety_stock"


def stock_files() -> Iterator[DirtyFile]:
    pad = "".join(f"PAD,A{number},,1,,\n" for number in range(PAD))
    good = {
        "negative and absent": ("-5,,", ("-5.000", None, None)),
        "all given": ("1.5,2,3", ("1.500", "2.000", "3.000")),
        "15 digits": ("123456789012345.123,0,-0.001",
                      ("123456789012345.123", "0.000", "-0.001")),
        "zeros after the third decimal": (
            "1.0000,2.50000,", ("1.000", "2.500", None)),
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
    for own, near in (("reserved", "Reserved"), ("safety_stock", "safety-stock")):
        header = _STOCK.replace(own, near)
        yield DirtyFile(
            f"stock with {near}.csv", f"{header}\n{ID},A,,1,,\n".encode(), "stock",
            reason="incorrect-label",
        )  # fmt: skip
    yield DirtyFile(
        "stock with a column of its own.csv",
        f"{_STOCK},reserved2\n{ID},A,,1,,,x\n".encode(), "stock",
        rows=((ID, "A", None, "1.000", None, None),),
    )  # fmt: skip
    yield DirtyFile("stock.json", f"[] {ID}".encode(), "stock", reason="format-error")
    yield DirtyFile(
        "orders in stock.csv", f"{COLUMNS}\n{CSV_ROW} \n".encode(), "stock",
        reason="missing-label",
    )  # fmt: skip


def packed_files() -> Iterator[DirtyFile]:
    # Not a case's id: it would be replaced in packed bytes only by chance.
    orders = [json_order(order_id=f'"GZ{number}"') for number in range(9)]
    packed = [gzip.compress(text.encode(), mtime=0) for text in orders]
    wrong_sum = packed[4][:-8] + bytes(4) + packed[4][-4:]
    yield DirtyFile("packed.json.gz", packed[0], rows=(order_row(order="GZ0"),))
    yield DirtyFile(
        "two members.json.gz",
        packed[1] + gzip.compress(b"\n" + orders[2].encode(), mtime=0),
        rows=(order_row(order="GZ1"), order_row(order="GZ2")),
    )  # fmt: skip
    broken = {
        "cut off": packed[3][:-9],
        "wrong checksum": wrong_sum,
        "not gzip": orders[5].encode(),
        "something behind": packed[6] + b"more",
        "header only": packed[7][:10],
        "a zip": b"PK\x03\x04" + packed[8],
    }
    for name, content in broken.items():
        yield DirtyFile(f"{name}.json.gz", content, reason="compression-error")
    yield DirtyFile("no byte.json.gz", b" ", reason="compression-error")
    yield DirtyFile("a gzip by another name.csv", packed[8], reason="format-error")
    bomb = gzip.compress(bytes(1) * (80 << 20), 9, mtime=0)
    yield DirtyFile("bomb.csv.gz", bomb, reason="decompression-bomb")
    yield DirtyFile(
        "gzip of blanks.csv.gz",
        gzip.compress(b" \n \n", mtime=0),
        reason="source-error",
    )
