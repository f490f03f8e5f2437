"""What the pipeline asks of a lake.

Paths are relative to the lake's root, with ``/`` on every platform. The
protocol asks for no more than WebHDFS can give: whole files are written once
(no append), a rename never overwrites, and a file appears under its name only
when it is complete. Names that begin with ``_`` or ``.`` are invisible to
readers, here as in Hive and Trino, so unfinished files carry such a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Protocol, TypeVar

#: What invisible names begin with.
HIDDEN = ("_", ".")

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class LakeFile:
    """One visible file: its path from the lake's root and its size in bytes."""

    path: str
    size: int

    @property
    def name(self) -> str:
        """The last part of the path."""
        return PurePosixPath(self.path).name


class Lake(Protocol):
    """What the pipeline needs of a file system."""

    @property
    def root(self) -> str:
        """Where the lake is, as engines and people are told."""

    def files(self, folder: str) -> list[LakeFile]:
        """Visible files of one folder, by name; none when there is no folder."""

    def folders(self, folder: str) -> list[str]:
        """Names of the visible folders of one folder, sorted."""

    def exists(self, path: str) -> bool:
        """Whether a file or folder has this path."""

    def reader(self, path: str) -> AbstractContextManager[BinaryIO]:
        """Open one file to read it from its beginning."""

    def writer(
        self, path: str, *, replace: bool = False
    ) -> AbstractContextManager[BinaryIO]:
        """Write one file that appears whole when the block ends, or not at all.

        Raises:
            FileExistsError: the path is taken and ``replace`` was not asked for.
        """

    def rename(self, source: str, target: str) -> None:
        """Move a file or folder to a path that is free, making its parents."""

    def delete(self, path: str) -> None:
        """Remove a file, or a folder with all it holds; what is absent stays so."""

    def each(
        self, call: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[Result]:
        """Results of a call that uses this lake, in the order of the items.

        Several at a time where a call mostly waits for answers.
        """


def read_file(lake: Lake, path: str) -> bytes:
    """The whole content of one file."""
    with lake.reader(path) as stream:
        return stream.read()


def write_file(lake: Lake, path: str, content: bytes) -> None:
    """Write a file whole, in place of a former one."""
    with lake.writer(path, replace=True) as stream:
        stream.write(content)
