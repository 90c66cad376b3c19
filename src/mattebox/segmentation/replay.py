"""From everything that was said about a frame, in its order, to the mask."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from mattebox.matting import crisp
from mattebox.segmentation.cache import Recent, digest
from mattebox.segmentation.enclosed import find_enclosed
from mattebox.segmentation.hints import RADIUS
from mattebox.segmentation.mend import heed
from mattebox.segmentation.paint import Cover, Paint, cover
from mattebox.segmentation.prompts import Box, Brush, Lasso
from mattebox.segmentation.refiner import SIZE, Click, Refiner, points_of

Mask = NDArray[np.uint8]
Mark = Click | Box | Brush | Lasso

SAMPLES = 4
"""A stroke that the network interprets is told to it as so many clicks at most."""
APART = 3.0
"""And these are at least so many of its radii apart."""
LOOKS = 2
"""How often the network looks at them; the second look drops what the first caught elsewhere."""
INSTEAD = 0.9
"""A box or lasso around this share of the mask asks for the object anew; another one adds to it."""
_STATES = 12


class FrameMask(NamedTuple):
    """The mask of a frame, twice.

    Attributes:
        mask: What is shown and composited, `(H, W) uint8`: solid away from its contour.
        belief: The same contour, still unsure where the network was, `(H, W) uint8`. What is read
            out of keyframes goes by it: made solid, a wrong guess about a part was carried on as
            if it were known. Of an empty mask nothing is believed either.
    """

    mask: Mask
    belief: Mask


@dataclass(frozen=True)
class _State:
    """What is known after some marks.

    Attributes:
        below: What the mask is without the paint, `(H, W) uint8`.
        shown: What is shown of that; a mask from elsewhere is shown as it came.
        paint: What is painted above all that the network says.
        points: Column and row of the pixel under each click that holds, and whether it includes.
    """

    below: Mask
    shown: Mask
    paint: Paint | None = None
    points: tuple[tuple[int, int, bool], ...] = ()

    @cached_property
    def mask(self) -> Mask:
        """`(H, W) uint8`."""
        return self._painted(self.below)

    @property
    def finished(self) -> FrameMask:
        """What is shown of it, with paint as it was painted; and the mask."""
        return _finished(self._painted(self.shown), self.mask.copy())

    def _painted(self, below: Mask) -> Mask:
        # Paint over paint that is there already would harden its edges with each mark.
        return below.copy() if self.paint is None else self.paint.on(below)


class Replay:
    """A frame's mask as a pure function of picture, marks and the mask they start from.

    Each mark starts from the mask so far. A pixel that a click or a stroke says something about
    stays on that side until a later one says otherwise. Results along the way are kept for a
    while, so that one more mark costs one mark.

    Safe to call from several threads.

    Args:
        refiner: The network.
    """

    def __init__(self, refiner: Refiner) -> None:
        self._refiner = refiner
        self._states: Recent[_State] = Recent(_STATES)

    def mask(
        self, frame: NDArray[np.uint8], marks: Sequence[Mark], base: Mask | None = None
    ) -> FrameMask:
        """Find the object that the marks mean.

        Args:
            frame: RGB, `(H, W, 3) uint8`.
            marks: In the order they were made.
            base: Mask of this frame that the first mark corrects, `(H, W) uint8`, or None.

        Returns:
            The mask, and what is believed of it. Without marks both are the base.
        """
        if not marks:
            given = np.zeros(frame.shape[:2], np.uint8) if base is None else base
            return FrameMask(given.copy(), given.copy())
        clicks = [mark for mark in marks if isinstance(mark, Click)]
        if len(clicks) == len(marks):
            belief = self._refiner.refine(frame, clicks, base)
            return _finished(crisp(belief), belief)
        key = (digest(frame), None if base is None else digest(base))
        done, state = self._latest(key, marks, frame, base)
        while done < len(marks):
            clicks = _clicks_from(marks, done)
            if clicks:
                mask = self._refiner.refine(frame, clicks, _previous(state))
                state = _answered(mask, clicks, state)
                done += len(clicks)
            else:
                state = self._prompted(frame, marks[done], state)
                done += 1
                self._states.put((*key, *marks[:done]), state)
        return state.finished

    def expect(
        self, frame: NDArray[np.uint8], marks: Sequence[Mark], base: Mask | None = None
    ) -> None:
        """Do what can be done of `mask` with one more click before that is known."""
        clicks = [mark for mark in marks if isinstance(mark, Click)]
        if len(clicks) == len(marks):
            self._refiner.expect(frame, clicks, base)
        else:
            mask = self.mask(frame, marks, base).belief
            self._refiner.expect(frame, [], mask if mask.any() else None)

    def _latest(
        self,
        key: tuple[Hashable, ...],
        marks: Sequence[Mark],
        frame: NDArray[np.uint8],
        base: Mask | None,
    ) -> tuple[int, _State]:
        """The result for the most of the marks that is still kept; those end with a prompt."""
        for count in range(len(marks), 0, -1):
            if not isinstance(marks[count - 1], Click):
                state = self._states.get((*key, *marks[:count]))
                if state is not None:
                    return count, state
        start = np.zeros(frame.shape[:2], np.uint8) if base is None else base
        return 0, _State(start, start)

    def _prompted(self, frame: NDArray[np.uint8], mark: Mark, state: _State) -> _State:
        """The result after one more prompt."""
        match mark:
            case Brush(direct=True) | Lasso(direct=True):
                return _painted(state, cover(mark, frame.shape), include=mark.include)
            case Brush():
                samples = _samples(mark, frame.shape)
                told = self._refiner.refine_together(frame, samples, _previous(state), looks=LOOKS)
                pulled = _answered(told, samples, state)
                # What holds of a stroke are its own pixels.
                state = replace(pulled, points=state.points)
                return _painted(state, cover(mark, frame.shape), include=mark.include)
            case Box() | Lasso(include=True):
                return self._enclosed(frame, mark, state)
            case Lasso():
                return self._taken_out(frame, mark, state)
            case Click():
                raise AssertionError("clicks are told to the network by themselves")

    def _enclosed(self, frame: NDArray[np.uint8], shape: Box | Lasso, state: _State) -> _State:
        """The object inside a shape: instead of the mask, where that lies inside, or beside it."""
        area = cover(shape, frame.shape)
        solid = state.mask >= 128
        within = np.count_nonzero(solid & _inside(area, frame.shape))
        instead = within >= INSTEAD * np.count_nonzero(solid)
        known = None if instead else state.mask
        found = find_enclosed(self._refiner, frame, area, known=known)
        below, shown = found, crisp(found)
        if not instead:
            below = np.asarray(cv2.max(below, state.below), np.uint8)
            shown = np.asarray(cv2.max(shown, state.shown), np.uint8)
        paint = state.paint
        if isinstance(shape, Lasso) and paint is not None:
            paint = paint.without(paint.says(False) & (found >= 128))
        return _settled(below, shown, paint, state.points)

    def _taken_out(self, frame: NDArray[np.uint8], shape: Lasso, state: _State) -> _State:
        """The mask without what the network finds of it inside a lasso."""
        area = cover(shape, frame.shape)
        if not (_inside(area, frame.shape) & (state.mask >= 128)).any():
            return state
        found = find_enclosed(self._refiner, frame, area, wanted=state.mask)
        below = np.asarray(cv2.min(state.below, 255 - found), np.uint8)
        shown = np.asarray(cv2.min(state.shown, 255 - crisp(found)), np.uint8)
        paint = state.paint
        if paint is not None:
            paint = paint.without(paint.says(True) & (found >= 128))
        return _settled(below, shown, paint, state.points)


def _finished(mask: Mask, belief: Mask) -> FrameMask:
    return FrameMask(mask, belief if mask.any() else mask.copy())


def _previous(state: _State) -> Mask | None:
    return state.mask if state.mask.any() else None


def _answered(mask: Mask, clicks: Sequence[Click], state: _State) -> _State:
    """The state after the network's answer to clicks, where what was said before still holds."""
    points = points_of(clicks, mask.shape)
    paint = state.paint
    for x, y, include in points:
        paint = _released(paint, mask, (x, y), include=include)
    return _settled(mask, crisp(mask), paint, (*state.points, *points), len(points))


