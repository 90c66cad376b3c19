"""Interactive rounds: a robot clicks the worst frame, applies, and looks again.

The whole tool is judged, both networks and what joins them. The protocol is that of the DAVIS
interactive challenge (Caelles et al., The 2018 DAVIS Challenge on Video Object Segmentation) with
clicks for scribbles and rounds for seconds, as CiVOS has it (Vujasinovic et al., Revisiting
Click-based Interactive Video Object Segmentation, ICIP 2022). `docs/evaluation.md` has the details.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mattebox.errors import InputError
from mattebox.evaluation.davis import boundary_accuracy, region_similarity
from mattebox.evaluation.robots import Robot, as_click, next_click, robot_named, seeded, solid
from mattebox.evaluation.sequences import AnnotatedSequence, read_sequence, sequence_folders
from mattebox.evaluation.simulated_user import Point
from mattebox.propagation import Propagator, Shot
from mattebox.segmentation import Refiner, Replay

Mask = NDArray[np.uint8]

ROUNDS = 8
CLICKS = 3
"""Clicks a round at most: with more, CiVOS found, nothing is gained."""


@dataclass(frozen=True)
class Round:
    """One round and how good all masks are after it.

    Attributes:
        number: 1 for the first.
        frame: The frame that was clicked.
        points: The clicks of this round, in order; none where the frame had no error left.
        mask: The frame's mask after them, `(H, W) uint8`.
        belief: What is believed of it, see `mattebox.segmentation.FrameMask`.
        redone: The frames that were propagated again, `[start, stop)`.
        similarity: Mean J over all frames of the sequence, 0..1.
        accuracy: Mean F over all frames, 0..1.
    """

    number: int
    frame: int
    points: tuple[Point, ...]
    mask: Mask
    belief: Mask
    redone: range
    similarity: float
    accuracy: float

    @property
    def both(self) -> float:
        """Mean of J and F."""
        return (self.similarity + self.accuracy) / 2


@dataclass
class _Session:
    """What a person at the tool would have before them."""

    sequence: AnnotatedSequence
    masks: list[Mask]
    similarity: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    keyframes: dict[int, Mask] = field(default_factory=dict)
    beliefs: dict[int, Mask] = field(default_factory=dict)
    bases: dict[int, Mask | None] = field(default_factory=dict)
    points: dict[int, list[Point]] = field(default_factory=dict)

    @classmethod
    def begun(cls, sequence: AnnotatedSequence) -> _Session:
        count = len(sequence.frames)
        empty = np.zeros(sequence.truths[0].shape, np.uint8)
        return cls(sequence, [empty] * count, np.zeros(count), np.zeros(count))

    def next_frame(self) -> int:
        """The first frame with the object, then the worst one that was not clicked before."""
        if not self.points:
            return next(i for i, truth in enumerate(self.sequence.truths) if truth.any())
        fresh = [i for i in range(len(self.masks)) if i not in self.points]
        return min(fresh or range(len(self.masks)), key=lambda index: self.similarity[index])

    def correct(
        self, replay: Replay, frame: int, robot: Robot, most: int, random: np.random.Generator
    ) -> list[Point]:
        """Click a frame until its mask is right or `most` clicks were made."""
        picture = self.sequence.frames[frame]
        target = np.where(self.sequence.truths[frame], 255, 0).astype(np.uint8)
        base = self.bases.setdefault(frame, self.masks[frame] if self.keyframes else None)
        points = self.points.setdefault(frame, [])
        mask = self.masks[frame]
        before = len(points)
        while len(points) < before + most:
            point = next_click(robot, solid(mask), target, taken=points, random=random)
            if point is None:
                break
            points.append(point)
            clicks = [as_click(each, mask.shape) for each in points]
            mask, belief = replay.mask(picture, clicks, base)
            self.keyframes[frame] = mask
            self.beliefs[frame] = belief
        return points[before:]

    def apply(self, propagator: Propagator, frame: int) -> range:
        """Propagate what depends on a keyframe: as far as the ones beside it, them included."""
        count = len(self.masks)
        start = max((k for k in self.keyframes if k < frame), default=0)
        stop = min((k for k in self.keyframes if k > frame), default=count - 1) + 1
        found = propagator.propagate(
            self.sequence, self.keyframes, [Shot(0, count)], start, stop, beliefs=self.beliefs
        )
        for each in found:
            self.masks[each.index] = each.mask
            flags, truth = each.mask >= 128, self.sequence.truths[each.index]
            self.similarity[each.index] = region_similarity(flags, truth)
            self.accuracy[each.index] = boundary_accuracy(flags, truth)
        return range(start, stop)


def interact(
    refiner: Refiner,
    propagator: Propagator,
    sequence: AnnotatedSequence,
    robot: Robot = "standard",
    *,
    rounds: int = ROUNDS,
    clicks: int = CLICKS,
) -> Iterator[Round]:
    """Let a robot work on a sequence as a person would, and yield every round.

    Args:
        refiner: Makes masks of clicks.
        propagator: Carries them to the other frames.
        sequence: Frames and true masks; the robot sees both.
        robot: Who clicks; seeded by the sequence's name.
        rounds: How often.
        clicks: Clicks a round at most.

    Raises:
        InputError: No frame of the sequence has an object.
    """
    if not any(truth.any() for truth in sequence.truths):
        raise InputError(f"No mask of {sequence.name} has an object; there is nothing to click.")
    session = _Session.begun(sequence)
    replay = Replay(refiner)
    random = seeded(sequence.name)
    for number in range(1, rounds + 1):
        frame = session.next_frame()
        points = session.correct(replay, frame, robot, clicks, random)
        redone = session.apply(propagator, frame) if points else range(0)
        yield Round(
            number,
            frame,
            tuple(points),
            session.masks[frame],
            session.beliefs.get(frame, session.masks[frame]),
            redone,
            float(session.similarity.mean()),
            float(session.accuracy.mean()),
        )


def area(curve: Sequence[float]) -> float:
    """Return R-AUC: the area under a curve over rounds, as CiVOS computes it.

    The curve begins with 0 before the first round, has one value a round, and stays as it ended
    for one round more; the trapezoids under it are divided by its length. So for `n` rounds that
    all reach 1 it is `(n + .5) / (n + 1)`, .944 for 8 of them.

    Args:
        curve: A score after each round, 0..1; not empty.
    """
    return float(np.trapezoid([0.0, *curve, curve[-1]])) / (len(curve) + 1)


def summary(rounds: Sequence[Round]) -> dict[str, Any]:
    """Return the measures of one sequence.

    Returns:
        `R-AUC` and `R-AUC J` (areas under J&F and J), `mean` (J&F, mean over the rounds),
        `first` and `last` (J&F after the first and the last round), `clicks` (how many in all),
        and under `rounds` one entry a round: `frame`, `clicks` as `[x, y, include]` in pixels,
        `J`, `F` and `J&F`.
    """
    both = [each.both for each in rounds]
    return {
        "R-AUC": area(both),
        "R-AUC J": area([each.similarity for each in rounds]),
        "mean": float(np.mean(both)),
        "first": both[0],
        "last": both[-1],
        "clicks": float(sum(len(each.points) for each in rounds)),
        "rounds": [
            {
                "frame": each.frame,
                "clicks": [[point.x, point.y, point.include] for point in each.points],
                "J": each.similarity,
                "F": each.accuracy,
                "J&F": each.both,
            }
            for each in rounds
        ],
    }


MEASURES = ("R-AUC", "R-AUC J", "mean", "first", "last", "clicks")


def evaluate(
    data: Path,
    *,
    robot: str = "standard",
    engine: str = "auto",
    rounds: int = ROUNDS,
    progress: Callable[[str], object] | None = None,
) -> dict[str, Any]:
    """Let a robot work on every sequence of a folder.

    Args:
        data: Holds sequences, see `mattebox.evaluation.sequences`.
        robot: Who clicks, see `mattebox.evaluation.robots`.
        engine: Back end, see `mattebox.inference.load`.
        rounds: Rounds a sequence.
        progress: Told one line per sequence.

    Returns:
        `{"mean": scores, "items": {name: scores}}`, scores as of `summary`; the mean is over
        sequences.

    Raises:
        InputError: There are no sequences or no such robot, or a sequence does not read.
    """
    who = robot_named(robot)
    folders = sequence_folders(data)
    refiner, propagator = Refiner(engine), Propagator(engine)
    items = {}
    for folder in folders:
        sequence = read_sequence(folder)
        found = summary(list(interact(refiner, propagator, sequence, who, rounds=rounds)))
        items[sequence.name] = found
        if progress is not None:
            progress(f"{sequence.name}: R-AUC {found['R-AUC']:.3f}, {found['clicks']:.0f} clicks")
    mean = {key: float(np.mean([found[key] for found in items.values()])) for key in MEASURES}
    return {"mean": mean, "items": items}
