"""The simulated person: what is drawn, how often, and that a seed repeats it."""

from itertools import pairwise

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mattebox.evaluation.simulated_user import (
    DEFAULT_USER,
    Point,
    User,
    centre_click,
    corrective_click,
    corrupted_mask,
    edge_distance,
    first_click,
    geometric,
    largest_error,
    mistaken_mask,
    opening_clicks,
    overlap,
    start,
)

Mask = NDArray[np.uint8]


def disk(x: int = 60, y: int = 50, radius: int = 30, size: int = 128) -> Mask:
    mask = np.zeros((size, size), np.uint8)
    cv2.circle(mask, (x, y), radius, 255, cv2.FILLED)
    return mask


def test_same_seed_makes_the_same_clicks() -> None:
    draws = [opening_clicks(disk(), np.random.default_rng(4)) for _ in range(2)]
    assert draws[0] == draws[1]


def test_two_in_five_openings_are_a_single_click() -> None:
    random = np.random.default_rng(0)
    counts = [len(opening_clicks(disk(), random)) for _ in range(1500)]
    # alone .4, else one include (.2) and no exclude (.2): .4 + .6 * .04
    assert np.mean(np.array(counts) == 1) == pytest.approx(0.424, abs=0.04)


def test_number_of_clicks_is_geometric() -> None:
    random = np.random.default_rng(1)
    counts = np.array([geometric(random, DEFAULT_USER) for _ in range(20000)])
    chances = [np.mean(counts == number) for number in range(4)]
    assert chances[0] == pytest.approx(0.2, abs=0.01)
    for one, next_one in pairwise(chances):
        assert next_one / one == pytest.approx(0.8, abs=0.06)


def test_no_more_clicks_than_the_limit() -> None:
    user = User(decay=0.99, most=5, alone=0)
    random = np.random.default_rng(2)
    for _ in range(100):
        points = opening_clicks(disk(), random, user=user)
        assert sum(point.include for point in points) <= 5
        assert sum(not point.include for point in points) <= 5


def test_first_click_is_inside_towards_the_centre_and_not_at_it() -> None:
    random = np.random.default_rng(3)
    distance = edge_distance(disk())
    depths = []
    for _ in range(1500):
        point = first_click(disk(), random, user=User(slip=0))
        assert point.include
        depths.append(distance[point.y, point.x] / distance.max())
    uniform = distance[distance > 0].mean() / distance.max()
    assert min(depths) > 0
    assert np.mean(depths) > uniform + 0.1
    assert np.mean(np.array(depths) > 0.95) < 0.1


def test_depth_of_the_first_click_weighs_as_its_power_says() -> None:
    random = np.random.default_rng(13)
    distance = edge_distance(disk()).astype(np.float64)
    weight = distance**1.5
    expected = (distance * weight).sum() / weight.sum()
    spread = np.sqrt((distance**2 * weight).sum() / weight.sum() - expected**2)
    points = [first_click(disk(), random, user=User(slip=0)) for _ in range(4000)]
    depths = np.array([distance[point.y, point.x] for point in points])
    assert depths.mean() == pytest.approx(expected, abs=4 * spread / np.sqrt(4000))
    assert depths.std() == pytest.approx(spread, rel=0.06)


def test_include_and_exclude_clicks_are_as_many_as_promised() -> None:
    random = np.random.default_rng(14)
    openings = [opening_clicks(disk(), random, user=User(alone=0)) for _ in range(4000)]
    includes = np.array([sum(point.include for point in each) for each in openings])
    excludes = np.array([sum(not point.include for point in each) for each in openings])
    # A geometric count with .8 has mean 4; the limit of 24 cuts off .8 ** 24 of it.
    assert excludes.mean() == pytest.approx(4, abs=0.3)
    assert includes.mean() == pytest.approx(5, abs=0.3)
    assert np.mean(excludes == 0) == pytest.approx(0.2, abs=0.03)
    assert includes.max() <= 24
    assert excludes.max() <= 24


def test_one_click_in_ten_slips_to_the_edge() -> None:
    random = np.random.default_rng(4)
    distance = edge_distance(disk(radius=40))
    near = [
        distance[p.y, p.x] <= 3 for p in (first_click(disk(radius=40), random) for _ in range(3000))
    ]
    steady = [
        distance[p.y, p.x] <= 3
        for p in (first_click(disk(radius=40), random, user=User(slip=0)) for _ in range(3000))
    ]
    assert np.mean(near) - np.mean(steady) == pytest.approx(0.1, abs=0.03)


