"""Progress on a terminal: a bar per stage, and silence anywhere else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bars

from ingestion.gate import ReceivedFile


class Progress:
    """Bars on stderr, so that stdout holds the summary alone."""

    def __init__(self, *, visible: bool) -> None:
        self._console = Console(stderr=True)
        self._visible = visible and self._console.is_terminal
        self._bars = self._new_bars()
        self._task: TaskID | None = None

    @contextmanager
    def of_date(self) -> Iterator[None]:
        """Show the bars of one date; they stand still once its summary is printed."""
        self._bars = self._new_bars()
        with self._bars:
            yield

    def _new_bars(self) -> Bars:
        return Bars(
            TextColumn("{task.description:<30}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            disable=not self._visible,
        )

    def stage(self, business_date: date, name: str) -> None:
        """Begin a bar; its length is known once the stage says it."""
        self._task = self._bars.add_task(f"{business_date} {name}", total=None)

    def stage_ended(self) -> None:
        """Fill the bar of the stage."""
        if self._task is not None:
            done = self._bars.tasks[self._task].completed or 1
            self._bars.update(self._task, total=done, completed=done)
            self._task = None

    def files(self, total: int) -> None:
        """Say how many files the inbox holds for the date."""
        if self._task is not None:
            self._bars.update(self._task, total=total)

    def file(self, _received: ReceivedFile) -> None:
        """Count one file that is done."""
        if self._task is not None:
            self._bars.advance(self._task)

    def nodes(self, done: int, total: int) -> None:
        """Say how far dbt is."""
        if self._task is not None:
            self._bars.update(self._task, completed=done, total=total)

    def say(self, text: str) -> None:
        """Say why nothing happens."""
        self._console.print(text, highlight=False, markup=False, soft_wrap=True)

    def waiting_for_engine(self) -> None:
        """Say that another run has the engine."""
        self.say("Waiting for another date of this lake: one run builds in it now.")
