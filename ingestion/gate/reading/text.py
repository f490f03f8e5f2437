"""A file's text as a stream: unpacked, without byte order mark, by line or block."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zlib
from typing import Protocol

from ingestion.gate.reading.first_bytes import (
    require_gzip,
    require_text,
    wide_encoding,
)
from ingestion.gate.reading.verdict import MAX_RAW, MAX_RECORD, FileRefusedError

CHUNK = 1 << 20
#: Lines are read in blocks of about this size: their cells fit a processor's cache.
BLOCK = 1 << 18
WHITESPACE = b" \t\r\n"
#: In text: a byte that is not UTF-8, or NUL.
MARK = re.compile("[\ud800\udc80-\udcff]")
_BOM = b"\xef\xbb\xbf"
#: Rows of real files pack to a tenth; gzip can do a thousandth.
_MOST_GROWTH = 200
#: Bytes that do no harm, however little they were packed to.
_HARMLESS = 64 << 20


class Sink(Protocol):
    """Something that takes bytes."""

    def write(self, content: bytes, /) -> object: ...


class Lines:
    """Bytes of one file, by line or by block, some of which can be put back.

    Every line ends in LF but perhaps the last. A gzip that is damaged raises
    where the damage is met.
    """

    def __init__(self, stream: io.BufferedIOBase) -> None:
        self._stream = stream
        self._returned = io.BytesIO()
        self._last = b"\n"

    @property
    def is_unterminated(self) -> bool:
        """Whether what was read last ends without a line end."""
        return not self._last.endswith(b"\n")

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
            rest = self._stream.readline(MAX_RECORD + 1 - len(start))
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise _damaged() from error
        self._last = rest[-1:] or self._last
        return start + rest

    def whole_lines(self, size: int) -> bytes:
        """About ``size`` bytes that end with a line; none only at the end.

        A longer line comes alone, cut beyond ``MAX_RECORD``.
        """
        block = self.read_all(size)
        end = block.rfind(b"\n") + 1
        if end == len(block):
            return block
        self.put_back(block[end:])
        return block[:end] or self.line()

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
            block = self._stream.read(size)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise _damaged() from error
        self._last = block[-1:] or self._last
        return block


class _Unpacked(io.RawIOBase):
    """What a gzip holds, as long as that is no bomb.

    Raises:
        FileRefusedError: it grows beyond what rows of any kind do.
    """

    def __init__(self, packed: io.BufferedIOBase, raw: io.RawIOBase) -> None:
        self._content = gzip.GzipFile(fileobj=packed)
        self._raw = raw
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        read = self._content.readinto(buffer)
        self._size += read
        if self._size > _HARMLESS and self._size > _MOST_GROWTH * self._raw.tell():
            raise FileRefusedError(
                "decompression-bomb",
                f"The gzip unpacks to more than {_MOST_GROWTH} times its size. Send "
                "the file unpacked if that is what it should be.",
            )
        return read


class _Recoded(io.RawIOBase):
    """Text of another encoding as UTF-8.

    A byte that the encoding lacks stays as it is, so that it refuses its row.
    """

    def __init__(self, stream: io.BufferedIOBase, encoding: str) -> None:
        self._stream = stream
        errors = "strict" if encoding == "utf-16" else "surrogateescape"
        self._decoder = codecs.getincrementaldecoder(encoding)(errors)
        self._waiting = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        is_ended = False
        while not self._waiting and not is_ended:
            block = self._stream.read(CHUNK)
            is_ended = not block
            try:
                text = self._decoder.decode(block, is_ended)
            except UnicodeError as error:
                raise FileRefusedError(
                    "encoding-error", f"The file is not whole UTF-16: {error}."
                ) from error
            self._waiting = text.encode("utf-8", "surrogateescape")
        taken = self._waiting[: len(buffer)]
        self._waiting = self._waiting[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)


def open_lines(
    raw: io.RawIOBase, compression: str | None, encoding: str = "utf-8"
) -> Lines:
    """The text of a file as UTF-8 bytes from its first character on.

    Raises:
        FileRefusedError: the file is empty or blank, not a whole gzip, of a kind that
            is no text, or UTF-16 or UTF-32 where that is not its encoding.
    """
    packed = io.BufferedReader(raw, CHUNK)
    stream: io.BufferedIOBase = packed
    if compression == "gzip":
        require_gzip(packed.peek(64)[:64])
        stream = io.BufferedReader(_Unpacked(packed, raw), CHUNK)
    if encoding != "utf-8":
        stream = io.BufferedReader(_Recoded(stream, encoding), CHUNK)
    lines = Lines(stream)
    start = lines.read_all(64)
    require_text(start)
    wide = wide_encoding(start)
    if wide:
        raise FileRefusedError(
            "encoding-error",
            f"The file is {wide}. Save it as UTF-8, or declare the encoding of a "
            "sender.",
        )
    lines.put_back(start.removeprefix(_BOM))
    return lines


def end_of_lines(block: bytes, start: int, size: int) -> int:
    """Where the line ends in which a number of bytes from here on end."""
    end = block.find(b"\n", min(start + size, len(block)))
    return end + 1 or len(block)


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
    raise FileRefusedError(
        "source-error",
        "The file holds nothing but blanks. Send it again; one without rows has its "
        "header, or is [].",
    )


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


def _damaged() -> FileRefusedError:
    return FileRefusedError(
        "compression-error",
        "The gzip ends early or fails its checksum. Send it again.",
    )
