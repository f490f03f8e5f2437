"""The evening's script does what exit codes ask for; the units are units."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ingestion.config import PROJECT_DIR

SCHEDULE = PROJECT_DIR / "docs/schedule"

#: Stands in for Python: the next of the exit codes, and a note of how it was called.
BATCH = """\
#!/bin/sh
echo "$@" >> calls
code=$(head -n 1 codes)
sed -i 1d codes
exit "$code"
"""
#: The hour goes on by one with each question after the first.
DATE = """\
#!/bin/sh
head -n 1 hours
[ "$(wc -l < hours)" -gt 1 ] && sed -i 1d hours
exit 0
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the script and, instead of the batch, what the test says."""
    shutil.copytree(SCHEDULE, tmp_path / "docs/schedule")
    for path, text in (("python", BATCH), ("bin/date", DATE)):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
        (tmp_path / path).chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    ("codes", "hours", "calls", "code"),
    [
        ([0], [22], 1, 0),
        ([3, 3, 0], [22, 23], 3, 0),
        ([1, 0], [23], 2, 0),
        ([3, 3, 3, 0], [22, 23, 0], 3, 3),
        ([3, 0], [8], 1, 3),
        ([4, 0], [22], 1, 4),
        ([2, 0], [22], 1, 2),
        ([5, 4], [22], 1, 0),
        ([3, 4, 0], [22], 2, 4),
    ],
)
def test_exit_codes_become_tries_skips_and_alerts(
    checkout: Path, codes: list[int], hours: list[int], calls: int, code: int
) -> None:
    (checkout / "codes").write_text("".join(f"{code}\n" for code in codes))
    (checkout / "hours").write_text("".join(f"{hour:02}\n" for hour in hours))

    done = subprocess.run(
        [checkout / "docs/schedule/nightly.sh", "--wait-until", "23:00"],
        env={
            "PATH": f"{checkout}/bin:{os.environ['PATH']}",
            "PROCUREMENT_PYTHON": "./python",
            "PROCUREMENT_PAUSE": "0",
        },
        check=False,
    )

    called = (checkout / "calls").read_text().splitlines()
    assert done.returncode == code
    assert called == ["run_batch.py --due --wait-until 23:00"] * calls


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
def test_units_are_what_systemd_takes(tmp_path: Path) -> None:
    units = []
    for unit in sorted(SCHEDULE.glob("procurement*")):
        text = unit.read_text().replace("/opt/procurement", str(PROJECT_DIR))
        (tmp_path / unit.name).write_text(text)
        units.append(str(tmp_path / unit.name))
    assert len(units) == 3

    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
