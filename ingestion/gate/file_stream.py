"""A received file's bytes, as long as they are those of one file."""

from __future__ import annotations

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingestion.errors import ProcurementError, UsageError
from ingestion.gate.history.names import shown

_BLOCK = 1 << 20


class FileStream(io.RawIOBase):
    """The bytes of a received file; ``tell`` says how many have been read.

    Raises:
        ProcurementError: the file cannot be read on; the message names it.
    """

    def __init__(self, stream: io.FileIO, path: Path) -> None:
        self._stream = stream
        self._path = path
        self._stamp = _stamp(stream)
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            read = self._stream.readinto(buffer) or 0
        except OSError as error:
            raise unreadable_file(self._path, error) from error
        self._size += read
        return read

    def tell(self) -> int:
        return self._size

    @property
    def is_changed(self) -> bool:
        """Whether size or time of the file are others than when it was opened."""
        return _stamp(self._stream) != self._stamp

    def sha256(self) -> str:
        """Read on to the end; the sha256 of what was left, in hexadecimal."""
        digest, buffer = hashlib.sha256(), memoryview(bytearray(_BLOCK))
        while read := self.readinto(buffer):
            digest.update(buffer[:read])
        return digest.hexdigest()


@contextmanager
def opened(path: Path) -> Iterator[FileStream]:
    """Open a received file to read it; a link is not followed.

    Raises:
        ProcurementError: the file cannot be opened; the message names it.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as error:
        raise unreadable_file(path, error) from error
    with io.FileIO(descriptor) as stream:
        yield FileStream(stream, path)


def require_file(path: Path) -> None:
    """Refuse a file that a person names and that is none.

    Raises:
        UsageError: nothing is there, or something else than a file.
    """
    if not path.exists():
        raise UsageError(f"{shown(str(path))} is missing: there is no such file.")
    if not path.is_file():
        raise UsageError(f"{shown(str(path))} is not a file.")


def _stamp(stream: io.FileIO) -> tuple[int, int]:
    status = os.fstat(stream.fileno())
    return status.st_size, status.st_mtime_ns


def unreadable_file(path: Path, error: OSError) -> ProcurementError:
    """The error for a file or folder of the inbox that cannot be read."""
    return ProcurementError(
        f"{shown(str(path))} cannot be read: {error.strerror or error}. "
        "Check that it is still there and that this user may read it."
    )
