"""The report's files: copies for spreadsheets, alerts, and what becomes of failures."""

from __future__ import annotations

import csv
import json
import re
import sys
from dataclasses import replace
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ingestion.batch.outcome import DateOutcome
from ingestion.config import PROJECT_DIR, load_settings
from ingestion.errors import ExitCode, ServiceUnavailableError
from ingestion.lake import LakeFile, LocalLake
from ingestion.publication.cells import defused
from ingestion.report.alerts import alerts_of, run_alert_command, write_alerts
from ingestion.report.contents import described_checks, tables_of
from ingestion.report.copies import write_csv_files, write_workbook
from ingestion.report.headline import headline
from ingestion.report.index import write_index
from ingestion.report.quality_page import quality_page
from ingestion.report.reporting import report_date
from report_facts import DAY, EVIL, FORMULA, made_up_facts, made_up_summary

UNKNOWN = "\N{EN DASH}"
MOMENT = datetime(2026, 1, 29, 22, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        " =1",
        "\N{FULLWIDTH EQUALS SIGN}1",
    ],
)
def test_text_that_begins_like_a_formula_is_defused(text: str) -> None:
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Decimal("-1.500"), "-1.5"), (0, "0"), (None, ""), ("1=1", "1=1"), ("", "")],
)
def test_what_is_no_formula_stays_as_it_is(
    value: str | int | Decimal | None, shown: str
) -> None:
    assert defused(value) == shown


def test_csv_files_hold_every_row_of_the_tables(tmp_path: Path) -> None:
    tables = tables_of(made_up_facts(exceptions=3))

    write_csv_files(tmp_path, tables)

    for table in tables:
        path = tmp_path / "csv" / f"{table.name}.csv"
        header, *rows = list(csv.reader(path.open(encoding="utf-8", newline="")))
        assert header == [column.name for column in table.columns]
        assert rows == [[defused(cell) for cell in row] for row in table.rows]
    files = (tmp_path / "csv" / "files.csv").read_text("utf-8")
    assert f'"\'{FORMULA.replace(chr(34), chr(34) * 2)}"' in files


def test_a_table_that_is_no_longer_known_takes_its_file_with_it(tmp_path: Path) -> None:
    facts = made_up_facts()
    write_csv_files(tmp_path, tables_of(facts))

    write_csv_files(tmp_path, tables_of(replace(facts, checks=None, tests=None)))

    left = {path.stem for path in (tmp_path / "csv").iterdir()}
    assert left == {"files", "refusals", "refused_rows", "exceptions"}


def test_workbook_has_a_sheet_per_table_and_no_formula(tmp_path: Path) -> None:
    tables = tables_of(made_up_facts(exceptions=3))

    write_workbook(tmp_path, tables)

    book = openpyxl.load_workbook(tmp_path / "quality.xlsx")
    assert book.sheetnames == [table.name for table in tables]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    assert not any(str(cell.value).startswith("=") for cell in cells)
    quantity = book["exceptions"]["H2"].value
    assert quantity == 60


def test_page_asks_nobody_for_anything_and_escapes_what_comes_from_data() -> None:
    facts = made_up_facts()
    page = quality_page(facts, tables_of(facts), headline(facts))

    assert EVIL not in page
    assert not re.search(r"""(?:src|href)\s*=\s*["']?\s*(?:https?:|//)""", page)
    assert "@import" not in page
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_every_check_of_the_mart_is_described() -> None:
    models = PROJECT_DIR.glob("models/intermediate/quality/int_quality_checks_*.sql")
    sql = "".join(model.read_text("utf-8") for model in models)
    named = set(re.findall(r"'(\w+)' as check_name", sql))

    assert named | {"rows", "quantity"} == set(described_checks())


def test_alerts_name_each_error_once(tmp_path: Path) -> None:
    facts = made_up_facts()
    alerts = alerts_of(facts)
    write_alerts(tmp_path, facts, alerts)

    written = json.loads((tmp_path / "alerts.json").read_text("utf-8"))
    assert [(alert["kind"], alert["subject"]) for alert in written["alerts"]] == [
        ("refused_file", f"orders/{FORMULA}"),
        ("failed_test", "assert_lines"),
        ("exception", "A-1"),
    ]
    assert len((tmp_path / "alerts.txt").read_text("utf-8").splitlines()) == 4


def test_a_refused_date_is_an_alert_on_one_line(tmp_path: Path) -> None:
    summary = made_up_summary(
        exit_code=3, result="refused", message="No\norders\x1b[2J"
    )
    facts = replace(made_up_facts(), summary=summary, exceptions=None, files=[])
    facts = replace(facts, tests=None)

    write_alerts(tmp_path, facts, alerts_of(facts))

    assert (tmp_path / "alerts.txt").read_text("utf-8").splitlines() == [
        "2026-01-29: refused, 1 alerts",
        "ERROR run 2026-01-29 refused: No orders [2J",
    ]


