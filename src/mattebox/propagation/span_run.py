"""One request for frames of one span: its chains of anchors, and the stretches between them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from functools import partial
from hashlib import sha256
from json import dumps

import numpy as np

from mattebox.errors import InputError
from mattebox.propagation.anchors import (
    AnchorCache,
    Estimate,
    Mask,
    agreement,
    area,
    emptied,
    from_bytes,
    to_bytes,
)
from mattebox.propagation.chains import Chain, Stop, layout
from mattebox.propagation.frames import Frame, HeldFrames
from mattebox.propagation.network import Network
from mattebox.propagation.overlap import Brake, Overlap
from mattebox.propagation.settings import PropagationSettings
from mattebox.propagation.spans import (
    Span,
    Stretch,
    pieces,
    reach,
    stretches_of,
)
from mattebox.propagation.steps import Steps, next_region

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
        cancelled: Asked before each look at a frame.
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
        cancelled: Callable[[], bool],
    ) -> None:
        self._network = network
        self._settings = settings
        self._frames = frames
        self._span = span
        self._masks = masks
        self._cache = cache
        self._brake = Brake(cancelled)
        # Before a frame where the object is absent it leaves, and is not looked for again.
        self._leaves = span.right is not None and not masks[span.right].any()
        sync = frames.sync_frames
        self._layout = layout(span, settings, sync)
        self._shared: dict[int, Estimate] = {}
        digests = {k: sha256(m.tobytes()).hexdigest() for k, m in masks.items()}
        route = sha256(np.asarray(frames.sync_frames, np.int64).tobytes()).hexdigest()
        shape = next(iter(masks.values())).shape
        facts = [identity, (span.left, span.right), shape, digests, route]
        self._prefix = sha256(dumps(facts).encode()).hexdigest()
        self._keyframes: dict[int, Estimate] = {}
        self._steps = Steps(
            network=network,
            settings=settings,
            frames=frames,
            span=span,
            keyframes=self._keyframes,
            brake=self._brake,
        )
        self._holding: tuple[int, set[int]] = (0, set())

    def masks(self, first: int, last: int) -> Iterator[Found]:
        """Yield `(frame, mask, confidence)` for the frames first..last of the span."""
        self._keyframes |= {k: self._keyframe(k) for k in sorted(self._masks)}
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
        region = next_region(mask, None, self._settings.margin, self._settings)
        self._brake.check()
        remembered = self._network.memorize(frame, mask, region)
        estimate = Estimate(mask, 1.0, region, remembered, reach=self._settings.leap)
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
            before = before or self._kept(self._name(at, ahead=ahead))
            if before is None:
                way.append(at)
                at = chain.before(at)
        place = chain.end if at is None else at.index
        before = before or self._keyframes[chain.end]
        way.reverse()
        frames = self._along([stop.index for stop in way], held, ahead=ahead)
        # Those on the way are let go: a chain may be as long as the clip.
        for stop, frame in zip(way, frames, strict=True):
            before = self._come(chain, stop, (place, before), frame, ahead=ahead)
            place = stop.index
        return before

    def _come(
        self,
        chain: Chain,
        stop: Stop,
        origin: tuple[int, Estimate],
        frame: Frame,
        *,
        ahead: bool,
    ) -> Estimate:
        """Come to a stop from the one before it: at once, or by what lies between."""
        steps, shortest = chain.length(stop), chain.shortest(stop)
        place, before = origin
        found: Estimate | None = None
        while found is None:
            if self._is_gone(before):
                found = emptied(before)
            elif steps > 1:
                found = self._steps.leap(place, stop.index, frame, before, steps)
            if found is None and steps <= shortest:
                found = self._steps.step(place, stop.index, frame, before, steps)
            if found is None:
                steps //= 2
                between = chain.back(stop, steps)
                before = self._between(chain, between, (place, before), ahead=ahead)
                place = between.index
        self._keep(self._name(stop, ahead=ahead), found)
        return found

    def _between(
        self, chain: Chain, stop: Stop, origin: tuple[int, Estimate], *, ahead: bool
    ) -> Estimate:
        """Come to a stop that was to be leapt over."""
        kept = self._kept(self._name(stop, ahead=ahead))
        if kept is not None:
            return kept
        _, frame = next(self._frames.pass_over([stop.index]))
        return self._come(chain, stop, origin, frame, ahead=ahead)

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
        region = next_region(mask, ahead.region, self._settings.margin, self._settings)
        self._brake.check()
        remembered = self._network.memorize(self._frames[index], mask, region)
        return Estimate(mask, confidence, region, remembered)

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
        settings, steps = self._settings, self._steps
        trusted = beyond is not None and beyond.confidence >= settings.trust
        around = [steps.remembered(start), steps.remembered(beyond if trusted else None)]
        before = start
        for index in indices:
            if self._is_gone(before) and (beyond is None or self._is_gone(beyond)):
                before = emptied(before)
                yield index, before.mask, before.confidence
                continue
            region = next_region(before.mask, before.region, settings.margin, settings)
            last = None if before is start else before.remembered
            before = steps.look(self._frames[index], before.mask, region, around, last)
            yield index, before.mask, before.confidence

    def _is_gone(self, estimate: Estimate) -> bool:
        if not self._leaves:
            return False
        assert self._span.left is not None
        return area(estimate) <= GONE * area(self._keyframes[self._span.left])

    def _kept(self, name: str) -> Estimate | None:
        content = self._cache.get(f"{self._prefix}-{name}")
        return None if content is None else from_bytes(content)

    def _keep(self, name: str, estimate: Estimate) -> None:
        self._cache.put(f"{self._prefix}-{name}", to_bytes(estimate))

    def _name(self, stop: Stop, *, ahead: bool) -> str:
        """What names a stop in the cache: its shot's end is part of it only where that is near."""
        span, settings = self._span, self._settings
        name = f"{'ahead' if ahead else 'back'}-{'express-' * stop.express}{stop.index}"
        if span.left is not None and span.right is not None:
            return name
        end = span.right if span.left is None else span.left
        assert end is not None
        # Where the route stops depends on anchors that are no nearer than where it is far out.
        distance = settings.near if stop.express else abs(stop.index - end)
        horizon = settings.horizon(distance)
        if span.left is not None:
            return f"{name}-{span.stop}" if span.stop <= stop.index + horizon else name
        return f"{name}-{span.start}" if span.start > stop.index - horizon else name
