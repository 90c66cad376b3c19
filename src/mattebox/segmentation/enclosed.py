"""Finding the object that somebody drew a box or a line around.

The Refinement Network knows clicks and a previous mask, so a shape is put to it in those words: the
picture is cut close around the shape, a place inside is an include click, places just outside are
exclude clicks, all told at once. Which place inside is on the object nobody knows: of several the
one is taken whose answer fills the shape best. See `docs/decisions/prompts.md`.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mattebox.segmentation import window as windows
from mattebox.segmentation.paint import Cover
from mattebox.segmentation.refiner import Click, Refiner
from mattebox.segmentation.window import Window

Mask = NDArray[np.uint8]
Place = tuple[int, int]

MARGIN = 1.4
"""The network sees so many times the box around the shape, a side."""
OUTSIDE = 0.04
"""How far outside the shape the exclude clicks are, over its longer side."""
EXCLUDED = 4
"""How many exclude clicks there are at most."""
PLACES = ((0.5, 0.25), (0.5, 0.75), (0.25, 0.5), (0.75, 0.5))
"""Where, across and down the shape, the object is looked for beside its middle."""
TRIED = 3
"""So many places inside are tried at most: each costs a decoding."""
FILLS = 0.6
"""An answer that fills the shape so well is taken without trying other places."""
SLACK = 0.03
"""How far beyond the shape the object may reach, over the shape's longer side."""
STRAYS = 0.01
"""This share of an answer on each side does not count as its extent."""


def find_enclosed(
    refiner: Refiner,
    frame: NDArray[np.uint8],
    shape: Cover,
    *,
    known: Mask | None = None,
    wanted: Mask | None = None,
) -> Mask:
    """Find the object inside a shape.

    Args:
        refiner: The network.
        frame: RGB, `(H, W, 3) uint8`.
        shape: What the shape surrounds.
        known: What belongs to the object already, `(H, W) uint8`: no exclude click is put there.
        wanted: What the object is a part of, `(H, W) uint8`; by default the whole frame.

    Returns:
        `(H, W) uint8`, 0 beyond the shape and a little slack.
    """
    inside = np.zeros(frame.shape[:2], np.uint8)
    inside[shape.window.slices] = shape.share
    longest = max(shape.window.width, shape.window.height)
    seen = windows.around(shape.window, frame.shape, MARGIN)
    part = seen.slices
    picture = np.ascontiguousarray(frame[part])
    sought = inside[part] if wanted is None else cv2.min(inside[part], wanted[part])
    outside = [
        _click(place, seen, include=False)
        for place in _around(inside[part], max(2, round(OUTSIDE * longest)))
        if known is None or known[part][place[1], place[0]] < 128
    ]
    found = _best(refiner, picture, np.asarray(sought, np.uint8), seen, outside)
    slack = max(1, round(SLACK * longest))
    reach = cv2.GaussianBlur(_grown(inside[part], slack), (3, 3), 0)
    whole = np.zeros_like(inside)
    whole[part] = cv2.min(found, reach)
    return whole


def _best(
    refiner: Refiner, picture: Mask, sought: Mask, seen: Window, outside: list[Click]
) -> Mask:
    """The answer that fills what is sought best, looked at once more upon itself."""
    extent = _extent(sought, 0)
    places = _inside(sought)
    best, most, chosen = np.zeros_like(sought), -1.0, places[0]
    for place in places:
        found = refiner.look(picture, [_click(place, seen, include=True), *outside])
        fill = _overlap(_extent(found, STRAYS), extent)
        if fill > most:
            best, most, chosen = found, fill, place
        if most >= FILLS:
            break
    return refiner.look(picture, [_click(chosen, seen, include=True), *outside], best)


def _click(place: Place, seen: Window, *, include: bool) -> Click:
    return Click((place[0] + 0.5) / seen.width, (place[1] + 0.5) / seen.height, include)


def _inside(region: Mask) -> list[Place]:
    """Columns and rows of the places inside a region to try, its middle first."""
    left, top, width, height = cv2.boundingRect(region)
    places = [_middle(region)]
    for across, down in PLACES:
        place = int(left + across * width), int(top + down * height)
        if region[place[1], place[0]] >= 128 and place not in places:
            places.append(place)
    return places[:TRIED]


def _extent(mask: Mask, strays: float) -> Window:
    """The rectangle of a mask's inside without a share of strays on each side."""
    sides = []
    solid = mask >= 128
    for axis in (0, 1):
        along = np.cumsum(solid.sum(axis=axis))
        low = int(np.searchsorted(along, strays * along[-1], side="right"))
        high = int(np.searchsorted(along, (1 - strays) * along[-1])) + 1
        sides.append((low, max(low, high)))
    (left, right), (top, bottom) = sides
    return Window(left, top, right, bottom)


def _overlap(one: Window, two: Window) -> float:
    """Intersection over union of two rectangles."""
    width = min(one.right, two.right) - max(one.left, two.left)
    height = min(one.bottom, two.bottom) - max(one.top, two.top)
    both = max(0, width) * max(0, height)
    return both / max(1, one.width * one.height + two.width * two.height - both)


def _middle(region: Mask) -> Place:
    """Column and row of a point well inside a region: its centre of mass where that is inside."""
    solid = (region >= 128).astype(np.uint8)
    if not solid.any():
        # Thinner than a pixel: the most that is there.
        row, column = np.unravel_index(int(region.argmax()), region.shape)
        return int(column), int(row)
    depth = cv2.distanceTransform(cv2.copyMakeBorder(solid, 1, 1, 1, 1, cv2.BORDER_CONSTANT), 2, 5)
    depth = depth[1:-1, 1:-1]
    rows, columns = np.nonzero(solid)
    x, y = int(np.rint(columns.mean())), int(np.rint(rows.mean()))
    if 2 * depth[y, x] >= depth.max():
        return x, y
    row, column = np.unravel_index(int(depth.argmax()), depth.shape)
    return int(column), int(row)


def _around(region: Mask, distance: int) -> list[Place]:
    """Columns and rows of the places farthest out, on a line around a region at a distance."""
    height, width = region.shape
    grown = _grown(region, distance)
    lines, _ = cv2.findContours(
        (grown >= 128).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    if not lines:
        return []
    line = max(lines, key=len)[:, 0, :]
    # What the frame's edge cuts off is not outside of the region.
    x, y = line.T
    beside = (x > 0) & (x < width - 1) & (y > 0) & (y < height - 1)
    free = line[beside & (region[y, x] < 128)]
    if not len(free):
        return []
    middle = np.mean(line, axis=0)
    corners = 2 * np.pi * np.arange(EXCLUDED) / EXCLUDED
    chosen: list[Place] = []
    for direction in zip(np.cos(corners), np.sin(corners), strict=True):
        ahead = (free - middle) @ np.array(direction)
        best = int(np.argmax(ahead))
        place = int(free[best, 0]), int(free[best, 1])
        if ahead[best] > 0 and place not in chosen:
            chosen.append(place)
    return chosen


def _grown(region: Mask, distance: int) -> Mask:
    """All within a distance of a region, 255 there; of one thinner than a pixel, of what it has."""
    solid = region >= max(1, min(128, int(region.max())))
    away = cv2.distanceTransform(np.where(solid, 0, 255).astype(np.uint8), cv2.DIST_L2, 5)
    return np.where(away <= distance, 255, 0).astype(np.uint8)
