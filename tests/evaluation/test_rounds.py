"""Interactive rounds on a real small film with the networks that ship."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mattebox.errors import InputError
from mattebox.evaluation.davis import boundary_accuracy, region_similarity
from mattebox.evaluation.robots import Robot
from mattebox.evaluation.rounds import CLICKS, Round, area, evaluate, interact, summary
from mattebox.evaluation.sequences import AnnotatedSequence, read_sequence
from mattebox.propagation import MaskFrame, Propagator, Shot
from mattebox.segmentation import Refiner
from tests.evaluation.scenes import write_film


@pytest.fixture(scope="module")
def networks() -> tuple[Refiner, Propagator]:
    return Refiner(), Propagator()


@pytest.fixture(scope="module")
def sequence(tmp_path_factory: pytest.TempPathFactory) -> AnnotatedSequence:
    return read_sequence(write_film(tmp_path_factory.mktemp("rounds") / "disk", 7))


def played(
    networks: tuple[Refiner, Propagator],
    sequence: AnnotatedSequence,
    robot: Robot = "standard",
    rounds: int = 3,
) -> list[Round]:
    return list(interact(*networks, sequence, robot, rounds=rounds))


@pytest.mark.parametrize("robot", ["standard", "realistic"])
def test_every_round_clicks_a_frame_that_was_not_clicked_before(
    networks: tuple[Refiner, Propagator], sequence: AnnotatedSequence, robot: Robot
) -> None:
    made = played(networks, sequence, robot)
    assert [each.number for each in made] == [1, 2, 3]
    assert made[0].frame == 0
    assert made[0].redone == range(len(sequence.frames))
    assert len({each.frame for each in made}) == 3
    assert all(1 <= len(each.points) <= CLICKS for each in made)
    assert made[-1].both > 0.7


def test_what_is_kept_is_what_propagating_everything_again_gives(
    networks: tuple[Refiner, Propagator], sequence: AnnotatedSequence
) -> None:
    made = played(networks, sequence)
    count = len(sequence.frames)
    keyframes = {each.frame: each.mask for each in made}
    beliefs = {each.frame: each.belief for each in made}
    whole: Iterator[MaskFrame] = networks[1].propagate(
        sequence, keyframes, [Shot(0, count)], 0, count, beliefs=beliefs
    )
    flags = [found.mask >= 128 for found in whole]
    pairs = list(zip(flags, sequence.truths, strict=True))
    assert made[-1].similarity == np.mean([region_similarity(*pair) for pair in pairs])
    assert made[-1].accuracy == np.mean([boundary_accuracy(*pair) for pair in pairs])


def test_only_the_span_around_the_new_keyframe_is_done_again(
    networks: tuple[Refiner, Propagator], sequence: AnnotatedSequence
) -> None:
    made = played(networks, sequence, rounds=4)
    clicked: list[int] = []
    for each in made:
        before = max((k for k in clicked if k < each.frame), default=0)
        after = min((k for k in clicked if k > each.frame), default=len(sequence.frames) - 1)
        assert each.redone == range(before, after + 1)
        clicked.append(each.frame)


@pytest.mark.parametrize("robot", ["standard", "realistic"])
def test_two_runs_agree(
    networks: tuple[Refiner, Propagator], sequence: AnnotatedSequence, robot: Robot
) -> None:
    first = summary(played(networks, sequence, robot, 2))
    again = summary(list(interact(Refiner(), networks[1], sequence, robot, rounds=2)))
    assert first == again


def test_the_worst_frame_comes_next_and_frames_come_again_when_none_is_left(
    networks: tuple[Refiner, Propagator], sequence: AnnotatedSequence
) -> None:
    short = replace(sequence, frames=sequence.frames[:2], truths=sequence.truths[:2])
    made = played(networks, short, rounds=4)
    assert [each.frame for each in made[:2]] == [0, 1]
    assert all(each.frame in (0, 1) for each in made[2:])


def test_the_first_frame_with_the_object_is_clicked_first(
    networks: tuple[Refiner, Propagator], sequence: AnnotatedSequence
) -> None:
    empty = np.zeros_like(sequence.truths[0])
    late = replace(sequence, truths=(empty, empty, *sequence.truths[2:]))
    (made,) = played(networks, late, rounds=1)
    assert made.frame == 2
    with pytest.raises(InputError, match="disk has an object"):
        played(networks, replace(sequence, truths=(empty,) * len(sequence.truths)))


def test_the_area_is_that_of_the_click_based_literature() -> None:
    # 0 before the first round, and the last value for one round more: trapezoids by hand.
    assert area([1.0] * 8) == pytest.approx(8.5 / 9)
    assert area([0.6]) == pytest.approx((0.3 + 0.6) / 2)
    assert area([0.2, 0.4]) == pytest.approx((0.1 + 0.3 + 0.4) / 3)


def test_a_summary_tells_every_round() -> None:
    mask = np.zeros((4, 4), np.uint8)
    made = [
        Round(1, 0, (), mask, mask, range(4), 0.5, 0.7),
        Round(2, 3, (), mask, mask, range(4), 0.7, 0.9),
    ]
    found = summary(made)
    assert found["first"] == pytest.approx(0.6)
    assert found["last"] == pytest.approx(0.8)
    assert found["mean"] == pytest.approx(0.7)
    assert found["R-AUC"] == pytest.approx(area([0.6, 0.8]))
    assert found["R-AUC J"] == pytest.approx(area([0.5, 0.7]))
    assert found["clicks"] == 0
    assert [each["frame"] for each in found["rounds"]] == [0, 3]


def test_a_folder_is_scored(tmp_path: Path) -> None:
    write_film(tmp_path / "disk", 4)
    lines: list[str] = []
    found = evaluate(tmp_path, rounds=1, progress=lines.append)
    assert list(found["items"]) == ["disk"]
    assert len(lines) == 1
    assert found["mean"]["R-AUC"] == found["items"]["disk"]["R-AUC"]
    with pytest.raises(InputError, match="no robot 'magic'"):
        evaluate(tmp_path, robot="magic")
