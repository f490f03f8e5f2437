"""What is landed, kept, superseded: the gate over an inbox and a lake."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timezone
from pathlib import Path
from typing import BinaryIO

import pytest

from gate_files import CSV_ROW, STOCK_COLUMNS, csv_file, line, order
from ingestion.errors import ExitCode, ProcurementError, UsageError
from ingestion.gate import ReceivedFile, load_history, misplaced, pending, receive
from ingestion.gate.reading.validation import validate
from ingestion.lake import LocalLake

DAY = date(2026, 1, 1)
A, B, C = (csv_file(CSV_ROW.replace("O1", name)) for name in ("OA", "OB", "OC"))
BROKEN = b"no,header\n"


class Place:
    """An inbox and a lake in one folder."""

    def __init__(self, folder: Path) -> None:
        self.inbox = folder / "inbox"
        self.lake_folder = folder / "lake"
        self.inbox.mkdir(parents=True, exist_ok=True)
        self.lake = LocalLake(self.lake_folder)
        self._runs = itertools.count(1)

    def drop(self, name: str, content: bytes, feed: str = "orders") -> Path:
        path = self.inbox / feed / DAY.isoformat() / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def remove(self, name: str) -> None:
        (self.inbox / "orders" / DAY.isoformat() / name).unlink()

    def receive(self, lake: LocalLake | None = None) -> list[ReceivedFile]:
        run = next(self._runs)
        return receive(
            lake or self.lake,
            self.inbox,
            DAY,
            run_id=f"run-{run}",
            received_at=datetime(2026, 1, 1, 22, run % 60, tzinfo=timezone.utc),
        )

    def statuses(self) -> dict[str, str]:
        """Name and content's first order id, to status."""
        names = {self.sha(text): label for text, label in LABELS.items()}
        return {
            f"{item.file_name}={names.get(item.sha256 or '', '?')}": item.status
            for item in load_history(self.lake, DAY)
        }

    @staticmethod
    def sha(content: bytes) -> str:
        return hashlib.sha256(content).hexdigest()

    def files(self, folder: str) -> dict[str, bytes]:
        root = self.lake_folder / folder
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }

    def raw_orders(self) -> list[str]:
        """The order ids that engines would count."""
        rows = b"".join(
            content.partition(b"\n")[2] for content in self.files("raw/orders").values()
        )
        return sorted(row.split(",")[0] for row in rows.decode().splitlines())


LABELS = {A: "A", B: "B", C: "C", BROKEN: "broken"}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_accepted_files_are_landed_under_unique_names(place: Place) -> None:
    place.drop("store 1.csv", A)
    place.drop("store 1.CSV.gz", gzip.compress(B, mtime=0))
    place.drop("Köln:7.ndjson", order().encode())
    place.drop("+x.json", order("[]").encode())
    place.drop("w.csv", csv_file(header=STOCK_COLUMNS), "stock")
    history = place.receive()

    assert {item.status for item in history} == {"accepted"}
    for item in history:
        assert item.sha256 is not None
        assert item.landed_path is not None
        assert item.sha256[:12] in item.landed_path
    stems = {Path(name).name.rpartition("-")[0] for name in place.files("raw")}
    assert stems == {"store 1", "Köln_7", "f_x", "w"}
    assert place.files("raw/stock").popitem()[1] == f"{STOCK_COLUMNS}\n".encode()
    assert b"" in place.files("raw/orders/2026-01-01/json").values()
    assert place.files("quarantine") == {}


