"""Gzip whose bytes do not depend on the machine.

Compressors differ between versions and builds of zlib, and the checksum of a
received file is part of what is published. So the data is stored in gzip's own
uncompressed blocks: a valid .gz file, and the same one everywhere.
"""

from __future__ import annotations

import io
import struct
import zlib
from typing import BinaryIO

#: No file name, no time, unknown system.
_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
#: The largest block that deflate can store.
_BLOCK = 65535


class SteadyGzip(io.RawIOBase):
    """Writes a gzip file into a stream that is open for writing, and stays open."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._checksum = self._size = 0
        stream.write(_HEADER)

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Store the data, in blocks of at most 65,535 bytes."""
        self._checksum = zlib.crc32(data, self._checksum)
        self._size += len(data)
        for start in range(0, len(data), _BLOCK):
            self._block(data[start : start + _BLOCK], last=False)
        return len(data)

    def close(self) -> None:
        """Write the last, empty block and the checksum."""
        if not self.closed:
            self._block(b"", last=True)
            self._stream.write(struct.pack("<II", self._checksum, self._size % 2**32))
        super().close()

    def _block(self, data: bytes, *, last: bool) -> None:
        size = len(data)
        self._stream.write(struct.pack("<BHH", last, size, size ^ 0xFFFF) + data)
