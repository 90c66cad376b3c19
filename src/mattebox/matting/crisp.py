"""From what a network believes to how much of a pixel is covered."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.uint8]

REACH = 120
"""An edge is softest within the short side of the picture over this, in pixels, of the contour."""
FIRMNESS = 9.0
"""How many times more the logits are multiplied by, beyond that."""


def sharpen(mask: Mask, gain: float) -> Mask:
    """Make a network surer than it is: its logits are multiplied, the contour stays.

    Args:
        mask: ``(H, W) uint8``, 255 times a probability.
        gain: What logits are multiplied by.

    Returns:
        ``(H, W) uint8``.
    """
    return np.asarray(cv2.LUT(mask, _curve(gain)), np.uint8)


def crisp(mask: Mask, gain: float = 1.0) -> Mask:
    """Turn a network's probabilities into coverage: soft at the contour, solid away from it.

    A network trained for the right contour stays unsure well inside the object (.8 is right as
    well) and around it, and composited as they are its masks let the background shine through.
    The logits are multiplied, the more the farther a pixel lies on its own side of the contour
    at one half; the contour stays where it is. How far a pixel lies is told by the share of a
    box around it that is on its side, so that thin parts keep their edges.

    Args:
        mask: ``(H, W) uint8``, 255 times a probability.
        gain: What logits are multiplied by at the contour.

    Returns:
        ``(H, W) uint8``.
    """
    solid = np.zeros_like(mask)
    radius = max(2, round(min(mask.shape) / REACH))
    left, top, width, height = cv2.boundingRect(mask)
    if width:
        rows = slice(max(0, top - radius), top + height + radius)
        columns = slice(max(0, left - radius), left + width + radius)
        solid[rows, columns] = _coverage(mask[rows, columns], gain, radius)
    return solid


def _coverage(mask: Mask, gain: float, radius: int) -> Mask:
    box = (2 * radius + 1, 2 * radius + 1)
    inside = cv2.threshold(mask, 127, 255, cv2.THRESH_BINARY)[1]
    places = cv2.blur(inside, box, borderType=cv2.BORDER_REPLICATE).astype(np.uint16)
    places <<= 8
    places |= mask
    return _curves(gain).take(places)


@cache
def _curve(gain: float) -> Mask:
    return _multiplied(np.full(256, gain))


@cache
def _curves(gain: float) -> Mask:
    """Coverage by 256 times the share of the box that is inside, plus the probability."""
    share = np.linspace(0, 1, 256)[:, None]
    own = np.where(np.arange(256) > 127, share, 1 - share)
    return _multiplied(gain * (1 + FIRMNESS * np.clip(2 * own - 1, 0, 1) ** 2))


def _multiplied(power: npt.NDArray[np.float64]) -> Mask:
    """What becomes of the probabilities 0 to 255, the last axis, with their logits multiplied."""
    probability = np.linspace(0, 1, 256)
    odds = probability**power, (1 - probability) ** power
    curves: Mask = np.rint(255 * odds[0] / (odds[0] + odds[1])).astype(np.uint8).ravel()
    return curves
