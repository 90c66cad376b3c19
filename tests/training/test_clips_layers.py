"""Moving pictures: drawing, laying over, bending, and where they go."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mattebox.propagation.region import Region
from mattebox.training.layers import Layer, bordered, bounds, cut_out, drift, filling, placed
from mattebox.training.rendering import over, render, smeared
from mattebox.training.scenes import absence, kept_in


def picture(height: int = 48, width: int = 64) -> NDArray[np.uint8]:
    rough = np.random.default_rng(0).integers(0, 255, (6, 8, 4), np.uint8)
    return np.asarray(cv2.resize(rough, (width, height)), np.uint8)


def disc(radius: int = 15) -> Layer:
    alpha = np.zeros((48, 64), np.uint8)
    cv2.circle(alpha, (32, 24), radius, 255, cv2.FILLED)
    return Layer(picture(), alpha)


def test_a_layer_at_rest_is_drawn_as_it_is() -> None:
    pixels = np.ascontiguousarray(picture()[:, :48])
    drawn = render(filling(pixels), 0, Region(0, 0, 48, 48), 48)
    assert drawn is not None
    assert np.abs(drawn.astype(int) - pixels).max() <= 1


def test_a_crop_shows_its_part_enlarged() -> None:
    pixels = np.ascontiguousarray(picture()[:, :48])
    drawn = render(filling(pixels), 0, Region(12, 6, 24, 24), 48)
    wanted = cv2.resize(pixels[6:30, 12:36], (48, 48), interpolation=cv2.INTER_LINEAR)
    assert drawn is not None
    assert np.abs(drawn[2:-2, 2:-2].astype(int) - wanted[2:-2, 2:-2]).max() <= 3


def test_what_a_crop_does_not_see_is_not_drawn() -> None:
    still = cut_out(disc(), 100)
    far = placed(still, 20, 20, (200, 200))
    assert render(far, 0, Region(0, 0, 64, 64), 32) is None
    assert render(far, 0, Region(180, 180, 64, 64), 32) is not None


def test_soft_edges_mix_by_their_alpha() -> None:
    layer = Layer(np.full((8, 8, 4), 200, np.uint8), np.full((8, 8), 128, np.uint8))
    front = cut_out(layer, 8).pixels
    mixed = over(np.full((8, 8, 4), 100, np.uint8), front)
    assert np.abs(mixed[..., :3].astype(int) - 150).max() <= 1


def test_no_colour_of_its_old_background_clings_to_a_shrunk_cut_out() -> None:
    image = np.full((96, 96, 4), 255, np.uint8)
    alpha = np.zeros((96, 96), np.uint8)
    cv2.circle(alpha, (48, 48), 40, 255, cv2.FILLED)
    image[alpha > 0] = (40, 40, 40, 0)
    front = cut_out(Layer(image, alpha), 24).pixels
    assert front.shape == (24, 24, 4)
    assert over(np.zeros_like(front), front)[..., :3].max() <= 41


def test_an_object_at_the_border_goes_on_there_and_any_other_has_a_twin() -> None:
    layer = disc()
    framed, width = bordered(layer)
    assert framed.shape == (48 + 2 * width, 64 + 2 * width, 4)
    inside = framed[width:-width, width:-width]
    assert (inside[..., 3] == layer.alpha).all()
    assert framed[..., 3].sum() == layer.alpha.sum(dtype=np.int64)
    alpha = np.zeros((48, 64), np.uint8)
    alpha[30:, 20:40] = 255
    framed, width = bordered(Layer(picture(), alpha))
    assert (framed[-width:, width + 20 : width + 40, 3][:10] == 255).all()
    assert not framed[:width, :, 3].any()
    assert not framed[:, :width, 3].any()


def test_bounds_are_never_left() -> None:
    random = np.random.default_rng(2)
    for _ in range(30):
        motion = drift(cut_out(disc(), 40), (80, 80), 1.0, pace=1.5, count=6, random=random)
        for frame in range(6):
            drawn = render(motion, frame, Region(0, 0, 160, 160), 160)
            if drawn is None:
                continue
            rows, columns = np.nonzero(drawn[..., 3] > 127)
            x0, y0, x1, y1 = bounds(motion, frame)
            assert columns.min() >= np.floor(x0) - 1
            assert rows.min() >= np.floor(y0) - 1
            assert columns.max() <= np.ceil(x1) + 1
            assert rows.max() <= np.ceil(y1) + 1


def test_two_layers_go_ways_of_their_own_and_bend() -> None:
    random = np.random.default_rng(3)
    still = cut_out(disc(), 40)
    one, other = (drift(still, (50, 50), 1, pace=1, count=5, random=random) for _ in range(2))
    for motion in (one, other):
        assert not motion.warps[0].any()
        assert np.abs(motion.warps[4]).max() > 1
        assert np.abs(motion.maps[4] - motion.maps[0]).max() > 1
    assert np.abs(one.maps[4] - other.maps[4]).max() > 1


def test_a_long_way_does_not_stretch_without_end() -> None:
    random = np.random.default_rng(4)
    for _ in range(10):
        motion = drift(cut_out(disc(), 40), (0, 0), 1, pace=1, count=80, random=random)
        for move, warp in zip(motion.maps, motion.warps, strict=True):
            sizes = np.linalg.svd(move[:, :2])[1]
            assert sizes[0] / sizes[1] < 3
            assert np.abs(warp).max() < 0.4 * max(motion.pixels.shape)


def test_a_pace_of_nought_is_rest() -> None:
    motion = drift(cut_out(disc(), 40), (0, 0), 1, pace=0, count=3, random=np.random.default_rng(5))
    assert all((move == motion.maps[0]).all() for move in motion.maps)


def test_an_object_is_held_inside_the_canvas() -> None:
    random = np.random.default_rng(6)
    for _ in range(10):
        lost = drift(cut_out(disc(), 40), (300, -80), 1, pace=1, count=4, random=random)
        held = kept_in(lost, 200, 100, margin=0.1)
        for frame in range(4):
            x0, y0, x1, y1 = bounds(held, frame)
            assert 20 - 1e-3 <= (x0 + x1) / 2 <= 180 + 1e-3
            assert 10 - 1e-3 <= (y0 + y1) / 2 <= 90 + 1e-3


def test_smearing_widens_along_the_way_and_keeps_the_sum() -> None:
    pixels = np.zeros((41, 41, 4), np.uint8)
    pixels[18:23, 18:23] = 200
    along = smeared(pixels, 8, 0)
    assert along[20, 14, 0] > 0
    assert along[14, 20, 0] == 0
    assert along.sum() == pytest.approx(pixels.sum(), rel=0.03)
    assert (smeared(pixels, 0.3, 0.2) == pixels).all()
    assert smeared(pixels, 0, 500)[:10].max() == 0


def test_an_absence_never_begins_with_the_first_frame_and_is_drawn_from_all_others() -> None:
    random = np.random.default_rng(7)
    drawn = [absence(5, random, stays_away=False) for _ in range(300)]
    assert {tuple(each) for each in drawn} == {
        (1,), (2,), (3,), (1, 2), (2, 3), (1, 2, 3),
    }  # fmt: skip
    assert all(absence(5, random, stays_away=True)[-1] == 4 for _ in range(20))
