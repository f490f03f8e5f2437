"""The lake: one small protocol, and a local folder behind it.

Paths are relative to the lake's root, with ``/`` on every platform. The
protocol asks for no more than WebHDFS can give: whole files are written once
(no append), a rename never overwrites, and a file appears under its name only
when it is complete. Names that begin with ``_`` or ``.`` are invisible to
readers, here as in Hive and Trino, so unfinished files carry such a name.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Protocol, TypeVar

from ingestion.errors import ServiceUnavailableError, UsageError

HIDDEN = ("_", ".")

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


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
        self, call: Callable[[_Item], _Result], items: Iterable[_Item]
    ) -> Iterator[_Result]:
        """Results of a call that uses this lake, in the order of the items.

        Several at a time where a call mostly waits for answers.
        """


class LocalLake:
    """The lake in a local folder, laid out like the one in HDFS."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def root(self) -> str:
        return str(self._folder)

    def files(self, folder: str) -> list[LakeFile]:
        return [
            LakeFile(f"{folder}/{entry.name}", entry.stat().st_size)
            for entry in self._entries(folder)
            if entry.is_file()
        ]

    def folders(self, folder: str) -> list[str]:
        return [entry.name for entry in self._entries(folder) if entry.is_dir()]

    def exists(self, path: str) -> bool:
        return (self._folder / path).exists()

    @contextmanager
    def reader(self, path: str) -> Iterator[BinaryIO]:
        with (self._folder / path).open("rb") as stream:
            yield stream

    @contextmanager
    def writer(self, path: str, *, replace: bool = False) -> Iterator[BinaryIO]:
        target = self._folder / path
        if target.exists() and not replace:
            raise FileExistsError(path)
        _make_folder(target.parent)
        unfinished = target.with_name(f"_{target.name}")
        try:
            with unfinished.open("wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            unfinished.replace(target)
        except BaseException:
            unfinished.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)

    def rename(self, source: str, target: str) -> None:
        destination = self._folder / target
        if destination.exists():
            raise FileExistsError(target)
        _make_folder(destination.parent)
        (self._folder / source).rename(destination)
        _sync_folder(destination.parent)

    def delete(self, path: str) -> None:
        target = self._folder / path
        if target.is_dir() and not target.is_symlink():
            shutil.rmtree(target)
        else:
            target.unlink(missing_ok=True)

    def each(
        self, call: Callable[[_Item], _Result], items: Iterable[_Item]
    ) -> Iterator[_Result]:
        return map(call, items)

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(self._folder / folder) as found:
                return sorted(
                    (entry for entry in found if not entry.name.startswith(HIDDEN)),
                    key=lambda entry: os.fsencode(entry.name),
                )
        except FileNotFoundError:
            return []


def open_lake(location: str) -> Lake:
    """The lake at a local path, or in HDFS.

    Raises:
        UsageError: a kind of location that is not supported, or WEBHDFS_URL is
            missing for one in HDFS.
        ServiceUnavailableError: the folder cannot be made.
    """
    if location.startswith("hdfs://"):
        from ingestion.hdfs_lake import open_hdfs_lake

        return open_hdfs_lake(location)
    if "://" in location:
        raise UsageError(
            f"The lake {location!r} cannot be opened: give --lake or PROCUREMENT_LAKE "
            "a path, or hdfs://host:port/path."
        )
    folder = Path(location)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ServiceUnavailableError(
            f"The lake's folder {folder} cannot be made: {error.strerror}."
        ) from error
    return LocalLake(folder)


def _make_folder(folder: Path) -> None:
    """Make a folder and its parents, so that they survive a power cut."""
    absent = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in absent:
        _sync_folder(each.parent)


def _sync_folder(folder: Path) -> None:
    """Make a rename in the folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
