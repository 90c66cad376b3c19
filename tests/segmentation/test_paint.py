from itertools import groupby

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattebox.errors import InputError
from mattebox.segmentation import Box, Brush, Lasso
from mattebox.segmentation import paint as painting
from mattebox.segmentation.paint import Cover, Paint, cover
from mattebox.segmentation.prompts import thin

SIZE = (90, 160)


def spread(covered: Cover) -> np.ndarray:
    whole = np.zeros(SIZE, np.uint8)
    whole[covered.window.slices] = covered.share
    return whole


def brush(*points: tuple[float, float], radius: float = 0.1, include: bool = True) -> Brush:
    return Brush(points, radius, include, direct=True)


def test_a_dab_covers_a_disc_with_an_edge_of_one_pixel() -> None:
    share = spread(cover(brush((0.503, 0.507)), SIZE))
    radius = 0.1 * 90
    assert share.sum() / 255 == pytest.approx(np.pi * radius**2, rel=0.02)
    down, across = np.mgrid[: SIZE[0], : SIZE[1]] + 0.5
    distance = np.hypot(down - 0.507 * 90, across - 0.503 * 160)
    assert (share[distance < radius - 1] == 255).all()
    assert (share[distance > radius + 1] == 0).all()
    assert len(np.unique(share)) > 5


def test_a_stroke_covers_its_way_and_round_ends() -> None:
    share = spread(cover(brush((0.25, 0.5), (0.75, 0.5)), SIZE))
    length, radius = 0.5 * 160, 0.1 * 90
    assert share.sum() / 255 == pytest.approx(2 * radius * length + np.pi * radius**2, rel=0.02)
    assert (share[:, 80] >= 128).sum() == 18


@pytest.mark.parametrize("at", [(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 0.5)])
def test_what_reaches_beyond_the_frame_is_cut_off(at: tuple[float, float]) -> None:
    assert spread(cover(brush(at), SIZE)).any()
    assert spread(cover(Lasso((at, at, at), True, True), SIZE)).shape == SIZE


@pytest.mark.parametrize(
    "points",
    [
        ((0.5, 0.5),),
        ((0.3, 0.4), (0.55, 0.45), (0.4, 0.7)),
        ((1.0, 0.0), (1.0, 1.0)),
        ((0.0, 0.0), (0.0, 0.0)),
    ],
)
def test_a_costly_stroke_covers_what_a_cheap_one_does(
    points: tuple[tuple[float, float], ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = brush(*points, radius=0.3)
    wanted = spread(cover(wide, SIZE))
    monkeypatch.setattr(painting, "MOST_DRAWN", 0)
    found = spread(cover(wide, SIZE))
    rim = np.ones((3, 3), np.uint8)
    assert (found <= cv2.dilate(wanted, rim)).all()
    assert (wanted <= cv2.dilate(found, rim)).all()
    assert found.mean() == pytest.approx(wanted.mean(), rel=0.01)
    assert len(np.unique(found)) >= min(5, len(np.unique(wanted)))


def test_a_long_line_keeps_the_points_that_its_form_needs() -> None:
    turn = np.linspace(0, 6, 600)
    points = tuple(
        (float(0.5 + 0.3 * x), float(0.5 + 0.4 * y))
        for x, y in zip(np.cos(turn), np.sin(turn), strict=True)
    )
    stroke = brush(*points, radius=0.05)
    kept = thin(stroke, SIZE[1], SIZE[0])
    assert isinstance(kept, Brush)
    assert len(kept.points) < 60
    assert set(kept.points) <= set(points)
    assert (kept.points[0], kept.points[-1]) == (points[0], points[-1])
    far = abs(spread(cover(kept, SIZE)).astype(int) - spread(cover(stroke, SIZE)))
    assert far.max() < 128
    straight = Brush(((0.1, 0.2), (0.2, 0.2), (0.3, 0.2)), 0.1, True, True)
    assert thin(straight, *SIZE[::-1]) == Brush(((0.1, 0.2), (0.3, 0.2)), 0.1, True, True)
    box = Box((0.1, 0.1, 0.2, 0.2))
    assert thin(box, *SIZE[::-1]) == box


_place = st.tuples(st.integers(0, 30).map(lambda n: n / 30), st.integers(0, 9).map(lambda n: n / 9))


@settings(max_examples=60, deadline=None)
@given(points=st.lists(_place, min_size=3, max_size=40))
def test_a_thinned_shape_has_points_of_the_first_in_their_order(
    points: list[tuple[float, float]],
) -> None:
    for shape in (brush(*points), Lasso(tuple(points), True, True)):
        kept = thin(shape, *SIZE[::-1])
        assert not isinstance(kept, Box)
        left = iter(points)
        # A lasso that is no more than a line ends with one point repeated.
        assert all(point in left for point, _ in groupby(kept.points))


def test_a_lasso_covers_its_inside() -> None:
    half = Lasso(((0, 0), (0.5, 0), (0.5, 1), (0, 1)), True, True)
    share = spread(cover(half, SIZE))
    assert (share[:, :80] == 255).all()
    assert share[:, 81:].max() == 0
    box = spread(cover(Box((0.25, 0.2, 0.5, 0.6)), SIZE))
    assert box.sum() / 255 == pytest.approx(40 * 36, rel=0.02)


def test_a_thin_brush_still_paints() -> None:
    assert spread(cover(brush((0.2, 0.2), (0.8, 0.9), radius=0.001), SIZE)).max() > 60


def test_later_paint_covers_earlier_paint_and_the_mask_shows_elsewhere() -> None:
    mask = np.full(SIZE, 200, np.uint8)
    paint = Paint.nothing(SIZE)
    paint = paint.painted(cover(brush((0.5, 0.5), radius=0.3), SIZE), include=False)
    paint = paint.painted(cover(brush((0.5, 0.5), radius=0.1), SIZE), include=True)
    shown = paint.on(mask)
    assert (shown[45, 80], shown[45, 60], shown[0, 0]) == (255, 0, 200)
    assert paint.says(True)[45, 80]
    assert paint.says(False)[45, 60]
    assert not (paint.says(True) | paint.says(False))[0, 0]
    # Half a pixel of paint over another side's edge stays between the two.
    assert ((shown >= 0) & (shown <= 255)).all()
    assert np.array_equal(mask, np.full(SIZE, 200))


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Box((0.5, 0.5, 0.5, 0.9)),
        lambda: Box((0.6, 0.1, 0.5, 0.9)),
        lambda: Box((-0.1, 0.1, 0.5, 0.9)),
        lambda: Box((0, 0, float("nan"), 1)),
        lambda: Brush((), 0.1, True, True),
        lambda: Brush(((0.5, 0.5),), 0, True, True),
        lambda: Brush(((0.5, 1.5),), 0.1, True, True),
        lambda: Brush(((0.5, 0.5),) * 4097, 0.1, True, True),
        lambda: Lasso(((0.1, 0.1), (0.2, 0.2)), True, True),
    ],
)
def test_a_shape_that_is_none_is_refused(wrong: object) -> None:
    assert callable(wrong)
    with pytest.raises(InputError) as refused:
        wrong()
    assert refused.value.status == 422
