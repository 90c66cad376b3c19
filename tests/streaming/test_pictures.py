"""Small pictures of the filmstrip come between segments, and none before what is looked at."""

from __future__ import annotations

import threading
from collections.abc import Generator

from mattebox.streaming.scheduler import Make, Priority, Scheduler, Ticket, Turn

PATIENCE = 30.0


class Line:
    """Works that are noted when they are begun; the first stands until the test lets it go."""

    def __init__(self, lanes: int = 1) -> None:
        self.scheduler = Scheduler(lanes)
        self.begun: list[str] = []
        self.go = threading.Event()
        self._first = threading.Event()
        self._tickets: list[Ticket] = []

    def ask(self, name: str, priority: Priority) -> None:
        self._tickets.append(self.scheduler.request(name, self._make(name), priority))
        assert self._first.wait(PATIENCE)

    def order(self) -> list[str]:
        self.go.set()
        for ticket in self._tickets:
            ticket.result.result(PATIENCE)
        self.scheduler.close()
        return self.begun

    def _make(self, name: str) -> Make:
        def make(turn: Turn) -> Generator[bytes]:
            turn.wait()
            self.begun.append(name)
            self._first.set()
            assert self.go.wait(PATIENCE)
            turn.wait()
            yield b"made"

        return make


def test_one_picture_goes_between_two_segments_that_are_asked_for() -> None:
    line = Line()
    for name in ("a", "b", "c"):
        line.ask(name, Priority.AHEAD)
    for name in ("1", "2", "3"):
        line.ask(name, Priority.PICTURE)
    line.ask("fill", Priority.FILL)
    assert line.order() == ["a", "1", "b", "2", "c", "3", "fill"]


def test_no_picture_goes_before_the_first_one_that_is_looked_at() -> None:
    line = Line()
    line.ask("before", Priority.AHEAD)
    line.ask("1", Priority.PICTURE)
    line.ask("looked at", Priority.PLAYHEAD)
    line.ask("next", Priority.AHEAD)
    assert line.order() == ["before", "looked at", "1", "next"]
