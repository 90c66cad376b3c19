"""One step of a chain: from where the object was seen last to the next anchor."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from mattebox.propagation.anchors import Estimate, Mask, Remembered, agreement, area
from mattebox.propagation.frames import Frame, HeldFrames
from mattebox.propagation.network import Network
from mattebox.propagation.overlap import Brake
from mattebox.propagation.region import (
    Region,
    grown,
    mask_box,
    moved,
    region_around,
    steady_box,
)
from mattebox.propagation.settings import PropagationSettings
from mattebox.propagation.spans import Span


def next_region(
    mask: Mask, last: Region | None, margin: float, settings: PropagationSettings
) -> Region:
    """Return where to look next, given a mask and where it was found.

    Args:
        mask: `(H, W) uint8`.
        last: Where the mask was found; None for the whole frame.
        margin: Side of the region over the longer side of the object's box.
        settings: The rest.
    """
    height, width = mask.shape
    box = steady_box(mask, settings.speck)
    if box is not None:
        side = margin * max(box[2] - box[0], box[3] - box[1])
        side = max(side, settings.smallest_region * min(height, width))
        return region_around(box, width, height, side)
    if last is None:
        return Region(0, 0, width, height)
    return grown(last, width, height)


class Steps:
    """Goes from anchor to anchor.

    Args:
        network: The network.
        settings: How masks are carried.
        frames: The clip's pictures.
        span: The span gone through.
        keyframes: Those that bound it.
        brake: Asked before each look.
    """

    def __init__(
        self,
        *,
        network: Network,
        settings: PropagationSettings,
        frames: HeldFrames,
        span: Span,
        keyframes: Mapping[int, Estimate],
        brake: Brake,
    ) -> None:
        self._network = network
        self._settings = settings
        self._frames = frames
        self._brake = brake
        self._keyframes = keyframes
        self._ends = (span.left, span.right)

    def look(
        self,
        frame: Frame,
        previous: Mask,
        region: Region,
        around: Sequence[Remembered | None],
        last: Remembered | None,
    ) -> Estimate:
        """Find the object in a frame.

        Args:
            frame: `(H, W, 3) uint8` RGB.
            previous: Where it was, `(H, W) uint8`.
            region: Where to look.
            around: What is remembered of the anchors before and after.
            last: What is remembered of the frame before.
        """
        self._brake.check()
        ends = [None if k is None else self._keyframes[k].remembered for k in self._ends]
        return self._network.read(frame, previous, region, [*ends, *around, last])

    def remembered(self, estimate: Estimate | None) -> Remembered | None:
        """Return what to remember of an estimate beside the keyframes, which always are."""
        known = estimate is None or any(estimate is each for each in self._keyframes.values())
        return None if known or estimate is None else estimate.remembered

    def step(
        self, place: int, index: int, frame: Frame, before: Estimate, steps: int = 1
    ) -> Estimate:
        """Find the object on anchor `index`, given what was found before it at `place`.

        Args:
            place: Where it was found before.
            index: The anchor.
            frame: Its picture.
            before: What was found there.
            steps: Stops of the route from there on: more than one far out, where a leap was in
                vain and the way is too long to be gone.
        """
        if steps > 1:
            return self._leapt(self._looked_all_over(frame, before), place, index, before, steps)
        far = abs(index - place) > self._settings.stride
        step = self._step_far if far else self._step_near
        found = step(place, index, frame, before)
        motion = _motion(before.mask, found.mask, index - place)
        return replace(found, motion=motion, reach=_SHORTEST)

    def leap(
        self, place: int, index: int, frame: Frame, before: Estimate, steps: int
    ) -> Estimate | None:
        """Find the object some long steps away, or nothing where that is not beyond doubt.

        What is found beside the place where it is expected may be another thing, unless it is found
        again when looked at closely.
        """
        if steps > before.reach:
            return None
        # Where it goes says nothing about where it is much later.
        motion = before.motion if steps <= _SHORTEST else _REST
        found = self._look_ahead(place, index, frame, before, motion)
        if not self._is_sure(found, before):
            return None
        if not self._is_centred(found):
            first, found = found, self._look_closely(frame, found, before)
            same = agreement(first.mask, found.mask) >= self._settings.alike
            if not (same and self._is_sure(found, before)):
                return None
        return self._leapt(found, place, index, before, steps)

    def _leapt(
        self, found: Estimate, place: int, index: int, before: Estimate, steps: int
    ) -> Estimate:
        """Say how it went on from where it was to where it is now."""
        motion = _motion(before.mask, found.mask, index - place) if steps <= _SHORTEST else _REST
        reach = 2 * steps if self._is_sure(found, before) else _SHORTEST
        return replace(found, motion=motion, reach=reach)

    def _step_near(self, place: int, index: int, frame: Frame, before: Estimate) -> Estimate:
        found = self._looked_twice(frame, before)
        if self._doubts(found, before):
            walked = self._walk(place, index, before)
            # Where neither is like the object, the one that claims less does less harm.
            return min(found, walked, key=area) if self._grew(walked, before) else walked
        return found

    def _step_far(self, place: int, index: int, frame: Frame, before: Estimate) -> Estimate:
        # Long steps are not walked: the far end must not cost what going there in order costs.
        found = self._look_ahead(place, index, frame, before, before.motion)
        if not (found.mask.any() and self._is_steady(found, before)):
            return self._looked_twice(frame, before)
        if self._is_sure(found, before) and self._is_centred(found):
            return found
        return self._looked_again(frame, found, before)

    def _look_ahead(
        self,
        place: int,
        index: int,
        frame: Frame,
        before: Estimate,
        motion: tuple[float, float],
    ) -> Estimate:
        """Look where a motion takes the object, and from memory alone.

        The mask of a frame so far back says where the object was, and misleads where it moved far.
        """
        settings = self._settings
        region = next_region(before.mask, before.region, settings.anchor_margin, settings)
        region = moved(region, motion, index - place, before.mask.shape)
        nothing = np.zeros_like(before.mask)
        return self.look(frame, nothing, region, _NOTHING, self.remembered(before))

    def _look_closely(self, frame: Frame, found: Estimate, before: Estimate) -> Estimate:
        """Look once more, where the object now is and from memory alone."""
        region = next_region(found.mask, found.region, self._settings.margin, self._settings)
        nothing = np.zeros_like(found.mask)
        return self.look(frame, nothing, region, _NOTHING, self.remembered(before))

    def _looked_twice(self, frame: Frame, before: Estimate) -> Estimate:
        """Look at an anchor where the object was in the one before, and then where it is."""
        settings = self._settings
        region = next_region(before.mask, before.region, settings.anchor_margin, settings)
        found = self.look(frame, before.mask, region, _NOTHING, self.remembered(before))
        if settings.second_look and found.mask.any():
            found = self._looked_again(frame, found, before)
        return found

    def _looked_all_over(self, frame: Frame, before: Estimate) -> Estimate:
        """Look for it in the whole frame, and then where it is."""
        height, width = before.mask.shape
        nothing, whole = np.zeros_like(before.mask), Region(0, 0, width, height)
        found = self.look(frame, nothing, whole, _NOTHING, self.remembered(before))
        return self._looked_again(frame, found, before) if found.mask.any() else found

    def _looked_again(self, frame: Frame, found: Estimate, before: Estimate) -> Estimate:
        """Look closely, and believe that if it is about as large as the object was.

        From memory alone things that look alike are easily taken for it.
        """
        again = self._look_closely(frame, found, before)
        return again if self._is_steady(again, before) else found

    def _is_centred(self, found: Estimate) -> bool:
        settings = self._settings
        centred = next_region(found.mask, found.region, settings.margin, settings)
        return _apart(found.region, centred) <= settings.still

    def _grew(self, found: Estimate, before: Estimate) -> bool:
        return area(found) > area(before) * self._settings.steady

    def _is_steady(self, found: Estimate, before: Estimate) -> bool:
        return not self._grew(found, before) and not self._grew(before, found)

    def _is_sure(self, found: Estimate, before: Estimate) -> bool:
        return found.confidence >= self._settings.sure and self._is_steady(found, before)

    def _doubts(self, found: Estimate, before: Estimate) -> bool:
        """Say whether a step was too long: the object was lost, or the network is not sure."""
        sure = found.confidence >= self._settings.doubt and self._is_steady(found, before)
        return not sure and area(before) > 0

    def _walk(self, place: int, index: int, before: Estimate) -> Estimate:
        """Go to an anchor frame by frame."""
        step = 1 if index > place else -1
        way = range(place + step, index + step, step)
        frames = dict(self._frames.pass_over(sorted(way)))
        around = (self.remembered(before), None)
        found = before
        for on_the_way in way:
            region = next_region(found.mask, found.region, self._settings.margin, self._settings)
            last = None if found is before else found.remembered
            found = self.look(frames[on_the_way], found.mask, region, around, last)
        return found


_NOTHING = (None, None)
_REST = (0.0, 0.0)

_SHORTEST = 2
"""Steps of the shortest leap: it is always tried, and follows the object's motion."""


def _motion(before: Mask, after: Mask, frames: int) -> tuple[float, float]:
    """Return by how many pixels a frame the object's box moved; nothing where there is none."""
    first, second = mask_box(before), mask_box(after)
    if first is None or second is None:
        return 0.0, 0.0
    across = (second[0] + second[2] - first[0] - first[2]) / (2 * frames)
    down = (second[1] + second[3] - first[1] - first[3]) / (2 * frames)
    return across, down


def _apart(first: Region, second: Region) -> float:
    """Return how far apart the centres of two regions are, over the first one's side."""
    across = abs(2 * (second.x - first.x) + second.width - first.width) / (2 * first.width)
    down = abs(2 * (second.y - first.y) + second.height - first.height) / (2 * first.height)
    return max(across, down)