def test_a_manifest_says_all_there_is_to_know(place: Place) -> None:
    bad = CSV_ROW.replace("S1", "S2").replace(",A,", ",A\\,")
    content = csv_file(*[f"{CSV_ROW},x"] * 19, f"{bad},x", header=HEADER_AND_NOTE)
    place.drop("a.csv.gz", packed := gzip.compress(content, mtime=0))
    (item,) = place.receive()
    (path,) = (place.lake_folder / "manifests/ingestion/2026-01-01").iterdir()
    manifest = json.loads(path.read_text())

    assert path.read_text().count("\n") == 1
    assert ReceivedFile.from_json(path.read_text()) == item
    landed = place.lake_folder / manifest.pop("landed_path")
    rejects = place.lake_folder / manifest.pop("rejects_path")
    assert manifest.pop("landed_sha256") == Place.sha(landed.read_bytes())
    assert rejects.name == "a.csv.gz.rejects.jsonl"
    assert json.loads(rejects.read_text()) == {
        "line": 21,
        "reason": "type-error",
        "column": "sku_id",
        "value": "A\\",
        "message": "sku_id holds a backslash, which no id may: send it without.",
        "raw": f"{bad},x",
        "context": HEADER_AND_NOTE,
        "position": None,
        "above": None,
    }
    added: dict[str, object] = {
        "warned_by_rule": {},
        "requeued_from": None,
        "corrects_rows": 0,
        "rows_requeued": 0,
        "is_late": False,
        "first_error_value": "A\\",
        "unknown_names": ["note"],
        "unreadable_prices": 0,
        "is_unterminated": False,
        "rows_left_out": 0,
        "rows_landed": 19,
        "notes": [],
    }
    assert manifest == {
        "feed": "orders",
        "business_date": "2026-01-01",
        "file_name": "a.csv.gz",
        "sha256": Place.sha(packed),
        "bytes": len(packed),
        "format": "csv",
        "compression": "gzip",
        "encoding": "utf-8",
        "status": "partial",
        "reason": None,
        "reason_message": None,
        "rows_read": 20,
        "rows_accepted": 19,
        "rows_refused": 1,
        "first_error_line": 21,
        "first_error_column": "sku_id",
        "first_error_reason": "type-error",
        "refused_by_reason": {"type-error": 1},
        "unknown_fields": 1,
        "site_ids": ["S1"],
        "contract_version": 1,
        "quarantine_path": None,
        "received_at": "2026-01-01T22:01:00.000Z",
        "run_id": "run-1",
        **added,
    }
    for name in added:
        del manifest[name]
    manifest.update(landed_path=None, landed_sha256=None, rejects_path=None)
    assert ReceivedFile.from_json(json.dumps(manifest)).file_name == "a.csv.gz"


HEADER_AND_NOTE = csv_file().decode().strip() + ",note"


def test_refused_files_are_kept_byte_for_byte(place: Place) -> None:
    over = csv_file(CSV_ROW.replace(",A,", ",A\\,"))
    place.drop("over.csv", over)
    place.drop("broken.csv", BROKEN)
    place.drop("notes.txt", b"hello")
    place.drop("stock.json", b"[]", "stock")
    history = place.receive()

    assert {item.status for item in history} == {"quarantined"}
    assert all(item.reason_message for item in history)
    kept = place.files("quarantine")
    rejects = kept.pop("orders/2026-01-01/over.csv.rejects.jsonl")
    assert json.loads(rejects)["column"] == "sku_id"
    assert kept == {
        "orders/2026-01-01/broken.csv": BROKEN,
        "orders/2026-01-01/notes.txt": b"hello",
        "orders/2026-01-01/over.csv": over,
        "stock/2026-01-01/stock.json": b"[]",
    }
    assert place.files("raw") == {}


def test_names_that_are_passed_over_and_names_that_are_refused(place: Place) -> None:
    for name in (
        ".a.csv", "_a.csv", "~a.csv", "a.csv.tmp", "a.csv.PART", "a.csv.partial",
        "a.csv.filepart", "a.csv.CRDOWNLOAD", "a.csv.incomplete", "a.csv.bak", "a.csv~",
        "Thumbs.db", "desktop.ini", "THUMBS.DB", "gone.csv.sha256",
    ):  # fmt: skip
        place.drop(name, A)
    assert (pending(place.inbox, DAY), place.receive()) == (0, [])

    secret = place.inbox / "secret.csv"
    secret.write_bytes(B)
    target = place.drop("bell\a.csv", A)
    (target.parent / "link.csv").symlink_to(secret)
    (target.parent / "gone.csv").symlink_to("nowhere")
    (target.parent / "folder.csv").mkdir()
    os.mkfifo(target.parent / "pipe.csv")
    Path(os.fsdecode(os.fsencode(target.parent) + b"/\xff.csv")).write_bytes(C)
    reasons = {item.file_name: item.reason for item in place.receive()}

    assert reasons == {
        "bell\a.csv": "name-error",
        "link.csv": "link",
        "gone.csv": "link",
        "folder.csv": "folder",
        "pipe.csv": "special-file",
        "\\xff.csv": "name-error",
    }
    assert sorted(place.files("quarantine").values()) == [A, C]
    assert pending(place.inbox, DAY) == 6


