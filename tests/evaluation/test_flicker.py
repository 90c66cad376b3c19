"""Flicker and steadiness of made-up masks whose answers are known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mattebox.evaluation.flicker import NEAR, steadiness
from tests.evaluation.scenes import HEIGHT, WIDTH, disk_at, ground

PLACE = (80, 48)


def still(count: int) -> list[NDArray[np.uint8]]:
    return [ground()] * count


def test_masks_that_stay_on_a_picture_that_stays_are_steady() -> None:
    (found,) = steadiness(still(4), [disk_at(PLACE)] * 4)
    assert found.flicker == 0
    assert found.steadiness == 1
    assert found.still == found.near > 0
    assert found.still_share == 1


def test_flicker_is_the_share_of_still_pixels_near_the_object_that_flip() -> None:
    mask, other = disk_at(PLACE), disk_at(PLACE)
    other[44:52, 76:84] = False
    # Within a fiftieth of the diagonal of the disk, counted independently of the measure.
    rows, columns = np.indices(mask.shape)
    inside = np.argwhere(mask)
    distance = np.full(mask.shape, np.inf)
    for row, column in inside:
        distance = np.minimum(distance, np.hypot(rows - row, columns - column))
    near = np.count_nonzero(distance <= NEAR * np.hypot(*mask.shape))
    (found,) = steadiness(still(5), [mask, other, mask, mask, mask])
    assert found.flipped == 2 * 64
    assert found.near == pytest.approx(4 * near, rel=0.02)
    assert found.flicker == pytest.approx(2 * 64 / (4 * near), rel=0.02)


def test_far_from_the_object_nothing_counts() -> None:
    (found,) = steadiness(still(3), [disk_at((20, 20), 6)] * 3)
    assert found.near < 0.1 * 2 * HEIGHT * WIDTH


def test_where_the_picture_changes_a_flip_is_no_flicker() -> None:
    frames = [ground(), ground()]
    frames[1][:, 60:100] += 60
    mask, other = disk_at(PLACE, 10), disk_at(PLACE, 5)
    (found,) = steadiness(frames, [mask, other])
    assert found.flipped == 0
    assert found.still_share < 0.2


def test_an_outline_over_a_ground_of_its_own_colour_does_not_stand_still() -> None:
    """A moving disk in two colours: pixels of the seam change, those beside them are in motion."""
    frames, masks = [], []
    for place in ((70, 48), (74, 48)):
        picture, mask = np.full((HEIGHT, WIDTH, 3), 90, np.uint8), disk_at(place)
        picture[mask] = 94
        picture[disk_at(place, 14)] = 240
        frames.append(picture)
        masks.append(mask)
    (found,) = steadiness(frames, masks)
    assert found.flipped < np.count_nonzero(masks[0] ^ masks[1]) / 2


def test_several_tracks_are_measured_on_the_same_pixels() -> None:
    calm, restless = [disk_at(PLACE)] * 3, [disk_at(PLACE), disk_at(PLACE, 24), disk_at(PLACE)]
    first, second = steadiness(still(3), restless, calm)
    assert (first.near, first.still) == (second.near, second.still)
    assert second.flicker == 0
    assert first.flicker is not None
    assert first.flicker > 0.2


def moving(count: int, step: int) -> tuple[list[NDArray[np.uint8]], list[NDArray[np.bool_]]]:
    """A textured disk that moves over a textured ground."""
    grain = ground(3, grain=4)
    frames, masks = [], []
    for index in range(count):
        shift = step * index
        mask = disk_at((50 + shift, 48))
        picture = ground()
        picture[mask] = (np.roll(grain, shift, axis=1) + 130)[mask]
        frames.append(picture)
        masks.append(mask)
    return frames, masks


def test_masks_that_move_with_the_picture_are_steady_and_others_are_not() -> None:
    frames, masks = moving(6, 3)
    jumping = [np.roll(mask, 5 * (index % 2), axis=0) for index, mask in enumerate(masks)]
    own, other = steadiness(frames, masks, jumping)
    assert own.steadiness is not None
    assert own.steadiness > 0.95
    assert other.steadiness is not None
    assert other.steadiness < own.steadiness - 0.1


def test_without_an_object_there_is_nothing_to_say() -> None:
    empty = np.zeros((HEIGHT, WIDTH), bool)
    (found,) = steadiness(still(3), [empty] * 3)
    assert found.flicker is None
    assert found.steadiness is None
    assert found.still_share == 0


def test_coding_noise_is_not_motion() -> None:
    random = np.random.default_rng(5)
    frames = []
    for _ in range(3):
        noise = random.normal(0, 2, (HEIGHT, WIDTH, 3))
        frames.append(np.clip(ground() + noise, 0, 255).astype(np.uint8))
    assert cv2.absdiff(frames[0], frames[1]).max() > 6
    (found,) = steadiness(frames, [disk_at(PLACE)] * 3)
    assert found.still_share > 0.9
