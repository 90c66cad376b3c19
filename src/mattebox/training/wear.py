"""What cameras and codecs do to a clip: light that changes, noise, blur, compression."""

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mattebox.training.layers import Pixels
from mattebox.training.recipe import DEFAULT_RECIPE, Recipe
from mattebox.training.rendering import smeared

FloatArray = NDArray[np.float32]
_GRAIN = 32.0
"""Standard deviation of the stored noise: small enough not to be cut off at 0 and 255."""


def worn(
    frames: Sequence[Pixels],
    places: Sequence[int],
    random: Generator,
    recipe: Recipe = DEFAULT_RECIPE,
) -> list[Pixels]:
    """Change the light of a clip's frames and wear them.

    Light, noise and compression are drawn once for the clip, as one camera and one codec make
    all of its frames; blur comes and goes.

    Args:
        frames: `(S, S, 3) uint8` RGB each.
        places: Their places in time.
        random: Where chance comes from.
        recipe: The chances.
    """
    first = _light(random, 0.25)
    last = _light(random, 0.25) if random.random() < recipe.light_drifts else first
    grain = random.uniform(0.04, 0.3) if random.random() < recipe.noise else 0.0
    quality = int(random.integers(25, 80)) if random.random() < recipe.compression else None
    latest = max(1, *places)
    finished = []
    for frame, place in zip(frames, places, strict=True):
        share = np.float32(place / latest)
        table = _composed(first * (1 - share) + last * share, _light(random, 0.06))
        seen = _blurred(np.asarray(cv2.LUT(frame, table), np.uint8), random, recipe)
        if grain:
            seen = _grainy(seen, grain, random)
        finished.append(seen if quality is None else _compressed(seen, quality))
    return finished


def _light(random: Generator, amount: float) -> FloatArray:
    """Return a curve for each channel, `(256, 3) float32` in [0, 1]."""
    gamma = np.exp(random.uniform(-amount, amount))
    contrast = 1 + random.uniform(-amount, amount)
    shift = random.uniform(-amount, amount) * 0.4 + random.normal(0, amount * 0.12, 3)
    curve = (_levels() ** np.float32(gamma) - 0.5) * np.float32(contrast) + 0.5
    return np.asarray(np.clip(curve + shift.astype(np.float32), 0, 1), np.float32)


@lru_cache(maxsize=1)
def _levels() -> FloatArray:
    return np.linspace(0, 1, 256, dtype=np.float32)[:, None]


def _composed(first: FloatArray, second: FloatArray) -> Pixels:
    positions = np.rint(first * 255).astype(np.intp)
    table = np.take_along_axis(second, positions, axis=0)
    return np.asarray(np.rint(table * 255)[None], np.uint8)


def _blurred(frame: Pixels, random: Generator, recipe: Recipe) -> Pixels:
    chance = random.random()
    if chance < recipe.shake:
        angle, length = random.uniform(0, 2 * np.pi), random.uniform(2, 8)
        return smeared(frame, length * np.cos(angle), length * np.sin(angle))
    if chance < recipe.shake + recipe.defocus:
        return np.asarray(cv2.GaussianBlur(frame, (0, 0), random.uniform(0.5, 1.5)), np.uint8)
    return frame


def _grainy(frame: Pixels, amount: float, random: Generator) -> Pixels:
    """Add normal noise of `amount` times 32 levels: a window, chosen by chance, of a fixed sheet.

    Drawing a number for every pixel would take longer than all the rest.
    """
    height, width = frame.shape[:2]
    sheet = _sheet(max(height, width) + 128)
    y, x = random.integers(0, 128, 2)
    window = sheet[y : y + height, x : x + width]
    return np.asarray(cv2.addWeighted(frame, 1, window, amount, -128 * amount), np.uint8)


@lru_cache(maxsize=4)
def _sheet(side: int) -> Pixels:
    noise = np.random.default_rng(0).normal(128, _GRAIN, (side, side, 3))
    return np.clip(np.rint(noise), 0, 255).astype(np.uint8)


def _compressed(frame: Pixels, quality: int) -> Pixels:
    bgr = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
    _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)