def test_a_file_is_refused_whose_sidecar_names_other_bytes(place: Place) -> None:
    for name, content in (("a.csv", A), ("b.csv", B), ("c.csv", C)):
        place.drop(name, content)
    place.drop("a.csv.sha256", f"{Place.sha(A).upper()}  a.csv\n".encode())
    place.drop("b.csv.SHA256", Place.sha(A).encode())
    place.drop("c.csv.sha256", b"none")
    history = place.receive()

    assert {item.file_name: item.reason for item in history} == {
        "a.csv": None,
        "b.csv": "checksum-error",
        "c.csv": "checksum-error",
    }
    assert place.raw_orders() == ["OA"]
    assert sorted(place.files("quarantine").values()) == [B, C]

    place.drop("b.csv.SHA256", Place.sha(B).encode())
    place.remove("c.csv.sha256")
    place.receive()
    assert place.raw_orders() == ["OA", "OB", "OC"]
    assert place.files("quarantine") == {}


def test_what_no_run_finds_is_named_with_the_cure(place: Place) -> None:
    for name in (
        "orders/till3.csv", "orders/20260105/s1.csv", "orders/5.1.2026/s.csv",
        "orders/2026-01-05/S4/orders.csv", "orders/2026-01-05/s2.csv",
        "stock/today/wh.csv", "returns/x.csv", "loose.csv", "orders/.hidden",
        "orders/20260231/s.csv", "orders/2026-01-05/s.csv.part",
    ):  # fmt: skip
        path = place.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(A)

    found = dict(line.split(" ", 1) for line in misplaced(place.inbox))
    assert found == {
        "loose.csv": "lies in no feed: put it into orders or stock/YYYY-MM-DD.",
        "returns/x.csv": "lies in no feed: put it into orders or stock/YYYY-MM-DD.",
        "orders/till3.csv": "lies in no date's folder: put it into orders/YYYY-MM-DD.",
        "orders/20260105/s1.csv": "lies in 20260105, a date in another form: name the "
        "folder 2026-01-05.",
        "orders/5.1.2026/s.csv": "lies in 5.1.2026, a date in another form: name the "
        "folder 2026-01-05.",
        "orders/2026-01-05/S4/orders.csv": "lies in a folder below a date's: move it "
        "up to orders/2026-01-05.",
        "orders/20260231/s.csv": "lies in 20260231, which is no date: put it into "
        "orders/YYYY-MM-DD.",
        "stock/today/wh.csv": "lies in today, which is no date: put it into "
        "stock/YYYY-MM-DD.",
    }


def test_long_names_are_cut(place: Place) -> None:
    place.drop("ä" * 124 + ".csv", A)
    place.drop("ö" * 124 + ".csv", BROKEN)
    history = place.receive()

    assert [item.status for item in history] == ["accepted", "quarantined"]
    names = [path.name for path in place.lake_folder.rglob("*") if path.is_file()]
    assert max(len(name.encode()) for name in names) <= 200


def test_refused_bytes_under_a_taken_name_get_another(place: Place) -> None:
    place.drop("a.csv", BROKEN)
    place.receive()
    place.drop("a.csv", b"other\n")
    place.receive()

    assert sorted(place.files("quarantine").values()) == [BROKEN, b"other\n"]
    assert set(place.statuses().values()) == {"quarantined"}


