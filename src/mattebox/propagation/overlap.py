"""Work on several pieces of a line at a time, and hand the results out in order."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from threading import Lock
from typing import Generic, TypeVar

P = TypeVar("P")
R = TypeVar("R")

WORKERS = 2
"""Stretches that are worked on at a time: networks take two calls at once."""


class Cancelled(Exception):  # noqa: N818 - not an error: it is what was asked for
    """The caller asked to stop."""


class Brake:
    """Asks whether to stop, from any thread, and not again once the answer was yes.

    Args:
        asked: Says whether to stop.
    """

    def __init__(self, asked: Callable[[], bool]) -> None:
        self._asked = asked
        self._pulled = False
        self._lock = Lock()

    def pull(self) -> None:
        """Stop."""
        with self._lock:
            self._pulled = True

    def check(self) -> None:
        """Do nothing, or raise `Cancelled`."""
        with self._lock:
            self._pulled = self._pulled or self._asked()
            if self._pulled:
                raise Cancelled


class Overlap(Generic[P, R]):
    """Begins pieces one after another in one thread, and works on their parts in others.

    While a piece's results are taken the next piece is under way, and no further one.

    Args:
        begin: Called for each piece in order; returns what yields the results of each of its
            parts, in order. All parts of a piece are worked on at the same time.
        end: Called when all results of a piece were taken.
        brake: Pulled when nobody takes results any more.
    """

    def __init__(
        self,
        begin: Callable[[P], Iterable[Callable[[], Iterator[R]]]],
        end: Callable[[P], None],
        brake: Brake,
    ) -> None:
        self._begin = begin
        self._end = end
        self._brake = brake

    def run(self, pieces: Iterable[P]) -> Generator[R, None, None]:
        """Yield the results of all pieces in order, each as soon as it and those before are there.

        What goes wrong in a thread is raised where its result would have come.
        """
        waiting = iter(pieces)
        with ThreadPoolExecutor(1, "begin") as first, ThreadPoolExecutor(WORKERS, "fill") as others:
            under_way: deque[tuple[P, Future[list[_Part[R]]]]] = deque()

            def start_another() -> None:
                for piece in waiting:
                    under_way.append((piece, first.submit(self._parts, piece, others)))
                    break

            try:
                start_another()
                while under_way:
                    piece, begun = under_way.popleft()
                    parts = begun.result()
                    start_another()
                    for part in parts:
                        yield from part.results()
                    self._end(piece)
            finally:
                self._brake.pull()
                first.shutdown(cancel_futures=True)
                others.shutdown(cancel_futures=True)

    def _parts(self, piece: P, others: ThreadPoolExecutor) -> "list[_Part[R]]":
        parts = [_Part(work) for work in self._begin(piece)]
        for part in parts:
            others.submit(part.run)
        return parts


class _Part(Generic[R]):
    """Results made in one thread and taken in another."""

    def __init__(self, work: Callable[[], Iterator[R]]) -> None:
        self._work = work
        self._made: SimpleQueue[tuple[R] | BaseException | None] = SimpleQueue()

    def run(self) -> None:
        try:
            for result in self._work():
                self._made.put((result,))
        except BaseException as error:
            self._made.put(error)
        else:
            self._made.put(None)

    def results(self) -> Iterator[R]:
        while (made := self._made.get()) is not None:
            if isinstance(made, BaseException):
                raise made
            yield made[0]