def test_exclude_clicks_come_from_border_other_object_and_background() -> None:
    target, others = disk(50, 50, 25), disk(105, 105, 15)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (19, 19))
    ring = np.asarray(cv2.dilate(target, kernel), np.uint8) & ~target
    random = np.random.default_rng(5)
    user = User(alone=0, slip=0)
    found = [
        point
        for _ in range(800)
        for point in opening_clicks(target, random, others=others, user=user)
        if not point.include
    ]
    assert all(target[point.y, point.x] == 0 for point in found)
    in_ring = np.mean([ring[point.y, point.x] > 0 for point in found])
    in_other = np.mean([others[point.y, point.x] > 0 for point in found])
    assert in_ring == pytest.approx(0.5, abs=0.06)
    assert in_other == pytest.approx(0.4, abs=0.06)


def test_where_there_is_no_other_object_the_background_takes_its_share() -> None:
    target = disk(50, 50, 25)
    away = cv2.distanceTransform(np.where(target > 0, 0, 1).astype(np.uint8), cv2.DIST_L2, 5)
    width = round(0.2 * np.sqrt(np.count_nonzero(target)))
    random = np.random.default_rng(15)
    user = User(alone=0, slip=0)
    found = [
        point
        for _ in range(800)
        for point in opening_clicks(target, random, user=user)
        if not point.include
    ]
    # Clicks on the background lie deep in it, beyond the border.
    on_border = np.mean([away[point.y, point.x] <= width + 1 for point in found])
    assert on_border == pytest.approx(0.5, abs=0.05)
    deepest = np.percentile([away[p.y, p.x] for p in found if away[p.y, p.x] <= width + 1], 99)
    assert deepest <= width + 1


def test_a_corrective_click_lies_anywhere_in_the_eroded_error_or_slips() -> None:
    random = np.random.default_rng(16)
    target = disk(64, 64, 40)
    distance = edge_distance(target)
    clicks = [corrective_click(np.zeros_like(target), target, random) for _ in range(3000)]
    depths = np.array([distance[point.y, point.x] for point in clicks if point is not None])
    slipped = depths <= 3
    assert np.mean(slipped) == pytest.approx(0.1, abs=0.02)
    assert depths[~slipped].min() > distance.max() / 3
    inside = distance > distance.max() / 3
    spread = distance[inside].std() / np.sqrt(len(depths))
    assert depths[~slipped].mean() == pytest.approx(distance[inside].mean(), abs=4 * spread)


@pytest.mark.parametrize(("zoomed", "share"), [(False, 0.2), (True, 0.6)])
def test_a_person_starts_from_a_wrong_mask_as_often_as_promised(zoomed: bool, share: float) -> None:
    random = np.random.default_rng(17)
    target = disk()
    starts = [start(target, random, zoomed=zoomed) for _ in range(1500)]
    corrected = [(points, previous) for points, previous in starts if previous is not None]
    assert len(corrected) / len(starts) == pytest.approx(share, abs=0.05)
    for points, previous in corrected[:200]:
        (point,) = points
        inside = target[point.y, point.x] > 0
        assert point.include == inside
        assert (previous[point.y, point.x] > 0) != inside
    assert {len(points) > 1 for points, previous in starts if previous is None} == {True, False}


def test_corrective_click_is_in_the_largest_error_and_off_its_centre() -> None:
    target = disk(40, 64, 25) | disk(100, 64, 15)
    random = np.random.default_rng(6)
    missing = corrective_click(disk(100, 64, 15), target, random)
    assert missing is not None
    assert missing.include
    assert disk(40, 64, 25)[missing.y, missing.x]
    extra = corrective_click(disk(40, 64, 25) | disk(100, 64, 28), target, random)
    assert extra is not None
    assert not extra.include
    assert target[extra.y, extra.x] == 0
    points = [corrective_click(np.zeros_like(target), disk(), random) for _ in range(300)]
    offsets = [np.hypot(p.x - 60, p.y - 50) for p in points if p is not None]
    assert np.mean(offsets) > 8


