"""Which of the files received for a date count, decided from the load history.

Each name points to the content that it last brought in as accepted. A content
(its sha256) counts while some name points to it, once, under the lowest of those
names; the others are duplicates. What a name pointed to before is superseded. A
refused file points nowhere, so it takes nothing away; it is superseded itself when
its name brings an accepted content, and stays so while a requeued correction of it
counts, although it lies in the inbox as before. None of this depends on the order of
arrival.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from ingestion.gate.history.names import (
    Reading,
    landed_name,
    name_order,
    quarantine_names,
)
from ingestion.gate.history.records import COUNTED, ReceivedFile
from ingestion.gate.reading.verdict import Verdict
from ingestion.lake import Lake

Key = tuple[str, "str | None"]
_RESTING = ("superseded", "late")
REJECTS = ".rejects.jsonl"


@dataclass
class Changes:
    """What has to be done in the lake, in this order, so that a kill does no harm.

    Attributes:
        copies: from and to; a source that is gone was copied before.
        gains: the manifest of what counts from now on.
        deletions: files that no manifest will name.
        losses: the manifests of what no longer counts, which bring a run that was
            killed before them to do the deletions again.
    """

    copies: list[tuple[str, str]] = field(default_factory=list)
    gains: list[ReceivedFile] = field(default_factory=list)
    deletions: list[str] = field(default_factory=list)
    losses: list[ReceivedFile] = field(default_factory=list)


class Ledger:
    """The load history of one feed and date, in memory."""

    def __init__(self, feed: str, business_date: str, saved: Iterable[ReceivedFile]):
        self._feed = feed
        self._date = business_date
        self._files: dict[Key, ReceivedFile] = {}
        self._by_name: defaultdict[str, set[Key]] = defaultdict(set)
        self._by_sha: defaultdict[str, set[Key]] = defaultdict(set)
        #: Sha256 of what corrects a content, by that of the content.
        self._corrections: defaultdict[str, set[str]] = defaultdict(set)
        for received in saved:
            self._put(received)
        #: Paths given to files of this run, whose entries are still to come.
        self._given: dict[str, Key] = {}
        #: As the manifests in the lake have it.
        self._saved = dict(self._files)

    def files(self) -> list[ReceivedFile]:
        """Every entry."""
        return list(self._files.values())

    def find(self, name: str, sha256: str | None) -> ReceivedFile | None:
        """The entry for one name and content."""
        return self._files.get((name, sha256))

    def verdict(self, sha256: str, reading: Reading | None) -> ReceivedFile | None:
        """What is known of a content read in one way, if it has been validated."""
        known = (item for item in self._content(sha256) if item.has_verdict)
        return next((item for item in known if item.reading == reading), None)

    def counts(self, sha256: str) -> bool:
        """Whether a content counts already, under whatever name."""
        return any(item.status in COUNTED for item in self._content(sha256))

    def is_known(
        self,
        sha256: str,
        reading: Reading | None,
        known: ReceivedFile | None = None,
    ) -> bool:
        """Whether a content needs no reading; ``known`` is its entry under its name."""
        if known:
            return False
        return self.verdict(sha256, reading) is not None or self.counts(sha256)

    def is_settled(self, known: ReceivedFile) -> bool:
        """Whether there is a verdict on a known entry, or it needs none."""
        if known.sha256 is None or known.has_verdict or known.status == "late":
            return True
        return self.is_known(known.sha256, known.reading)

    def is_lost(self, lake: Lake, known: ReceivedFile) -> bool:
        """Whether a file that an entry names is gone."""
        if known.status == "late" or known.landed_path is None:
            return False
        return not lake.exists(known.landed_path)

    def is_corrected(self, sha256: str) -> bool:
        """Whether a content was refused whole, and a correction of it counts."""
        content = self._content(sha256)
        if not any(item.reason for item in content) or any(map(self._points, content)):
            return False
        return any(True for _ in self._correcting(sha256))

    def arrive(self, received: ReceivedFile) -> list[Changes]:
        """Take what the inbox now holds under a name: the changes it brings."""
        sha256 = received.sha256
        if sha256 is None:
            self._put(replace(received, status="quarantined"))
            return self._changes_of({received.key})
        if received.status == "superseded":
            received = replace(received, status="duplicate")
        self._put(received)
        contents = [sha256]
        changes: list[Changes] = []
        if self._is_acceptable(received):
            taken_away = self._supersede_others(received)
            changes = self._changes_of(key for key in taken_away if key[1] is None)
            contents += sorted({sha for _, sha in taken_away if sha})
        # What was corrected comes after what corrects it.
        contents += sorted(self._corrected_by(contents) - {*contents})
        # The new content settles first: until the former one is taken away both
        # count, and a run that was killed between the two is easy to complete.
        return [self._settle(content) for content in contents] + changes

    def settle_rest(self) -> list[Changes]:
        """Complete what a killed run left half done, for names that are gone."""
        for keys in self._by_name.values():
            active = [
                self._files[key] for key in keys if self._points(self._files[key])
            ]
            if len(active) > 1:
                latest = max(active, key=_time_received)
                self._supersede_others(latest)
        unread = [key for key in self._files if key[1] is None]
        settled = [self._settle(sha256) for sha256 in sorted(self._by_sha)]
        return settled + self._changes_of(unread)

    def quarantine_path(self, name: str, sha256: str, suffix: str = "") -> str:
        """A path in quarantine that no other content has taken."""
        folder = f"quarantine/{self._feed}/{self._date}"
        taken = {
            path
            for item in self._files.values()
            if item.key != (name, sha256)
            for path in (item.quarantine_path, item.rejects_path)
        }
        names = quarantine_names(name, sha256, suffix)
        first, numbered = (f"{folder}/{item}" for item in names)
        is_given = self._given.setdefault(first, (name, sha256)) != (name, sha256)
        return numbered if first in taken or is_given else first

    def raw_path(self, name: str, sha256: str, file_format: str) -> str:
        """Where an accepted content lies that counts under a name."""
        folder = f"raw/{self._feed}/{self._date}/{file_format}"
        return f"{folder}/{landed_name(name, sha256, file_format)}"

    def held_back(self, kind: str) -> str:
        """Folder of the accepted files that do not count, or no longer."""
        return f"held_back/{self._feed}/{self._date}/{kind}"

    def _settle(self, sha256: str) -> Changes:
        """Give every entry of a content its status and its files."""
        before = self._content(sha256)
        paths = {path for item in before for path in _paths(self._saved_or(item))}
        changes = Changes()
        if self.is_corrected(sha256):
            before = [_superseded(item) for item in before]
        owner = self._owner([item for item in before if item.status not in _RESTING])
        if owner:
            self._put(self._as_owner(owner, changes))
        for item in before:
            if not owner or item.key != owner.key:
                self._put(self._as_other(item, owner, changes))
        after = self._content(sha256)
        kept = {path for item in after for path in _paths(item)}
        changes.deletions = sorted(paths - kept)
        for item in self._unsaved(after):
            gains = owner is not None and item.key == owner.key
            (changes.gains if gains else changes.losses).append(item)
        return changes

    def _owner(self, active: list[ReceivedFile]) -> ReceivedFile | None:
        accepted = [item for item in active if self._is_acceptable(item)]
        known = [item for item in active if self._verdict_on(item)]
        return next(iter(accepted or known), None)

    def _as_owner(self, item: ReceivedFile, changes: Changes) -> ReceivedFile:
        holder = self._holder(item)
        if holder is not item:
            item = self._taken_over(item, holder, changes)
        status = "partial" if item.rows_refused else "accepted"
        item = replace(item, rows_requeued=self._rows_requeued(item))
        if item.landed_path and item.sha256 and item.format:
            path = self.raw_path(item.file_name, item.sha256, item.format)
            if path != item.landed_path:
                changes.copies.append((item.landed_path, path))
            item = replace(item, landed_path=path)
        return replace(item, status="quarantined" if item.reason else status)

    def _holder(self, item: ReceivedFile) -> ReceivedFile:
        """The entry under whose name the files of a content are kept."""
        if _paths(item) or item.sha256 is None:
            return item
        same = [other for other in self._content(item.sha256) if _paths(other)]
        return next((one for one in same if one.reading == item.reading), item)

    def _taken_over(
        self, item: ReceivedFile, holder: ReceivedFile, changes: Changes
    ) -> ReceivedFile:
        """The entry with another's verdict and with files under its own name."""
        name, sha256 = item.file_name, item.sha256 or ""
        refused, rejects = holder.quarantine_path, holder.rejects_path
        taken_over = replace(
            holder,
            file_name=name,
            received_at=item.received_at,
            run_id=item.run_id,
            quarantine_path=refused and self.quarantine_path(name, sha256),
            rejects_path=rejects and self.quarantine_path(name, sha256, REJECTS),
        )
        for source, target in (
            (refused, taken_over.quarantine_path),
            (rejects, taken_over.rejects_path),
        ):
            if source and target:
                changes.copies.append((source, target))
        return taken_over

    def _as_other(
        self, item: ReceivedFile, owner: ReceivedFile | None, changes: Changes
    ) -> ReceivedFile:
        if item.status not in _RESTING:
            status = "duplicate" if owner else "superseded"
            return as_reference(item, status)
        if item.status == "late":
            return item
        if owner:
            return without_paths(item)
        return self._held_back(item, changes)

    def _held_back(self, item: ReceivedFile, changes: Changes) -> ReceivedFile:
        """An entry whose landed file, if it has one, lies with the superseded ones."""
        if not item.landed_path:
            return item
        name = item.landed_path.rpartition("/")[2]
        path = f"{self.held_back('superseded')}/{name}"
        if path != item.landed_path:
            changes.copies.append((item.landed_path, path))
        return replace(item, landed_path=path)

    def _rows_requeued(self, item: ReceivedFile) -> int:
        """Refused rows of a file that others correct; a row may be split into two."""
        corrections = self._correcting(item.sha256 or "")
        return min(item.rows_refused, sum(one.corrects_rows for one in corrections))

    def _correcting(self, sha256: str) -> Iterator[ReceivedFile]:
        """Of each content that corrects this one and counts, the entry that says so."""
        for correction in sorted(self._corrections.get(sha256, ())):
            content = self._content(correction)
            entries = [item for item in content if item.requeued_from == sha256]
            if any(map(self._stands_for_others, content)):
                yield from entries[:1]

    def _corrected_by(self, contents: Iterable[str]) -> set[str]:
        entries = (item for sha256 in contents for item in self._content(sha256))
        return {item.requeued_from for item in entries if item.requeued_from}

    def _stands_for_others(self, item: ReceivedFile) -> bool:
        """Whether what an entry corrects is seen to by that."""
        return self._points(item)

    def _supersede_others(self, received: ReceivedFile) -> list[Key]:
        others = [
            key
            for key in sorted(self._by_name[received.file_name], key=str)
            if key != received.key and self._files[key].status not in _RESTING
        ]
        for key in others:
            self._put(replace(self._files[key], status="superseded"))
        return others

    def _points(self, item: ReceivedFile) -> bool:
        return item.status not in _RESTING and self._is_acceptable(item)

    def _is_acceptable(self, item: ReceivedFile) -> bool:
        verdict = self._verdict_on(item)
        return verdict is not None and verdict.reason is None

    def _verdict_on(self, item: ReceivedFile) -> ReceivedFile | None:
        if item.has_verdict or item.sha256 is None:
            return item if item.has_verdict else None
        return self.verdict(item.sha256, item.reading)

    def _content(self, sha256: str) -> list[ReceivedFile]:
        """The entries of a content, lowest name first."""
        files = [self._files[key] for key in self._by_sha[sha256]]
        return sorted(files, key=lambda item: name_order(item.file_name))

    def _put(self, received: ReceivedFile) -> None:
        self._files[received.key] = received
        self._by_name[received.file_name].add(received.key)
        if received.sha256 is not None:
            self._by_sha[received.sha256].add(received.key)
            if received.requeued_from:
                self._corrections[received.requeued_from].add(received.sha256)

    def _saved_or(self, item: ReceivedFile) -> ReceivedFile:
        return self._saved.get(item.key, item)

    def _changes_of(self, keys: Iterable[Key]) -> list[Changes]:
        unsaved = self._unsaved([self._files[key] for key in keys])
        return [Changes(losses=unsaved)] if unsaved else []

    def _unsaved(self, files: list[ReceivedFile]) -> list[ReceivedFile]:
        unsaved = [item for item in files if self._saved.get(item.key) != item]
        self._saved.update({item.key: item for item in unsaved})
        return unsaved


def as_reference(item: ReceivedFile, status: str) -> ReceivedFile:
    """An entry that says no more than: these bytes came under this name too."""
    return replace(
        without_paths(item),
        status=status,
        contract_version=None,
        rows_requeued=0,
        **vars(Verdict()),
    )


def _superseded(item: ReceivedFile) -> ReceivedFile:
    return item if item.status in _RESTING else replace(item, status="superseded")


def without_paths(item: ReceivedFile) -> ReceivedFile:
    """The entry of a content whose files are kept under another name."""
    return replace(
        item,
        landed_path=None,
        landed_sha256=None,
        quarantine_path=None,
        rejects_path=None,
    )


def _time_received(item: ReceivedFile) -> tuple[str, str]:
    return item.received_at, item.sha256 or ""


def _paths(item: ReceivedFile) -> list[str]:
    paths = (item.landed_path, item.quarantine_path, item.rejects_path)
    return [path for path in paths if path]