def test_alert_command_reads_the_text_and_gets_nothing_of_the_data_as_argument(
    tmp_path: Path,
) -> None:
    facts = made_up_facts()
    alerts = alerts_of(facts)
    write_alerts(tmp_path, facts, alerts)
    script = tmp_path / "tell me.py"
    script.write_text(
        "import json, os, sys\n"
        "said = {n: v for n, v in os.environ.items() if n.startswith('ALERTS_')}\n"
        f"with open({str(tmp_path / 'told.json')!r}, 'w') as out:\n"
        "    json.dump([sys.argv[1:], sys.stdin.read(), said], out)\n"
    )
    command = f"{sys.executable} '{script}' '$(id)'"

    assert run_alert_command(command, tmp_path, facts, alerts) is None

    arguments, text, said = json.loads((tmp_path / "told.json").read_text())
    assert arguments == ["$(id)"]
    assert text == (tmp_path / "alerts.txt").read_text("utf-8")
    assert said == {
        "ALERTS_JSON": str(tmp_path / "alerts.json"),
        "ALERTS_TEXT": str(tmp_path / "alerts.txt"),
        "ALERTS_DATE": "2026-01-29",
        "ALERTS_COUNT": "3",
    }


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ("/no/such/program", "cannot be started"),
        ("'unclosed", "cannot be started"),
        ("sh -c 'echo no mail today >&2; exit 3'", "ended with 3: no mail today"),
        ("sh -c 'sleep 60 & wait'", "was stopped after 1 seconds"),
    ],
)
def test_an_alert_command_that_fails_is_a_problem_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, problem: str
) -> None:
    monkeypatch.setattr("ingestion.report.alerts.SECONDS_ALLOWED", 1)
    facts = made_up_facts()
    write_alerts(tmp_path, facts, [])

    said = run_alert_command(command, tmp_path, facts, [])

    assert said is not None
    assert problem in said


def test_a_report_that_cannot_be_written_is_told_and_not_raised(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("a file where the folder should be")
    environment = {"PROCUREMENT_REPORTS": str(tmp_path / "reports")}
    settings = load_settings(lake=str(tmp_path / "lake"), environ=environment)
    outcome = DateOutcome(DAY, MOMENT, ExitCode.REFUSED)
    summary = made_up_summary(exit_code=3, result="refused", orders=None, version=None)

    reported = report_date(settings, LocalLake(tmp_path / "lake"), outcome, summary)

    assert reported.page is None
    assert "could not be written" in (reported.problem or "")


def test_a_date_refused_before_it_was_planned_has_a_page_of_dashes(
    tmp_path: Path,
) -> None:
    settings = load_settings(lake=str(tmp_path / "lake"), environ={})
    outcome = DateOutcome(DAY, MOMENT, ExitCode.REFUSED, "No orders file.")
    summary = made_up_summary(exit_code=3, result="refused", orders=None, version=None)

    reported = report_date(settings, LocalLake(tmp_path / "lake"), outcome, summary)

    assert reported.problem is None
    assert reported.page == tmp_path / "lake/reports/2026-01-29/quality.html"
    page = reported.page.read_text("utf-8")
    assert counts(page) == {
        "files_refused": "0",
        "sites_missing": UNKNOWN,
        "tests_failed": UNKNOWN,
        "errors": UNKNOWN,
        "orders_held": UNKNOWN,
        "volumes_unusual": UNKNOWN,
    }


def test_a_lake_that_does_not_answer_still_gives_an_alert(tmp_path: Path) -> None:
    class LostLake(LocalLake):
        def files(self, folder: str) -> list[LakeFile]:
            raise ServiceUnavailableError(f"{folder} does not answer")

    settings = load_settings(lake=str(tmp_path / "lake"), environ={})
    outcome = DateOutcome(DAY, MOMENT, ExitCode.FAILED, "The lake is gone.")
    summary = made_up_summary(
        exit_code=1, result="failed", message="The lake is gone.", version=None
    )

    reported = report_date(settings, LostLake(tmp_path / "lake"), outcome, summary)

    assert reported.page is not None
    assert "does not answer" in (reported.problem or "")
    assert counts(reported.page.read_text("utf-8"))["files_refused"] == UNKNOWN
    alerts = (reported.page.parent / "alerts.txt").read_text("utf-8")
    assert "ERROR run 2026-01-29 failed: The lake is gone." in alerts


def test_a_date_that_another_run_holds_gets_no_page(tmp_path: Path) -> None:
    settings = load_settings(lake=str(tmp_path / "lake"), environ={})
    outcome = DateOutcome(DAY, MOMENT, ExitCode.DATE_LOCKED)

    report_date(settings, LocalLake(tmp_path / "lake"), outcome, {})

    assert not (tmp_path / "lake" / "reports").exists()


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({}, PROJECT_DIR / "reports"),
        ({"PROCUREMENT_LAKE": "/data/lake"}, Path("/data/lake/reports")),
        (
            {"PROCUREMENT_LAKE": "hdfs://n:8020/lake", "PROCUREMENT_STATE": "/data/s"},
            Path("/data/s/reports"),
        ),
        ({"PROCUREMENT_REPORTS": "/pages"}, Path("/pages")),
    ],
)
def test_two_lakes_never_share_their_reports(
    environment: dict[str, str], folder: Path
) -> None:
    assert load_settings(environ=environment).reports == folder


def test_index_lists_dates_from_their_summaries_the_latest_first(
    tmp_path: Path,
) -> None:
    facts = made_up_facts()
    for day in ("2026-01-28", "2026-01-29"):
        remember(tmp_path / day, {**headline(facts), "business_date": day})
    remember(tmp_path / "2026-01-30", {"business_date": "2026-02-01"})
    (tmp_path / "2026-01-31").mkdir()

    write_index(tmp_path)

    page = (tmp_path / "index.html").read_text("utf-8")
    assert re.findall(r'<a href="([\d-]+)/quality.html">', page) == [
        "2026-01-29",
        "2026-01-28",
    ]


def remember(folder: Path, summary: dict[str, Any]) -> None:
    folder.mkdir()
    (folder / "summary.json").write_text(json.dumps(summary))


def counts(page: str) -> dict[str, str]:
    """The figures of the first screen, by name."""
    return dict(re.findall(r'id="count-(\w+)">([^<]*)<', page))