def test_a_right_mask_gets_no_click() -> None:
    assert corrective_click(disk(), disk(), np.random.default_rng(0)) is None
    assert centre_click(disk(), disk()) is None
    assert largest_error(disk(), disk()) == (None, True)


def test_standard_robot_clicks_the_deepest_error_once() -> None:
    first = centre_click(np.zeros((128, 128), np.uint8), disk())
    assert first is not None
    assert first.include
    assert np.hypot(first.x - 60, first.y - 50) <= 2
    second = centre_click(np.zeros((128, 128), np.uint8), disk(), taken=[first])
    assert second is not None
    assert second != first
    excess = centre_click(disk(radius=60), disk(radius=20))
    assert excess is not None
    assert not excess.include


def test_standard_robot_leaves_ignored_pixels_alone() -> None:
    assert centre_click(np.zeros((128, 128), np.uint8), disk(), ignore=disk(radius=40)) is None


def test_rim_of_the_picture_counts_as_an_edge() -> None:
    point = centre_click(np.zeros((65, 65), np.uint8), np.full((65, 65), 255, np.uint8))
    assert point == Point(32, 32, True)


def test_corrupted_masks_are_as_wrong_as_promised() -> None:
    random = np.random.default_rng(7)
    shapes = [disk(radius=radius) for radius in (12, 20, 30, 45)]
    values = [overlap(corrupted_mask(shape, random), shape) for shape in shapes for _ in range(60)]
    usual = [value for value in values if value < 1]
    assert len(usual) > 0.9 * len(values)
    assert min(usual) >= 0.6
    assert max(usual) <= 0.95
    assert np.std(usual) > 0.05
    # All of the promised range is used, by masks too large and too small.
    assert np.histogram(usual, [0.6, 0.7, 0.8, 0.9, 0.95])[0].min() > 0.08 * len(usual)
    sizes = [
        np.count_nonzero(corrupted_mask(shapes[2], random)) / np.count_nonzero(shapes[2])
        for _ in range(100)
    ]
    assert 0.2 < np.mean(np.array(sizes) > 1) < 0.8


def test_mistaken_masks_hold_another_object_or_lack_a_tenth_to_a_half() -> None:
    random = np.random.default_rng(8)
    target, other = disk(40, 64, 25), disk(100, 64, 15)
    masks = [mistaken_mask(target, random, others=other) for _ in range(400)]
    joined = [mask for mask in masks if (mask[other > 0] == 255).all()]
    assert 0.42 < len(joined) / len(masks) < 0.58
    assert all(np.array_equal(mask > 0, (target > 0) | (other > 0)) for mask in joined)
    lacking = [overlap(mask, target) for mask in masks if not mask[other > 0].any()]
    assert len(lacking) == len(masks) - len(joined)
    assert 0.49 <= min(lacking) < 0.55
    assert 0.85 < max(lacking) <= 0.91
    alone = [mistaken_mask(target, random) for _ in range(20)]
    assert all(overlap(mask, target) <= 0.91 for mask in alone)


def test_three_in_ten_masks_to_correct_are_wrong_by_a_whole_part() -> None:
    random = np.random.default_rng(9)
    target, other = disk(40, 64, 25), disk(100, 64, 15)
    starts = [start(target, random, others=other, zoomed=True)[1] for _ in range(1500)]
    previous = [mask for mask in starts if mask is not None]
    joined = np.mean([bool((mask[other > 0] == 255).all()) for mask in previous])
    assert 0.11 < joined < 0.19


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 20), st.integers(1, 20))
def test_any_object_however_small_can_be_clicked(seed: int, width: int, height: int) -> None:
    target = np.zeros((40, 40), np.uint8)
    target[10 : 10 + height, 5 : 5 + width] = 255
    random = np.random.default_rng(seed)
    for point in opening_clicks(target, random):
        assert (target[point.y, point.x] > 0) == point.include
    assert corrupted_mask(target, random).shape == target.shape


def test_overlap_of_empty_masks_is_one_and_ignored_pixels_do_not_count() -> None:
    empty = np.zeros((8, 8), np.uint8)
    full = np.full((8, 8), 255, np.uint8)
    half = full.copy()
    half[:, 4:] = 0
    assert overlap(empty, empty) == 1
    assert overlap(half, full) == 0.5
    assert overlap(half, full, ignore=full - half) == 1
