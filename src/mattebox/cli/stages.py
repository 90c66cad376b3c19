"""How far a command has come: a bar in a terminal, plain lines in the log of a script or a farm."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_LINES = 10
"""How many lines a stage leaves in a log."""


class Stages:
    """Stages of a command, one after the other; a context manager.

    Args:
        console: Where it is told.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
        )
        self._bar = Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        )
        self._task = self._bar.add_task("", total=None)
        self._name, self._told = "", 0

    def __enter__(self) -> Stages:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def begin(self, name: str, total: int | None = None) -> None:
        """Go on to a stage of ``total`` frames, where they are known."""
        self._bar.reset(self._task, description=name, total=total)
        self._name, self._told = name, 0

    def progress(self, done: int, total: int) -> None:
        """Tell how many frames are done."""
        self._bar.update(self._task, completed=done)
        tenth = done * _LINES // max(1, total)
        if not self._console.is_terminal and tenth > self._told:
            self._told = tenth
            self._console.print(f"{self._name}: {done} of {total} frames")
