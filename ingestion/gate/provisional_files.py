"""Files of the lake that are written before it is known whether they stay."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import asdict

from ingestion.gate.reading.text import CHUNK
from ingestion.gate.reading.verdict import Reject
from ingestion.lake import Lake

#: Written without being gathered first.
_LARGE = 1 << 16


class _DroppedError(Exception):
    """Tells the lake's writer that the file is not to appear."""


class ProvisionalFile:
    """A file that appears under its path when it is kept, and else never.

    It is opened by the first bytes or by ``keep``: one that nothing was
    written to, and that is dropped, touches nothing.
    """

    def __init__(self, lake: Lake, path: str) -> None:
        self.path = path
        self._context = lake.writer(path, replace=True)
        self._waiting = bytearray()
        self._digest = hashlib.sha256()
        self._is_open = False

    def write(self, content: bytes, /) -> None:
        """Add bytes; they reach the lake in blocks."""
        if len(content) >= _LARGE:
            self._flush()
            self._put(content)
            return
        self._waiting += content
        if len(self._waiting) >= CHUNK:
            self._flush()

    def sha256(self) -> str:
        """Of all that has been written, in hexadecimal."""
        self._flush()
        return self._digest.hexdigest()

    def keep(self) -> str:
        """Have the file appear; the sha256 of its bytes, in hexadecimal."""
        self._flush()
        self._is_open = False
        self._context.__exit__(None, None, None)
        return self._digest.hexdigest()

    def drop(self) -> None:
        """Have the file not appear."""
        if self._is_open:
            self._is_open = False
            error = _DroppedError(self.path)
            with suppress(_DroppedError):
                self._context.__exit__(_DroppedError, error, None)

    def _flush(self) -> None:
        if not self._is_open:
            self._stream = self._context.__enter__()
            self._is_open = True
        waiting, self._waiting = self._waiting, bytearray()
        if waiting:
            self._put(waiting)

    def _put(self, content: bytes | bytearray) -> None:
        self._digest.update(content)
        self._stream.write(content)


class ProvisionalRejects(ProvisionalFile):
    """The refused rows of one file, one JSON object a line."""

    def __init__(self, lake: Lake, path: str) -> None:
        super().__init__(lake, path)
        self.count = 0

    def add(self, reject: Reject) -> None:
        """Add one refused row."""
        self.count += 1
        text = json.dumps(asdict(reject), ensure_ascii=False)
        # Lone surrogates, the only thing UTF-8 cannot hold, become JSON escapes.
        self.write(text.encode("utf-8", "backslashreplace") + b"\n")


def copy(lake: Lake, source: str, target: str) -> None:
    """Copy a file within the lake, whole or not at all."""
    with lake.reader(source) as reading, lake.writer(target, replace=True) as writing:
        while block := reading.read(CHUNK):
            writing.write(block)
