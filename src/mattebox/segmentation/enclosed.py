"""Finding the object that somebody drew a box or a line around.

The Refinement Network knows clicks and a previous mask, so a shape is put to it in those words: the
picture is cut close around the shape, its middle is an include click, places just outside of it are
exclude clicks, all told at once. See `docs/decisions/prompts.md` for what else was tried.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mattebox.segmentation import window as windows
from mattebox.segmentation.paint import Cover
from mattebox.segmentation.refiner import Click, Refiner

Mask = NDArray[np.uint8]
Place = tuple[int, int]

MARGIN = 1.4
"""The network sees so many times the box around the shape, a side."""
LOOKS = 2
"""How often the network looks, the second time upon its own answer."""
OUTSIDE = 0.04
"""How far outside the shape the exclude clicks are, over its longer side."""
EXCLUDED = 4
"""How many exclude clicks there are at most."""
SLACK = 0.03
"""How far beyond the shape the object may reach, over the shape's longer side."""


def find_enclosed(
    refiner: Refiner,
    frame: NDArray[np.uint8],
    shape: Cover,
    mask: Mask,
    *,
    wanted: Mask | None = None,
) -> Mask:
    """Find the object inside a shape.

    Args:
        refiner: The network.
        frame: RGB, `(H, W, 3) uint8`.
        shape: What the shape surrounds.
        mask: What is known of the object so far, `(H, W) uint8`: no exclude click is put there.
        wanted: Where the middle is looked for, `(H, W) uint8`, instead of in the whole shape.

    Returns:
        `(H, W) uint8`, 0 beyond the shape and a little slack.
    """
    inside = np.zeros(frame.shape[:2], np.uint8)
    inside[shape.window.slices] = shape.share
    longest = max(shape.window.width, shape.window.height)
    seen = windows.around(shape.window, frame.shape, MARGIN)
    part = seen.slices
    sought = inside[part] if wanted is None else cv2.min(inside[part], wanted[part])
    excluded = [
        place
        for place in _around(inside[part], max(2, round(OUTSIDE * longest)))
        if mask[part][place[1], place[0]] < 128
    ]
    places = [(_middle(np.asarray(sought, np.uint8)), True), *((each, False) for each in excluded)]
    clicks = [
        Click((x + 0.5) / seen.width, (y + 0.5) / seen.height, include)
        for (x, y), include in places
    ]
    known = mask[part].copy() if (mask[part] >= 128).any() else None
    picture = np.ascontiguousarray(frame[part])
    found = refiner.refine_at_once(picture, clicks, known, looks=LOOKS)
    slack = max(1, round(SLACK * longest))
    reach = cv2.GaussianBlur(_grown(inside[part], slack), (3, 3), 0)
    whole = np.zeros_like(inside)
    whole[part] = cv2.min(found, reach)
    return whole


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
    free = [
        (int(x), int(y))
        for x, y in line
        if 0 < x < width - 1 and 0 < y < height - 1 and region[y, x] < 128
    ]
    if not free:
        return []
    middle = np.mean(line, axis=0)
    corners = 2 * np.pi * np.arange(EXCLUDED) / EXCLUDED
    chosen: list[Place] = []
    for across, down in zip(np.cos(corners), np.sin(corners), strict=True):
        ahead = [(x - middle[0]) * across + (y - middle[1]) * down for x, y in free]
        place = free[int(np.argmax(ahead))]
        if max(ahead) > 0 and place not in chosen:
            chosen.append(place)
    return chosen


def _grown(region: Mask, distance: int) -> Mask:
    size = 2 * distance + 1
    disk = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    return np.asarray(cv2.dilate(region, disk), np.uint8)
