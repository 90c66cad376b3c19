"""The region of interest: the rectangle of a frame that the network looks at."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Region:
    """A rectangle of whole pixels inside a frame.

    Attributes:
        x: Left edge.
        y: Top edge.
        width: Width, at least 1.
        height: Height, at least 1.
    """

    x: int
    y: int
    width: int
    height: int


def mask_box(mask: NDArray[np.uint8], threshold: int = 128) -> tuple[int, int, int, int] | None:
    """Return the box `(x0, y0, x1, y1)` around a mask, `(H, W) uint8`; None where it is empty."""
    solid = mask >= threshold
    columns = np.flatnonzero(solid.any(axis=0))
    if columns.size == 0:
        return None
    rows = np.flatnonzero(solid.any(axis=1))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def region_around(
    box: tuple[float, float, float, float], width: int, height: int, side: float
) -> Region:
    """Return the square of a given side around a box's centre, cut and pushed into the frame.

    Where the side exceeds the frame's, the region has the frame's side: large objects are seen
    in the whole frame.

    Args:
        box: `(x0, y0, x1, y1)` in pixels.
        width: The frame's width.
        height: The frame's height.
        side: The wanted side in pixels.
    """
    wide, high = max(1, round(min(side, width))), max(1, round(min(side, height)))
    x = round((box[0] + box[2] - wide) / 2)
    y = round((box[1] + box[3] - high) / 2)
    return Region(min(max(x, 0), width - wide), min(max(y, 0), height - high), wide, high)


def crop(picture: NDArray[np.uint8], region: Region, size: int) -> NDArray[np.uint8]:
    """Return a region of a picture, `(H, W[, 3]) uint8`, resized to `(size, size[, 3])`."""
    part = picture[region.y : region.y + region.height, region.x : region.x + region.width]
    shrinks = region.width > size or region.height > size
    way = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(part, (size, size), interpolation=way), np.uint8)


def steady_box(
    mask: NDArray[np.uint8], speck: float, threshold: int = 128
) -> tuple[int, int, int, int] | None:
    """Return the box around a mask without its specks; None where the mask is empty.

    Args:
        mask: `(H, W) uint8`.
        speck: Parts smaller than this share of the largest part do not count.
        threshold: Least value that counts as object.
    """
    box = mask_box(mask, threshold)
    if box is None or speck <= 0:
        return box
    x0, y0, x1, y1 = box
    solid = (mask[y0:y1, x0:x1] >= threshold).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=8)
    if count <= 2:
        return box
    parts = stats[1:]
    kept = parts[parts[:, cv2.CC_STAT_AREA] >= speck * parts[:, cv2.CC_STAT_AREA].max()]
    low = kept[:, [cv2.CC_STAT_LEFT, cv2.CC_STAT_TOP]]
    high = low + kept[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    left, top = (int(v) for v in low.min(axis=0))
    right, bottom = (int(v) for v in high.max(axis=0))
    return x0 + left, y0 + top, x0 + right, y0 + bottom


def grown(region: Region, width: int, height: int, factor: float = 1.5) -> Region:
    """Return a larger region about the same centre, for an object that was lost in it."""
    box = (region.x, region.y, region.x + region.width, region.y + region.height)
    return region_around(box, width, height, factor * max(region.width, region.height))


def moved(
    region: Region, motion: tuple[float, float], frames: int, size: tuple[int, int]
) -> Region:
    """Return where a region is some frames later, pushed into the frame.

    Args:
        region: The region.
        motion: Pixels a frame, to the right and down.
        frames: How many; negative for earlier.
        size: The frame's height and width.
    """
    height, width = size
    x, y = round(region.x + motion[0] * frames), round(region.y + motion[1] * frames)
    x, y = min(max(x, 0), width - region.width), min(max(y, 0), height - region.height)
    return Region(x, y, region.width, region.height)
