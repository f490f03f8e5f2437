"""Files that come after tother date is published: kept aside, counted on demand.

What counts for the published orders stays what lies in ``raw``. A late file is
validated like any other, so that people see what it holds, and its accepted rows wait
under ``held_back/FEED/DATE/late``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from ingestion.gate.history.ledger import Changes, Ledger, without_paths
from ingestion.gate.history.names import Reading, landed_name, name_order
from ingestion.gate.history.records import FEEDS, ReceivedFile, load_history
from ingestion.lake import Lake


class LateLedger(Ledger):
    """The load history of a date that is published: what counts is settled.

    The same bytes as those of a file that is known are a duplicate. Other bytes are
    late, also when they cannot be accepted. A name that brings other accepted bytes,
    or goes back to those that count, supersedes the late ones that it brought before.
    """

    def raw_path(self, name: str, sha256: str, file_format: str) -> str:
        """Where a content lies that does not count yet."""
        return f"{self.held_back('late')}/{landed_name(name, sha256, file_format)}"

    def is_lost(self, lake: Lake, known: ReceivedFile) -> bool:
        """Whether what a late file landed is gone; of others nobody asks."""
        is_landed = known.status == "late" and known.landed_path
        return bool(is_landed) and not lake.exists(known.landed_path or "")

    def is_settled(self, known: ReceivedFile) -> bool:
        """Whether a known entry needs no reading.

        Bytes that counted once, and not for the published orders, come again: but for
        those of a refused file that lies in the inbox beside its correction.
        """
        return known.status != "superseded" or (
            known.sha256 is not None and self.is_corrected(known.sha256)
        )

    def is_known(
        self,
        sha256: str,
        reading: Reading | None,
        known: ReceivedFile | None = None,
    ) -> bool:
        """Whether a content counts, waits or was refused under another name."""
        if self.counts(sha256) or self.is_corrected(sha256):
            return True
        return any(
            item != known
            and item.has_verdict
            and item.reading == reading
            and item.status in ("late", "quarantined")
            for item in self._content(sha256)
        )

    def arrive(self, received: ReceivedFile) -> list[Changes]:
        """Take what the inbox now holds under a name: nothing that counts changes."""
        is_new = received is not self.find(*received.key)
        if is_new and received.status != "duplicate":
            received = replace(received, status="late", is_late=True)
        self._put(received)
        changes = self._changes_of([received.key])
        verdict = self._verdict_on(received)
        if received.sha256 and not (verdict and verdict.reason):
            for item in self.files():
                is_other = item.file_name == received.file_name and item != received
                if is_other and item.status == "late":
                    changes.append(self._no_longer_waiting(item))
        return changes

    def settle_rest(self) -> list[Changes]:
        """Nothing: what counts is settled."""
        return []

    def _stands_for_others(self, item: ReceivedFile) -> bool:
        """What waits to be counted need not wait beside what it corrects."""
        return self._points(item) or (item.status == "late" and not item.reason)

    def _no_longer_waiting(self, late: ReceivedFile) -> Changes:
        """Let a late file wait no longer, unless it waits under another name too."""
        changes, other = Changes(), self._also_sent(late)
        if other:
            self._put(
                replace(
                    late,
                    file_name=other.file_name,
                    received_at=other.received_at,
                    run_id=other.run_id,
                )
            )
            changes.gains = self._unsaved([self._files[other.key]])
            late = without_paths(late)
        elif late.landed_path:
            changes.deletions.append(late.landed_path)
            late = self._held_back(late, changes)
        self._put(replace(late, status="superseded"))
        changes.losses = self._unsaved([self._files[late.key]])
        return changes

    def _also_sent(self, late: ReceivedFile) -> ReceivedFile | None:
        if late.sha256 is None or self.is_corrected(late.sha256):
            return None
        same = self._content(late.sha256)
        others = (item for item in same if item.status == "duplicate")
        return next((one for one in others if one.reading == late.reading), None)


def late_files(history: Iterable[ReceivedFile]) -> list[ReceivedFile]:
    """The files that wait to be counted."""
    return [received for received in history if received.status == "late"]


def counting_late_files(lake: Lake, business_date: date) -> list[Changes]:
    """What has to be done in the lake for the late files of a date to count.

    It is as if they had come before publication: a known name's file takes the place
    of the former, and what is refused is reported and takes nothing away.
    """
    changes: list[Changes] = []
    history = load_history(lake, business_date)
    for feed in FEEDS:
        known = [received for received in history if received.feed == feed]
        ledger = Ledger(feed, business_date.isoformat(), known)
        for late in sorted(late_files(known), key=_arrival):
            status = "quarantined" if late.reason else "accepted"
            changes += ledger.arrive(replace(late, status=status))
    return changes


def _arrival(received: ReceivedFile) -> tuple[str, bytes, str]:
    name = name_order(received.file_name)
    return received.received_at, name, received.sha256 or ""
