"""Flicker: masks that change where the picture does not.

Two measures over all pairs of consecutive frames, both near the object only:

- **Flicker**: of the pixels where the picture stands still, the share whose mask flips. 0 is
  steady.
- **Steadiness**: J of each mask with the one before it, which was carried along the optical flow,
  over the pixels that the flow explains. 1 is steady. It also sees objects that move.

Neither needs true masks. Where there are some, theirs are the yardstick: nobody draws sixty
outlines that agree to the pixel, and no flow is right everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mattebox.evaluation.davis import Flags

Frame = NDArray[np.uint8]

NEAR = 0.02
"""How far around the masks is looked, as a share of the picture's diagonal."""
STILL = 6
"""The picture stands still where no channel changes by more than this, of 255 levels."""
REST = 0.002
"""So must all pixels be that are this near, as a share of the diagonal: where an outline passes
over a ground of its own colour, single pixels do not change although the object moves."""
MATCH = 12
"""The flow explains a pixel where the frame before, carried along, differs by no more."""
GRAIN = 1.0
"""Standard deviation of the blur, in pixels, that keeps grain and coding noise out of both."""


@dataclass(frozen=True)
class Steadiness:
    """How steady masks are; what is counted is pixels, summed over all pairs of frames.

    Attributes:
        near: Pixels near the object.
        still: Those of them where the picture stands still.
        flipped: Those of the still ones whose mask changes.
        explained: Pixels near the object that the flow explains.
        both: Those of them that are in the mask and in the carried one.
        either: Those that are in one of them at least.
    """

    near: int
    still: int
    flipped: int
    explained: int
    both: int
    either: int

    @property
    def flicker(self) -> float | None:
        """Share of the still pixels whose mask flips, 0..1; None where nothing stands still."""
        return self.flipped / self.still if self.still else None

    @property
    def steadiness(self) -> float | None:
        """J of the masks with the carried ones, 0..1; None where there are none."""
        return self.both / self.either if self.either else None

    @property
    def still_share(self) -> float:
        """How much of the surroundings the flicker was measured on, 0..1."""
        return self.still / self.near if self.near else 0.0


@dataclass(frozen=True)
class Pair:
    """What the pictures say about one frame and the next.

    Attributes:
        near: Pixels near the object, `(H, W) bool`.
        still: Pixels that stand still, `(H, W) bool`.
        explained: Pixels of the later frame that the flow explains, `(H, W) bool`.
        origin: Column and row in the earlier frame where each pixel of the later one comes from,
            `(2, H, W) float32`.
    """

    near: Flags
    still: Flags
    explained: Flags
    origin: NDArray[np.float32]


def steadiness(frames: Sequence[Frame], *tracks: Sequence[Flags]) -> tuple[Steadiness, ...]:
    """Measure how steady the masks of some frames are.

    Args:
        frames: `(H, W, 3) uint8` RGB each.
        tracks: Masks of all frames, `(H, W) bool` each; several tracks (found masks and true ones)
            are measured on the same pixels, near to where any of them has the object.

    Returns:
        One result for each track.
    """
    totals = np.zeros((len(tracks), 6), np.int64)
    masks = list(zip(*tracks, strict=True))
    for pair, (before, after) in zip(_pairs(frames, masks), pairwise(masks), strict=True):
        totals += [_counts(pair, *each) for each in zip(before, after, strict=True)]
    return tuple(Steadiness(*map(int, total)) for total in totals)


def _pairs(frames: Sequence[Frame], masks: Sequence[Sequence[Flags]]) -> Iterator[Pair]:
    """Yield what is known of each frame with the next."""
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    for (before, after), (first, second) in zip(pairwise(frames), pairwise(masks), strict=True):
        earlier, later = _calm(before), _calm(after)
        grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in (before, after)]
        # From the later frame to the earlier, so that every later pixel knows where it came from.
        way = np.asarray(flow.calc(grey[1], grey[0], np.zeros((*grey[0].shape, 2), np.float32)))
        rows, columns = np.indices(grey[0].shape, dtype=np.float32)
        origin = np.stack([columns, rows]) + np.moveaxis(way.astype(np.float32), 2, 0)
        carried = np.asarray(_carried(earlier, origin), np.uint8)
        limit = np.array(grey[0].shape[::-1], np.float32)[:, None, None] - 1
        inside = np.all((origin >= 0) & (origin <= limit), axis=0)
        yield Pair(
            _near(np.logical_or.reduce([*first, *second])),
            _resting(_change(earlier, later) <= STILL),
            inside & (_change(carried, later) <= MATCH),
            origin,
        )


def _counts(pair: Pair, before: Flags, after: Flags) -> tuple[int, ...]:
    """The numbers of `Steadiness` for one pair of masks."""
    still, explained = pair.near & pair.still, pair.near & pair.explained
    carried = _carried(before.astype(np.float32), pair.origin) >= 0.5
    regions = (
        pair.near,
        still,
        still & (before != after),
        explained,
        explained & carried & after,
        explained & (carried | after),
    )
    return tuple(int(np.count_nonzero(region)) for region in regions)


def _carried(picture: NDArray[Any], origin: NDArray[np.float32]) -> NDArray[Any]:
    """What a picture, `(H, W, ...)`, shows at the place where each pixel comes from."""
    across, down = origin
    return np.asarray(
        cv2.remap(picture, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    )


def _near(mask: Flags) -> Flags:
    """Pixels of a mask and within `NEAR` of it."""
    if not mask.any():
        return np.zeros_like(mask)
    distance = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 5)
    return np.asarray(distance <= NEAR * float(np.hypot(*mask.shape)))


def _resting(calm: Flags) -> Flags:
    """Pixels whose whole neighbourhood is calm."""
    side = 2 * max(1, round(REST * float(np.hypot(*calm.shape)))) + 1
    return np.asarray(cv2.erode(calm.astype(np.uint8), np.ones((side, side), np.uint8))) > 0


def _calm(frame: Frame) -> Frame:
    return np.asarray(cv2.GaussianBlur(frame, (0, 0), GRAIN), np.uint8)


def _change(first: Frame, second: Frame) -> NDArray[np.uint8]:
    """The largest difference of any channel, `(H, W) uint8`."""
    return np.asarray(cv2.absdiff(first, second).max(axis=2), np.uint8)
