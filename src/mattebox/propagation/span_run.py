"""One request for frames of one span: its chains of anchors, and the stretches between them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from hashlib import sha256
from json import dumps

import numpy as np
from numpy.typing import NDArray

from mattebox.errors import InputError
from mattebox.propagation.anchors import (
    AnchorCache,
    Estimate,
    Remembered,
    agreement,
    area,
    emptied,
    from_bytes,
    to_bytes,
)
from mattebox.propagation.chains import Stop, layout
from mattebox.propagation.frames import Frame, HeldFrames
from mattebox.propagation.network import Network
from mattebox.propagation.overlap import Brake, Overlap
from mattebox.propagation.region import Region, grown, region_around, steady_box
from mattebox.propagation.settings import PropagationSettings
from mattebox.propagation.spans import (
    Span,
    Stretch,
    pieces,
    reach,
    stretches_of,
)

Mask = NDArray[np.uint8]
Asked = Callable[[], bool]
Found = tuple[int, Mask, float]
"""A frame, its mask and its confidence."""

PIECE = 24
"""Frames in a piece at most; two are worked on, and held, at a time. No fewer than lie between
anchors, or some would be found twice."""

GONE = 0.01
"""Below this share of its keyframe's area an object that leaves has left."""

CHUNK = 8
"""Anchors held while a chain runs: backward it goes against the order in which frames decode."""


