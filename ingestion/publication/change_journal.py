"""Changing a published date, so that a run that dies on the way can be taken back.

A new version needs other files under ``raw``, another load history or other master
data while it is built, and the published ones again when it comes to nothing. What
gives way is not deleted but set aside under ``versions/_aside``, and a journal says
what that is until the new version is published. Whoever finds a journal takes the
date back to the version that is published, or clears away after the new one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

from ingestion import gate
from ingestion.dates import parse_business_date
from ingestion.gate.history.ledger import Changes
from ingestion.gate.history.records import ReceivedFile, save
from ingestion.lake import Lake, read_file, write_file
from ingestion.locking import hold_date
from ingestion.master_data.capture import waiting_folder
from ingestion.publication.published import (
    building_folder,
    orders_folder,
    published_version,
)

_JOURNALS = "versions/_changing"


class DateChange:
    """The change of one date from its published version to the next."""

    def __init__(self, lake: Lake, business_date: date) -> None:
        self._lake = lake
        self._date = business_date
        self._journal = f"{_JOURNALS}/{business_date}.json"
        self._aside = f"versions/_aside/{business_date}"

    def begin(
        self,
        version: int,
        changes: Sequence[Changes],
        other_paths: Iterable[str],
        created: Iterable[str],
    ) -> None:
        """Write down what is, before anything of it is changed.

        Args:
            version: the published one.
            changes: those of the load history and of the files it names.
            other_paths: files and folders that may be set aside beside those.
            created: files and folders that may be new.
        """
        history = gate.load_history(self._lake, self._date)
        known = {path for item in history for path in _paths(item)}
        copied = {target for one in changes for _, target in one.copies}
        journal = {
            "version": version,
            "history": [item.to_json() for item in history],
            "created": sorted({*created, *(copied - known)}),
            # The orders' folder comes last: its manifest makes the rest count.
            "aside": [
                *sorted({path for one in changes for path in one.deletions}),
                *other_paths,
            ],
        }
        self._lake.delete(self._aside)
        text = json.dumps(journal, indent=1)
        write_file(self._lake, self._journal, f"{text}\n".encode())

    def set_aside(self, path: str) -> None:
        """Take a file or folder away, so that it can be put back."""
        if self._lake.exists(path):
            self._lake.rename(path, self.path_aside(path))

    def path_aside(self, path: str) -> str:
        """Where a file or folder is while it is set aside."""
        return f"{self._aside}/{path}"

    def settle(self) -> None:
        """Complete or take back a change that a killed run left half done, if any."""
        if not self._lake.exists(self._journal):
            return
        version = json.loads(read_file(self._lake, self._journal))["version"]
        published = published_version(self._lake, self._date)
        if published is not None and published > version:
            self.finish()
        else:
            self.take_back()

    def take_back(self) -> None:
        """Put everything back as it was; each step can be repeated."""
        lake, journal = self._lake, json.loads(read_file(self._lake, self._journal))
        if lake.exists(self.path_aside(orders_folder(self._date))):
            # What is there in its place must not pass for a version any longer.
            lake.delete(f"{orders_folder(self._date)}/manifest.json")
        for path in journal["aside"]:
            if lake.exists(self.path_aside(path)):
                lake.delete(path)
                lake.rename(self.path_aside(path), path)
        for text in journal["history"]:
            save(lake, ReceivedFile.from_json(text))
        for path in journal["created"]:
            lake.delete(path)
        lake.delete(building_folder(self._date))
        self.finish()

    def finish(self) -> None:
        """Clear away after the new version is published; the journal goes last."""
        self._lake.delete(self._aside)
        self._lake.delete(waiting_folder(self._date))
        self._lake.delete(self._journal)


@contextmanager
def hold_settled_date(
    state: Path, lake: Lake, business_date: date, run_id: str, now: datetime
) -> Iterator[Callable[[], None]]:
    """Hold a date, and complete or take back what a killed run left of changing it.

    In the one way of every command that writes to a date.

    Returns, Raises: as :func:`ingestion.locking.hold_date`.
    """
    with hold_date(state, lake.root, business_date, run_id, now) as demand_hold:
        DateChange(lake, business_date).settle()
        yield demand_hold


def dates_in_change(lake: Lake) -> list[date]:
    """Dates whose change is under way, or was left half done."""
    return [
        parse_business_date(file.name.removesuffix(".json"))
        for file in lake.files(_JOURNALS)
    ]


def note_behind(lake: Lake, business_date: date) -> None:
    """Note that the tables may hold another version of a date than is published.

    Before its publication: a run that is killed after it leaves the note to the next
    one that builds.
    """
    write_file(lake, behind_path(business_date), b"{}\n")


def is_behind(lake: Lake, business_date: date) -> bool:
    """Whether the tables may hold another version of a date than is published."""
    return lake.exists(behind_path(business_date))


def note_level(lake: Lake, business_date: date) -> None:
    """Note that the tables hold what is published."""
    lake.delete(behind_path(business_date))


def behind_path(business_date: date) -> str:
    """Where that is noted."""
    return f"versions/_behind/{business_date}.json"


def _paths(item: ReceivedFile) -> list[str]:
    paths = (item.landed_path, item.quarantine_path, item.rejects_path)
    return [path for path in paths if path]
