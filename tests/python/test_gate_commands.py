"""``validate``, ``land`` and ``status`` as a person calls them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gate_files import CSV_ROW, ORDER_COLUMNS, STOCK_COLUMNS, csv_file, order
from ingestion.commands.cli import main

BAD = CSV_ROW.replace(",2,", ",'2,")


def test_validate_names_refused_rows_and_lands_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(csv_file(*[CSV_ROW] * 20, BAD))

    assert main(["validate", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "21 rows read, 20 accepted, 1 refused" in shown
    assert 'line 22: type-error: quantity is "\'2": write digits' in shown
    assert list(tmp_path.iterdir()) == [path]


def test_validate_ends_with_3_when_a_file_would_be_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, over, broken = (tmp_path / f"{name}.csv" for name in ("good", "over", "bad"))
    good.write_bytes(csv_file(CSV_ROW))
    over.write_bytes(csv_file(*[BAD] * 30))
    broken.write_bytes(csv_file(CSV_ROW, '"'))

    assert main(["validate", str(good), str(over), str(broken)]) == 3
    shown = capsys.readouterr().out
    assert "and 20 more refused rows" in shown
    assert "refused whole: threshold-exceeded" in shown
    assert "refused whole: unclosed-quote: A quote that opens on line 3" in shown
    *_, head, first, second, third = shown.splitlines()
    assert head.split() == ["file", "feed", "read", "accepted", "refused", "outcome"]
    assert first.split()[1:] == ["orders", "1", "1", "0", "accepted"]
    assert second.split()[1:4] == ["orders", "30", "0"]
    assert third.endswith("refused: unclosed-quote")


def test_validate_guesses_the_feed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stock = tmp_path / "x.csv"
    stock.write_bytes(csv_file("W,A,,1,,", header=STOCK_COLUMNS))
    empty = tmp_path / "stock" / "2026-01-01" / "y.csv"
    empty.parent.mkdir(parents=True)
    empty.write_bytes(csv_file(CSV_ROW))

    assert main(["validate", str(stock)]) == 0
    assert main(["validate", str(empty)]) == 3
    assert main(["validate", str(empty), "--feed", "orders"]) == 0
    assert capsys.readouterr().out.count("(stock)") == 2


@pytest.mark.parametrize("name", ["nowhere.csv", "."])
def test_validate_goes_on_after_what_is_no_file_and_ends_with_2(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    good, refused = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes(csv_file(CSV_ROW))
    refused.write_bytes(b"x\n")

    assert main(["validate", str(tmp_path / name), str(refused), str(good)]) == 2
    shown = capsys.readouterr()
    assert name.strip(".") in shown.err
    assert "1 rows read, 1 accepted" in shown.out


def test_validate_goes_on_after_a_name_that_would_be_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, good = tmp_path / "a.zip", tmp_path / "good.csv"
    archive.write_bytes(b"PK")
    good.write_bytes(csv_file(CSV_ROW))

    assert main(["validate", str(archive), str(good)]) == 3
    shown = capsys.readouterr().out
    assert "refused whole: format-error: The extension is not one for orders" in shown
    assert "1 rows read, 1 accepted" in shown


def test_validate_names_what_is_passed_over_and_what_counts_as_absent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.csv"
    row = CSV_ROW.replace("3.20", "free") + ",x"
    path.write_bytes(csv_file(row, header=f"{ORDER_COLUMNS},note").rstrip())

    assert main(["validate", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "passed over: note" in shown
    assert "1 prices cannot be read" in shown
    assert "the last line has no line end" in shown


def test_land_and_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inbox, lake = tmp_path / "inbox", str(tmp_path / "lake")
    folder = inbox / "orders" / "2026-01-01"
    folder.mkdir(parents=True)
    (folder / "[bold]Köln.json").write_text(order(), encoding="utf-8")
    (folder / "x.csv").write_text("no header\n")

    land = ["land", "--date", "2026-01-01", "--inbox", str(inbox), "--lake", lake]
    assert main(land) == 0
    assert "orders: 2 files (1 accepted, 1 quarantined)" in capsys.readouterr().out
    assert main(["status", "--lake", lake]) == 0
    shown = capsys.readouterr().out
    assert "Received for 2026-01-01" in shown
    assert "[bold]Köln.json" in shown
    assert "lacks the mandatory column" in shown


def test_status_prints_a_name_as_it_was_received(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox, lake = tmp_path / "inbox", str(tmp_path / "lake")
    folder = inbox / "orders/2026-01-01"
    folder.mkdir(parents=True)
    (folder / "a:car:[b].csv").write_text("x\n")

    assert (
        main(["land", "--date=2026-01-01", f"--inbox={inbox}", f"--lake={lake}"]) == 0
    )
    assert main(["status", "--lake", lake]) == 0

    assert "a:car:[b].csv" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["land", "--date", "01.01.2026"], "not a business date"),
        (["land", "--date", "2026-01-01", "--inbox", "/nowhere"], "does not exist"),
        (["status", "--lake", "/nowhere"], "does not exist"),
    ],
)
def test_wrong_usage_is_one_line(
    tmp_path: Path,
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    lake = [] if "--lake" in arguments else ["--lake", str(tmp_path)]

    assert main([*arguments, *lake]) == 2
    shown = capsys.readouterr().err
    assert message in shown
    assert shown.count("\n") == 1


def test_the_module_runs_and_shows_its_commands() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "ingestion", "--help"],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    ).stdout

    for command in ("validate", "land", "status", "generate", "master", "db"):
        assert command in shown
