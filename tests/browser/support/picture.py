"""Pictures whose frame number can be read off the screen, for the plate and for the matte.

Rows, in thirds: the plate's bar code (matte 255), coloured content (matte a soft ramp), the matte's
bar code on flat grey (matte 0 or 255). The middle third's last rows are flat grey as well, for the
bar code of a second object, whose matte is 0 elsewhere. A bar code is 16 cells wide: 12 bits of
frame number, most significant first, and 4 bits of a code (0 in the plate; in a matte it tells
revision and object).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]

WIDTH, HEIGHT = 320, 180
CELLS = 16
THIRD = HEIGHT // 3
# The rows of the second object's bar code.
SECOND = slice(108, 2 * THIRD)


def bars(number: int, code: int) -> Image:
    """One row of a bar code, ``(WIDTH,) uint8``."""
    value = (number & 0xFFF) << 4 | (code & 0xF)
    bits = [(value >> (CELLS - 1 - i)) & 1 for i in range(CELLS)]
    return np.repeat(np.array(bits, np.uint8) * 255, WIDTH // CELLS)


def plate(frame: int) -> Image:
    """The plate of a frame, ``(HEIGHT, WIDTH, 3) uint8`` RGB."""
    picture = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    picture[:THIRD] = bars(frame, 0)[None, :, None]
    y, x = np.mgrid[0:THIRD, 0:WIDTH]
    wave = 2 * np.pi * (x / WIDTH + frame / 48)
    content = np.stack([np.sin(wave), np.sin(wave + 2.1), np.cos(wave * 2 + y / 9)], axis=-1)
    content = 128 + 100 * content
    left = (frame * 3) % (WIDTH - 40)
    content[15:45, left : left + 40] = (220, 40, 60)
    picture[THIRD : 2 * THIRD] = np.clip(content, 0, 255).astype(np.uint8)
    picture[SECOND] = 128
    return picture


def matte(frame: int, code: int) -> Image:
    """The first object's matte of a frame, ``(HEIGHT, WIDTH) uint8``."""
    picture = np.zeros((HEIGHT, WIDTH), np.uint8)
    picture[:THIRD] = 255
    picture[THIRD : 2 * THIRD] = np.linspace(0, 255, WIDTH).round().astype(np.uint8)
    picture[SECOND] = 0
    picture[2 * THIRD :] = bars(frame, code)
    return picture


def second_matte(frame: int, code: int) -> Image:
    """The second object's matte of a frame, ``(HEIGHT, WIDTH) uint8``."""
    picture = np.zeros((HEIGHT, WIDTH), np.uint8)
    picture[SECOND] = bars(frame, code)
    return picture
