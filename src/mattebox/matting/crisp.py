"""From what a network believes to how much of a pixel is covered."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.uint8]


def crisp(mask: Mask, gain: float) -> Mask:
    """Turn a network's probabilities into coverage: solid inside, nothing outside.

    A network trained for the right contour stays unsure well inside the object (.8 is right as
    well), and composited as they are its masks let the background shine through. The logits are
    multiplied; the contour at one half stays where it is.

    Args:
        mask: ``(H, W) uint8``, 255 times a probability.
        gain: What logits are multiplied by; 1 changes nothing.

    Returns:
        ``(H, W) uint8``.
    """
    return np.asarray(cv2.LUT(mask, _curve(gain)), np.uint8)


@cache
def _curve(gain: float) -> Mask:
    probability = np.linspace(0, 1, 256)
    powers = probability**gain, (1 - probability) ** gain
    return np.rint(255 * powers[0] / (powers[0] + powers[1])).astype(np.uint8)
