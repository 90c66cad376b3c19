"""The scheduler, with works that are gated by the tests instead of by time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from itertools import count

import pytest

from mattebox.streaming.scheduler import Priority, Scheduler, Stopped, Turn

PATIENCE = 30.0


class Steps:
    """A work of frames that each wait to be let go on, and note that they were made."""

    def __init__(self, frames: int = 3) -> None:
        self.frames = frames
        self.made: list[int] = []
        self.started = 0
        self._allowed = threading.Semaphore(0)
        self._changed = threading.Condition()

    def make(self, turn: Turn) -> Generator[bytes]:
        self.started += 1
        for frame in range(self.frames):
            turn.wait()
            assert self._allowed.acquire(timeout=PATIENCE)
            turn.wait()
            with self._changed:
                self.made.append(frame)
                self._changed.notify_all()
            yield bytes([frame])

    def allow(self, frames: int = 1) -> None:
        for _ in range(frames):
            self._allowed.release()

    def wait_until_made(self, frames: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.made) >= frames, PATIENCE)


def failing(_turn: Turn) -> Generator[bytes]:
    yield b"a"
    raise ValueError("broken")


def settled(condition: Callable[[], bool]) -> bool:
    """Whether a condition comes true."""
    event = threading.Event()
    for _ in range(3000):
        if condition():
            return True
        event.wait(0.01)
    return False


@pytest.fixture
def scheduler() -> Scheduler:
    return Scheduler(lanes=1)


def test_two_requests_for_one_key_share_one_work(scheduler: Scheduler) -> None:
    steps = Steps()
    one = scheduler.request("a", steps.make, Priority.PLAYHEAD)
    two = scheduler.request("a", steps.make, Priority.AHEAD)
    steps.allow(3)
    assert one.result.result(PATIENCE) == two.result.result(PATIENCE) == b"\0\1\2"
    assert steps.started == 1


def test_a_work_goes_on_while_anybody_waits_and_stops_with_the_last(scheduler: Scheduler) -> None:
    steps = Steps()
    one = scheduler.request("a", steps.make, Priority.PLAYHEAD)
    two = scheduler.request("a", steps.make, Priority.PLAYHEAD)
    one.leave()
    one.leave()
    steps.allow()
    steps.wait_until_made(1)
    two.leave()
    steps.allow()
    with pytest.raises(Stopped):
        two.result.result(PATIENCE)
    assert steps.made == [0]
    assert settled(lambda: scheduler.busy == 0)


def test_a_stopped_work_is_begun_anew_when_it_is_asked_for_again(scheduler: Scheduler) -> None:
    first, second = Steps(), Steps(1)
    ticket = scheduler.request("a", first.make, Priority.PLAYHEAD)
    assert settled(lambda: first.started == 1)
    ticket.leave()
    again = scheduler.request("a", second.make, Priority.PLAYHEAD)
    first.allow()
    second.allow()
    assert again.result.result(PATIENCE) == b"\0"


def test_an_urgent_work_overtakes_one_that_is_under_way(scheduler: Scheduler) -> None:
    slow, urgent = Steps(), Steps(2)
    filling = scheduler.request("slow", slow.make, Priority.FILL)
    slow.allow()
    slow.wait_until_made(1)
    playhead = scheduler.request("urgent", urgent.make, Priority.PLAYHEAD)
    slow.allow(2)
    urgent.allow(2)
    assert playhead.result.result(PATIENCE) == b"\0\1"
    assert filling.result.result(PATIENCE) == b"\0\1\2"


def test_a_less_urgent_work_waits_at_its_next_frame(scheduler: Scheduler) -> None:
    slow, urgent = Steps(), Steps()
    scheduler.request("slow", slow.make, Priority.AHEAD)
    slow.allow()
    slow.wait_until_made(1)
    ticket = scheduler.request("urgent", urgent.make, Priority.PLAYHEAD)
    urgent.allow()
    urgent.wait_until_made(1)
    slow.allow(2)
    urgent.allow()
    urgent.wait_until_made(2)
    assert slow.made == [0]
    ticket.leave()
    slow.wait_until_made(3)


def test_a_second_lane_serves_the_same_urgency_only() -> None:
    scheduler = Scheduler(lanes=2)
    one, two, fill = Steps(1), Steps(1), Steps(1)
    filling = scheduler.request("fill", fill.make, Priority.FILL)
    first = scheduler.request("one", one.make, Priority.PLAYHEAD)
    fill.allow()
    assert settled(lambda: one.started == 1)
    second = scheduler.request("two", two.make, Priority.PLAYHEAD)
    two.allow()
    assert second.result.result(PATIENCE) == b"\0"
    assert fill.made == []
    one.allow()
    assert first.result.result(PATIENCE) == b"\0"
    assert filling.result.result(PATIENCE) == b"\0"


def test_asking_more_urgently_makes_a_waiting_work_urgent(scheduler: Scheduler) -> None:
    running, early, late = Steps(1), Steps(1), Steps(1)
    scheduler.request("running", running.make, Priority.PLAYHEAD)
    scheduler.request("early", early.make, Priority.AHEAD)
    scheduler.request("late", late.make, Priority.EXPORT)
    urgent = scheduler.request("late", late.make, Priority.PLAYHEAD)
    running.allow()
    late.allow()
    assert urgent.result.result(PATIENCE) == b"\0"
    assert early.made == []


def test_everything_waits_for_a_click_and_goes_on_after_it(scheduler: Scheduler) -> None:
    steps = Steps()
    ticket = scheduler.request("a", steps.make, Priority.PLAYHEAD)
    steps.allow()
    steps.wait_until_made(1)
    with scheduler.click(), scheduler.click():
        steps.allow(2)
        assert steps.made == [0]
    assert ticket.result.result(PATIENCE) == b"\0\1\2"


def test_what_waits_for_single_mattes_waits_for_nothing_else(scheduler: Scheduler) -> None:
    matte, segment = Steps(1), Steps()
    tickets = [
        scheduler.request("matte", matte.make, Priority.MATTE),
        scheduler.request("segment", segment.make, Priority.PLAYHEAD),
    ]
    waiter = threading.Thread(target=scheduler.wait_for_mattes)
    waiter.start()
    assert settled(lambda: matte.started == 1)
    assert waiter.is_alive()
    matte.allow()
    waiter.join(PATIENCE)
    assert not waiter.is_alive()
    assert not tickets[1].result.done()
    segment.allow(3)
    assert tickets[1].result.result(PATIENCE) == b"\0\1\2"


def test_clicks_without_a_pause_hold_nobody_up_for_ever() -> None:
    scheduler, steps = Scheduler(1, longest_hold_s=0.05), Steps(1)
    steps.allow()
    with scheduler.click(), scheduler.request("a", steps.make, Priority.FILL) as ticket:
        scheduler.wait_for_clicks()
        assert ticket.result.result(PATIENCE) == b"\0"


def test_works_wait_until_the_answer_of_a_click_is_on_the_screen() -> None:
    scheduler, steps = Scheduler(1, longest_hold_s=PATIENCE, linger_s=PATIENCE), Steps(1)
    steps.allow()
    with scheduler.click():
        pass
    assert scheduler.clicks_hold()
    with scheduler.request("a", steps.make, Priority.FILL) as ticket:
        assert not ticket.result.done()
        assert steps.made == []


def test_works_go_on_once_it_is() -> None:
    scheduler, steps = Scheduler(1, longest_hold_s=PATIENCE, linger_s=0.02), Steps(1)
    steps.allow()
    with scheduler.click():
        pass
    with scheduler.request("a", steps.make, Priority.FILL) as ticket:
        assert ticket.result.result(PATIENCE) == b"\0"


def test_a_click_that_comes_meanwhile_overlaps_the_one_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = HandClock()
    monkeypatch.setattr("mattebox.streaming.scheduler.time", clock)
    scheduler = Scheduler(1, longest_hold_s=2, linger_s=0.5)
    for clock.now in (100.0, 100.4, 100.8, 101.2, 101.6):
        with scheduler.click():
            assert scheduler.clicks_hold()
    clock.now = 102.0
    with scheduler.click():
        assert not scheduler.clicks_hold()
    assert not scheduler.clicks_hold()
    clock.now = 102.5
    with scheduler.click():
        assert scheduler.clicks_hold()


class HandClock:
    """Stands where it is put."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


