"""How far a run is, and what follows from it."""

from __future__ import annotations

from typing import Protocol

from mattebox.errors import InputError


class Schedule(Protocol):
    """What of a run's configuration says when it does what."""

    @property
    def minutes(self) -> float:
        """Length of the run."""

    @property
    def steps(self) -> int | None:
        """Length of the run in steps instead, where given."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """Sides of the crops, used one after the other."""

    @property
    def grow_at(self) -> tuple[float, ...]:
        """Progress after which each further size is used."""

    @property
    def loaders(self) -> int:
        """Processes that draw batches ahead."""


def check_schedule(schedule: Schedule) -> None:
    """Refuse a run that would fail, perhaps hours from its start.

    Raises:
        InputError: The schedule cannot be followed.
    """
    sizes, grow_at, steps = schedule.sizes, schedule.grow_at, schedule.steps
    if not sizes or any(size < 16 or size % 16 for size in sizes):
        raise InputError(f"sizes must be multiples of 16, not {list(sizes)}.")
    if len(grow_at) != len(sizes) - 1 or list(grow_at) != sorted(grow_at):
        raise InputError(
            f"grow_at must rise and hold one value less than sizes, not {list(grow_at)} for "
            f"{len(sizes)}."
        )
    if schedule.minutes <= 0 or (steps is not None and steps <= 0):
        raise InputError("minutes and steps must be more than 0.")
    if schedule.loaders < 0:
        raise InputError(f"loaders must be 0 or more, not {schedule.loaders}.")


def progress_at(schedule: Schedule, step: int, seconds: float) -> float:
    """Return how far a run is, 0..1: in steps where their number is given, else in time."""
    if schedule.steps is not None:
        return min(1.0, step / schedule.steps)
    return min(1.0, seconds / (60 * schedule.minutes))


def size_at(schedule: Schedule, progress: float) -> int:
    """Return the side of the crops at a point of a run."""
    return schedule.sizes[sum(progress >= at for at in schedule.grow_at)]


def shrunk_count(schedule: Schedule, count: float, size: int) -> int:
    """Return how many of ``count`` at the first size a step takes at another one; at least 1."""
    return max(1, round(count * (schedule.sizes[0] / size) ** 2))
