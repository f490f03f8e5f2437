"""Worker processes that hash and land files side by side."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import TypeVar

from ingestion.errors import ProcurementError, UsageError

#: Fewer bytes than this are landed sooner than processes start.
_WORTH_STARTING = 16 << 20
_VARIABLE = "PROCUREMENT_WORKERS"

_Given = TypeVar("_Given")
_Result = TypeVar("_Result")


def default_workers() -> int:
    """PROCUREMENT_WORKERS, else one per core that this process may use.

    Raises:
        UsageError: the variable is not a number from 1.
    """
    given = os.environ.get(_VARIABLE)
    if given:
        if not given.isdecimal() or int(given) < 1:
            raise UsageError(f"{_VARIABLE}={given!r} is not a number of processes.")
        return int(given)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Workers:
    """Calls functions in worker processes, or here when that is not worth it.

    Workers start with the first large amount of work and stay until the end of the
    context. They end by themselves when this process is killed.
    """

    def __init__(self, workers: int | None = None) -> None:
        self._workers = workers or default_workers()
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, error: type[BaseException] | None, *_: object) -> None:
        if self._pool is None:
            return
        if error:
            # Nobody waits for their results any more, and a large file takes long.
            for worker in multiprocessing.active_children():
                worker.terminate()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = None

    def is_worth(self, sizes: Sequence[int]) -> bool:
        """Whether files of these sizes are read sooner by several processes."""
        enough = sum(sizes) >= _WORTH_STARTING
        return self._workers > 1 and len(sizes) > 1 and enough

    def map(
        self, call: Callable[[_Given], _Result], given: Sequence[_Given]
    ) -> Iterator[_Result]:
        """Results in the order of what was given.

        Raises:
            ProcurementError: a worker process was killed; else what ``call`` raises.
        """
        with _killed_workers_named():
            begun = [self.submit(call, one) for one in given]
            for future in begun:
                yield future.result()

    def submit(
        self, call: Callable[[_Given], _Result], given: _Given
    ) -> Future[_Result]:
        """Begin one call."""
        with _without_main():
            return self._running().submit(call, given)

    @staticmethod
    def result(future: Future[_Result]) -> _Result:
        """What a call that was begun returns; raises as ``map`` does."""
        with _killed_workers_named():
            return future.result()

    def _running(self) -> ProcessPoolExecutor:
        # Not forked: a fork of a process with threads may stop at a lock for ever.
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._workers, multiprocessing.get_context("spawn"), _prepare
            )
        return self._pool


@contextmanager
def _killed_workers_named() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as error:
        raise ProcurementError(
            "A process that was reading files was killed, perhaps for want of memory. "
            f"Run again; with {_VARIABLE}=1 files are read one after the other."
        ) from error


@contextmanager
def _without_main() -> Iterator[None]:
    """Have a process that starts now not import the program that starts it.

    It needs nothing of it, and a program may do its work as soon as it is imported.
    """
    main = sys.modules["__main__"]
    names = [name for name in ("__file__", "__spec__") if hasattr(main, name)]
    kept = {name: getattr(main, name) for name in names}
    try:
        for name in names:
            setattr(main, name, None)
        yield
    finally:
        for name, value in kept.items():
            setattr(main, name, value)


def _prepare() -> None:
    """Leave Ctrl-C to the process that gives the work, and do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=[parent.sentinel], daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
