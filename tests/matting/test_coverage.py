"""What the edge stage does to mattes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mattebox.errors import InputError
from mattebox.matting import Edge, cover
from tests.matting.literal_edge import covered

Plane = npt.NDArray[np.uint8]


def share(most: float) -> st.SearchStrategy[float]:
    return st.one_of(st.just(0.0), st.floats(0.001, most), st.sampled_from([most / 2, most]))


edges = st.builds(
    Edge,
    clip_black=share(0.5),
    clip_white=st.one_of(st.just(1.0), st.floats(0.55, 1)),
    smooth=share(2.5),
    grow=st.one_of(st.just(0.0), st.floats(-6, 6), st.sampled_from([-1.0, 0.5, 2.0, 5.0])),
    feather=share(6),
    despill=share(1),
)
codes = st.one_of(st.sampled_from([0, 255]), st.integers(0, 255))
mattes = st.tuples(st.integers(1, 20), st.integers(1, 20)).flatmap(
    lambda size: arrays(np.uint8, size, elements=codes, fill=st.sampled_from([0, 255, 7]))
)


def disc(radius: float, size: int = 121) -> Plane:
    """A disc with an edge of one pixel, its contour exactly at the radius."""
    across = np.arange(size) - size // 2
    distance = np.hypot(across[:, None], across[None])
    return np.rint(255 * np.clip(radius - distance + 0.5, 0, 1)).astype(np.uint8)


def radius_of(matte: Plane) -> float:
    """The radius of the disc with the matte's area."""
    return float(np.sqrt(matte.astype(np.float64).sum() / 255 / np.pi))


@settings(max_examples=150, deadline=None)
@given(mattes, edges, st.sampled_from([1.0, 0.5, 1 / 3, 0.9]))
def test_it_is_what_the_decision_says_to_the_last_code(
    matte: Plane, edge: Edge, scale: float
) -> None:
    np.testing.assert_array_equal(cover(matte, edge, scale), covered(matte, edge, scale))


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 2**32),
    st.integers(0, 60),
    st.integers(0, 60),
    edges,
)
def test_an_object_in_a_large_picture_is_computed_as_if_it_were_all_of_it(
    seed: int, top: int, left: int, edge: Edge
) -> None:
    matte = np.zeros((72, 80), np.uint8)
    draw = np.random.default_rng(seed)
    patch = matte[top : top + 14, left : left + 18]
    patch[...] = draw.choice([0, 255, 90, 200], patch.shape)
    np.testing.assert_array_equal(cover(matte, edge), covered(matte, edge))


@given(mattes, share(1))
def test_a_neutral_edge_is_the_matte_itself(matte: Plane, despill: float) -> None:
    assert cover(matte, Edge(despill=despill)) is matte


def test_lengths_that_are_next_to_nothing_change_nothing() -> None:
    matte = disc(5, 15)
    edge = Edge(smooth=1e-200, grow=1e-300, feather=5e-324)
    np.testing.assert_array_equal(cover(matte, edge), matte)


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (2, 2), (3, 5), (1, 40), (37, 1)])
@pytest.mark.parametrize("code", [0, 255])
def test_a_flat_matte_stays_flat_however_small_the_picture(
    size: tuple[int, int], code: int
) -> None:
    flat = np.full(size, code, np.uint8)
    for grow in (-5.3, 5.3):
        edge = Edge(0.1, 0.9, smooth=2, grow=grow, feather=7)
        np.testing.assert_array_equal(cover(flat, edge), flat)


@pytest.mark.parametrize("amount", [0.3, 1, 2.5, 4, 7.5, 15])
def test_growing_moves_a_discs_edge_by_as_much_and_shrinking_moves_it_back(amount: float) -> None:
    # What an octagon adds at the corners and leaves at the sides shows in small discs only.
    about = pytest.approx(amount, abs=max(0.05, 0.013 * amount))
    matte = disc(30)
    larger = cover(matte, Edge(grow=amount))
    assert radius_of(larger) - radius_of(matte) == about
    assert radius_of(cover(larger, Edge(grow=-amount))) == pytest.approx(30, abs=0.1)
    smaller = cover(matte, Edge(grow=-amount))
    assert radius_of(matte) - radius_of(smaller) == about


