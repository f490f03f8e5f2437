"""The lake in HDFS keeps what the lake in a folder promises, and its own words."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hdfs import HdfsError  # type: ignore[import-untyped]

from ingestion.errors import ServiceUnavailableError
from ingestion.lake import Lake, LocalLake
from ingestion.lake import hdfs as hdfs_lake
from ingestion.lake.hdfs import HdfsLake, open_hdfs_lake
from stack.launcher.jars import cache_folder, provide_jars
from stack.launcher.java import find_java
from stack.launcher.places import StackPlace
from stack.launcher.services import environment, hdfs_client, script

LAKE = "/procurement"
ODD_NAMES = ("a b.csv", "ü#LATEST", "100%.json", "a+b;c?d&e=f\"g'.txt", "日本.gz")


@pytest.fixture(params=["folder", "hdfs"])
def lake(
    request: pytest.FixtureRequest, stack: StackPlace, tmp_path: Path
) -> Iterator[Lake]:
    if request.param == "folder":
        yield LocalLake(tmp_path)
        return
    here = open_hdfs_lake(f"{stack.lake}/tests", stack.client_environment())
    yield here
    here.delete("")


def write(lake: Lake, path: str, content: bytes, *, replace: bool = False) -> None:
    with lake.writer(path, replace=replace) as stream:
        stream.write(content)


def read(lake: Lake, path: str) -> bytes:
    with lake.reader(path) as stream:
        return stream.read()


def test_lines_come_back_as_they_were_written(lake: Lake) -> None:
    lines = [b"one\n", "zw\u00f6lf\n".encode(), b"\n", b"no end"]
    write(lake, "a/b/c.jsonl", b"".join(lines))

    with lake.reader("a/b/c.jsonl") as stream:
        assert list(stream) == lines


def test_large_and_empty_files_arrive_whole(lake: Lake) -> None:
    large = bytes(range(256)) * 2**17
    write(lake, "large", large)
    write(lake, "empty", b"")

    assert read(lake, "large") == large
    sizes = [(file.name, file.size) for file in lake.files("")]
    assert sizes == [("empty", 0), ("large", len(large))]


def test_odd_names_are_kept(lake: Lake) -> None:
    for name in ODD_NAMES:
        write(lake, f"odd/{name}", name.encode())

    assert [f.name for f in lake.files("odd")] == sorted(ODD_NAMES, key=str.encode)
    assert all(read(lake, f"odd/{name}") == name.encode() for name in ODD_NAMES)


def test_taken_name_is_replaced_only_when_asked(lake: Lake) -> None:
    write(lake, "d/x", b"old")
    with pytest.raises(FileExistsError):
        write(lake, "d/x", b"new")
    assert read(lake, "d/x") == b"old"

    write(lake, "d/x", b"new", replace=True)

    assert read(lake, "d/x") == b"new"


def test_failed_write_leaves_nothing_to_read(lake: Lake) -> None:
    def stop() -> None:
        with lake.writer("d/x") as stream:
            stream.write(b"half")
            raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        stop()

    assert lake.files("d") == []
    assert not lake.exists("d/x")


def test_rename_moves_folders_and_overwrites_nothing(lake: Lake) -> None:
    write(lake, "from/x", b"1")
    write(lake, "other/y", b"2")
    lake.rename("from", "deep/er/to")

    with pytest.raises(FileExistsError):
        lake.rename("other", "deep/er/to")

    assert lake.folders("deep/er") == ["to"]
    assert [f.name for f in lake.files("deep/er/to")] == ["x"]
    assert lake.exists("other/y")
    assert not lake.exists("from")


def test_unfinished_files_are_not_seen(lake: Lake) -> None:
    write(lake, "d/_unfinished", b"")
    write(lake, "d/.hidden", b"")
    write(lake, "d/seen", b"")

    assert [f.name for f in lake.files("d")] == ["seen"]


def test_absent_is_empty_and_deleting_it_is_fine(lake: Lake) -> None:
    lake.delete("nothing")
    assert lake.files("nothing") == []
    assert lake.folders("nothing") == []
    with pytest.raises(FileNotFoundError):
        read(lake, "nothing")


def test_refused_rights_name_the_user(stack: StackPlace) -> None:
    environment = {**stack.client_environment(), "HADOOP_USER_NAME": "somebody"}
    with pytest.raises(
        ServiceUnavailableError, match=r"user somebody.*hdfs dfs -chown"
    ):
        write(open_hdfs_lake(stack.lake, environment), "x", b"")


def test_used_up_quota_is_said(stack: StackPlace) -> None:
    here = open_hdfs_lake(f"{stack.lake}/full", stack.client_environment())
    write(here, "a", b"")
    with (
        dfsadmin(stack, ["-setQuota", "2"], ["-clrQuota"], f"{LAKE}/full"),
        pytest.raises(ServiceUnavailableError, match="quota"),
    ):
        write(here, "b", b"")
    here.delete("")


def test_safe_mode_is_said(stack: StackPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hdfs_lake, "BACKOFF", ())
    here = open_hdfs_lake(stack.lake, stack.client_environment())
    with (
        dfsadmin(stack, ["-safemode", "enter"], ["-safemode", "leave"]),
        pytest.raises(ServiceUnavailableError, match="safe mode"),
    ):
        write(here, "tests/x", b"")


def test_silent_server_is_tried_again_then_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("ingestion.lake.hdfs.time.sleep", pauses.append)
    here = HdfsLake("hdfs://127.0.0.1:9/lake", "http://127.0.0.1:9", "procurement")

    with pytest.raises(ServiceUnavailableError, match="WEBHDFS_URL"):
        here.files("raw")

    assert pauses == list(hdfs_lake.BACKOFF)


def test_other_bytes_than_sent_are_sent_again(
    stack: StackPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = open_hdfs_lake(f"{stack.lake}/tests", stack.client_environment())
    real = here._client.write
    sent: list[str] = []

    def first_one_short(path: str, **arguments: object) -> None:
        sent.append(path)
        real(path, **{**arguments, **({"data": b"wor"} if len(sent) == 1 else {})})

    monkeypatch.setattr(here._client, "write", first_one_short)
    write(here, "x", b"words")

    assert len(sent) == 2
    assert read(here, "x") == b"words"
    here.delete("")


@contextmanager
def dfsadmin(
    stack: StackPlace, before: list[str], after: list[str], *places: str
) -> Iterator[None]:
    """What only an administrator can do, and its undoing."""
    java = find_java()
    variables = environment(stack, provide_jars(cache_folder(), java, print), java)

    def run(words: list[str]) -> None:
        subprocess.run(
            script("dfsadmin", *words, *places),
            env=variables,
            capture_output=True,
            check=True,
        )

    run(before)
    try:
        yield
    finally:
        run(after)


def test_administrator_is_not_the_batch(stack: StackPlace) -> None:
    with pytest.raises(HdfsError, match="Permission denied"):
        hdfs_client(stack, "procurement").makedirs("/elsewhere")
