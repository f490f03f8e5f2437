"""The lake in HDFS, reached through WebHDFS.

A file is sent under a name that readers pass over (``_name``), read back and
compared, and only then renamed. Faults that may pass are tried again; those that
only a person can mend say what to do.
"""

from __future__ import annotations

import hashlib
import io
import os
import posixpath
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import IO, Any, BinaryIO, cast
from urllib.parse import unquote, urlsplit

import requests
from hdfs import HdfsError, InsecureClient  # type: ignore[import-untyped]
from urllib3.exceptions import HTTPError

from ingestion.errors import ServiceUnavailableError, UsageError
from ingestion.lake.base import HIDDEN, Item, LakeFile, Result

#: Seconds to connect, and to wait for the next bytes of an answer.
TIMEOUT = (5, 60)

#: Pauses, in seconds, before a call is tried again.
BACKOFF = (0.2, 0.5, 1.0, 2.0, 4.0)

#: What is written is kept in memory up to this size, then in a temporary file:
#: a fault in the middle of sending must not lose it.
_IN_MEMORY = 8 * 2**20

_CHUNK = 2**20

#: Group may read, others nothing.
_FILE_RIGHTS = "640"
_FOLDER_RIGHTS = "750"

#: Server-side exceptions that another try may not meet again.
_PASSING = ("RetriableException", "StandbyException", "ConnectException", "IOException")

#: Fewer than the connections that requests keeps open to one host.
_CALLS_AT_ONCE = 8


class _Client(InsecureClient):  # type: ignore[misc]
    """The package's client, for which ``#LATEST`` is a name like any other."""

    def resolve(self, hdfs_path: str) -> str:
        return posixpath.normpath(hdfs_path)


