"""Compositing and matte sizes: what must be exact is exact."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mattebox.errors import InputError
from mattebox.matting import (
    KeyColor,
    chroma_matte,
    combine,
    crisp,
    over_color,
    parse_color,
    resize_matte,
    rgb_from_codes,
)

Plane = npt.NDArray[np.uint8]
GREEN = (173, 42, 26)


def plate(height: int, width: int, seed: int = 0) -> tuple[Plane, Plane, Plane]:
    draw = np.random.default_rng(seed)
    half = ((height + 1) // 2, (width + 1) // 2)
    return (
        draw.integers(0, 256, (height, width), np.uint8),
        draw.integers(0, 256, half, np.uint8),
        draw.integers(0, 256, half, np.uint8),
    )


def test_every_alpha_plate_and_key_value_blends_to_the_rounded_quotient() -> None:
    values = np.arange(256)
    for code in (0, 16, 26, 173, 255):
        luma = np.repeat(values[None], 256, axis=0).astype(np.uint8)
        matte = np.repeat(values[:, None], 256, axis=1).astype(np.uint8)
        half = np.zeros((128, 128), np.uint8)
        blended = over_color((luma, half, half), matte, (code, 0, 0))[0]
        exact = luma * (matte / 255) + code * (1 - matte / 255)
        np.testing.assert_array_equal(blended, np.floor(exact + 0.5 + 1e-9))


@pytest.mark.parametrize("matrix", ["bt709", "smpte170m", "bt2020nc"])
@pytest.mark.parametrize("full_range", [False, True])
@pytest.mark.parametrize("bit_depth", [8, 10, 16])
def test_a_colours_codes_turn_back_into_it(matrix: str, full_range: bool, bit_depth: int) -> None:
    back = rgb_from_codes(matrix, full_range=full_range, bit_depth=bit_depth)
    for color in ((255, 255, 255), (0, 0, 0), (255, 0, 0), (0, 0, 255), (12, 200, 99)):
        codes = KeyColor(*color).code_values(matrix, full_range=full_range, bit_depth=bit_depth)
        found = back @ (*codes, 1)
        np.testing.assert_allclose(found, np.array(color) / 255, atol=2 / (1 << bit_depth))


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 33), st.integers(1, 33), st.integers(0, 10))
def test_full_matte_keeps_the_plate_and_empty_matte_is_the_key(
    height: int, width: int, seed: int
) -> None:
    source = plate(height, width, seed)
    kept = over_color(source, np.full((height, width), 255, np.uint8), GREEN)
    for before, after in zip(source, kept, strict=True):
        np.testing.assert_array_equal(before, after)
    gone = over_color(source, np.zeros((height, width), np.uint8), GREEN)
    for code, after in zip(GREEN, gone, strict=True):
        assert (after == code).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 21), st.integers(1, 21), st.integers(0, 1000))
def test_the_box_around_the_matte_changes_nothing(height: int, width: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    matte = np.zeros((height, width), np.uint8)
    top, left = draw.integers(0, height), draw.integers(0, width)
    part = matte[top : top + 5, left : left + 7]
    part[:] = draw.integers(0, 256, part.shape)
    source = plate(height, width, seed)
    alphas = (matte, chroma_matte(matte), chroma_matte(matte))
    made = over_color(source, matte, GREEN)
    for before, alpha, code, after in zip(source, alphas, GREEN, made, strict=True):
        exact = (before * alpha.astype(float) + code * (255.0 - alpha)) / 255
        np.testing.assert_array_equal(after, np.floor(exact + 0.5 + 1e-9))


def test_chroma_uses_the_average_of_two_by_two() -> None:
    matte = np.array([[255, 0, 1, 2], [255, 0, 3, 4], [9, 9, 255, 255]], np.uint8)
    np.testing.assert_array_equal(chroma_matte(matte), [[128, 3], [9, 255]])


def test_a_matte_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="the matte is"):
        over_color(plate(4, 4), np.zeros((4, 6), np.uint8), GREEN)


@pytest.mark.parametrize("size", [(1920, 1080), (640, 360), (1281, 721), (1920, 360), (1279, 1440)])
def test_flat_regions_stay_exact_when_a_matte_is_scaled(size: tuple[int, int]) -> None:
    matte = np.zeros((720, 1280), np.uint8)
    matte[:, 640:] = 255
    scaled = resize_matte(matte, *size)
    assert scaled.shape == (size[1], size[0])
    edge = size[0] // 2
    reach = 4 * max(1, round(size[0] / 1280))
    assert (scaled[:, : edge - reach] == 0).all()
    assert (scaled[:, edge + reach :] == 255).all()


def test_scaling_keeps_position() -> None:
    matte = np.zeros((90, 160), np.uint8)
    matte[30:60, 40:120] = 255
    there = resize_matte(matte, 480, 270)
    rows, columns = np.nonzero(there > 127)
    assert (rows.min(), rows.max() + 1, columns.min(), columns.max() + 1) == (90, 180, 120, 360)
    back = resize_matte(there, 160, 90)
    np.testing.assert_array_equal(back > 127, matte > 127)


def test_same_size_is_left_alone() -> None:
    matte = np.random.default_rng(0).integers(0, 256, (6, 8), np.uint8)
    assert resize_matte(matte, 8, 6) is matte


def test_several_objects_are_the_largest_of_their_mattes() -> None:
    first, second = np.array([[0, 200]], np.uint8), np.array([[10, 100]], np.uint8)
    np.testing.assert_array_equal(combine([first, second]), [[10, 200]])
    with pytest.raises(ValueError, match="no matte"):
        combine([])


@pytest.mark.parametrize(
    ("text", "color"),
    [("#00ff00", (0, 255, 0)), ("0F0", (0, 255, 0)), (" #12abEF ", (0x12, 0xAB, 0xEF))],
)
def test_colors_are_read(text: str, color: tuple[int, int, int]) -> None:
    assert parse_color(text) == KeyColor(*color)


@pytest.mark.parametrize("text", ["", "green", "#00ff0", "#00ff0g", "##00ff00", "#00ff00ff"])
def test_what_is_no_color_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no colour"):
        parse_color(text)


def test_green_has_the_codes_of_its_matrix_and_range() -> None:
    green = KeyColor(0, 255, 0)
    assert green.code_values("bt709") == GREEN
    assert green.code_values("smpte170m") == (145, 54, 34)
    assert green.code_values("smpte170m", full_range=True) == (150, 44, 21)
    assert green.code_values("bt709", bit_depth=10) == (691, 167, 105)
    assert KeyColor(255, 255, 255).code_values("bt2020nc", bit_depth=10) == (940, 512, 512)
    assert KeyColor(0, 0, 0).code_values("bt709") == (16, 128, 128)
    with pytest.raises(ValueError, match="no matrix"):
        green.code_values("ycgco")


def leaning(height: int = 240, width: int = 360) -> Plane:
    """A mask that goes from 0 to 255 across the picture, the contour in the middle."""
    line = np.linspace(0, 255, width).round().astype(np.uint8)
    return np.repeat(line[None], height, axis=0)


def test_crisp_masks_keep_their_contour_and_never_turn_back() -> None:
    mask = leaning()

    solid = crisp(mask, 3.0)

    assert np.array_equal(solid >= 128, mask >= 128)
    assert np.all(np.diff(solid.astype(int), axis=1) >= 0)
    assert np.any((solid > 0) & (solid < 255))


def test_a_network_unsure_well_inside_or_outside_leaves_no_haze() -> None:
    mask = np.full((240, 360), 60, np.uint8)
    mask[:, 180:] = 195

    solid = crisp(mask, 1.5)

    assert not solid[:, :170].any()
    assert np.all(solid[:, 190:] == 255)
    assert 0 < solid[0, 179] < 128 <= solid[0, 180] < 255


def test_a_thin_part_stays_as_soft_as_an_edge() -> None:
    mask = np.zeros((240, 360), np.uint8)
    mask[:, 100:102] = 180

    assert crisp(mask, 1.0)[120, 100] == 180


def test_crisp_masks_are_the_same_wherever_the_object_is() -> None:
    draw = np.random.default_rng(4)
    mask = np.zeros((240, 360), np.uint8)
    mask[60:120, 40:140] = cv2.GaussianBlur(draw.integers(0, 256, (60, 100), np.uint8), (0, 0), 3)
    moved = np.roll(mask, (70, 150), (0, 1))

    assert np.array_equal(np.roll(crisp(mask, 2.0), (70, 150), (0, 1)), crisp(moved, 2.0))


def test_an_empty_mask_stays_empty() -> None:
    assert not crisp(np.zeros((9, 16), np.uint8), 2.0).any()
