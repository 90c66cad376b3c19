from collections.abc import Callable, Iterator
from functools import partial
from threading import Event

import pytest

from mattebox.propagation.overlap import Brake, Cancelled, Overlap

Piece = int


def numbers(piece: Piece, part: int) -> Iterator[tuple[int, int, int]]:
    yield from ((piece, part, each) for each in range(3))


def parts(piece: Piece) -> list[Callable[[], Iterator[tuple[int, int, int]]]]:
    return [partial(numbers, piece, part) for part in range(2)]


def no() -> bool:
    return False


def test_results_come_in_order_and_each_piece_is_ended() -> None:
    ended: list[Piece] = []
    found = list(Overlap(parts, ended.append, Brake(no)).run(range(5)))
    assert found == [(piece, part, n) for piece in range(5) for part in range(2) for n in range(3)]
    assert ended == list(range(5))


def test_parts_of_a_piece_are_worked_on_at_the_same_time() -> None:
    met = [Event(), Event()]

    def meet(part: int) -> Iterator[int]:
        met[part].set()
        assert met[1 - part].wait(20)
        yield part

    def begin(_: Piece) -> list[Callable[[], Iterator[int]]]:
        return [partial(meet, part) for part in range(2)]

    assert list(Overlap(begin, lambda _: None, Brake(no)).run([0])) == [0, 1]


def test_one_piece_is_begun_ahead_and_no_more() -> None:
    begun: list[Piece] = []

    def begin(piece: Piece) -> list[Callable[[], Iterator[tuple[int, int, int]]]]:
        begun.append(piece)
        return parts(piece)

    results = Overlap(begin, lambda _: None, Brake(no)).run(range(10))
    assert next(results) == (0, 0, 0)
    results.close()
    assert begun in ([0], [0, 1])


def test_an_error_is_raised_after_the_results_before_it() -> None:
    def failing(piece: Piece) -> Iterator[int]:
        yield piece
        if piece == 1:
            raise ArithmeticError("wrong")

    def begin(piece: Piece) -> list[Callable[[], Iterator[int]]]:
        return [partial(failing, piece)]

    results = Overlap(begin, lambda _: None, Brake(no)).run(range(4))
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ArithmeticError, match="wrong"):
        next(results)


def test_the_brake_is_asked_until_it_says_yes_and_not_again() -> None:
    answers = [False, False, True]
    brake = Brake(lambda: answers.pop(0))
    for _ in range(2):
        brake.check()
    for _ in range(3):
        with pytest.raises(Cancelled):
            brake.check()
    assert answers == []


def test_who_takes_no_more_results_stops_the_work() -> None:
    brake = Brake(no)
    started = Event()

    def endless() -> Iterator[int]:
        while True:
            brake.check()
            started.set()
            yield 1

    def begin(_: Piece) -> list[Callable[[], Iterator[int]]]:
        return [endless]

    results = Overlap(begin, lambda _: None, brake).run([0])
    assert next(results) == 1
    assert started.wait(20)
    results.close()
    with pytest.raises(Cancelled):
        brake.check()
