"""What somebody must be told of at night, as files and to a command of theirs."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ingestion.lake import LocalLake, write_file
from ingestion.report.facts import Facts
from ingestion.report.headline import findings
from ingestion.report.rejects import why_refused

#: Seconds that an ALERT_COMMAND may take; the dates to come wait for it.
SECONDS_ALLOWED = 30
#: Warnings that no morning may pass over: what is ordered follows from another day's
#: files, or from a part of a warehouse.
_URGENT = ("repeated_file", "shrunken_snapshot")


@dataclass(frozen=True)
class Alert:
    """One matter for a person.

    Attributes:
        kind: run, refused_file, failed_test or exception.
        subject: what it is about: a date, a file, a test, a site or a SKU.
    """

    kind: str
    subject: str
    message: str
    severity: str = "error"


def alerts_of(facts: Facts) -> list[Alert]:
    """Everything of severity error and the urgent warnings, the run itself first."""
    alerts, found = [], findings(facts)
    if facts.summary["exit_code"]:
        result = facts.summary["result"]
        said = facts.summary["message"] or result
        alerts.append(Alert("run", f"{facts.business_date} {result}", said))
    for file in found["files_refused"] or ():
        where = f"{file.feed}/{file.file_name}"
        alerts.append(Alert("refused_file", where, why_refused(file)))
    for test in found["tests_failed"] or ():
        said = f"{test.found} rows break: {test.claim}"
        alerts.append(Alert("failed_test", test.name, said))
    for row in facts.exceptions or ():
        is_urgent = row["severity"] == "error" or row["code"] in _URGENT
        if is_urgent and row["code"] != "refused_file":  # which has been named
            said = f"{row['code']}: {row['message']}"
            alerts.append(Alert("exception", _subject(row), said, row["severity"]))
    return alerts


def write_alerts(folder: Path, facts: Facts, alerts: Sequence[Alert]) -> None:
    """Write ``alerts.json`` and ``alerts.txt``, also when there is nothing to say."""
    document = {
        "business_date": str(facts.business_date),
        "exit_code": facts.summary["exit_code"],
        "result": facts.summary["result"],
        "alerts": [asdict(alert) for alert in alerts],
    }
    text = json.dumps(document, ensure_ascii=True, indent=1)
    head = f"{facts.business_date}: {facts.summary['result']}, {len(alerts)} alerts"
    lines = "\n".join([head, *map(_line, alerts), ""])
    write_file(LocalLake(folder), "alerts.json", f"{text}\n".encode())
    write_file(LocalLake(folder), "alerts.txt", lines.encode())


def run_alert_command(
    command: str, folder: Path, facts: Facts, alerts: Sequence[Alert]
) -> str | None:
    """Hand the alerts to a person's own command; what went wrong, else None.

    The words of the command are its own: nothing that comes from data is among its
    arguments, and no shell reads them. It reads ``alerts.txt`` as its input, and
    finds the files' places, the date and the number of alerts in its environment.
    """
    try:
        words = shlex.split(command)
        with (folder / "alerts.txt").open("rb") as text:
            process = subprocess.Popen(  # noqa: S603
                words,
                stdin=text,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env={**os.environ, **_environment(folder, facts, alerts)},
                start_new_session=True,
            )
    except (OSError, ValueError, IndexError) as error:
        return f"ALERT_COMMAND cannot be started: {error}"
    return _outcome(process)


def _outcome(process: subprocess.Popen[bytes]) -> str | None:
    try:
        _, said = process.communicate(timeout=SECONDS_ALLOWED)
    except subprocess.TimeoutExpired:
        # With all that it has started: a shell script's children hold the pipe.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return f"ALERT_COMMAND was stopped after {SECONDS_ALLOWED} seconds"
    if process.returncode == 0:
        return None
    lines = said.decode("utf-8", "replace").strip().splitlines()
    detail = f": {lines[-1][:200]}" if lines else ""
    return f"ALERT_COMMAND ended with {process.returncode}{detail}"


def _environment(
    folder: Path, facts: Facts, alerts: Sequence[Alert]
) -> Mapping[str, str]:
    return {
        "ALERTS_JSON": str(folder / "alerts.json"),
        "ALERTS_TEXT": str(folder / "alerts.txt"),
        "ALERTS_DATE": str(facts.business_date),
        "ALERTS_COUNT": str(len(alerts)),
    }


def _subject(row: Mapping[str, Any]) -> str:
    ids = ("sku_id", "supplier_id", "store_id", "warehouse_id", "file_name")
    return ", ".join(str(row[name]) for name in ids if row[name]) or str(row["code"])


def _line(alert: Alert) -> str:
    """One alert on one line, whatever a file is called."""
    text = f"{alert.severity.upper()} {alert.kind} {alert.subject}: {alert.message}"
    shown = "".join(one if one.isprintable() else " " for one in " ".join(text.split()))
    return shown.encode("utf-8", "backslashreplace").decode("utf-8")
