"""The load history: one manifest per file received, kept for every date."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, fields
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
from ingestion.lake import Lake

FEEDS = ("orders", "stock")
COUNTED = ("accepted", "partial")
#: Keys that manifests written by earlier versions of the project lack.
_ADDED = (
    "warned_by_rule", "requeued_from", "corrects_rows", "rows_requeued", "is_late",
    "first_error_value", "unknown_names", "unreadable_prices", "is_unterminated",
    "rows_left_out", "rows_landed", "notes",
)  # fmt: skip


@dataclass(frozen=True)
class ReceivedFile:
    r"""One file as received: what it was, what became of it, where it is now.

    Attributes:
        business_date: ISO date of the inbox's folder.
        file_name: as received; bytes that are not UTF-8 are shown as ``\xNN``.
        sha256: of the bytes as received; None for links and folders.
        bytes: size as received; None for links and folders.
        status: ``accepted`` or ``partial`` (some rows refused) count;
            ``quarantined``, ``duplicate``, ``superseded``, ``late`` do not.
        reason: stable code why the file was refused whole, else None.
        rows_read: order lines or stock rows; always accepted plus refused.
        refused_by_reason: rows refused by stable code; sums up to rows_refused.
        unknown_fields: distinct columns or keys that the contract does not name.
        site_ids: distinct stores or warehouses of accepted rows, sorted.
        landed_path: from the lake's root, under ``raw`` or ``held_back``.
        warned_by_rule: accepted rows that break a rule of the contract, by rule.
        requeued_from: of a corrected file, or a file of corrected rows, the sha256 of
            the file that was refused, whole or in part.
        corrects_rows: how many refused rows of that file were corrected in this one.
        rows_requeued: of ``rows_refused``, those that another file that counts
            corrects: each of them counts there, or is refused there.
        received_at: UTC, when the gate first saw these bytes under this name.
        is_late: whether it came after its date was published, also once it counts.
        first_error_value: as written, of the first refused row.
        unknown_names: the first of the names that nothing reads, sorted.
        unreadable_prices: accepted rows whose price counts as absent.
        is_unterminated: whether a CSV file's last line has no line end.
        rows_left_out: what the sender declares to be no rows, such as a total.
        rows_landed: rows of the landed file, fewer than accepted where these add up;
            None in manifests of earlier versions, where it is the accepted.
        notes: what looks wrong in it and is accepted, in words.
    """

    feed: str
    business_date: str
    file_name: str
    sha256: str | None
    bytes: int | None
    format: str | None
    compression: str | None
    encoding: str | None
    status: str
    reason: str | None
    reason_message: str | None
    rows_read: int
    rows_accepted: int
    rows_refused: int
    first_error_line: int | None
    first_error_column: str | None
    first_error_reason: str | None
    refused_by_reason: dict[str, int] = field(hash=False)
    unknown_fields: int
    site_ids: tuple[str, ...]
    contract_version: int | None
    landed_path: str | None
    landed_sha256: str | None
    quarantine_path: str | None
    rejects_path: str | None
    received_at: str
    run_id: str
    warned_by_rule: dict[str, int] = field(default_factory=dict, hash=False)
    requeued_from: str | None = None
    corrects_rows: int = 0
    rows_requeued: int = 0
    is_late: bool = False
    first_error_value: str | None = None
    unknown_names: tuple[str, ...] = ()
    unreadable_prices: int = 0
    is_unterminated: bool = False
    rows_left_out: int = 0
    rows_landed: int | None = None
    notes: tuple[str, ...] = ()

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

        Raises:
            ValueError: not JSON, or other keys than these.
        """
        keys: dict[str, Any] = json.loads(text)
        known = {item.name for item in fields(cls)}
        asked = known - set(_ADDED)
        if not isinstance(keys, dict) or not asked <= keys.keys() <= known:
            raise ValueError("the keys are not those of a load history manifest")
        names = ("site_ids", "unknown_names", "notes")
        return cls(**{**keys, **{name: tuple(keys.get(name, ())) for name in names}})


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
    with lake.writer(received.manifest_path, replace=True) as stream:
        stream.write(received.to_json().encode() + b"\n")


def _load(lake: Lake, path: str) -> ReceivedFile:
    try:
        with lake.reader(path) as stream:
            return ReceivedFile.from_json(stream.read().decode())
    except (ValueError, TypeError) as error:
        raise ProcurementError(
            f"The manifest {lake.root}/{path} cannot be read: {error}. "
            "Restore it from a backup, or remove it and receive the date again."
        ) from error


def _history_order(received: ReceivedFile) -> tuple[str, bytes, str]:
    return received.feed, name_order(received.file_name), received.sha256 or ""


def _folder(business_date: str) -> str:
    return f"manifests/ingestion/{business_date}"