class Clock:
    """Goes on by a step each time somebody looks."""

    def __init__(self, step: float) -> None:
        self._looks = count()
        self._step = step

    def monotonic(self) -> float:
        return next(self._looks) * self._step


@pytest.mark.parametrize("step", [0.3, 0.4, 0.6, 0.9, 1.1])
def test_a_hold_that_runs_out_at_any_moment_is_noticed(
    monkeypatch: pytest.MonkeyPatch, step: float
) -> None:
    monkeypatch.setattr("mattebox.streaming.scheduler.time", Clock(step))
    scheduler = Scheduler(1, longest_hold_s=1)
    waiting = threading.Thread(target=scheduler.wait_for_clicks, daemon=True)
    with scheduler.click():
        waiting.start()
        waiting.join(PATIENCE)
        assert not waiting.is_alive()
        assert not scheduler.clicks_hold()


def test_a_failure_reaches_its_waiters_and_nobody_else(scheduler: Scheduler) -> None:
    good = Steps(1)
    bad = scheduler.request("bad", failing, Priority.PLAYHEAD)
    fine = scheduler.request("good", good.make, Priority.AHEAD)
    good.allow()
    with pytest.raises(ValueError, match="broken"):
        bad.result.result(PATIENCE)
    assert fine.result.result(PATIENCE) == b"\0"
    again = scheduler.request("bad", good.make, Priority.PLAYHEAD)
    good.allow()
    assert again.result.result(PATIENCE) == b"\0"


