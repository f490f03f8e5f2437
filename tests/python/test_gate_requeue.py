"""What was refused is corrected, sent again, and lands once."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from gate_files import CSV_ROW, csv_file, line, order
from ingestion.commands.cli import main
from ingestion.gate import (
    ReceivedFile,
    apply_changes,
    counting_late_files,
    load_history,
)
from ingestion.gate.history.records import rows_accepted, rows_refused
from ingestion.lake import LocalLake

DAY = "2026-01-01"
WHERE = (f"--date={DAY}", "--feed=orders")


class Place:
    """An inbox and a lake, through the commands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.inbox = folder / "inbox" / "orders" / DAY
        self.inbox.mkdir(parents=True)

    def land(self, name: str, content: bytes) -> None:
        (self.inbox / name).write_bytes(content)
        inbox = self.folder / "inbox"
        assert main(["land", f"--date={DAY}", f"--inbox={inbox}", self.lake]) == 0

    @property
    def lake(self) -> str:
        return f"--lake={self.folder / 'lake'}"

    def quarantined(self, name: str) -> Path:
        return self.folder / "lake/quarantine/orders" / DAY / name

    def copies(self) -> Path:
        """A folder for corrected copies, apart from the lake."""
        folder = self.folder / "copies"
        folder.mkdir(exist_ok=True)
        return folder

    def requeue(self, path: Path, *options: str) -> int:
        return main(["requeue", str(path), self.lake, *options])

    def publish(self) -> None:
        """Have the date pass for published, and nothing more."""
        path = f"output/supplier_orders/{DAY}/manifest.json"
        with LocalLake(self.folder / "lake").writer(path) as stream:
            stream.write(b'{"version":1}')

    def count_late(self) -> None:
        lake = LocalLake(self.folder / "lake")
        apply_changes(lake, counting_late_files(lake, date.fromisoformat(DAY)))

    def all_history(self) -> list[ReceivedFile]:
        lake = LocalLake(self.folder / "lake")
        return load_history(lake, date.fromisoformat(DAY))

    def statuses(self) -> list[tuple[str, str]]:
        return sorted((item.file_name, item.status) for item in self.all_history())

    def history(self) -> dict[str, ReceivedFile]:
        history = self.all_history()
        return {item.file_name: item for item in history if item.status != "superseded"}

    def rows(self) -> tuple[int, int]:
        """Rows accepted and refused, as things stand."""
        history = self.all_history()
        return rows_accepted(history), rows_refused(history)

    def raw(self) -> list[bytes]:
        """Every landed line but CSV headers."""
        root = self.folder / "lake/raw"
        return [
            text
            for path in sorted(root.rglob("*.*"))
            for text in path.read_bytes().splitlines()
            if not text.startswith(b"order_id")
        ]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("PROCUREMENT_STATE", str(tmp_path / "state"))
    return Place(tmp_path)


BAD = CSV_ROW.replace("O1", "O2").replace(",2,", ",two,")
SPOILT = csv_file(*[CSV_ROW] * 40, BAD, BAD.replace("O2", "O3"))


def corrected(path: Path, old: str, new: str, folder: Path | None = None) -> Path:
    target = (folder or path.parent) / path.name
    target.write_text(path.read_text().replace(old, new, 1))
    return target


