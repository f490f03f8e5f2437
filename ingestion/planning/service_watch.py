"""Noticing that a service fell under a build on Trino, and naming it.

What Trino and dbt say of it comes late and names something else: a data test that got
no block, a seed that got no answer, each after minutes of retries. Meanwhile the
services are asked themselves, and a build that has lost one is stopped.
"""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date
from typing import Any

from ingestion.config import Settings
from ingestion.errors import ProcurementError, ServiceUnavailableError
from ingestion.lake import Lake, open_lake
from ingestion.master_data.capture import capture_folder
from ingestion.postgres.connections import ConnectionSettings, connect

#: Seconds between two rounds of questions, and for an answer.
_PAUSE = 5.0
_TIMEOUT = 10
#: Rounds in a row without an answer: a service that starts again is waited for.
_ROUNDS = 3
#: What Trino's errors hold when it is the metastore that gave no answer.
_METASTORE = ("metastore", "SocketTimeoutException", "TTransportException")
_ADVICE = "Nothing was published by this run: start it, then run again."

#: Raises when its service does not answer.
Probe = Callable[[], None]


class _FallenError(KeyboardInterrupt):
    """Has dbt cancel its queries and come to an end."""


class ServiceWatch:
    """The services under the build of one date."""

    def __init__(
        self, probes: Mapping[str, Probe], pause: float = _PAUSE, rounds: int = _ROUNDS
    ) -> None:
        """Watch services by their names, those that others stand on first."""
        self._probes = probes
        self._pause = pause
        self._rounds = rounds
        self._ended = threading.Event()
        self._fallen: str | None = None

    @contextmanager
    def over(self) -> Iterator[None]:
        """A block of the main thread that is interrupted when a service has fallen.

        Raises:
            ServiceUnavailableError: that was so.
        """
        if not self._probes or threading.current_thread() is not _main():
            yield
            return
        former = signal.signal(signal.SIGUSR1, _interrupt)
        thread = threading.Thread(target=self._look, daemon=True)
        thread.start()
        try:
            try:
                yield
            finally:
                self._ended.set()
                thread.join()
        except _FallenError:
            pass  # what it was about is said below, also when the block was through
        finally:
            signal.signal(signal.SIGUSR1, former)
        if self._fallen:
            raise ServiceUnavailableError(self._fallen)

    def on_event(self, event: Any) -> None:
        """Look at once when a node of dbt ends with an error."""
        if event.info.name == "NodeFinished" and self._probes:
            result = event.data.run_result
            if result.status == "error" and (said := self.why(result.message)):
                self._stop(said)

    def why(self, error: str) -> str | None:
        """Which service an error of Trino comes from, for people; None if none."""
        for name, probe in self._probes.items():
            if (detail := _silence(probe)) is not None:
                return _said(name, detail)
        if self._probes and any(sign in error for sign in _METASTORE):
            told = re.search(r'message="([^"]*)', error)
            text = " ".join((told[1] if told else error).split())
            return _said("The Hive metastore", text[:200])
        return None

    def _look(self) -> None:
        silent = dict.fromkeys(self._probes, 0)
        while not self._ended.wait(self._pause):
            for name, probe in self._probes.items():
                detail = _silence(probe)
                silent[name] = 0 if detail is None else silent[name] + 1
                if detail is not None and silent[name] >= self._rounds:
                    self._stop(_said(name, detail))
                    return

    def _stop(self, said: str) -> None:
        if self._fallen is None and not self._ended.is_set():
            self._fallen = said
            main = _main().ident
            assert main is not None  # noqa: S101  it runs
            signal.pthread_kill(main, signal.SIGUSR1)


def service_watch(settings: Settings, business_date: date) -> ServiceWatch:
    """A watch over what a build of a date on Trino stands on; none for DuckDB."""
    if settings.target == "embedded":
        return ServiceWatch({})
    lake = open_lake(settings.lake)
    probes: dict[str, Probe] = {}
    # As for the lock on the date: without it no server is needed any more.
    if os.environ.get("PGHOST"):
        server = ConnectionSettings.from_environment()
        probes[f"PostgreSQL at {server.address()}"] = lambda: _ask_postgres(server)
    if "://" in settings.lake:
        probes["The NameNode of HDFS"] = lambda: _ask_for_folder(lake)
        probes["The DataNode of HDFS"] = lambda: _ask_for_bytes(lake, business_date)
    host, port = os.environ.get("TRINO_HOST"), os.environ.get("TRINO_PORT")
    probes[f"Trino at {host or '127.0.0.1'}:{port or '8080'}"] = _ask_trino
    return ServiceWatch(probes)


def _silence(probe: Probe) -> str | None:
    """What a service that does not answer is heard by."""
    try:
        probe()
    except (OSError, ProcurementError) as error:
        # Its first sentence; what to do is said once, at the end.
        return " ".join(str(error).split()).partition(". ")[0][:200]
    return None


def _ask_postgres(server: ConnectionSettings) -> None:
    with closing(connect(server)):
        pass


def _ask_for_folder(lake: Lake) -> None:
    lake.exists("master")


def _ask_for_bytes(lake: Lake, business_date: date) -> None:
    """Read what the build reads: the date's master data, captured before it."""
    files = lake.files(capture_folder(business_date))
    for file in files[:1]:
        with lake.reader(file.path) as stream:
            stream.read(1)


def _ask_trino() -> None:
    import requests

    scheme = os.environ.get("TRINO_HTTP_SCHEME", "http")
    host = os.environ.get("TRINO_HOST", "127.0.0.1")
    port = os.environ.get("TRINO_PORT", "8080")
    with requests.Session() as session:
        session.trust_env = False
        session.verify = os.environ.get("TRINO_CERT") or True
        url = f"{scheme}://{host}:{port}/v1/info"
        session.get(url, timeout=_TIMEOUT).raise_for_status()


def _said(name: str, detail: str) -> str:
    return f"{name} fell in the middle of the build ({detail}). {_ADVICE}"


def _main() -> threading.Thread:
    return threading.main_thread()


def _interrupt(_signal: int, _frame: object) -> None:
    raise _FallenError