class SpanRun:
    """Finds the masks of a span's frames.

    Args:
        network: The network.
        settings: How masks are carried.
        identity: Stands for network and settings in the anchors' keys.
        frames: The clip's pictures.
        span: The span.
        masks: The masks of the keyframes that bound it.
        cache: Keeps anchors.
    """

    def __init__(
        self,
        *,
        network: Network,
        settings: PropagationSettings,
        identity: str,
        frames: HeldFrames,
        span: Span,
        masks: Mapping[int, Mask],
        cache: AnchorCache,
    ) -> None:
        self._network = network
        self._settings = settings
        self._frames = frames
        self._span = span
        self._masks = masks
        self._cache = cache
        self._brake = Brake(bool)
        # Before a frame where the object is absent it leaves, and is not looked for again.
        self._leaves = span.right is not None and not masks[span.right].any()
        sync = frames.sync_frames
        self._layout = layout(span, settings, sync)
        self._shared: dict[int, Estimate] = {}
        digests = {k: sha256(m.tobytes()).hexdigest() for k, m in masks.items()}
        route = sha256(np.asarray(frames.sync_frames, np.int64).tobytes()).hexdigest()
        shape = next(iter(masks.values())).shape
        facts = [identity, span.left, span.right, shape, digests, route]
        self._prefix = sha256(dumps(facts).encode()).hexdigest()
        self._keyframes: dict[int, Estimate] = {}
        self._holding: tuple[int, set[int]] = (0, set())

    # --- a request ------------------------------------------------------------------------------

    def masks(self, first: int, last: int, cancelled: Asked) -> Iterator[Found]:
        """Yield `(frame, mask, confidence)` for the frames first..last of the span."""
        self._brake = Brake(cancelled)
        self._keyframes = {k: self._keyframe(k) for k in sorted(self._masks)}
        # Where a chain comes from behind, too, all anchors have to be found before the first frame.
        hurried = self._span.right is None or self._leaves
        line = pieces(self._layout.places, first, last, PIECE, hurried=hurried)
        overlap = Overlap(self._begin, lambda piece: self._frames.let_go(piece[0]), self._brake)
        with closing(overlap.run(line)) as found:
            yield from found

    def _begin(self, piece: tuple[int, int]) -> list[Callable[[], Iterator[Found]]]:
        """Find a piece's knots; return what finds the masks of each of its stretches."""
        first, last = piece
        span = self._span
        low, high = reach(self._layout.places, first, last)
        wanted = self._layout.places[low:high]
        stretches = stretches_of(wanted, first, last)
        anchors = [place for place in wanted if place not in self._masks]
        held = {*anchors, *(i for each in stretches for i in range(each.start, each.stop))}
        self._holding = (first, held)
        ahead = self._found(anchors, held, ahead=True) if span.left is not None else {}
        both = span.right is not None and not self._leaves
        back = self._found(anchors, held, ahead=False) if both else {}
        self._frames.hold(*self._holding)
        known = self._shared | self._keyframes
        knots = {p: known[p] if p in known else self._knot(p, ahead, back) for p in wanted}
        # The next piece begins where this one ends.
        self._shared = {place: knots[place] for place in wanted[-1:]}
        by_start = {stretch.before: stretch for stretch in stretches}
        before = partial(self._filled, by_start.get(None), knots, first, last)
        after = (
            partial(self._from_knot, place, knots, by_start.get(place), first, last)
            for place in wanted
        )
        return [before, *after]

    def _from_knot(
        self,
        place: int,
        knots: Mapping[int, Estimate],
        stretch: Stretch | None,
        first: int,
        last: int,
    ) -> Iterator[Found]:
        if first <= place <= last:
            yield place, knots[place].mask, knots[place].confidence
        yield from self._filled(stretch, knots, first, last)

    # --- anchors --------------------------------------------------------------------------------

    def _keyframe(self, index: int) -> Estimate:
        found = self._kept(f"keyframe-{index}")
        if found is not None:
            return found
        mask = self._masks[index]
        _, frame = next(self._frames.pass_over([index]))
        if frame.shape[:2] != mask.shape:
            raise InputError(
                f"The mask of frame {index} is {mask.shape[1]}x{mask.shape[0]} but the picture is "
                f"{frame.shape[1]}x{frame.shape[0]}; masks are made at the clip's working size."
            )
        region = self._region(mask, None, self._settings.margin)
        self._brake.check()
        estimate = Estimate(mask, 1.0, region, self._network.memorize(frame, mask, region))
        self._keep(f"keyframe-{index}", estimate)
        return estimate

    def _found(self, wanted: Sequence[int], held: set[int], *, ahead: bool) -> dict[int, Estimate]:
        """Return what consecutive anchors look like coming from one side."""
        found: dict[int, Estimate] = {}
        for index in wanted if ahead else reversed(wanted):
            found[index] = self._reached(Stop(index), found, held, ahead=ahead)
        return found

    def _reached(
        self, goal: Stop, found: Mapping[int, Estimate], held: set[int], *, ahead: bool
    ) -> Estimate:
        """Go to a stop of a chain, from where the cache last knows it, or from the keyframe."""
        chain = self._layout.ahead if ahead else self._layout.back
        assert chain is not None
        way: list[Stop] = []
        at: Stop | None = goal
        before: Estimate | None = None
        while at is not None and before is None:
            before = None if at.express else found.get(at.index)
            before = before or self._kept(_name(at, ahead=ahead))
            if before is None:
                way.append(at)
                at = chain.before(at)
        place = chain.end if at is None else at.index
        before = before or self._keyframes[chain.end]
        way.reverse()
        # Those on the way are let go: a chain may be as long as the clip.
        for stop, frame in zip(
            way, self._along([s.index for s in way], held, ahead=ahead), strict=True
        ):
            gone = self._is_gone(before)
            before = emptied(before) if gone else self._step(place, stop.index, frame, before)
            place = stop.index
            self._keep(_name(stop, ahead=ahead), before)
        return before

    def _along(self, indices: Sequence[int], held: set[int], *, ahead: bool) -> Iterator[Frame]:
        """Yield frames in a chain's order, few held beside those that are needed again."""
        far = [i for i in indices if not min(held) <= i <= max(held)]
        if ahead:
            # Decoded while the network works.
            yield from (frame for _, frame in self._frames.pass_over(far))
        for place in range(0, 0 if ahead else len(far), CHUNK):
            chunk = far[place : place + CHUNK]
            frames = dict(self._frames.pass_over(sorted(chunk)))
            yield from (frames[index] for index in chunk)
        self._frames.hold(*self._holding)
        yield from (self._frames[index] for index in indices[len(far) :])

    def _step(self, place: int, index: int, frame: Frame, before: Estimate) -> Estimate:
        """Find the object on anchor `index`, given what was found before it at `place`."""
        region = self._region(before.mask, before.region, self._settings.anchor_margin)
        last = None if self._is_keyframe(before) else before.remembered
        self._brake.check()
        memory = [*self._ends(), None, None, last]
        found = self._network.read(frame, before.mask, region, memory)
        if self._settings.second_look and found.mask.any():
            found = self._looked_again(frame, found, before, memory)
        # Long steps are not walked: the far end must not cost what going there in order costs.
        if abs(index - place) <= self._settings.stride and self._doubts(found, before):
            walked = self._walk(place, index, before)
            # Where neither is like the object, the one that claims less does less harm.
            return min(found, walked, key=area) if self._grew(walked, before) else walked
        return found

    def _looked_again(
        self,
        frame: Frame,
        found: Estimate,
        before: Estimate,
        memory: Sequence[Remembered | None],
    ) -> Estimate:
        """Look at an anchor once more, where the object now is and from memory alone.

        The mask of a frame so far back says where the object was, and misleads where it moved
        far. Without any, things that look alike are easily taken for it: what comes out must be
        about as large as the object was.
        """
        region = self._region(found.mask, found.region, self._settings.margin)
        self._brake.check()
        again = self._network.read(frame, np.zeros_like(found.mask), region, memory)
        return again if self._is_steady(again, before) else found

    def _grew(self, found: Estimate, before: Estimate) -> bool:
        return area(found) > area(before) * self._settings.steady

    def _is_steady(self, found: Estimate, before: Estimate) -> bool:
        return not self._grew(found, before) and not self._grew(before, found)

    def _doubts(self, found: Estimate, before: Estimate) -> bool:
        """Say whether a step was too long: the object was lost, or the network is not sure."""
        sure = found.confidence >= self._settings.doubt and self._is_steady(found, before)
        return not sure and area(before) > 0

    def _walk(self, place: int, index: int, before: Estimate) -> Estimate:
        """Go to an anchor frame by frame."""
        step = 1 if index > place else -1
        way = range(place + step, index + step, step)
        frames = dict(self._frames.pass_over(sorted(way)))
        anchors = [None if self._is_keyframe(before) else before.remembered, None]
        found = before
        for on_the_way in way:
            region = self._region(found.mask, found.region, self._settings.margin)
            last = None if found is before else found.remembered
            self._brake.check()
            memory = [*self._ends(), *anchors, last]
            found = self._network.read(frames[on_the_way], found.mask, region, memory)
        return found

    def _knot(
        self, index: int, from_left: Mapping[int, Estimate], from_right: Mapping[int, Estimate]
    ) -> Estimate:
        """Return an anchor's final mask: what came from one side, or both blended."""
        ahead, back = from_left.get(index), from_right.get(index)
        if ahead is None or back is None:
            found = ahead or back
            assert found is not None
            return found
        left, right = self._span.left, self._span.right
        assert left is not None
        assert right is not None
        first = max(ahead.confidence, 1e-3) * (right - index)
        second = max(back.confidence, 1e-3) * (index - left)
        if agreement(ahead.mask, back.mask) < self._settings.agreement:
            return ahead if first >= second else back
        share = np.float32(first / (first + second))
        blend = ahead.mask * share + back.mask * (1 - share)
        mask = np.rint(blend).astype(np.uint8)
        confidence = float(share) * ahead.confidence + (1 - float(share)) * back.confidence
        region = self._region(mask, ahead.region, self._settings.margin)
        self._brake.check()
        remembered = self._network.memorize(self._frames[index], mask, region)
        return Estimate(mask, confidence, region, remembered)

    # --- between anchors ------------------------------------------------------------------------

    def _filled(
        self, stretch: Stretch | None, knots: Mapping[int, Estimate], first: int, last: int
    ) -> Iterator[Found]:
        """Yield the masks of the frames first..last of a stretch in ascending order."""
        if stretch is None:
            return
        before = None if stretch.before is None else knots[stretch.before]
        after = None if stretch.after is None else knots[stretch.after]
        low, high = max(stretch.start, first), min(stretch.stop, last + 1)
        if before is not None and self._runs_forward(stretch, before, after):
            found = self._fill(range(stretch.start, high), before, after)
            yield from (each for each in found if each[0] >= low)
        elif after is not None:
            found = self._fill(range(stretch.stop - 1, low - 1, -1), after, before)
            yield from reversed([each for each in found if each[0] < high])

    def _runs_forward(self, stretch: Stretch, before: Estimate, after: Estimate | None) -> bool:
        """Say from which end to fill: one where the object is seen, nearer to its keyframe."""
        left, right = self._span.left, self._span.right
        if after is None:
            return True
        seen = bool((before.mask >= 128).any())
        if seen != bool((after.mask >= 128).any()):
            return seen
        if left is None or right is None:
            return left is not None
        assert stretch.before is not None
        assert stretch.after is not None
        return stretch.before - left <= right - stretch.after

    def _fill(self, indices: range, start: Estimate, beyond: Estimate | None) -> Iterator[Found]:
        """Yield masks frame by frame from the knot where the frames start."""
        settings = self._settings
        trusted = beyond is not None and beyond.confidence >= settings.trust
        anchors = [
            None if knot is None or self._is_keyframe(knot) else knot.remembered
            for knot in (start, beyond if trusted else None)
        ]
        before = start
        for index in indices:
            if self._is_gone(before) and (beyond is None or self._is_gone(beyond)):
                before = emptied(before)
                yield index, before.mask, before.confidence
                continue
            region = self._region(before.mask, before.region, settings.margin)
            last = None if before is start else before.remembered
            self._brake.check()
            memory = [*self._ends(), *anchors, last]
            before = self._network.read(self._frames[index], before.mask, region, memory)
            yield index, before.mask, before.confidence

    # --- small things ---------------------------------------------------------------------------

    def _ends(self) -> list[Remembered | None]:
        ends = (self._span.left, self._span.right)
        return [None if k is None else self._keyframes[k].remembered for k in ends]

    def _is_keyframe(self, estimate: Estimate) -> bool:
        return any(estimate is keyframe for keyframe in self._keyframes.values())

    def _is_gone(self, estimate: Estimate) -> bool:
        if not self._leaves:
            return False
        assert self._span.left is not None
        return area(estimate) <= GONE * area(self._keyframes[self._span.left])

    def _region(self, mask: Mask, last: Region | None, margin: float) -> Region:
        """Return where to look next, given a mask and where it was found."""
        height, width = mask.shape
        box = steady_box(mask, self._settings.speck)
        if box is not None:
            side = margin * max(box[2] - box[0], box[3] - box[1])
            side = max(side, self._settings.smallest_region * min(height, width))
            return region_around(box, width, height, side)
        if last is None:
            return Region(0, 0, width, height)
        return grown(last, width, height)

    def _kept(self, name: str) -> Estimate | None:
        content = self._cache.get(f"{self._prefix}-{name}")
        return None if content is None else from_bytes(content)

    def _keep(self, name: str, estimate: Estimate) -> None:
        self._cache.put(f"{self._prefix}-{name}", to_bytes(estimate))


def _name(stop: Stop, *, ahead: bool) -> str:
    return f"{'ahead' if ahead else 'back'}-{'express-' * stop.express}{stop.index}"