class HdfsLake:
    """The lake below one folder of an HDFS."""

    def __init__(self, root: str, webhdfs: str, user: str) -> None:
        self._root = root
        self._folder = unquote(urlsplit(root).path).rstrip("/") or "/"
        self._user = user
        self._webhdfs = webhdfs
        self._client = _Client(webhdfs, user=user, timeout=TIMEOUT)
        self._made: set[str] = set()

    def __reduce__(self) -> tuple[type[HdfsLake], tuple[str, str, str]]:
        """Other processes open a client of their own."""
        return HdfsLake, (self._root, self._webhdfs, self._user)

    @property
    def root(self) -> str:
        return self._root

    def files(self, folder: str) -> list[LakeFile]:
        return [
            LakeFile(f"{folder}/{name}", status["length"])
            for name, status in self._entries(folder)
            if status["type"] == "FILE"
        ]

    def folders(self, folder: str) -> list[str]:
        return [
            name
            for name, status in self._entries(folder)
            if status["type"] == "DIRECTORY"
        ]

    def exists(self, path: str) -> bool:
        full = self._full(path)
        return (
            self._call(path, lambda: self._client.status(full, strict=False))
            is not None
        )

    @contextmanager
    def reader(self, path: str) -> Iterator[BinaryIO]:
        response = self._call(path, lambda: self._client._open(self._full(path)))
        raw = response.raw
        raw.auto_close = False  # its end must not close what is read line by line
        try:
            with io.BufferedReader(raw, _CHUNK) as stream:
                yield cast(BinaryIO, stream)
        except (HTTPError, requests.RequestException) as error:
            raise self._silence(path, error) from error
        finally:
            response.close()

    @contextmanager
    def writer(self, path: str, *, replace: bool = False) -> Iterator[BinaryIO]:
        if not replace and self.exists(path):
            raise FileExistsError(path)
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as content:
            yield cast(BinaryIO, content)
            self._send(path, content)
        self._rename(_unfinished(path), path, "OVERWRITE" if replace else "NONE")

    def rename(self, source: str, target: str) -> None:
        self._make_folder(posixpath.dirname(target))
        self._rename(source, target, "NONE")

    def delete(self, path: str) -> None:
        full = self._full(path)
        self._call(path, lambda: self._client.delete(full, recursive=True))
        self._made.clear()

    def each(
        self, call: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[Result]:
        with ThreadPoolExecutor(_CALLS_AT_ONCE) as pool:
            yield from pool.map(call, items)

    def _send(self, path: str, content: IO[bytes]) -> None:
        """Send the whole content under its unfinished name, until it is there."""
        self._make_folder(posixpath.dirname(path))
        unfinished = _unfinished(path)
        content.seek(0)
        digest = _digest(_chunks(content))

        def send() -> None:
            content.seek(0)
            self._client.write(
                self._full(unfinished),
                data=_chunks(content),
                overwrite=True,
                permission=_FILE_RIGHTS,
            )
            # Not by reader(): its faults are final, these are tried again.
            with self._client.read(self._full(unfinished), chunk_size=_CHUNK) as sent:
                is_whole = _digest(sent) == digest
            if not is_whole:
                raise requests.ConnectionError("other bytes arrived than were sent")

        self._call(path, send)

    def _make_folder(self, folder: str) -> None:
        if folder not in self._made:
            full = self._full(folder)
            self._call(
                folder, lambda: self._client.makedirs(full, permission=_FOLDER_RIGHTS)
            )
            self._made.add(folder)

    def _rename(self, source: str, target: str, option: str) -> None:
        """Rename on the NameNode, in one step that either happens or does not.

        The package's own rename moves *into* a folder that is there already.
        """
        parameters = {"destination": self._full(target), "renameoptions": option}
        attempts = 0

        def rename() -> None:
            nonlocal attempts
            attempts += 1
            try:
                self._client._rename(self._full(source), **parameters)
            except HdfsError as error:
                # An answer that got lost: the first try had done it.
                is_done = attempts > 1 and error.exception == "FileNotFoundException"
                if not (is_done and self.exists(target)):
                    raise

        self._call(target, rename)

    def _entries(self, folder: str) -> list[tuple[str, dict[str, Any]]]:
        full = self._full(folder)
        try:
            found = self._call(folder, lambda: self._client.list(full, status=True))
        except FileNotFoundError:
            return []
        visible = [
            (name, status) for name, status in found if not name.startswith(HIDDEN)
        ]
        return sorted(visible, key=lambda entry: entry[0].encode())

    def _full(self, path: str) -> str:
        # Never the root of HDFS, however the path begins.
        return posixpath.join(self._folder, path.lstrip("/"))

    def _call(self, path: str, call: Callable[[], Result]) -> Result:
        """Make one call, again after faults that may pass.

        Raises:
            FileNotFoundError, FileExistsError: as of a local file.
            ServiceUnavailableError: HDFS does not answer, or refuses.
        """
        for pause in (*BACKOFF, None):
            try:
                return call()
            except HdfsError as error:
                if pause is None or error.exception not in _PASSING:
                    raise self._refusal(path, error) from error
            except (requests.RequestException, HTTPError) as error:
                if pause is None:
                    raise self._silence(path, error) from error
            time.sleep(pause)
        raise AssertionError("the last try returns or raises")

    def _silence(self, path: str, error: Exception) -> ServiceUnavailableError:
        return ServiceUnavailableError(
            f"HDFS does not answer at {self._webhdfs} for {path} "
            f"({type(error).__name__}). Check that the NameNode and a DataNode run and "
            "that WEBHDFS_URL is right, then run again."
        )

    def _refusal(self, path: str, error: HdfsError) -> Exception:
        """What a refusal of the NameNode or a DataNode means for people."""
        kind, said = error.exception or "", error.message.strip().splitlines()[0]
        if kind == "FileNotFoundException" or "does not exist" in said:
            return FileNotFoundError(path)
        if kind == "FileAlreadyExistsException":
            return FileExistsError(path)
        advice = next(
            (text for sign, text in _ADVICE.items() if sign in kind or sign in said),
            "See the NameNode's log.",
        )
        return ServiceUnavailableError(
            f"HDFS refuses {self._root}/{path} to the user {self._user}: {said[:300]}. "
            f"{advice}"
        )


_ADVICE = {
    "safe mode": "It is in safe mode: wait until the DataNodes have reported, or see "
    "hdfs dfsadmin -safemode get.",
    "AccessControl": "Give that user the rights (hdfs dfs -chown), or name another in "
    "HADOOP_USER_NAME.",
    "Quota": "The folder's quota is used up: free space, or raise it (hdfs dfsadmin "
    "-setSpaceQuota).",
    "could only be written to 0": "No DataNode took the block: check that one runs and "
    "has space left.",
}


def open_hdfs_lake(location: str, environ: Mapping[str, str] = os.environ) -> HdfsLake:
    """The lake at ``hdfs://host:port/path``, through WEBHDFS_URL.

    The user is HADOOP_USER_NAME, as for Hadoop's own programs; ``procurement``
    without it.

    Raises:
        UsageError: WEBHDFS_URL is not set, or one of the two is no such URL.
    """
    webhdfs = environ.get("WEBHDFS_URL", "")
    if not all(url.startswith(("http://", "https://")) for url in webhdfs.split(";")):
        raise UsageError(
            f"The lake {location} needs WEBHDFS_URL, the web address of its NameNode, "
            f"such as http://namenode:9870; it is {webhdfs!r}."
        )
    if not urlsplit(location).netloc or urlsplit(location).path in ("", "/"):
        raise UsageError(
            f"The lake {location!r} is not of the form hdfs://host:port/path."
        )
    user = environ.get("HADOOP_USER_NAME") or "procurement"
    return HdfsLake(location, webhdfs, user)


def _unfinished(path: str) -> str:
    """The name of a file while it is being sent."""
    folder, name = posixpath.split(path)
    return posixpath.join(folder, f"_{name}")


def _digest(chunks: Iterable[bytes]) -> tuple[int, str]:
    """Length and sha256 of the whole."""
    digest, length = hashlib.sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        length += len(chunk)
    return length, digest.hexdigest()


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while chunk := stream.read(_CHUNK):
        yield chunk
