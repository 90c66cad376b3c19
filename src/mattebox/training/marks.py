"""Clicks, captions and sheets, drawn into pictures for a person to look at."""

from collections.abc import Sequence

import cv2
import numpy as np

from mattebox.evaluation.sheets import GROUND, WHITE, draw_click
from mattebox.evaluation.simulated_user import Point
from mattebox.training.layers import Pixels

BAR = 20
"""Height of a caption."""

_FONT, _TEXT = cv2.FONT_HERSHEY_SIMPLEX, 0.42


def mark(picture: Pixels, points: Sequence[Point]) -> None:
    """Draw clicks into a picture, in place, as evaluation's sheets show them."""
    for point in points:
        draw_click(picture, (point.x, point.y), point.include)


def captioned(picture: Pixels, text: str) -> Pixels:
    """Put a line of ASCII text over a picture, `(H + BAR, W, 3) uint8`."""
    bar = np.full((BAR, picture.shape[1], 3), GROUND, np.uint8)
    cv2.putText(bar, text, (5, BAR - 6), _FONT, _TEXT, WHITE, 1, cv2.LINE_AA)
    return np.concatenate([bar, picture])


def sheet(pictures: Sequence[Pixels], columns: int) -> Pixels:
    """Lay pictures of one size out in rows; what is left of the last row stays dark."""
    height, width = pictures[0].shape[:2]
    rows = -(-len(pictures) // columns)
    laid = np.full((rows * height, columns * width, 3), GROUND, np.uint8)
    for number, picture in enumerate(pictures):
        top, left = number // columns * height, number % columns * width
        laid[top : top + height, left : left + width] = picture
    return laid
