"""A file's bytes as a stream: hashed, unpacked, without byte order mark, by line."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingestion.errors import ProcurementError
from ingestion.gate.names import shown
from ingestion.gate.tally import MAX_RAW, MAX_RECORD, FileRefusedError

CHUNK = 1 << 20
WHITESPACE = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")
#: Where NUL bytes stand when text that begins with ASCII is not UTF-8.
_WIDE_PATTERNS = {
    "-0-0": "UTF-16",
    "0-0-": "UTF-16",
    "-000": "UTF-32",
    "000-": "UTF-32",
    "-0": "UTF-16",
    "0-": "UTF-16",
}


class HashingReader(io.RawIOBase):
    """Passes bytes on and remembers their sha256 and number.

    Raises:
        ProcurementError: the file cannot be read on; the message names it.
    """

    def __init__(self, stream: io.RawIOBase, path: Path) -> None:
        self._stream = stream
        self._path = path
        self._digest = hashlib.sha256()
        self.size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        try:
            content = self._stream.read(len(buffer)) or b""
        except OSError as error:
            raise unreadable_file(self._path, error) from error
        buffer[: len(content)] = content
        self._digest.update(content)
        self.size += len(content)
        return len(content)

    def drain(self) -> str:
        """Read on to the end; the sha256 of everything, in hexadecimal."""
        while self.read(CHUNK):
            pass
        return self._digest.hexdigest()


@contextmanager
def opened(path: Path) -> Iterator[HashingReader]:
    """Open a received file to read it; a link is not followed.

    Raises:
        ProcurementError: the file cannot be opened; the message names it.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError as error:
        raise unreadable_file(path, error) from error
    with io.FileIO(descriptor) as stream:
        yield HashingReader(stream, path)


def unreadable_file(path: Path, error: OSError) -> ProcurementError:
    """The error for a file or folder of the inbox that cannot be read."""
    return ProcurementError(
        f"{shown(str(path))} cannot be read: {error.strerror or error}. "
        "Check that it is still there and that this user may read it."
    )


class Lines:
    """Bytes of one file, by line or by block, some of which can be put back.

    Every line ends in LF but perhaps the last. A gzip that is damaged raises
    where the damage is met.
    """

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream
        self._returned = io.BytesIO()

    def read(self, size: int) -> bytes:
        """Up to ``size`` bytes, none only at the end."""
        return self._returned.read(size) or self._read(size)

    def read_all(self, size: int) -> bytes:
        """``size`` bytes, fewer only at the end."""
        parts = []
        while size > 0 and (part := self.read(size)):
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def line(self) -> bytes:
        """The next line, cut beyond ``MAX_RECORD``; none only at the end."""
        start = self._returned.readline(MAX_RECORD + 1)
        if start.endswith(b"\n") or len(start) > MAX_RECORD:
            return start
        try:
            return start + self._stream.readline(MAX_RECORD + 1 - len(start))
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise _damaged() from error

    def finish_line(self) -> None:
        """Skip what is left of a line that was cut."""
        while part := self.line():
            if part.endswith(b"\n"):
                return

    def put_back(self, content: bytes) -> None:
        """Have these bytes read again, before all others."""
        self._returned = io.BytesIO(content + self._returned.read())

    def _read(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise _damaged() from error


def open_lines(raw: io.RawIOBase, compression: str | None) -> Lines:
    """The text of a file as UTF-8 bytes from its first character on.

    Raises:
        FileRefusedError: the file is empty or blank, not a whole gzip, or UTF-16
            or UTF-32.
    """
    stream: io.BufferedIOBase = io.BufferedReader(raw, CHUNK)
    if compression == "gzip":
        packed = gzip.GzipFile(fileobj=stream)
        stream = io.BufferedReader(packed, CHUNK)
    lines = Lines(stream)
    start = lines.read_all(64)
    wide = _wide_encoding(start)
    if wide:
        raise FileRefusedError(
            "encoding-error", f"The file is {wide}. Send it as UTF-8."
        )
    lines.put_back(start.removeprefix(_BOM))
    return lines


def skip_blank(lines: Lines) -> int:
    """Pass over blanks at the beginning; the number of line ends among them.

    Raises:
        FileRefusedError: there is nothing else in the file.
    """
    passed = 0
    while block := lines.read(CHUNK):
        rest = block.lstrip(WHITESPACE)
        blank = block[: len(block) - len(rest)]
        passed += blank.count(b"\n")
        if rest:
            # The blanks before the first character on its own line stay, so
            # that what a row shows as raw text is what was sent.
            kept = blank[blank.rfind(b"\n") + 1 :]
            lines.put_back(kept + rest)
            return passed
    raise FileRefusedError("source-error", "The file is empty.")


def over_the_cap(line: bytes) -> bool:
    """Whether a line was cut."""
    return len(line) > MAX_RECORD


def decode(line: bytes) -> tuple[str, bool]:
    """Text of a line, and whether all of it is UTF-8 without NUL.

    In a line that is not, undecodable bytes are U+DC80 to U+DCFF and NUL is
    U+D800, a lone surrogate that no decoding gives.
    """
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text = line.decode("utf-8", "surrogateescape")
    else:
        if "\0" not in text:
            return text, True
    return text.replace("\0", "\ud800"), False


def beginning(line: bytes) -> str:
    """As much of a line as is shown to people."""
    return decode(line[:MAX_RAW])[0]


def _wide_encoding(start: bytes) -> str | None:
    if start.startswith(_WIDE_MARKS):
        return "UTF-16 or UTF-32"
    pattern = "".join("-" if byte else "0" for byte in start[:4])
    found = _WIDE_PATTERNS.get(pattern)
    # A few NUL bytes in UTF-8 are a defect of their row, not another encoding.
    enough = start.count(0) * 3 >= len(start)
    return found if enough else None


def _damaged() -> FileRefusedError:
    return FileRefusedError(
        "compression-error",
        "The gzip ends early or fails its checksum. Send it again.",
    )
