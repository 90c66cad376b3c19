"""Pictures to look at: masks and clicks drawn over frames, and many of them on one sheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mattebox.evaluation.davis import Flags
from mattebox.evaluation.simulated_user import Point
from mattebox.files import write_whole

Picture = NDArray[np.uint8]
View = tuple[int, int, int, int]
"""Left, top, right and bottom of a part of a frame, in pixels; right and bottom are outside it."""

CELL = (400, 300)
"""Width and height of a panel's picture."""
AROUND = 1.4
"""A view is this many times as long as what is looked at."""
LEAST = 0.4
"""A view is at least this share of the frame's height."""
CAPTION = 24
"""Height of the line of text over it."""
QUALITY = 88

GROUND = (28, 28, 32)
MASK = (255, 60, 160)
TRUTH = (90, 240, 220)
INCLUDE = (40, 120, 255)
EXCLUDE = (255, 150, 0)
WHITE = (255, 255, 255)
GREEN, YELLOW = (90, 220, 90), (250, 210, 60)
_TINT = 0.35
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def panel(
    frame: Picture,
    caption: str,
    *,
    mask: Flags | None = None,
    truth: Flags | None = None,
    points: Sequence[Point] = (),
    view: View | None = None,
) -> Picture:
    """Draw one frame into a cell of its own.

    Args:
        frame: `(H, W, 3) uint8` RGB.
        caption: ASCII text over it.
        mask: Found mask, `(H, W) bool`: tinted and outlined in pink.
        truth: True mask, `(H, W) bool`: outlined in pale green.
        points: Clicks, numbered from 1: include blue with a plus, exclude orange with a minus.
        view: The part of the frame to show; by default all of it.

    Returns:
        `(CELL[1] + CAPTION, CELL[0], 3) uint8` RGB.
    """
    left, top, right, bottom = view or (0, 0, frame.shape[1], frame.shape[0])
    part = slice(top, bottom), slice(left, right)
    scale = min(CELL[0] / (right - left), CELL[1] / (bottom - top))
    width, height = max(1, round((right - left) * scale)), max(1, round((bottom - top) * scale))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    picture = np.asarray(cv2.resize(frame[part], (width, height), interpolation=way), np.uint8)
    if mask is not None:
        inside = _scaled(mask[part], width, height)
        tint = picture[inside] * (1 - _TINT) + np.array(MASK) * _TINT
        picture[inside] = tint.astype(np.uint8)
        outline(picture, inside, MASK, 2)
    if truth is not None:
        outline(picture, _scaled(truth[part], width, height), TRUTH, 1)
    for number, point in enumerate(points, 1):
        place = (int((point.x + 0.5 - left) * scale), int((point.y + 0.5 - top) * scale))
        draw_click(picture, place, point.include, str(number))
    drawn = np.full((CELL[1] + CAPTION, CELL[0], 3), GROUND, np.uint8)
    down, across = CAPTION + (CELL[1] - height) // 2, (CELL[0] - width) // 2
    drawn[down : down + height, across : across + width] = picture
    _write(drawn, caption, (6, CAPTION - 7))
    return drawn


def view_of(*flags: Flags) -> View:
    """Return the part of a frame to look at for what is in some masks, `(H, W) bool` each.

    It is as long as a cell is, shows what lies around, and lies in the frame.
    """
    height, width = flags[0].shape
    union = np.logical_or.reduce(flags).astype(np.uint8)
    x, y, wide, high = cv2.boundingRect(union) if union.any() else (0, 0, width, height)
    tall = max(high * AROUND, wide * AROUND * CELL[1] / CELL[0], height * LEAST)
    rows, columns = min(round(tall), height), min(round(tall * CELL[0] / CELL[1]), width)
    top = min(max(y + high // 2 - rows // 2, 0), height - rows)
    left = min(max(x + wide // 2 - columns // 2, 0), width - columns)
    return left, top, left + columns, top + rows


def grid(panels: Sequence[Picture], columns: int) -> Picture:
    """Lay panels out row by row; each row and column is as large as its largest panel.

    Args:
        panels: `(h, w, 3) uint8` each; at least one.
        columns: How many beside each other.
    """
    rows = [panels[start : start + columns] for start in range(0, len(panels), columns)]
    heights = [max(each.shape[0] for each in row) for row in rows]
    widths = [
        max(each.shape[1] for each in panels[column::columns])
        for column in range(min(columns, len(panels)))
    ]
    sheet = np.full((sum(heights), sum(widths), 3), GROUND, np.uint8)
    top = 0
    for row, height in zip(rows, heights, strict=True):
        left = 0
        for each, width in zip(row, widths, strict=False):
            sheet[top : top + each.shape[0], left : left + each.shape[1]] = each
            left += width
        top += height
    return sheet


def titled(picture: Picture, title: str) -> Picture:
    """Put a line of ASCII text over a picture."""
    bar = np.full((CAPTION + 6, picture.shape[1], 3), (60, 60, 70), np.uint8)
    _write(bar, title, (6, CAPTION - 3))
    return np.concatenate([bar, picture])


def contact_sheet(paths: Sequence[Path], titles: Sequence[str], *, columns: int = 2) -> Picture:
    """Lay pictures on disk out on one sheet, at half their size.

    Args:
        paths: Pictures that `save` wrote; at least one.
        titles: A line of text for each.
        columns: How many beside each other.
    """
    halves = []
    for path, title in zip(paths, titles, strict=True):
        picture = np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR_RGB), np.uint8)
        size = (picture.shape[1] // 2, picture.shape[0] // 2)
        half = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        halves.append(titled(half, title))
    return grid(halves, columns)


def save(path: Path, picture: Picture) -> None:
    """Write a picture, `(H, W, 3) uint8` RGB, as JPEG."""
    bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)
    _, content = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    write_whole(path, content.tobytes())


def _scaled(flags: Flags, width: int, height: int) -> Flags:
    share = cv2.resize(flags.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(share) >= 0.5


def outline(picture: Picture, inside: Flags, colour: tuple[int, ...], width: int = 1) -> None:
    """Draw the contours of a mask, holes included, into a picture, in place."""
    contours, _ = cv2.findContours(inside.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(picture, contours, -1, colour, width)


def draw_click(picture: Picture, place: tuple[int, int], include: bool, number: str = "") -> None:
    """Draw a click in place: a plus on blue includes, a minus on orange excludes; its number."""
    x, y = place
    colour = INCLUDE if include else EXCLUDE
    cv2.circle(picture, place, 7, WHITE, cv2.FILLED, cv2.LINE_AA)
    cv2.circle(picture, place, 6, colour, cv2.FILLED, cv2.LINE_AA)
    cv2.line(picture, (x - 3, y), (x + 3, y), WHITE, 1)
    if include:
        cv2.line(picture, (x, y - 3), (x, y + 3), WHITE, 1)
    _write(picture, number, (min(x + 8, picture.shape[1] - 16), max(y - 4, 12)))


def _write(picture: Picture, text: str, place: tuple[int, int]) -> None:
    # A thicker shadow would be set wider: the font's thickness moves its letters apart.
    below = (place[0] + 1, place[1] + 1)
    cv2.putText(picture, text, below, _FONT, 0.5, (0, 0, 0), 1, cv2.LINE_AA)
    cv2.putText(picture, text, place, _FONT, 0.5, WHITE, 1, cv2.LINE_AA)
