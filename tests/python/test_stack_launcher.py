"""What the launcher of the stack decides before it starts anything."""

from __future__ import annotations

import pickle
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.errors import ServiceUnavailableError, UsageError
from ingestion.lake import open_lake
from ingestion.lake.hdfs import open_hdfs_lake
from stack.launcher.jars import provide_jars
from stack.launcher.java import find_java
from stack.launcher.places import stack_place, write_client_environment
from stack.launcher.processes import Process, is_port_taken, wait_until


def java_home(folder: Path, version: str) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "java").touch(mode=0o755)
    (folder / "release").write_text(f'IMPLEMENTOR="x"\nJAVA_VERSION="{version}"\n')
    return folder


@pytest.mark.parametrize("version", ["25", "25.0.1", "26-ea"])
def test_named_java_is_taken_when_it_is_new_enough(
    tmp_path: Path, version: str
) -> None:
    home = java_home(tmp_path / "java", version)
    assert find_java({"JAVA_HOME": str(home)}) == home


@pytest.mark.parametrize(("version", "said"), [("1.8.0_402", "8"), ("17.0.9", "17")])
def test_named_java_that_is_too_old_is_one_line(
    tmp_path: Path, version: str, said: str
) -> None:
    home = java_home(tmp_path / "java", version)
    with pytest.raises(ServiceUnavailableError, match=f"is Java {said};") as raised:
        find_java({"JAVA_HOME": str(home)})
    assert "\n" not in str(raised.value)


def test_java_home_without_java_is_said(tmp_path: Path) -> None:
    with pytest.raises(ServiceUnavailableError, match="holds no Java"):
        find_java({"JAVA_HOME": str(tmp_path)})


def test_missing_maven_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServiceUnavailableError, match=r"Maven \(mvn\) is missing"):
        provide_jars(tmp_path / "cache", tmp_path, print)
    assert not list((tmp_path / "cache").glob("lib-*"))


def test_ports_and_secrets_stay_and_are_private(tmp_path: Path) -> None:
    first = stack_place(tmp_path, {"STACK_TRINO_PORT": "18080"})
    again = stack_place(tmp_path, {})
    env = write_client_environment(again)

    assert again == first
    assert again.ports.trino == 18080
    for name in ("ports.json", "secrets.env", "env"):
        assert (tmp_path / "stack" / name).stat().st_mode & 0o077 == 0
    assert f"export PGPASSWORD='{first.secrets.loader}'" in env.read_text()
    assert stack_place(tmp_path / "other", {}).secrets != first.secrets


def test_other_port_than_the_stack_was_made_with_is_refused(tmp_path: Path) -> None:
    stack_place(tmp_path, {})
    with pytest.raises(UsageError, match="STACK_HDFS_PORT=8021"):
        stack_place(tmp_path, {"STACK_HDFS_PORT": "8021"})


@pytest.mark.parametrize("text", ["x", "0", "65536", "-1", "٤"])
def test_wrong_port_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="is not a port"):
        stack_place(tmp_path, {"STACK_TRINO_PORT": text})


def test_port_in_use_is_seen() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert is_port_taken(taken.getsockname()[1])


def test_only_the_process_that_was_started_is_stopped(tmp_path: Path) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "input()"], stdin=-1)
    process = Process("service", tmp_path / "run", tmp_path / "service.log")
    process.start([sys.executable, "-c", "import time; time.sleep(99)"], {}, tmp_path)
    assert process.find() is not None

    # The number was given to another program after a crash.
    record = tmp_path / "run" / "service.json"
    mine = record.read_text()
    record.write_text(f'{{"pid": {bystander.pid}, "started": 1}}')
    assert not process.stop()
    assert bystander.poll() is None

    record.write_text(mine)
    assert process.stop()
    assert process.find() is None
    bystander.communicate(b"\n")


def test_service_that_ends_while_starting_shows_its_last_words(tmp_path: Path) -> None:
    process = Process("service", tmp_path / "run", tmp_path / "service.log")
    process.start([sys.executable, "-c", "print('no such disk')"], {}, tmp_path)

    def never() -> None:
        raise OSError("refused")

    with pytest.raises(ServiceUnavailableError, match=r"(?s)ended while.*no such disk"):
        wait_until(process, never, seconds=30, pause=0.05)


def test_lake_in_hdfs_needs_its_web_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WEBHDFS_URL", raising=False)
    with pytest.raises(UsageError, match="WEBHDFS_URL"):
        open_lake("hdfs://namenode:8020/procurement")


def test_lake_in_hdfs_needs_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHDFS_URL", "http://namenode:9870")
    with pytest.raises(UsageError, match="hdfs://host:port/path"):
        open_lake("hdfs://namenode:8020")


def test_lake_in_hdfs_goes_to_other_processes() -> None:
    lake = open_hdfs_lake(
        "hdfs://namenode:8020/lake",
        {"WEBHDFS_URL": "http://namenode:9870", "HADOOP_USER_NAME": "someone"},
    )
    same = pickle.loads(pickle.dumps(lake))

    assert (same.root, vars(same)["_user"]) == (lake.root, "someone")
