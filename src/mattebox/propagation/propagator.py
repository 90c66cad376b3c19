"""From keyframes to the mask of every frame: deterministic, local and piece by piece.

Within a span (the frames that the same keyframes bracket) sparse anchors are propagated first:
forward from the left keyframe, backward from the right one, blended where both arrive. Each
stretch between two anchors is then filled in by itself. What is computed for a frame depends
on the pictures, the span's keyframes, the weights and the settings: never on which frames were
asked for, in what order, or on what was cached.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from json import dumps
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from mattebox.errors import InputError
from mattebox.inference import Attend
from mattebox.inference.weights import DIRECTORY
from mattebox.matting import crisp
from mattebox.propagation.anchors import AnchorCache, MemoryAnchors
from mattebox.propagation.frames import FrameSource, HeldFrames
from mattebox.propagation.network import Network
from mattebox.propagation.settings import VERSION, PropagationSettings
from mattebox.propagation.span_run import SpanRun
from mattebox.propagation.spans import Shot, Span, parts

Mask = NDArray[np.uint8]


@dataclass(frozen=True)
class MaskFrame:
    """One frame's mask.

    Attributes:
        index: The frame.
        mask: `(H, W) uint8`, 0..255.
        confidence: The IoU that the network expects of it, 0..1; 1 on a keyframe.
    """

    index: int
    mask: Mask
    confidence: float


def _never() -> bool:
    return False


class Propagator:
    """Carries keyframe masks to other frames; safe to use from several threads at once.

    Args:
        engine: Name of the inference engine.
        settings: How masks are carried.
        weights: Folder with the weights.
        attend: Who stands by at each call of a network.
    """

    def __init__(
        self,
        engine: str = "auto",
        settings: PropagationSettings = PropagationSettings(),
        *,
        weights: Path = DIRECTORY,
        attend: Attend | None = None,
    ) -> None:
        self._network = Network(engine, weights, attend)
        self.settings = settings
        facts = dumps([VERSION, self._network.identity, asdict(settings)], sort_keys=True)
        self._identity = sha256(facts.encode()).hexdigest()

    @property
    def identity(self) -> str:
        """Hash of weights, engine and settings: part of the address of every mask."""
        return self._identity

    def propagate(
        self,
        source: FrameSource,
        keyframes: Mapping[int, Mask],
        shots: Sequence[Shot],
        start: int,
        stop: int,
        *,
        beliefs: Mapping[int, Mask] = MappingProxyType({}),
        anchors: AnchorCache | None = None,
        cancelled: Callable[[], bool] = _never,
    ) -> Iterator[MaskFrame]:
        """Yield the masks of `[start, stop)` in order, each as soon as it is final.

        A keyframe's own mask comes out on its frame as it went in. A frame whose shot has no
        keyframe, or that lies in no shot, is empty; and so is every frame from a keyframe with an
        empty mask, where the object is absent, up to the next keyframe. Between a mask and such a
        keyframe the object leaves: where it was lost it is not looked for again.

        Args:
            source: The clip's pictures.
            keyframes: Masks made by the user, `(H, W) uint8`, by frame; those named by
                `dependencies` suffice.
            shots: The clip's shots; a clip without cuts is one shot.
            start: First frame.
            stop: One past the last frame.
            beliefs: What the network reads of keyframes instead of their masks, by frame, see
                `mattebox.segmentation.FrameMask`.
            anchors: Keeps anchors of this clip from request to request.
            cancelled: Asked before each frame.

        Raises:
            Cancelled: `cancelled` said so.
            InputError: A keyframe's mask is not of its frame's size.
        """
        cache = anchors if anchors is not None else MemoryAnchors()
        frames = HeldFrames(source)
        shape = _shape(source, [*keyframes.values(), *beliefs.values()], start)
        cursor = start
        absent = [k for k, mask in keyframes.items() if not mask.any()]
        for part in parts(start, stop, list(keyframes), shots, absent):
            span, first, last = part.span, part.start, part.stop - 1
            yield from _empty(range(cursor, first), shape)
            ends = [k for k in (span.left, span.right) if k is not None]
            masks = {k: keyframes[k] for k in ends}
            if span.left == first == last:
                yield MaskFrame(first, masks[first], 1.0)
            elif _is_absent(span, masks):
                yield from _empty(range(first, last + 1), shape, masks)
            else:
                run = SpanRun(
                    network=self._network,
                    settings=self.settings,
                    identity=self._identity,
                    frames=frames,
                    span=span,
                    masks={k: beliefs.get(k, m) if m.any() else m for k, m in masks.items()},
                    cache=cache,
                    cancelled=cancelled,
                )
                for index, mask, confidence in run.masks(first, last):
                    final = masks[index] if index in masks else crisp(mask, self.settings.gain)
                    yield MaskFrame(index, final, confidence)
            cursor = last + 1
        yield from _empty(range(cursor, stop), shape)


def _shape(source: FrameSource, masks: Sequence[Mask], start: int) -> tuple[int, int]:
    shapes = {mask.shape for mask in masks}
    if len(shapes) > 1:
        raise InputError(f"The keyframes' masks differ in size ({sorted(shapes)}); redo them.")
    if shapes:
        height, width = shapes.pop()
        return height, width
    _, picture = next(iter(source.read([start])))
    return picture.shape[0], picture.shape[1]


def _is_absent(span: Span, masks: Mapping[int, Mask]) -> bool:
    """Whether there is nothing to find in a span, given the masks of the keyframes around it."""
    if span.left is not None and not masks[span.left].any():
        return True
    return not any(mask.any() for mask in masks.values())


def _empty(
    indices: range, shape: tuple[int, int], keyframes: Mapping[int, Mask] | None = None
) -> Iterator[MaskFrame]:
    for index in indices:
        given = (keyframes or {}).get(index)
        yield MaskFrame(index, np.zeros(shape, np.uint8) if given is None else given, 1.0)
