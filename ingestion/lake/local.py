"""The lake in a local folder, laid out like the one in HDFS."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from ingestion.lake.base import HIDDEN, Item, LakeFile, Result


class LocalLake:
    """The lake below one folder of this machine."""

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
        self, call: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[Result]:
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
