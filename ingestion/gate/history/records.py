"""The load history: one manifest per file received, kept for every date."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, timezone
from typing import Any

from ingestion.dates import parse_business_date
from ingestion.errors import ProcurementError
from ingestion.gate.history.names import (
    Reading,
    manifest_name,
    name_order,
    reading_for,
)
from ingestion.gate.reading.verdict import Verdict
from ingestion.lake import Lake, read_file, write_file

FEEDS = ("orders", "stock")
COUNTED = ("accepted", "partial")


@dataclass(frozen=True, kw_only=True)
class ReceivedFile(Verdict):
    r"""One file as received: what it was, what became of it, where it is now.

    Attributes:
        business_date: ISO date of the inbox's folder.
        file_name: as received; bytes that are not UTF-8 are shown as ``\xNN``.
        sha256: of the bytes as received; None for links and folders.
        bytes: size as received; None for links and folders.
        status: ``accepted`` or ``partial`` (some rows refused) count;
            ``quarantined``, ``duplicate``, ``superseded``, ``late`` do not.
        received_at: UTC, when the gate first saw these bytes under this name.
        contract_version: by which it was read; None when it was not.
        landed_path: from the lake's root, under ``raw`` or ``held_back``.
        requeued_from: of a corrected file, or a file of corrected rows, the sha256 of
            the file that was refused, whole or in part.
        corrects_rows: how many refused rows of that file were corrected in this one.
        rows_requeued: of ``rows_refused``, those that another file that counts
            corrects: each of them counts there, or is refused there.
        is_late: whether it came after its date was published, also once it counts.
    """

    feed: str
    business_date: str
    file_name: str
    sha256: str | None
    bytes: int | None
    format: str | None
    compression: str | None
    status: str
    received_at: str
    run_id: str
    contract_version: int | None = None
    landed_path: str | None = None
    landed_sha256: str | None = None
    quarantine_path: str | None = None
    rejects_path: str | None = None
    requeued_from: str | None = None
    corrects_rows: int = 0
    rows_requeued: int = 0
    is_late: bool = False

    @property
    def reading(self) -> Reading | None:
        """How its bytes are read, by its name; None when not at all."""
        return reading_for(self.feed, self.file_name) if self.format else None

    @property
    def has_verdict(self) -> bool:
        """Whether it carries what validation found, and not just a reference."""
        return self.contract_version is not None or self.reason is not None

    @property
    def key(self) -> tuple[str, str | None]:
        """What tells it apart within feed and date."""
        return self.file_name, self.sha256

    @property
    def rows_still_refused(self) -> int:
        """Refused rows that no other file corrects."""
        return self.rows_refused - self.rows_requeued

    @property
    def manifest_path(self) -> str:
        """Where its manifest is in the lake."""
        name = manifest_name(self.feed, self.file_name, self.sha256)
        return f"{_folder(self.business_date)}/{name}"

    def to_json(self) -> str:
        """One line of JSON, plain ASCII, without the final newline."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> ReceivedFile:
        """Read what ``to_json`` wrote.

        What came to be written later may be missing.

        Raises:
            ValueError: not JSON.
            TypeError: other keys than these.
        """
        keys: dict[str, Any] = json.loads(text)
        if not isinstance(keys, dict):
            raise TypeError("it is no JSON object")
        for name in ("site_ids", "unknown_names", "notes"):
            keys[name] = tuple(keys.get(name, ()))
        return cls(**keys)


def utc_text(moment: datetime) -> str:
    """An aware instant as ISO text in UTC, to the millisecond."""
    text = moment.astimezone(timezone.utc).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def load_history(lake: Lake, business_date: date) -> list[ReceivedFile]:
    """Every file received for a date, by feed, name and sha256.

    Raises:
        ProcurementError: a manifest cannot be read.
    """
    entries = lake.files(_folder(business_date.isoformat()))
    return sorted((_load(lake, entry.path) for entry in entries), key=_history_order)


def rows_accepted(history: Iterable[ReceivedFile]) -> int:
    """Rows that count."""
    return sum(item.rows_accepted for item in history if item.status in COUNTED)


def rows_refused(history: Iterable[ReceivedFile]) -> int:
    """Rows that are refused as things stand, each of them once.

    Those of files that count, or that are refused whole. What was superseded or came
    late, and a row that was requeued, is none of them where it was refused first.
    """
    standing = (*COUNTED, "quarantined")
    return sum(item.rows_still_refused for item in history if item.status in standing)


def received_dates(lake: Lake) -> list[date]:
    """Every date that has a load history, in order."""
    names = lake.folders("manifests/ingestion")
    return [parse_business_date(name) for name in names]


def save(lake: Lake, received: ReceivedFile) -> None:
    """Write one manifest, whole or not at all."""
    write_file(lake, received.manifest_path, received.to_json().encode() + b"\n")


def _load(lake: Lake, path: str) -> ReceivedFile:
    try:
        return ReceivedFile.from_json(read_file(lake, path).decode())
    except (ValueError, TypeError) as error:
        raise ProcurementError(
            f"The manifest {lake.root}/{path} cannot be read: {error}. "
            "Restore it from a backup, or remove it and receive the date again."
        ) from error


def _history_order(received: ReceivedFile) -> tuple[str, bytes, str]:
    return received.feed, name_order(received.file_name), received.sha256 or ""


def _folder(business_date: str) -> str:
    return f"manifests/ingestion/{business_date}"