def _settled(
    below: Mask,
    shown: Mask,
    paint: Paint | None,
    points: tuple[tuple[int, int, bool], ...],
    heeded: int = 0,
) -> _State:
    """The state of a mask the network made, where earlier points and paint still hold.

    Args:
        below: The network's answer; changed in place.
        shown: What is shown of it; changed in place.
        paint: The paint that holds.
        points: All clicks that hold, in order.
        heeded: How many of the last ones the network's answer heeds already.
    """
    reach = RADIUS * max(below.shape) / SIZE
    earlier = points[: len(points) - heeded]
    for mask in (below, shown) if earlier else ():
        heed(mask, earlier, reach=reach)
        heed(mask, points, reach=reach)
    return _State(below, shown, paint, points)


def _painted(state: _State, stroke: Cover, *, include: bool) -> _State:
    """The state after a stroke that holds as it is."""
    paint = (state.paint or Paint.nothing(state.below.shape)).painted(stroke, include=include)
    window = stroke.window

    def overruled(x: int, y: int, said: bool) -> bool:
        if said == include or not (
            window.left <= x < window.right and window.top <= y < window.bottom
        ):
            return False
        return bool(stroke.share[y - window.top, x - window.left] >= 128)

    points = tuple(point for point in state.points if not overruled(*point))
    return _State(state.below, state.shown, paint, points)


def _released(
    paint: Paint | None, mask: Mask, place: tuple[int, int], *, include: bool
) -> Paint | None:
    """The paint without what a later click overrules.

    That is the patch of paint of the other side in which the click lies, as far as the network's
    answer agrees with the click.
    """
    if paint is None:
        return None
    agreed = paint.says(not include) & ((mask >= 128) == include)
    if not agreed[place[1], place[0]]:
        return paint
    _, labels = cv2.connectedComponents(agreed.astype(np.uint8), connectivity=8)
    return paint.without(labels == labels[place[1], place[0]])


def _clicks_from(marks: Sequence[Mark], first: int) -> list[Click]:
    """The clicks that follow each other from a place on."""
    found: list[Click] = []
    for mark in marks[first:]:
        if not isinstance(mark, Click):
            break
        found.append(mark)
    return found


def _samples(stroke: Brush, size: tuple[int, ...]) -> list[Click]:
    """A few clicks evenly along a stroke."""
    points = np.array(stroke.points, np.float64)
    pixels = points * (size[1], size[0])
    steps = np.hypot(*np.diff(pixels, axis=0).T) if len(points) > 1 else np.zeros(0)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    radius = stroke.radius * min(size[:2])
    number = int(min(SAMPLES, 1 + along[-1] // (APART * radius)))
    places = along[-1] * (np.arange(number) + 0.5) / number
    across, down = (np.interp(places, along, points[:, axis]) for axis in (0, 1))
    return [Click(float(x), float(y), stroke.include) for x, y in zip(across, down, strict=True)]


def _inside(area: Cover, size: tuple[int, ...]) -> NDArray[np.bool_]:
    inside = np.zeros(size[:2], np.bool_)
    inside[area.window.slices] = area.share >= 128
    return inside