def test_corrected_csv_rows_land_once(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.land("a.csv", SPOILT)
    path = place.quarantined("a.csv.rejects.jsonl")
    corrected(path, ",two,", ",2,")

    assert place.requeue(path) == 0
    assert "a.csv.requeued.csv: partial, 1 rows accepted, 1 refused" in (
        capsys.readouterr().out
    )
    assert len(place.raw()) == 41
    assert place.requeue(path) == 0
    assert len(place.raw()) == 41

    corrected(path, ",two,", ",3,")
    assert place.requeue(path) == 0
    assert len(place.raw()) == 42
    history = place.history()
    assert history["a.csv.requeued.csv"].status == "accepted"
    assert history["a.csv.requeued.csv"].requeued_from == history["a.csv"].sha256


def test_what_was_requeued_stays_when_files_are_received_again(place: Place) -> None:
    place.land("a.csv", SPOILT)
    path = place.quarantined("a.csv.rejects.jsonl")
    assert place.requeue(corrected(path, ",two,", ",2,")) == 0
    place.land("b.csv", csv_file(CSV_ROW))

    assert place.history()["a.csv.requeued.csv"].status == "partial"
    assert len(place.raw()) == 42


def test_corrected_json_lines_keep_their_order_and_place(place: Place) -> None:
    bad = [
        line(line_number="", quantity='"?"'),
        line(line_number="null", quantity='"?"'),
        line(line_number="7", quantity='"?"'),
    ]
    texts = [
        order(f"[{','.join([line()] * 60)}]"),
        order(f"[{line()},{','.join(bad)}]"),
    ]
    place.land("a.ndjson", "\n".join(texts).encode())
    path = place.quarantined("a.ndjson.rejects.jsonl")
    path.write_text(path.read_text().replace("?", "5"))

    assert place.requeue(path) == 0
    requeued = [json.loads(text) for text in place.raw()[-3:]]
    numbers = [int(item["lines"][0]["line_number"]) for item in requeued]
    assert numbers == [2, 3, 7]
    assert {item["order_id"] for item in requeued} == {"O1"}
    assert place.history()["a.ndjson.requeued.jsonl"].rows_accepted == 3


def test_a_line_that_is_no_order_is_corrected_as_it_stands(place: Place) -> None:
    whole = order(f"[{','.join([line()] * 30)}]")
    place.land("a.jsonl", f"{whole}\n{order()[:-1]}".encode())
    path = place.quarantined("a.jsonl.rejects.jsonl")
    reject = json.loads(path.read_text())
    path.write_text(json.dumps({**reject, "raw": reject["raw"] + "}"}))

    assert place.requeue(path) == 0
    assert place.raw()[-1].startswith(b'{"order_id":"O1","store_id":"S1"')


def test_a_corrected_file_takes_the_place_of_the_refused_one(
    place: Place, tmp_path: Path
) -> None:
    place.land("a.csv", csv_file(BAD))
    assert place.raw() == []
    path = corrected(place.quarantined("a.csv"), ",two,", ",2,", tmp_path)

    assert place.requeue(path, f"--date={DAY}", "--feed=orders") == 0
    (item,) = place.history().values()
    assert (item.file_name, item.status) == ("a.csv", "accepted")
    assert item.requeued_from
    assert len(place.raw()) == 1


def test_a_file_that_is_still_wrong_is_refused_again(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.land("a.csv", csv_file(BAD))
    path = place.quarantined("a.csv")
    path.write_bytes(csv_file(BAD, BAD))

    assert place.requeue(path) == 3
    assert "refused still: 2 of 2 rows" in capsys.readouterr().err
    assert place.raw() == []


def test_wrong_usage_names_what_to_do(
    place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place.land("a.csv", csv_file(BAD))
    place.land("b.csv", SPOILT)
    place.land("d.txt", b"x")
    rejects = place.quarantined("b.csv.rejects.jsonl")
    rejects.write_text('{"raw": 1}\n')
    elsewhere = tmp_path / "a.csv"
    elsewhere.write_bytes(b"")
    unknown = place.quarantined("c.csv")
    unknown.write_bytes(b"x")
    for path, message in (
        (place.quarantined("a.csv.rejects.jsonl"), "was refused whole"),
        (rejects, "line 1, is no refused row"),
        (elsewhere, "--date and --feed"),
        (unknown, "Nothing named c.csv"),
        (place.quarantined("d.txt"), "was refused for its name"),
        (tmp_path / "nowhere.csv", f"{tmp_path}/nowhere.csv is missing"),
        (tmp_path, f"{tmp_path} is not a file"),
    ):
        assert place.requeue(path) == 2
        assert message in capsys.readouterr().err


def whole(place: Place) -> Path:
    """A corrected copy of a.csv, which was refused whole."""
    return corrected(place.quarantined("a.csv"), ",two,", ",2,", place.copies())


def some_rows(place: Place) -> Path:
    """One of the two refused rows of a.csv, corrected; the other one is left out."""
    rejects = place.quarantined("a.csv.rejects.jsonl")
    first = rejects.read_text().splitlines()[0]
    copy = place.copies() / rejects.name
    copy.write_text(first.replace(",two,", ",2,") + "\n")
    return copy


Corrected = Callable[[Place], Path]
WHOLE = csv_file(BAD)


@pytest.mark.parametrize("is_published", [False, True])
def test_the_original_is_refused_no_longer_once_its_correction_counts(
    place: Place, *, is_published: bool
) -> None:
    place.land("a.csv", WHOLE)
    place.land("b.csv", WHOLE)
    assert place.statuses() == [("a.csv", "quarantined"), ("b.csv", "duplicate")]
    if is_published:
        place.publish()

    assert place.requeue(whole(place), *WHERE) == 0
    place.count_late()
    # It lies in the inbox as before, under both names, and is received again.
    place.land("c.csv", csv_file(CSV_ROW.replace("O1", "O9")))
    place.land("d.csv", WHOLE)

    late = "late" if is_published else "accepted"
    again = "duplicate" if is_published else "superseded"
    assert place.statuses() == [
        ("a.csv", "accepted"),
        ("a.csv", "superseded"),
        ("b.csv", "superseded"),
        ("c.csv", late),
        ("d.csv", again),
    ]
    assert place.rows() == (1 if is_published else 2, 0)
    place.count_late()
    assert place.rows() == (2, 0)
    assert "quarantined" not in {status for _, status in place.statuses()}
    assert place.quarantined("a.csv").read_bytes() == WHOLE


def test_a_refused_file_is_refused_again_when_its_correction_counts_no_longer(
    place: Place,
) -> None:
    place.land("a.csv", WHOLE)
    place.land("b.csv", WHOLE)
    assert place.requeue(whole(place), *WHERE) == 0
    place.land("a.csv", csv_file(CSV_ROW.replace("O1", "O7")))

    assert [item for item in place.statuses() if item[1] != "superseded"] == [
        ("a.csv", "accepted"),
        ("b.csv", "quarantined"),
    ]
    assert place.rows() == (1, 1)


@pytest.mark.parametrize("is_published", [False, True])
def test_a_row_that_was_requeued_is_refused_where_it_is_now(
    place: Place, *, is_published: bool
) -> None:
    place.land("a.csv", SPOILT)
    if is_published:
        place.publish()
    assert place.rows() == (40, 2)

    # One of the two is left in quarantine.
    assert place.requeue(some_rows(place), *WHERE) == 0
    place.count_late()
    assert place.rows() == (41, 1)
    assert place.history()["a.csv"].rows_still_refused == 1

    # Both are sent, and one of them is as wrong as before.
    rejects = corrected(
        place.quarantined("a.csv.rejects.jsonl"), ",two,", ",3,", place.copies()
    )
    assert place.requeue(rejects, *WHERE) == 0
    place.count_late()
    assert place.rows() == (41, 1)
    assert place.history()["a.csv"].rows_still_refused == 0

    # What was refused once more is corrected too.
    assert place.requeue(
        corrected(
            place.quarantined("a.csv.requeued.csv.rejects.jsonl"), ",two,", ",2,",
            place.copies(),
        ),
        *WHERE,
    ) == 0  # fmt: skip
    place.count_late()
    assert place.rows() == (42, 0)


@pytest.mark.parametrize(
    ("content", "correct", "name"),
    [(WHOLE, whole, "a.csv"), (SPOILT, some_rows, "a.csv.requeued.csv")],
)
def test_after_publication_a_correction_waits_and_says_how_it_counts(
    place: Place,
    capsys: pytest.CaptureFixture[str],
    content: bytes,
    correct: Corrected,
    name: str,
) -> None:
    place.land("a.csv", content)
    place.publish()
    before, raw = place.statuses(), place.raw()
    capsys.readouterr()

    for _ in range(2):
        assert place.requeue(correct(place), *WHERE) == 0
        said = capsys.readouterr().out
        assert f"{name}: late, " in said
        assert f"python run_batch.py --date {DAY} --include-late --lake " in said
        # The run that counts it looks into the inbox first.
        place.land("a.csv", content)
        capsys.readouterr()

    assert place.raw() == raw
    assert sorted([*before, (name, "late")]) == place.statuses()
    place.count_late()
    (counted,) = (item for item in place.all_history() if item.is_late)
    assert (counted.file_name, counted.status) == (name, "accepted")
    assert len(place.raw()) == len(raw) + counted.rows_accepted


def test_a_late_file_that_is_refused_gives_way_to_its_late_correction(
    place: Place,
) -> None:
    place.land("z.csv", csv_file(CSV_ROW.replace("O1", "OZ")))
    place.publish()
    place.land("a.csv", WHOLE)
    assert place.requeue(whole(place), *WHERE) == 0
    place.land("a.csv", WHOLE)

    assert place.statuses() == [
        ("a.csv", "late"),
        ("a.csv", "superseded"),
        ("z.csv", "accepted"),
    ]
    place.count_late()
    assert place.rows() == (2, 0)


def test_a_correction_that_is_refused_after_publication_takes_nothing_away(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    place.land("a.csv", WHOLE)
    place.publish()
    path = place.copies() / "a.csv"
    path.write_bytes(csv_file(BAD, BAD))

    assert place.requeue(path, *WHERE) == 3
    assert "refused still: 2 of 2 rows" in capsys.readouterr().err
    place.count_late()
    assert place.raw() == []


def test_files_that_differ_in_their_ending_alone_are_corrected_apart(
    place: Place,
) -> None:
    other = SPOILT.replace(b"O1", b"P1").replace(b"O2", b"P2").replace(b"O3", b"P3")
    place.land("a.csv", SPOILT)
    place.land("a.csv.gz", gzip.compress(other))
    for name in ("a.csv", "a.csv.gz"):
        path = place.quarantined(f"{name}.rejects.jsonl")
        path.write_text(path.read_text().replace(",two,", ",2,"))
        assert place.requeue(path) == 0

    assert place.rows() == (84, 0)


#: Of a sender: the file's name, its bytes, a wrong cell, another one, the right one,
#: and the row that is landed of it.
OF_SENDERS = {
    "numbers by position, cells from above": (
        "orders_export_1.csv",
        b"Name,Created at,Lineitem quantity,Lineitem sku,Location\n"
        b"#1,2026-01-01 10:00:00 +0100,1,A,S1\n"
        b'#1,,two,"B",\n'
        b"#1,,3,C,\n",
        ("two", "one", "2"),
        b"#1,S1,,2026-01-01 10:00:00+01:00,2,B,2,",
    ),
    "another encoding and decimal sign": (
        "umsatz_7.csv",
        "Belegnummer;Filiale;Kasse;Datum;Uhrzeit;Position;Artikel;Menge\n"
        "1;S1;1;31.12.2026;18:05;1;A;1,5\n"
        "1;S1;1;31.12.2026;18:05;2;Größe 5;1.5\n".encode("cp1252"),
        ("1.5", "1.55", "1,5"),
        "1,S1,1,2026-12-31T17:05:00Z,2,Größe 5,1.5,".encode(),
    ),
    "a constant of the file's name": (
        "tabtill_S017_1.csv",
        b"RECEIPT\tSOLD\tLINE\tITEM\tQTY\n"
        b"17\t2026-07-01 18:05\t1\tA\t2\n"
        b"17\t2026-07-01 18:05\t2\tB\ttwo\n",
        ("two", "one", "2"),
        b"17,S017,,2026-07-01T16:05:00Z,2,B,2,",
    ),
}


@pytest.mark.parametrize("name", OF_SENDERS)
def test_rows_of_a_sender_are_read_as_it_writes_however_often_they_are_corrected(
    place: Place, name: str
) -> None:
    file_name, content, (wrong, other, right), row = OF_SENDERS[name]
    place.land(file_name, content)
    accepted = len(place.raw())
    path = place.quarantined(f"{file_name}.rejects.jsonl")
    reject = json.loads(path.read_text())
    path.write_text(json.dumps({**reject, "raw": reject["raw"].replace(wrong, other)}))
    assert place.requeue(path) == 3
    again = place.quarantined(f"{file_name}.requeued.csv")
    again.write_bytes(again.read_bytes().replace(other.encode(), right.encode()))
    assert place.requeue(again) == 0

    assert row in place.raw()
    assert len(place.raw()) == accepted + 1


def test_a_json_line_of_a_sender_keeps_its_place_and_its_status(place: Place) -> None:
    item = {
        "number": 17,
        "createdAt": "2026-01-05T10:00:00Z",
        "status": "paid",
        "items": [
            {"articleNumber": "A", "count": 2},
            {"articleNumber": "B", "count": "two"},
        ],
    }
    place.land("webshop_1.json", json.dumps({"orders": [item]}).encode())
    path = place.quarantined("webshop_1.json.rejects.jsonl")
    path.write_text(path.read_text().replace('\\"two\\"', "2"))

    assert place.requeue(path) == 0
    landed = json.loads(place.raw()[-1])
    assert (landed["store_id"], landed["order_id"]) == ("WEB", "17")
    assert landed["lines"] == [
        {"line_number": "2", "sku_id": "B", "quantity": "2", "unit_price": None}
    ]


def test_a_row_whose_place_nobody_knows_asks_for_it(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    content = (
        b"Name,Created at,Lineitem quantity,Lineitem sku,Location\n"
        b"#1,2026-01-01 10:00:00 +0100,1,A,S1\n"
        b"#1,,2\n"
    )
    place.land("orders_export_1.csv", content)
    path = place.quarantined("orders_export_1.csv.rejects.jsonl")
    reject = {**json.loads(path.read_text()), "raw": "#1,,2,B,"}
    path.write_text(json.dumps(reject))

    assert place.requeue(path) == 2
    assert "line 1, needs `position`" in capsys.readouterr().err
    path.write_text(json.dumps({**reject, "position": 2}))
    assert place.requeue(path) == 0
    assert b"#1,S1,,2026-01-01 10:00:00+01:00,2,B,2," in place.raw()


def test_rows_that_add_up_are_corrected_in_their_whole_file_alone(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = place.folder / "inbox" / "stock" / DAY
    inbox.mkdir(parents=True)
    (inbox / "bins_1.csv").write_bytes(
        b"warehouse_id,sku_id,available\nW1,A,1\nW1,A,two\n"
    )
    place.land("a.csv", csv_file(CSV_ROW))
    rejects = "lake/quarantine/stock/2026-01-01/bins_1.csv.rejects.jsonl"

    assert place.requeue(place.folder / rejects) == 2
    assert "Have the whole file sent again" in capsys.readouterr().err


class KillError(BaseException):
    """The process is gone: nothing after this happens."""


@pytest.mark.parametrize("is_published", [False, True])
@pytest.mark.parametrize(("content", "correct"), [(WHOLE, whole), (SPOILT, some_rows)])
def test_what_is_killed_anywhere_is_completed_by_the_same_command(
    place: Place,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    content: bytes,
    correct: Corrected,
    *,
    is_published: bool,
) -> None:
    def prepared(place: Place) -> Path:
        place.land("a.csv", content)
        if is_published:
            place.publish()
        return correct(place)

    def outcome(place: Place) -> object:
        return place.statuses(), place.rows(), place.raw()

    monkeypatch.setattr(os, "fsync", lambda _: None)
    assert place.requeue(prepared(place), *WHERE) == 0
    undisturbed = outcome(place)
    kills = 0
    for changes in range(20):
        other = Place(tmp_path_factory.mktemp("killed"))
        path = prepared(other)
        with monkeypatch.context() as patch:
            killed_after(patch, changes)
            try:
                assert other.requeue(path, *WHERE) == 0
                break
            except KillError:
                kills += 1
        assert other.requeue(path, *WHERE) == 0
        assert outcome(other) == undisturbed, changes

    assert 1 < kills < 20


def killed_after(patch: pytest.MonkeyPatch, changes: int) -> None:
    """Let a process make so many changes to the lake, and die before the next."""
    left = [changes]

    def counted(method: str) -> None:
        inner = getattr(LocalLake, method)

        def dying(self: LocalLake, *arguments: str, **options: bool) -> object:
            if left[0] == 0:
                raise KillError
            left[0] -= 1
            return inner(self, *arguments, **options)

        patch.setattr(LocalLake, method, dying)

    for method in ("writer", "rename", "delete"):
        counted(method)