@settings(max_examples=60, deadline=None)
@given(mattes, edges, st.integers(0, 2**32))
def test_more_matte_never_becomes_less(matte: Plane, edge: Edge, seed: int) -> None:
    more = np.random.default_rng(seed).integers(matte, 256).astype(np.uint8)
    assert (cover(more, edge) >= cover(matte, edge)).all()


@settings(max_examples=60, deadline=None)
@given(mattes, st.floats(0.001, 6))
def test_growing_only_adds_and_shrinking_only_takes_away(matte: Plane, amount: float) -> None:
    assert (cover(matte, Edge(grow=amount)) >= matte).all()
    assert (cover(matte, Edge(grow=-amount)) <= matte).all()


@pytest.mark.parametrize("feather", [1, 2, 6, 20])
def test_feathering_keeps_a_straight_edges_middle_and_fades_as_far_as_it_says(
    feather: float,
) -> None:
    matte = np.zeros((20, 120), np.uint8)
    matte[:, 60:] = 255
    row = cover(matte, Edge(feather=feather))[10].astype(int)
    assert (np.diff(row) >= 0).all()
    np.testing.assert_allclose(row[:60] + row[:59:-1], 255, atol=1)
    away = int(np.ceil(1.25 * feather))
    assert row[59 - away] == 0
    assert row[60 + away] == 255
    assert row[59] > 0


@pytest.mark.parametrize("smooth", [0.5, 2, 6])
def test_smoothing_leaves_a_straight_edge_hard_and_where_it_was(smooth: float) -> None:
    matte = np.zeros((20, 120), np.uint8)
    matte[:, 60:] = 255
    row = cover(matte, Edge(smooth=smooth))[10].astype(int)
    np.testing.assert_allclose(row[:60] + row[:59:-1], 255, atol=1)
    assert (row[:58] == 0).all()
    assert row[59] <= 80


def test_smoothing_takes_spikes_off_and_fills_notches() -> None:
    matte = np.zeros((60, 60), np.uint8)
    matte[30:] = 255
    even = cover(matte, Edge(smooth=3))
    matte[20:30, 30] = 255
    matte[30:40, 12] = 0
    np.testing.assert_allclose(cover(matte, Edge(smooth=3))[:26], even[:26], atol=1)
    assert cover(matte, Edge(smooth=3))[34:, 12].min() > 200


def test_clipping_takes_haze_and_fills_holes() -> None:
    codes = np.arange(256, dtype=np.uint8)[None]
    clipped = cover(codes, Edge(clip_black=0.2, clip_white=0.6))[0]
    assert not clipped[:52].any()
    assert (clipped[153:] == 255).all()
    assert clipped[102] == 128


def test_growing_goes_on_at_the_pictures_border() -> None:
    matte = np.zeros((30, 40), np.uint8)
    matte[:, :3] = 255
    grown = cover(matte, Edge(grow=4))
    assert (grown == grown[0]).all()
    assert (grown[:, :6] == 255).all()
    back = cover(grown, Edge(grow=-4))
    np.testing.assert_allclose(back.sum(axis=1) / 255, 3, atol=0.1)


@pytest.mark.parametrize(
    "edge",
    [
        Edge(clip_black=0.9, clip_white=0.95),
        Edge(clip_white=0.1),
        Edge(clip_black=0.1, clip_white=0.15),
        Edge(smooth=14.4, grow=-36, feather=36, despill=1),
    ],
)
def test_the_limits_themselves_are_accepted(edge: Edge) -> None:
    edge.check(720)


@pytest.mark.parametrize(
    "edge",
    [
        Edge(clip_black=0.91),
        Edge(clip_white=0.05),
        Edge(clip_black=0.5, clip_white=0.54),
        Edge(smooth=14.5),
        Edge(smooth=-1),
        Edge(grow=37),
        Edge(grow=-37),
        Edge(feather=-0.1),
        Edge(despill=1.01),
        Edge(grow=float("nan")),
        Edge(feather=float("inf")),
    ],
)
def test_what_is_beyond_the_limits_is_refused_with_the_remedy(edge: Edge) -> None:
    with pytest.raises(InputError, match="set ") as refused:
        edge.check(720)
    assert refused.value.status == 422
