"""What despill does to the colours of an edge."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattebox.matting import Cutout, Edge, EdgeStage, Reach, chroma_matte, combine, cover, despill
from tests.matting.literal_edge import despilled

Plane = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.unsignedinteger[Any]]
Real = npt.NDArray[np.float64]
Planes = tuple[Samples, Samples, Samples]
Pair = tuple[int, int]

# How many luma samples a chroma sample stands for, down and across.
SUBSAMPLED = {"4:2:0": (2, 2), "4:2:2": (1, 2), "4:4:4": (1, 1)}


def noise(size: Pair, steps: Pair, depth: int, seed: int) -> Planes:
    draw = np.random.default_rng(seed)
    dtype = np.uint8 if depth == 8 else np.uint16
    half = tuple(-(-side // step) for side, step in zip(size, steps, strict=True))
    y, u, v = (draw.integers(0, 1 << depth, shape, dtype) for shape in (size, half, half))
    return y, u, v


def soft(size: Pair, seed: int) -> Plane:
    draw = np.random.default_rng(seed)
    spots = draw.choice([0, 0, 0, 255], (1 + size[0] // 5, 1 + size[1] // 5)).astype(np.uint8)
    return np.asarray(cv2.resize(spots, size[::-1], interpolation=cv2.INTER_LINEAR), np.uint8)


def small(plane: npt.NDArray[Any], steps: Pair) -> npt.NDArray[Any]:
    return plane[:: steps[0], :: steps[1]]


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(st.integers(1, 24), st.integers(1, 24)),
    st.sampled_from(list(SUBSAMPLED)),
    st.sampled_from([8, 10, 12, 16]),
    st.tuples(*[st.tuples(st.integers(1, most), st.integers(1, most)) for most in (7, 3)]),
    st.integers(0, 2**32),
)
def test_it_is_what_the_decision_says(
    size: Pair, kind: str, depth: int, reaches: tuple[Pair, Pair], seed: int
) -> None:
    steps = SUBSAMPLED[kind]
    planes, matte = noise(size, steps, depth, seed), soft(size, seed)
    share = np.random.default_rng(seed).random(size, np.float32)
    if seed % 2:
        share[...] = 0.75
    made = despill(planes, matte, 0.75 if seed % 2 else share, Reach(*reaches), depth)
    mattes = matte, *[matte_of(matte, steps)] * 2
    for number, (plane, alpha) in enumerate(zip(planes, mattes, strict=True)):
        own = (
            (1, 1)
            if number == 0
            else tuple(1 + (less < more) for less, more in zip(plane.shape, size, strict=True))
        )
        wide, close = ((-(-down // own[0]), -(-across // own[1])) for down, across in reaches)
        top, shares = (1 << depth) - 1, small(share, own)
        wanted = despilled(plane.astype(np.int64), alpha, shares, (wide, close), top)
        assert made[number].dtype == plane.dtype
        # Rounded to the nearest, but for what floats of 32 bits are off, by which a first
        # estimate's last 64th of a code may fall to either side.
        assert np.abs(made[number] - wanted).max() <= 0.5 + 1 / 64 + (1 << depth) / 2**20


def matte_of(matte: Plane, steps: Pair) -> Plane:
    if steps == (2, 2):
        return chroma_matte(matte)
    if steps == (1, 2):
        wide = np.concatenate([matte, matte[:, -1:]], axis=1).astype(int)
        pairs = (wide[:, 0:-1:2] + wide[:, 1::2] + 1) // 2
        return np.asarray(pairs, np.uint8)
    return matte


@pytest.mark.parametrize("gap", [0, 5, 30, 39, 60])
def test_a_long_picture_is_cleaned_as_if_it_were_in_one_piece(gap: int) -> None:
    size, reaches = (6, 620), ((2, 40), (1, 4))
    planes = noise(size, (1, 1), 8, gap)
    # It is worked on in pieces of 256 samples, the first of which begins 40 before the first spot.
    matte = np.zeros(size, np.uint8)
    matte[2:5, 100:104] = 180
    matte[1:4, 316 + gap : 319 + gap] = 90
    matte[2:3, 560:] = 200
    made = despill(planes, matte, 1.0, Reach(*reaches))
    share = np.ones(size)
    for plane, clean in zip(planes, made, strict=True):
        wanted = despilled(plane.astype(np.int64), matte, share, reaches, 255)
        assert np.abs(clean - wanted).max() <= 0.5 + 1 / 64 + 1 / 2**12


@pytest.mark.parametrize("reach", [90, 91, 128, 768])
def test_a_bright_picture_stays_so_however_large_the_box(reach: int) -> None:
    matte = np.full((40, 60), 255, np.uint8)
    matte[:, 50:] = np.linspace(250, 0, 10, dtype=np.uint8)
    white = np.full((40, 60), 255, np.uint8)
    made = despill((white, white, white), matte, 1.0, Reach((reach, reach), (4, 4)))
    for clean in made:
        np.testing.assert_array_equal(clean, white)


@pytest.mark.parametrize("kind", list(SUBSAMPLED))
@pytest.mark.parametrize("depth", [8, 10])
def test_samples_under_a_full_matte_and_far_away_are_left_as_they_are(
    kind: str, depth: int
) -> None:
    steps = SUBSAMPLED[kind]
    planes = noise((61, 83), steps, depth, 1)
    matte = np.zeros((61, 83), np.uint8)
    matte[20:41, 30:50] = 255
    matte[20:41, 50] = 99
    made = despill(planes, matte, 1.0, Reach((5, 5), (1, 1)), depth)
    for number, (plane, clean) in enumerate(zip(planes, made, strict=True)):
        down, across = steps if number else (1, 1)
        same = plane == clean
        assert same[22 // down : 40 // down, 32 // across : 48 // across].all()
        assert same[: 12 // down].all()
        assert same[:, 62 // across :].all()
        assert not same.all()


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (1, 7), (3, 5)])
@pytest.mark.parametrize("code", [0, 1, 255])
def test_tiny_pictures_and_flat_mattes_are_no_exception(size: Pair, code: int) -> None:
    planes = noise(size, (2, 2), 8, 3)
    made = despill(planes, np.full(size, code, np.uint8), 1.0, Reach((4, 4), (1, 1)))
    for plane, clean in zip(planes, made, strict=True):
        assert clean.shape == plane.shape
        if code != 1:
            np.testing.assert_array_equal(plane, clean)


@pytest.mark.parametrize("kind", list(SUBSAMPLED))
def test_a_known_background_is_taken_out_of_the_edge_of_a_known_object(kind: str) -> None:
    steps = SUBSAMPLED[kind]
    size = (120, 160)
    disc = np.zeros(size, np.uint8)
    cv2.circle(disc, (80, 60), 35, 255, cv2.FILLED)
    matte = np.asarray(cv2.GaussianBlur(disc, (0, 0), 3), np.uint8)
    across, down = np.meshgrid(np.linspace(-1, 1, size[1]), np.linspace(-1, 1, size[0]))
    objects = (150 + 20 * across, 110 - 6 * down, 150 + 8 * across)
    behind = (120 - 10 * down, 50 + 5 * across, 40 + 5 * down)
    planes, truths, alphas = [], [], []
    for number, (ours, theirs) in enumerate(zip(objects, behind, strict=True)):
        own = steps if number else (1, 1)
        alpha = matte_of(matte, own)
        truth = small(ours, own)
        part = alpha / 255
        planes.append(np.rint(part * truth + (1 - part) * small(theirs, own)).astype(np.uint8))
        truths.append(truth)
        alphas.append(alpha)
    made = despill((planes[0], planes[1], planes[2]), matte, 1.0, Reach((15, 15), (4, 4)))
    for plane, clean, truth, alpha in zip(planes, made, truths, alphas, strict=True):
        edge = (alpha > 25) & (alpha < 230)
        before = np.abs(plane[edge] - truth[edge]).mean()
        after = np.abs(clean[edge] - truth[edge]).mean()
        assert after <= 0.5 * before


# A disc's rim in a plate of 720 lines, which an object and what is behind it are mixed in.
RIM = (200, 320)
NEAR = Reach((15, 15), (4, 4))


def texture(sigma: float, mean: float, depth: float) -> Real:
    noise = np.random.default_rng(1).standard_normal(RIM)
    even = cv2.GaussianBlur(noise, (0, 0), sigma)
    return np.asarray(np.clip(mean + depth * even / even.std(), 16, 235))


def rim_errors(ours: Real, theirs: Real) -> tuple[float, float]:
    """The mean error of Y' as far as it is seen: of the plate, and without the spill."""
    disc = np.zeros(RIM, np.uint8)
    cv2.circle(disc, (160, 100), 70, 255, cv2.FILLED)
    matte = np.asarray(cv2.GaussianBlur(disc, (0, 0), 1), np.uint8)
    alpha, edge = matte / 255, (matte > 25) & (matte < 230)
    y = np.rint(alpha * ours + (1 - alpha) * theirs).astype(np.uint8)
    grey = np.full((RIM[0] // 2, RIM[1] // 2), 128, np.uint8)
    clean = despill((y, grey, grey), matte, 1.0, NEAR)[0]
    before, after = (float((alpha * np.abs(one - ours))[edge].mean()) for one in (y, clean))
    return before, after


def test_an_object_of_several_colours_keeps_them_apart() -> None:
    stripes = np.where(np.arange(RIM[1]) // 20 % 2 == 0, 60.0, 200.0)[None].repeat(RIM[0], axis=0)
    for behind in (texture(8, 110, 40), np.full(RIM, 40.0)):
        before, after = rim_errors(stripes, behind)
        assert after <= 0.6 * before


def test_an_object_of_one_colour_loses_nothing_by_the_close_box() -> None:
    rows, columns = (np.linspace(-1, 1, side) for side in RIM)
    smooth = 130 + 35 * rows[:, None] + 25 * columns[None]
    before, after = rim_errors(smooth, np.full(RIM, 40.0))
    assert before > 15
    # The wide box alone leaves 1.4.
    assert after <= 1.4
    before, after = rim_errors(smooth, texture(8, 110, 40))
    assert after <= 0.5 * before


def test_the_largest_matte_of_a_pixel_says_how_much_is_taken_out() -> None:
    left, right = np.zeros((20, 40), np.uint8), np.zeros((20, 40), np.uint8)
    left[:, :20], right[:, 20:] = 200, 200
    stage = EdgeStage([Edge(despill=0.25), Edge(despill=1, clip_white=0.5)], (20, 40), (20, 40))
    found = stage.cut_out([left, right])
    assert isinstance(found.despill, np.ndarray)
    assert (found.despill[:, :20] == 0.25).all()
    assert (found.despill[:, 20:] == 1).all()
    np.testing.assert_array_equal(found.plain, combine([left, right]))
    assert (found.matte[:, 20:] == 255).all()
    equal = stage.cut_out([left, np.zeros_like(left)])
    assert isinstance(equal.despill, np.ndarray)
    assert (equal.despill[:, 20:] == 0.25).all()


def test_each_object_gets_its_own_edge_before_they_are_combined() -> None:
    mattes = [soft((40, 60), seed) for seed in (1, 2)]
    edges = [Edge(grow=4), Edge(feather=6, despill=1)]
    found = EdgeStage(edges, (40, 60), (80, 120)).cut_out(mattes)
    each = [cover(matte, edge, 0.5) for matte, edge in zip(mattes, edges, strict=True)]
    np.testing.assert_array_equal(found.matte, combine(each))


def test_neutral_edges_cost_nothing() -> None:
    matte = soft((40, 60), 1)
    found = EdgeStage([Edge()], (40, 60), (80, 120)).cut_out([matte])
    assert isinstance(found, Cutout)
    assert found.matte is matte
    assert found.despill == 0


def test_colours_are_looked_for_as_far_as_an_edge_may_come() -> None:
    stage = EdgeStage([Edge(despill=1)], (720, 1280), (720, 1280))
    assert stage.reach == stage.source_reach == Reach((15, 15), (4, 4))
    edges = [Edge(grow=-9), Edge(grow=10, feather=20, despill=1)]
    wide = EdgeStage(edges, (720, 1280), (1080, 1920))
    assert wide.reach == Reach((24, 24), (4, 4))
    assert wide.source_reach == Reach((36, 36), (6, 6))


def test_colours_come_from_as_far_on_screen_where_pixels_are_not_square() -> None:
    stage = EdgeStage([Edge(despill=1)], (720, 1280), (720, 640))
    assert stage.source_reach == Reach((15, 8), (4, 2))
    tall = EdgeStage([Edge(grow=64, feather=64, despill=1)], (1280, 720), (1280, 720))
    assert tall.reach.wide == (128, 128)
    assert EdgeStage([Edge(despill=1)], (360, 640), (360, 1280)).source_reach == Reach(
        (8, 16), (2, 4)
    )
