"""Frame numbers drawn into pictures as large blocks, so that any decoder's output can be named.

The picture is cut into 8 columns and 4 rows. The first row is always the same (and not symmetric,
so a picture that is turned or mirrored does not read); two rows hold the number, 16 bits, highest
first; the last row holds a check of both its bytes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

COLUMNS, ROWS = 8, 4
DARK, BRIGHT = 40, 215
_HEAD = np.asarray([1, 0, 1, 1, 0, 0, 1, 0], bool)

Rgb = npt.NDArray[np.uint8]


def cells(number: int) -> npt.NDArray[np.bool_]:
    """The `(4, 8)` blocks of a number below 65536; true is bright."""
    high, low = number >> 8 & 255, number & 255
    check = (high * 31 + low * 7 + 85) & 255
    rows = [[byte >> bit & 1 for bit in range(7, -1, -1)] for byte in (high, low, check)]
    return np.concatenate([_HEAD[None], np.asarray(rows, bool)])


def draw(number: int, width: int, height: int) -> Rgb:
    """A `(height, width, 3)` picture that says its number; at least 8 x 4 pixels."""
    rows = np.arange(height) * ROWS // height
    columns = np.arange(width) * COLUMNS // width
    blocks = np.where(cells(number), BRIGHT, DARK).astype(np.uint8)
    return np.repeat(blocks[rows][:, columns][..., None], 3, axis=2)


def read(picture: npt.NDArray[np.generic]) -> int | None:
    """The number in a picture, `(H, W)` or `(H, W, 3)`; None where it does not read."""
    grey = np.asarray(picture, np.float64)
    if grey.ndim == 3:
        grey = grey.mean(axis=2)
    height, width = grey.shape
    means = np.empty((ROWS, COLUMNS))
    for row in range(ROWS):
        for column in range(COLUMNS):
            top, bottom = _middle(row, height / ROWS)
            left, right = _middle(column, width / COLUMNS)
            means[row, column] = grey[top:bottom, left:right].mean()
    bright, dark = means[0][_HEAD], means[0][~_HEAD]
    if bright.min() - dark.max() < 0.2 * (BRIGHT - DARK):
        return None
    found = means > (bright.mean() + dark.mean()) / 2
    weights = 1 << np.arange(7, -1, -1)
    number = int(found[1] @ weights) << 8 | int(found[2] @ weights)
    return number if np.array_equal(cells(number), found) else None


def _middle(cell: int, size: float) -> tuple[int, int]:
    """The inner half of a block, at least one pixel."""
    start = round((cell + 0.25) * size)
    return start, max(round((cell + 0.75) * size), start + 1)
