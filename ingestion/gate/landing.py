"""The bytes of one file, checked and written where the verdict puts them.

Nothing here looks at other files or at the load history, so that files can be landed
side by side in several processes.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingestion.contracts import Contract
from ingestion.contracts.senders import Sender
from ingestion.errors import ProcurementError
from ingestion.gate.file_stream import opened
from ingestion.gate.history.names import sent_name, shown
from ingestion.gate.inbox import Candidate
from ingestion.gate.provisional_files import ProvisionalFile, ProvisionalRejects
from ingestion.gate.reading.text import CHUNK
from ingestion.gate.reading.validation import validate
from ingestion.gate.reading.verdict import Verdict
from ingestion.lake import Lake

#: Why a file is refused that another process has not finished yet.
FILE_CHANGING = "file-changing"


class StillWrittenError(ProcurementError):
    """The file is another one than a moment ago."""


@dataclass(frozen=True)
class Content:
    """What a file is before it is read: nothing for links and folders."""

    sha256: str | None = None
    size: int | None = None


@dataclass(frozen=True)
class Places:
    """Paths in the lake that one content may be written to."""

    landed: str
    quarantine: str
    rejects: str


@dataclass(frozen=True)
class Task:
    """A file to be landed or refused. ``content`` is what it was when it was hashed."""

    lake: Lake
    candidate: Candidate
    content: Content
    contract: Contract
    sender: Sender | None
    places: Places


@dataclass(frozen=True)
class Landing:
    """What became of a file.

    Attributes:
        landed_sha256: of the bytes written to ``places.landed``; None when the file
            is refused and lies in ``places.quarantine``.
        has_rejects: whether refused rows lie in ``places.rejects``.
    """

    verdict: Verdict
    landed_sha256: str | None
    has_rejects: bool


def content_of(candidate: Candidate) -> Content | StillWrittenError:
    """Hash a file from end to end; what is no regular file is not opened.

    An error of one file is returned, so that the others go on.

    Raises:
        ProcurementError: the file cannot be read.
    """
    if not candidate.is_file:
        return Content()
    with opened(candidate.path) as stream:
        sha256 = stream.sha256()
        if stream.is_changed:
            return _still_written(candidate)
        return Content(sha256, stream.tell())


def land(task: Task) -> Landing | StillWrittenError:
    """Read a file against its contract and land or quarantine what is in it.

    Raises:
        ProcurementError: the file cannot be read, or the lake does not answer.
    """
    landed = ProvisionalFile(task.lake, task.places.landed)
    rejects = ProvisionalRejects(task.lake, task.places.rejects)
    try:
        verdict = _read(task, landed, rejects)
        if verdict.reason is None:
            _require_same(task, landed)
        has_rejects = bool(rejects.count and verdict.rows_refused)
        if has_rejects:
            rejects.keep()
        if verdict.reason is None:
            return Landing(verdict, landed.keep(), has_rejects)
        landed.drop()
        keep_refused(task.lake, task.candidate, task.content, task.places.quarantine)
        return Landing(verdict, None, has_rejects)
    except StillWrittenError as error:
        return error
    finally:
        rejects.drop()
        landed.drop()


def keep_refused(lake: Lake, candidate: Candidate, content: Content, path: str) -> None:
    """Copy a refused file into quarantine, byte for byte.

    Raises:
        StillWrittenError: the file is another one than when it was hashed.
    """
    kept = ProvisionalFile(lake, path)
    try:
        with opened(candidate.path) as stream:
            while block := stream.read(CHUNK):
                kept.write(block)
        if kept.sha256() != content.sha256:
            raise _still_written(candidate)
        kept.keep()
    finally:
        kept.drop()


def _read(task: Task, landed: ProvisionalFile, rejects: ProvisionalRejects) -> Verdict:
    reading = task.candidate.reading
    assert reading is not None  # noqa: S101  else refused by its name
    with opened(task.candidate.path) as stream:
        verdict = validate(
            stream,
            reading.compression,
            task.contract,
            landed,
            rejects.add,
            task.sender,
            sent_name(task.candidate.name),
        )
        if stream.is_changed:
            raise _still_written(task.candidate)
    return verdict


def _require_same(task: Task, landed: ProvisionalFile) -> None:
    """What was read must be what was hashed: landed as it was sent, or hashed again."""
    is_as_sent = landed.sha256() == task.content.sha256
    if not is_as_sent and content_of(task.candidate) != task.content:
        raise _still_written(task.candidate)


def _still_written(candidate: Candidate) -> StillWrittenError:
    return StillWrittenError(
        f"{shown(candidate.path.name)} changed while it was read: it is still being "
        "written. Run again when the sender is done; a sender should write to a name "
        "that ends in .part and rename it then."
    )
