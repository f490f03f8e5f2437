"""What was refused is corrected, sent again, and lands once."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from gate_files import CSV_ROW, csv_file, line, order
from ingestion.cli import main
from ingestion.gate import ReceivedFile, load_history
from ingestion.lake import LocalLake

DAY = "2026-01-01"


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

    def requeue(self, path: Path, *options: str) -> int:
        return main(["requeue", str(path), self.lake, *options])

    def history(self) -> dict[str, ReceivedFile]:
        lake = LocalLake(self.folder / "lake")
        history = load_history(lake, date.fromisoformat(DAY))
        return {item.file_name: item for item in history if item.status != "superseded"}

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
    assert "a.requeued.csv: partial, 1 rows accepted, 1 refused" in (
        capsys.readouterr().out
    )
    assert len(place.raw()) == 41
    assert place.requeue(path) == 0
    assert len(place.raw()) == 41

    corrected(path, ",two,", ",3,")
    assert place.requeue(path) == 0
    assert len(place.raw()) == 42
    history = place.history()
    assert history["a.requeued.csv"].status == "accepted"
    assert history["a.requeued.csv"].requeued_from == history["a.csv"].sha256


def test_what_was_requeued_stays_when_files_are_received_again(place: Place) -> None:
    place.land("a.csv", SPOILT)
    path = place.quarantined("a.csv.rejects.jsonl")
    assert place.requeue(corrected(path, ",two,", ",2,")) == 0
    place.land("b.csv", csv_file(CSV_ROW))

    assert place.history()["a.requeued.csv"].status == "partial"
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
    assert place.history()["a.requeued.jsonl"].rows_accepted == 3


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
    ):
        assert place.requeue(path) == 2
        assert message in capsys.readouterr().err
