"""A picture of what the click simulator draws.

python -m mattebox.evaluation.simulated_user_picture OUT.png
"""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mattebox.evaluation.sheets import EXCLUDE, INCLUDE, WHITE, YELLOW, outline
from mattebox.evaluation.simulated_user import (
    Mask,
    Point,
    corrective_click,
    corrupted_mask,
    first_click,
    opening_clicks,
)

SIZE = 240
DRAWS = 400


def draw(seed: int = 0) -> NDArray[np.uint8]:
    """Four panels, `(SIZE, 4 * SIZE, 3) uint8` RGB.

    From left to right: many first clicks; many openings with their exclude clicks; corrective
    clicks for a mask that misses a part; true contour (white) and eight corrupted ones.
    """
    random = np.random.default_rng(seed)
    target, other = _animal(), _ball()
    first = [first_click(target, random) for _ in range(DRAWS)]
    openings = [p for _ in range(60) for p in opening_clicks(target, random, others=other)]
    partial = target.copy()
    partial[:, 150:] = 0
    corrections = [corrective_click(partial, target, random) for _ in range(DRAWS)]
    panels = [
        _dots(_scene(target, other), first),
        _dots(_scene(target, other), openings),
        _dots(_scene(partial, other), [point for point in corrections if point is not None]),
    ]
    last = _scene(target, other)
    for _ in range(8):
        outline(last, corrupted_mask(target, random) > 0, YELLOW)
    outline(last, target > 0, WHITE)
    return np.hstack([*panels, last])


def _animal() -> Mask:
    mask = np.zeros((SIZE, SIZE), np.uint8)
    cv2.ellipse(mask, (110, 120), (60, 32), 0, 0, 360, 255, cv2.FILLED)
    cv2.circle(mask, (180, 90), 26, 255, cv2.FILLED)
    for x in (70, 95, 130, 155):
        cv2.rectangle(mask, (x - 6, 130), (x + 6, 200), 255, cv2.FILLED)
    return mask


def _ball() -> Mask:
    mask = np.zeros((SIZE, SIZE), np.uint8)
    cv2.circle(mask, (205, 195), 22, 255, cv2.FILLED)
    return mask


def _scene(target: Mask, other: Mask) -> NDArray[np.uint8]:
    scene = np.full((SIZE, SIZE, 3), 40, np.uint8)
    scene[other > 0] = (70, 70, 95)
    scene[target > 0] = (95, 95, 95)
    return scene


def _dots(scene: NDArray[np.uint8], points: list[Point]) -> NDArray[np.uint8]:
    for point in points:
        colour = INCLUDE if point.include else EXCLUDE
        cv2.circle(scene, (point.x, point.y), 1, colour, cv2.FILLED, cv2.LINE_AA)
    return scene


if __name__ == "__main__":
    cv2.imwrite(str(Path(sys.argv[1])), draw()[..., ::-1])
