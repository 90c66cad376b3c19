"""Stages that run ahead: order, errors, bounds and stopping."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from mattebox.media.pipeline import ahead


def test_items_come_in_order_through_several_stages() -> None:
    doubled = (2 * n for n in ahead(range(500)))
    assert list(ahead(doubled, 2)) == list(range(0, 1000, 2))


def test_a_stage_works_in_another_thread_and_no_further_than_its_depth() -> None:
    threads: set[int] = set()
    made: list[int] = []
    full = threading.Event()

    def numbers() -> Iterator[int]:
        for n in range(100):
            threads.add(threading.get_ident())
            made.append(n)
            if n == 4:
                full.set()
            yield n

    stage = ahead(numbers(), depth=3)
    assert next(stage) == 0
    assert full.wait(10)
    # One was taken, three wait, and one more is in the hands of the thread.
    assert made == [0, 1, 2, 3, 4]
    stage.close()
    assert threads.isdisjoint({threading.get_ident()})


def test_an_error_is_raised_after_the_items_before_it() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise LookupError("no second item")

    stage = ahead(failing())
    assert next(stage) == 1
    with pytest.raises(LookupError, match="no second item"):
        next(stage)


def test_closing_closes_every_stage_below() -> None:
    closed: list[str] = []

    def endless(name: str, items: Iterator[int]) -> Iterator[int]:
        try:
            yield from items
        finally:
            getattr(items, "close")()  # noqa: B009
            closed.append(name)

    def source() -> Iterator[int]:
        n = 0
        try:
            while True:
                yield n
                n += 1
        finally:
            closed.append("source")

    stage = ahead(endless("top", ahead(endless("bottom", source()))))
    assert next(stage) == 0
    stage.close()
    assert closed == ["source", "bottom", "top"]
    assert not [t for t in threading.enumerate() if t.name == "stage"]
