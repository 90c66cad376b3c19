"""Light, noise, blur and compression: that they are there, and how strong."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mattebox.training.recipe import Recipe
from mattebox.training.wear import worn

NONE = replace(Recipe(), light_drifts=0, noise=0, compression=0, shake=0, defocus=0)
GREY = np.full((64, 64, 3), 128, np.uint8)


def textured() -> NDArray[np.uint8]:
    rough = np.random.default_rng(0).integers(60, 190, (16, 16, 3), np.uint8)
    return np.asarray(cv2.resize(rough, (64, 64), interpolation=cv2.INTER_NEAREST), np.uint8)


def detail(frame: NDArray[np.uint8]) -> float:
    grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
    return float(np.abs(np.diff(grey.astype(float), axis=1)).max() / max(1.0, grey.std()))


def test_light_alone_changes_every_pixel_of_a_colour_alike() -> None:
    frame = textured()
    (seen,) = worn([frame], [0], np.random.default_rng(1), NONE)
    for channel in range(3):
        pairs = np.unique(
            np.stack([frame[..., channel], seen[..., channel]], -1).reshape(-1, 2), axis=0
        )
        assert len(pairs) == len(np.unique(frame[..., channel]))
        assert (np.diff(pairs[:, 1].astype(int)) >= 0).all()


def test_light_differs_between_clips_and_a_little_between_frames() -> None:
    random = np.random.default_rng(2)
    clips = [
        [float(frame.mean()) for frame in worn([GREY] * 4, range(4), random, NONE)]
        for _ in range(200)
    ]
    assert np.std([np.mean(clip) for clip in clips]) > 10
    within = np.mean([np.std(clip) for clip in clips])
    assert 0.5 < within < 8


def test_light_drifts_steadily_in_time_whatever_the_order_of_use() -> None:
    random = np.random.default_rng(3)
    order = (0, 5, 1, 2, 3, 4)
    drifting = replace(NONE, light_drifts=1)
    ways = []
    for _ in range(300):
        seen = worn([GREY] * 6, order, random, drifting)
        in_time = [float(seen[order.index(place)].mean()) for place in range(6)]
        ways.append(np.array(in_time) - in_time[0])
    ends = np.array([way[-1] for way in ways])
    halves = np.array([way[2:4].mean() for way in ways])
    assert np.std(ends) > 15
    assert np.polyfit(ends, halves, 1)[0] == pytest.approx(0.5, abs=0.1)


def test_noise_has_the_strength_and_the_chance_it_should() -> None:
    random = np.random.default_rng(4)
    levels = []
    for _ in range(200):
        one, other = worn([GREY] * 2, range(2), random, replace(NONE, noise=1))
        levels.append(one[..., 0].std())
        assert (one != other).any()
    assert 1 < min(levels) < 2.5
    assert 8 < max(levels) < 11
    noisy = [
        worn([GREY], [0], random, replace(NONE, noise=0.3))[0].std(axis=(0, 1)).min() > 0.5
        for _ in range(400)
    ]
    assert np.mean(noisy) == pytest.approx(0.3, abs=0.07)


def test_blur_and_compression_cost_detail() -> None:
    frame = textured()
    for what in ("shake", "defocus", "compression"):
        random = np.random.default_rng(5)
        plain, changed = (
            [worn([frame], [0], random, replace(NONE, **{what: chance}))[0] for _ in range(20)]
            for chance in (0.0, 1.0)
        )
        if what == "compression":
            colours = [
                len(np.unique(each.reshape(-1, 3), axis=0)) for each in (plain[0], changed[0])
            ]
            assert colours[1] > 2 * colours[0]
        else:
            assert np.mean([detail(each) for each in changed]) < np.mean(
                [detail(each) for each in plain]
            )


def test_one_codec_makes_a_whole_clip_and_blur_comes_and_goes() -> None:
    random = np.random.default_rng(6)
    frame = textured()
    mixed = 0
    for _ in range(60):
        seen = worn([frame] * 4, range(4), random, replace(NONE, compression=0.5))
        coded = [len(np.unique(each.reshape(-1, 3), axis=0)) > 400 for each in seen]
        assert len(set(coded)) == 1
        blurred = worn([frame] * 4, range(4), random, replace(NONE, defocus=0.5))
        mixed += len({len(np.unique(each.reshape(-1, 3), axis=0)) > 400 for each in blurred}) == 2
    assert mixed > 30