def test_the_same_again_changes_nothing_and_reads_nothing_twice(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, content in (("a.csv", A), ("b.csv", A), ("c.csv", BROKEN), ("d", b"")):
        place.drop(name, content)
    first = place.receive()
    before = place.files(".")
    monkeypatch.setattr("ingestion.gate.landing.validate", None)

    assert place.receive() == first
    assert place.files(".") == before


@pytest.mark.parametrize(
    "names", list(itertools.permutations(["a.csv", "b.csv", "c.csv"]))
)
def test_the_lowest_name_is_accepted_whatever_comes_first(
    place: Place, tmp_path: Path, names: tuple[str, ...]
) -> None:
    at_once = Place(tmp_path / "at once")
    for content, prefix in ((A, ""), (BROKEN, "x")):
        for name in names:
            at_once.drop(prefix + name, content)
    at_once.receive()
    for name in names:
        place.drop(name, A)
        place.drop(f"x{name}", BROKEN)
        place.receive()

    assert place.statuses() == at_once.statuses()
    assert place.statuses()["a.csv=A"] == "accepted"
    assert sorted(place.statuses().values()).count("duplicate") == 4
    assert place.files("raw") == at_once.files("raw")
    assert place.files("quarantine") == at_once.files("quarantine")


def test_other_bytes_under_a_name_supersede_the_former(place: Place) -> None:
    place.drop("a.csv", A)
    place.receive()
    place.drop("a.csv", B)
    place.receive()

    assert place.statuses() == {"a.csv=A": "superseded", "a.csv=B": "accepted"}
    assert place.raw_orders() == ["OB"]
    (held,) = place.files("held_back/orders/2026-01-01/superseded").values()
    assert b"OA" in held

    place.drop("a.csv", A)
    place.receive()
    assert place.statuses() == {"a.csv=A": "accepted", "a.csv=B": "superseded"}
    assert place.raw_orders() == ["OA"]


def test_a_content_counts_while_some_name_points_to_it(place: Place) -> None:
    place.drop("a.csv", A)
    place.drop("b.csv", A)
    place.receive()
    place.drop("a.csv", B)
    place.receive()

    assert place.statuses() == {
        "a.csv=A": "superseded",
        "a.csv=B": "accepted",
        "b.csv=A": "accepted",
    }
    assert place.raw_orders() == ["OA", "OB"]

    place.drop("b.csv", B)
    place.receive()
    assert place.statuses()["b.csv=A"] == "superseded"
    assert place.statuses()["b.csv=B"] == "duplicate"
    assert place.raw_orders() == ["OB"]


def test_a_refused_file_supersedes_nothing_and_a_corrected_one_takes_it_away(
    place: Place,
) -> None:
    place.drop("a.csv", A)
    place.receive()
    place.drop("a.csv", BROKEN)
    place.receive()
    assert place.statuses() == {"a.csv=A": "accepted", "a.csv=broken": "quarantined"}
    assert place.raw_orders() == ["OA"]

    place.drop("a.csv", B)
    place.receive()
    assert place.statuses() == {
        "a.csv=A": "superseded",
        "a.csv=broken": "superseded",
        "a.csv=B": "accepted",
    }


def test_a_file_in_the_place_of_a_folder_supersedes_it(place: Place) -> None:
    folder = place.drop("x", b"").parent / "a.csv"
    place.remove("x")
    folder.mkdir()
    place.receive()
    folder.rmdir()
    place.drop("a.csv", A)
    place.receive()

    assert place.statuses() == {"a.csv=?": "superseded", "a.csv=A": "accepted"}


def test_the_same_bytes_under_another_extension_count_once(place: Place) -> None:
    place.drop("a.json", A)
    place.drop("b.csv", A)
    place.drop("c.txt", A)
    place.receive()

    assert place.statuses() == {
        "a.json=A": "duplicate",
        "b.csv=A": "accepted",
        "c.txt=A": "duplicate",
    }
    assert place.files("quarantine") == {}


def test_files_that_left_the_inbox_stay_received(place: Place) -> None:
    place.drop("a.csv", A)
    place.receive()
    place.remove("a.csv")
    place.receive()

    assert place.raw_orders() == ["OA"]


def test_raw_holds_what_the_manifests_count(place: Place) -> None:
    place.drop("a.csv", A)
    (item,) = place.receive()
    stray = place.lake_folder / "raw/orders/2026-01-01/csv/stray.csv"
    stray.write_bytes(B)
    copied = stray.with_name(f"b-{Place.sha(A)[:12]}.csv")
    copied.write_bytes(A)
    place.receive()

    assert place.raw_orders() == ["OA"]
    assert list(place.files("held_back").values()) == [B]

    assert item.landed_path is not None
    (place.lake_folder / item.landed_path).unlink()
    place.receive()
    assert place.raw_orders() == ["OA"]

    (place.lake_folder / item.landed_path).unlink()
    place.remove("a.csv")
    with pytest.raises(ProcurementError, match=r"a\.csv was landed"):
        place.receive()


def test_a_missing_inbox_is_wrong_usage_and_a_missing_date_is_no_file(
    place: Place,
) -> None:
    assert place.receive() == []
    place.inbox.rmdir()
    with pytest.raises(UsageError) as raised:
        place.receive()
    assert raised.value.exit_code == ExitCode.USAGE


def test_a_file_that_is_still_being_written_is_refused_until_it_is_whole(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = place.drop("a.csv", A)

    def slow_sender(*arguments: object) -> object:
        path.write_bytes(A + A)
        return validate(*arguments)  # type: ignore[arg-type]

    place.drop("b.csv", B)
    with monkeypatch.context() as patch:
        patch.setattr("ingestion.gate.landing.validate", slow_sender)
        (refused, _) = place.receive()
    assert (refused.status, refused.reason) == ("quarantined", "file-changing")
    assert "a.csv changed while it was read" in (refused.reason_message or "")
    assert place.raw_orders() == ["OB"]

    path.write_bytes(C)
    place.receive()
    assert place.raw_orders() == ["OB", "OC"]
    assert place.statuses()["a.csv=?"] == "superseded"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_cannot_be_read_is_named(place: Place) -> None:
    place.drop("a.csv", A).chmod(0)
    with pytest.raises(ProcurementError, match=r"a\.csv cannot be read"):
        place.receive()


class Killed(BaseException):
    """What a killed process looks like from inside."""


class MortalLake(LocalLake):
    """Dies at its n-th step that changes something."""

    def __init__(self, folder: Path, steps: int) -> None:
        super().__init__(folder)
        self._left = steps

    def _step(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise Killed

    @contextmanager
    def writer(self, path: str, *, replace: bool = False) -> Iterator[BinaryIO]:
        self._step()
        with super().writer(path, replace=replace) as stream:
            yield stream
        self._step()

    def rename(self, source: str, target: str) -> None:
        self._step()
        super().rename(source, target)
        self._step()

    def delete(self, path: str) -> None:
        self._step()
        super().delete(path)
        self._step()


def _first(place: Place) -> None:
    place.drop("b.csv", A)
    place.drop("c.csv", B)
    place.drop("x.csv", BROKEN)
    place.drop("p.json", "\n".join([order()] * 30 + [order("[0]")]).encode())


def _second(place: Place) -> None:
    place.drop("a.csv", A)  # a lower name: the statuses swap
    place.drop("b.csv", C)  # other bytes: superseded there
    place.drop("c.csv", A)  # another duplicate; B no longer counts
    place.drop("w.csv", BROKEN)  # a lower name of a refused file
    place.drop("o.json", (place.inbox / "orders/2026-01-01/p.json").read_bytes())
    place.drop("x.csv", csv_file(CSV_ROW.replace("O1", "OX")))


@pytest.mark.parametrize("prepare", [_first, _second])
def test_running_again_completes_a_killed_run(
    tmp_path: Path, prepare: Callable[[Place], None]
) -> None:
    whole = Place(tmp_path / "whole")
    if prepare is _second:
        _first(whole)
        whole.receive()
    prepare(whole)
    shutil.copytree(tmp_path / "whole", tmp_path / "before")
    whole.receive()
    for steps in itertools.count():
        shutil.copytree(tmp_path / "before", tmp_path / str(steps))
        place = Place(tmp_path / str(steps))
        try:
            place.receive(MortalLake(place.lake_folder, steps))
        except Killed:
            place.receive()
        else:
            break
        assert place.statuses() == whole.statuses(), steps
        for folder in ("raw", "quarantine"):
            assert place.files(folder) == whole.files(folder), (folder, steps)
        paths = [
            (item.landed_path, item.quarantine_path, item.rejects_path)
            for item in load_history(place.lake, DAY)
        ]
        for path in filter(None, itertools.chain(*paths)):
            assert place.lake.exists(path), (path, steps)
    assert steps > 10


def test_the_result_is_that_of_the_last_state_of_the_inbox(place: Place) -> None:
    _first(place)
    place.receive()
    _second(place)
    place.receive()

    assert place.statuses() == {
        "a.csv=A": "accepted",
        "b.csv=A": "superseded",
        "b.csv=C": "accepted",
        "c.csv=A": "duplicate",
        "c.csv=B": "superseded",
        "o.json=?": "partial",
        "p.json=?": "duplicate",
        "w.csv=broken": "quarantined",
        "x.csv=?": "accepted",
        "x.csv=broken": "superseded",
    }


def test_progress_is_told_file_by_file(place: Place) -> None:
    place.drop("a.csv", A)
    place.drop("b.json", order(f"[{line()}]").encode())
    seen: list[str] = []
    receive(
        place.lake,
        place.inbox,
        DAY,
        run_id="run",
        received_at=datetime(2026, 1, 1, tzinfo=timezone.utc),
        on_file=lambda item: seen.append(f"{item.file_name} {item.status}"),
    )

    assert seen == ["a.csv accepted", "b.json accepted"]