def test_chunks_can_be_followed_as_they_come(scheduler: Scheduler) -> None:
    steps = Steps(2)
    news = threading.Event()
    with scheduler.request("a", steps.make, Priority.PLAYHEAD) as ticket:
        ticket.listen(news.set)
        steps.allow()
        assert settled(lambda: ticket.chunks(0) == [b"\0"])
        assert news.is_set()
        steps.allow()
        assert ticket.result.result(PATIENCE) == b"\0\1"
        assert ticket.chunks(1) == [b"\1"]


def test_closing_stops_what_runs_and_what_waits() -> None:
    scheduler = Scheduler(lanes=1)
    running, waiting = Steps(), Steps()
    first = scheduler.request("running", running.make, Priority.PLAYHEAD)
    second = scheduler.request("waiting", waiting.make, Priority.AHEAD)
    running.allow()
    running.wait_until_made(1)
    scheduler.close()
    running.allow()
    for ticket in (first, second):
        with pytest.raises(Stopped):
            ticket.result.result(PATIENCE)
        ticket.leave()
    assert waiting.started == 0
    with pytest.raises(Stopped):
        scheduler.request("more", failing, Priority.PLAYHEAD)
    scheduler.wait_for_clicks()


def test_a_small_picture_waits_for_segments_somebody_asked_for_but_not_for_filling() -> None:
    scheduler = Scheduler(lanes=1)
    fill, picture, ahead = Steps(), Steps(2), Steps(1)
    filling = scheduler.request("fill", fill.make, Priority.FILL)
    fill.allow()
    fill.wait_until_made(1)
    waiting = scheduler.request("picture", picture.make, Priority.PICTURE)
    picture.allow()
    picture.wait_until_made(1)
    asked = scheduler.request("ahead", ahead.make, Priority.AHEAD)
    picture.allow()
    ahead.allow()
    assert asked.result.result(PATIENCE) == b"\0"
    assert waiting.result.result(PATIENCE) == b"\0\1"
    assert fill.made == [0]
    fill.allow(2)
    assert filling.result.result(PATIENCE) == b"\0\1\2"


