import numpy as np
import pytest

from mattebox.errors import InputError
from mattebox.segmentation import Box, Brush, Lasso
from mattebox.segmentation.paint import Cover, Paint, cover

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
