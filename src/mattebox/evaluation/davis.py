"""Region similarity J and boundary accuracy F, as DAVIS defines them.

Perazzi et al., A Benchmark Dataset and Evaluation Methodology for Video Object Segmentation,
CVPR 2016.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
BOUNDARY_TOLERANCE = 0.008
"""How far a boundary may be off, as a share of the picture's diagonal."""


def region_similarity(mask: Flags, truth: Flags) -> float:
    """Return J, the intersection over union; 1 where both are empty.

    Args:
        mask: `(H, W) bool`.
        truth: `(H, W) bool`.
    """
    union = np.count_nonzero(mask | truth)
    return np.count_nonzero(mask & truth) / union if union else 1.0


def boundary_accuracy(mask: Flags, truth: Flags) -> float:
    """Return F, the harmonic mean of the boundaries' precision and recall.

    A boundary pixel is right where the other boundary passes within 0.8 % of the diagonal.

    Args:
        mask: `(H, W) bool`.
        truth: `(H, W) bool`.
    """
    found, wanted = boundary(mask), boundary(truth)
    drawn, there = np.count_nonzero(found), np.count_nonzero(wanted)
    if not drawn or not there:
        return float(drawn == there)
    radius = int(np.ceil(BOUNDARY_TOLERANCE * np.hypot(*mask.shape)))
    across = np.arange(-radius, radius + 1) ** 2
    disk = (across[:, None] + across <= radius**2).astype(np.uint8)
    precision = np.count_nonzero(found & _dilated(wanted, disk)) / drawn
    recall = np.count_nonzero(wanted & _dilated(found, disk)) / there
    both = precision + recall
    return 2 * precision * recall / both if both else 0.0


def boundary(mask: Flags) -> Flags:
    """Return the pixels whose right, lower or lower right neighbour differs from them."""
    padded = np.pad(mask, ((0, 1), (0, 1)), mode="edge")
    here = padded[:-1, :-1]
    edge: Flags = (here != padded[:-1, 1:]) | (here != padded[1:, :-1]) | (here != padded[1:, 1:])
    return edge


def scores(masks: Sequence[Flags], truths: Sequence[Flags]) -> dict[str, float]:
    """Return a sequence's mean J, F and J&F.

    The first frame (it is given) and the last are left out, as in the official semi-supervised
    protocol; a sequence of fewer than three frames is scored whole.

    Args:
        masks: One `(H, W) bool` a frame.
        truths: The same number of true masks.
    """
    pairs = list(zip(masks, truths, strict=True))[scored(len(masks))]
    similarity = float(np.mean([region_similarity(*pair) for pair in pairs]))
    accuracy = float(np.mean([boundary_accuracy(*pair) for pair in pairs]))
    return {"J": similarity, "F": accuracy, "J&F": (similarity + accuracy) / 2}


def scored(count: int) -> slice:
    """Return which of so many frames count, see `scores`."""
    return slice(1, -1) if count > 2 else slice(None)


def _dilated(flags: Flags, disk: NDArray[np.uint8]) -> Flags:
    return np.asarray(cv2.dilate(flags.astype(np.uint8), disk)) > 0