def test_filling_goes_on_beside_small_pictures_where_there_are_two_lanes() -> None:
    scheduler = Scheduler(lanes=2)
    fill, fills, one, two = Steps(2), Steps(1), Steps(2), Steps(1)
    filling = scheduler.request("fill", fill.make, Priority.FILL)
    second_filling = scheduler.request("fills", fills.make, Priority.FILL)
    first = scheduler.request("one", one.make, Priority.PICTURE)
    second = scheduler.request("two", two.make, Priority.PICTURE)
    one.allow()
    one.wait_until_made(1)
    fill.allow(2)
    assert filling.result.result(PATIENCE) == b"\0\1"
    assert two.started == 0
    one.allow()
    two.allow()
    fills.allow()
    assert first.result.result(PATIENCE) == b"\0\1"
    assert second.result.result(PATIENCE) == b"\0"
    assert second_filling.result.result(PATIENCE) == b"\0"


def test_owners_take_turns_however_many_works_each_has_asked_for(scheduler: Scheduler) -> None:
    made: list[str] = []

    def noted(name: str) -> Callable[[Turn], Generator[bytes]]:
        def make(turn: Turn) -> Generator[bytes]:
            turn.wait()
            made.append(name)
            yield b""

        return make

    first = Steps(1)
    held = scheduler.request("held", first.make, Priority.FILL, "other")
    assert settled(lambda: first.started == 1)
    names = ("a1", "a2", "a3", "b1", "b2", "c1")
    tickets = [scheduler.request(n, noted(n), Priority.FILL, n[0]) for n in names]
    first.allow()
    for ticket in (held, *tickets):
        ticket.result.result(PATIENCE)
    assert made == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_who_comes_late_begins_in_the_present_round(scheduler: Scheduler) -> None:
    works = {name: Steps(1) for name in ("a1", "a2", "a3", "b1")}
    tickets = {
        name: scheduler.request(name, works[name].make, Priority.FILL, name[0])
        for name in ("a1", "a2", "a3")
    }
    works["a1"].allow()
    tickets["a1"].result.result(PATIENCE)
    assert settled(lambda: works["a2"].started == 1)
    tickets["b1"] = scheduler.request("b1", works["b1"].make, Priority.FILL, "b")
    works["a2"].allow()
    assert settled(lambda: works["b1"].started == 1)
    assert works["a3"].started == 0
    works["b1"].allow()
    works["a3"].allow()
    for ticket in tickets.values():
        ticket.result.result(PATIENCE)


def test_everybody_sees_a_first_picture_before_anybody_sees_all(scheduler: Scheduler) -> None:
    one, two = Steps(), Steps()
    first = scheduler.request("one", one.make, Priority.PLAYHEAD, "a")
    second = scheduler.request("two", two.make, Priority.PLAYHEAD, "b")
    one.allow()
    one.wait_until_made(1)
    two.allow()
    two.wait_until_made(1)
    assert one.made == two.made == [0]
    one.allow(2)
    assert first.result.result(PATIENCE) == b"\0\1\2"
    two.allow(2)
    assert second.result.result(PATIENCE) == b"\0\1\2"


@pytest.mark.parametrize("most", [0, 1, 4])
def test_only_few_works_stand_still_after_their_first_picture(most: int) -> None:
    scheduler = Scheduler(1, most)
    works = [Steps(2) for _ in range(6)]
    tickets = [
        scheduler.request(str(number), each.make, Priority.PLAYHEAD)
        for number, each in enumerate(works)
    ]
    for each in works[: max(most, 1)]:
        each.allow()
        each.wait_until_made(1)
    works[0].allow()
    assert tickets[0].result.result(PATIENCE) == b"\0\1"
    for each in works[1:]:
        each.allow(2)
    assert all(ticket.result.result(PATIENCE) == b"\0\1" for ticket in tickets[1:])
    scheduler.close()
