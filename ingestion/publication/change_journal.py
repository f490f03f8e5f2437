"""Changing a published date, so that a run that dies on the way can be taken back.

A new version needs other files under ``raw``, another load history or other master
data while it is built, and the published ones again when it comes to nothing. What
gives way is not deleted but set aside under ``versions/_aside``, and a journal says
what that is until the new version is published. Whoever finds a journal takes the
date back to the version that is published, or clears away after the new one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from ingestion import gate
from ingestion.dates import parse_business_date
from ingestion.gate.history.ledger import Changes
from ingestion.gate.history.records import ReceivedFile, save
from ingestion.lake import Lake
from ingestion.master_data.capture import waiting_folder
from ingestion.publication.publishing import (
    building_folder,
    orders_folder,
    published_version,
)

_JOURNALS = "versions/_changing"
_BEHIND = "versions/_behind"


class DateChange:
    """The change of one date from its published version to the next."""

    def __init__(self, lake: Lake, business_date: date, version: int) -> None:
        self._lake = lake
        self._date = business_date
        self._version = version

    def begin(
        self,
        changes: Sequence[Changes],
        other_paths: Iterable[str],
        created: Iterable[str],
    ) -> None:
        """Write down what is, before anything of it is changed.

        Args:
            changes: those of the load history and of the files it names.
            other_paths: files and folders that may be set aside beside those.
            created: files and folders that may be new.
        """
        history = gate.load_history(self._lake, self._date)
        known = {path for item in history for path in _paths(item)}
        copied = {target for one in changes for _, target in one.copies}
        journal = {
            "version": self._version,
            "history": [item.to_json() for item in history],
            "created": sorted({*created, *(copied - known)}),
            # The orders' folder comes last: its manifest makes the rest count.
            "aside": [
                *sorted({path for one in changes for path in one.deletions}),
                *other_paths,
            ],
        }
        self._lake.delete(_aside(self._date))
        with self._lake.writer(_journal(self._date), replace=True) as stream:
            stream.write(json.dumps(journal, indent=1).encode() + b"\n")

    def set_aside(self, path: str) -> None:
        """Take a file or folder away, so that it can be put back."""
        if self._lake.exists(path):
            self._lake.rename(path, self.path_aside(path))

    def path_aside(self, path: str) -> str:
        """Where a file or folder is while it is set aside."""
        return f"{_aside(self._date)}/{path}"

    def take_back(self) -> None:
        """Put everything back as it was."""
        _take_back(self._lake, self._date)

    def finish(self) -> None:
        """Clear away after the new version is published."""
        _clear_away(self._lake, self._date)


def settle(lake: Lake, business_date: date) -> bool:
    """Complete or take back the change of a date that a killed run left half done.

    The date's lock must be held.

    Returns:
        Whether there was one.
    """
    if not lake.exists(_journal(business_date)):
        return False
    version = _read(lake, business_date)["version"]
    published = published_version(lake, business_date)
    if published is not None and published > version:
        _clear_away(lake, business_date)
    else:
        _take_back(lake, business_date)
    return True


def note_behind(lake: Lake, business_date: date) -> None:
    """Note that the tables may hold another version of a date than is published.

    Before its publication: a run that is killed after it leaves the note to the next
    one that builds.
    """
    with lake.writer(behind_path(business_date), replace=True) as stream:
        stream.write(b"{}\n")


def is_behind(lake: Lake, business_date: date) -> bool:
    """Whether the tables may hold another version of a date than is published."""
    return lake.exists(behind_path(business_date))


def note_level(lake: Lake, business_date: date) -> None:
    """Note that the tables hold what is published."""
    lake.delete(behind_path(business_date))


def dates_in_change(lake: Lake) -> list[date]:
    """Dates whose change is under way, or was left half done."""
    return [
        parse_business_date(file.name.removesuffix(".json"))
        for file in lake.files(_JOURNALS)
    ]


def _take_back(lake: Lake, business_date: date) -> None:
    """Every step can be repeated; the journal goes last."""
    journal = _read(lake, business_date)
    aside = _aside(business_date)
    if lake.exists(f"{aside}/{orders_folder(business_date)}"):
        # What is there in its place must not pass for a version any longer.
        lake.delete(f"{orders_folder(business_date)}/manifest.json")
    for path in journal["aside"]:
        if lake.exists(f"{aside}/{path}"):
            lake.delete(path)
            lake.rename(f"{aside}/{path}", path)
    history = [ReceivedFile.from_json(text) for text in journal["history"]]
    for received in history:
        save(lake, received)
    for path in journal["created"]:
        lake.delete(path)
    lake.delete(building_folder(business_date))
    _clear_away(lake, business_date)


def _clear_away(lake: Lake, business_date: date) -> None:
    lake.delete(_aside(business_date))
    lake.delete(waiting_folder(business_date))
    lake.delete(_journal(business_date))


def _read(lake: Lake, business_date: date) -> dict[str, Any]:
    with lake.reader(_journal(business_date)) as stream:
        journal: dict[str, Any] = json.loads(stream.read())
    return journal


def _journal(business_date: date) -> str:
    return f"{_JOURNALS}/{business_date}.json"


def behind_path(business_date: date) -> str:
    """Where that is noted."""
    return f"{_BEHIND}/{business_date}.json"


def _aside(business_date: date) -> str:
    return f"versions/_aside/{business_date}"


def _paths(item: ReceivedFile) -> list[str]:
    paths = (item.landed_path, item.quarantine_path, item.rejects_path)
    return [path for path in paths if path]
