"""Outlines, clicks and captions, drawn into pictures for a person to look at."""

from collections.abc import Sequence

import cv2
import numpy as np

from mattebox.training.clicks import Mask, Point
from mattebox.training.layers import Pixels

Colour = tuple[int, int, int]

GREEN, RED, WHITE, YELLOW = (90, 220, 90), (230, 70, 60), (255, 255, 255), (250, 210, 60)
GROUND = (28, 28, 32)
BAR = 20
"""Height of a caption."""

_FONT, _TEXT = cv2.FONT_HERSHEY_SIMPLEX, 0.42


def outline(picture: Pixels, mask: Mask, colour: Colour) -> None:
    """Draw the contours of a mask into a picture, in place."""
    inside = (mask > 0).astype(np.uint8)
    contours, _ = cv2.findContours(inside, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(picture, contours, -1, colour, 1)


def mark(picture: Pixels, points: Sequence[Point]) -> None:
    """Draw clicks into a picture, in place: a plus on green includes, a minus on red excludes."""
    for point in points:
        x, y = point.x, point.y
        cv2.circle(picture, (x, y), 6, WHITE, cv2.FILLED, cv2.LINE_AA)
        cv2.circle(picture, (x, y), 5, GREEN if point.include else RED, cv2.FILLED, cv2.LINE_AA)
        cv2.line(picture, (x - 2, y), (x + 2, y), WHITE, 1)
        if point.include:
            cv2.line(picture, (x, y - 2), (x, y + 2), WHITE, 1)


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
