"""From clicks on a frame to a mask."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mattebox.errors import InputError
from mattebox.inference import Attend, Engine, identity, load
from mattebox.matting import sharpen
from mattebox.segmentation import window as windows
from mattebox.segmentation.cache import Recent, digest
from mattebox.segmentation.hints import RADIUS, draw_hints
from mattebox.segmentation.mend import CONFIDENT, heed, without_part
from mattebox.segmentation.window import Window

ENCODER, DECODER = "refinement-encode", "refinement-decode"
SIZE = 384
"""Side of the crop that the networks take."""
VERSION = 9
"""Counts changes of this module that change masks."""
GAIN = 3.0
"""What the logits of masks are multiplied by, see `mattebox.matting.sharpen`."""
CLOSER = 0.6
"""The first mask is refined once more from near where its window has less of the frame."""
STATES, ENCODINGS = 64, 12
"""How many results and encoded pictures are kept (about 1 MB and 5 MB each at 720p)."""


@dataclass(frozen=True)
class Click:
    """A place that a person says is inside or outside of the object.

    Attributes:
        x: Across the displayed picture, 0 at the left edge, 1 at the right.
        y: Down the displayed picture, 0 at the top edge, 1 at the bottom.
        include: Whether the place belongs to the object.
    """

    x: float
    y: float
    include: bool


def points_of(clicks: Sequence[Click], size: tuple[int, ...]) -> list[tuple[int, int, bool]]:
    """Column and row of the pixel under each click, and whether it includes.

    Args:
        clicks: The clicks.
        size: Shape of the frame, `(H, W, ...)`.
    """
    height, width = size[:2]
    return [
        (
            min(int(click.x * width), width - 1),
            min(int(click.y * height), height - 1),
            click.include,
        )
        for click in clicks
    ]


@dataclass(frozen=True)
class _State:
    """What is known after some clicks: the mask and where the network looked last."""

    mask: NDArray[np.uint8]
    window: Window | None


@dataclass(frozen=True)
class _Task:
    """What was asked for, and the picture's hash."""

    frame: NDArray[np.uint8]
    picture: str
    clicks: Sequence[Click]

    @property
    def points(self) -> list[tuple[int, int, bool]]:
        """See `points_of`."""
        return points_of(self.clicks, self.frame.shape)

    @property
    def places(self) -> list[tuple[int, int]]:
        """Column and row of the pixel under each click."""
        return [(x, y) for x, y, _ in self.points]

    def seen_in(self, window: Window) -> list[tuple[float, float, bool]]:
        """The clicks in pixels of the crop that shows ``window``."""
        height, width = self.frame.shape[:2]
        return [
            (
                (click.x * width - window.left) * SIZE / window.width - 0.5,
                (click.y * height - window.top) * SIZE / window.height - 0.5,
                click.include,
            )
            for click in self.clicks
        ]


class Refiner:
    """The Refinement Network as a pure function of frame, clicks and previous mask.

    The clicks are replayed in order: the first sees the whole frame, then a closer look around
    its own mask; each further click sees a window around mask and clicks, with the mask so far
    as the previous one. Results along the way are kept for a while, so that adding a click
    costs one click; that changes how long an answer takes and never what it is.

    Safe to call from several threads.

    Args:
        engine: Back end, see `mattebox.inference.load`.
        engines: Encoder and decoder to use instead of those that come with the package.
        attend: Who stands by at each call of a network that comes with the package; as others may
            come to wait for the call, it must not wait for them.
        wait: Called before each call of a network; may wait for anybody.
    """

    def __init__(
        self,
        engine: str = "auto",
        *,
        engines: tuple[Engine, Engine] | None = None,
        attend: Attend | None = None,
        wait: Callable[[], None] = lambda: None,
    ) -> None:
        self._encoder, self._decoder = engines or (
            load(ENCODER, engine, attend=attend),
            load(DECODER, engine, attend=attend, wanted=["logits"]),
        )
        self._wait = wait
        self._weights = [] if engines else [identity(ENCODER), identity(DECODER)]
        self._states: Recent[_State] = Recent(STATES)
        self._encodings: Recent[dict[str, NDArray[Any]]] = Recent(ENCODINGS)

    @property
    def identity(self) -> str:
        """Hash, in hex, of all but the arguments that a mask depends on."""
        settings = {
            "version": VERSION,
            "weights": self._weights,
            "engine": [self._decoder.name, self._decoder.precision],
            "size": SIZE,
            "radius": RADIUS,
            "window": [windows.MARGIN, windows.SMALLEST, windows.ELONGATION, windows.LOOSE],
            "closer": CLOSER,
            "mend": [CONFIDENT],
            "gain": GAIN,
        }
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()

    def refine(
        self,
        frame: NDArray[np.uint8],
        clicks: Sequence[Click],
        previous_mask: NDArray[np.uint8] | None = None,
    ) -> NDArray[np.uint8]:
        """Find the object that the clicks mean.

        Args:
            frame: RGB, `(H, W, 3) uint8`.
            clicks: In the order they were made.
            previous_mask: Mask of this frame that the clicks correct, `(H, W) uint8`, such as
                a propagated one.

        Returns:
            Soft mask, `(H, W) uint8`: 0 outside to 255 inside. The pixel under a click is on
            the side that the click says, unless a later click close by says otherwise. Without
            clicks it is the previous mask, or empty.

        Raises:
            InputError: A click is outside the picture, or the frame or mask is not of the
                shape above.
        """
        _check(frame, clicks, previous_mask)
        return sharpen(self._replayed(frame, digest(frame), clicks, previous_mask).mask, GAIN)

    def expect(
        self,
        frame: NDArray[np.uint8],
        clicks: Sequence[Click],
        previous_mask: NDArray[np.uint8] | None = None,
    ) -> None:
        """Encode what `refine` will look at with one more click, as far as it can be told."""
        _check(frame, clicks, previous_mask)
        picture = digest(frame)
        state = self._replayed(frame, picture, clicks, previous_mask)
        task = _Task(frame, picture, clicks)
        inner = windows.box(state.mask, task.places) if (state.mask >= 128).any() else None
        window = windows.follow(state.window, inner, frame.shape) if inner else None
        self._encoded(task, window or windows.whole(frame.shape))

    def refine_together(
        self,
        frame: NDArray[np.uint8],
        clicks: Sequence[Click],
        previous_mask: NDArray[np.uint8] | None = None,
        *,
        looks: int = 1,
    ) -> NDArray[np.uint8]:
        """Find the object that clicks mean together, told all at once; else it is `refine`.

        Each of the looks costs a click, and starts from the answer before. Nothing is kept.
        """
        _check(frame, clicks, previous_mask)
        task = _Task(frame, digest(frame), clicks)
        empty = np.zeros(frame.shape[:2], np.uint8)
        state = _State(empty if previous_mask is None else previous_mask, None)
        for _ in range(looks):
            state = self._step(task, state)
        return sharpen(state.mask, GAIN)

    def look(
        self,
        frame: NDArray[np.uint8],
        clicks: Sequence[Click],
        previous_mask: NDArray[np.uint8] | None = None,
    ) -> NDArray[np.uint8]:
        """Look at the whole frame once, with all clicks told at once; see `refine` for the rest.

        Only the encoded picture is kept: asking again of the same frame costs one decoding.
        """
        _check(frame, clicks, previous_mask)
        task = _Task(frame, digest(frame), clicks)
        return sharpen(self._look(task, previous_mask, windows.whole(frame.shape)), GAIN)

    def _replayed(
        self,
        frame: NDArray[np.uint8],
        picture: str,
        clicks: Sequence[Click],
        previous_mask: NDArray[np.uint8] | None,
    ) -> _State:
        """The result after all clicks, from the latest one that is still kept."""
        start = _State(np.zeros(frame.shape[:2], np.uint8), None)
        key = [picture]
        if previous_mask is not None:
            start = _State(previous_mask.copy(), None)
            key.append(digest(previous_mask))
        made = [(click.x, click.y, click.include) for click in clicks]
        known, state = self._latest(key, made, start)
        for count in range(known + 1, len(made) + 1):
            state = self._step(_Task(frame, picture, clicks[:count]), state)
            self._states.put((*key, *made[:count]), state)
        return state

    def _latest(
        self, key: list[Any], made: list[tuple[float, float, bool]], start: _State
    ) -> tuple[int, _State]:
        """The result for the most of the clicks that is still kept."""
        for count in range(len(made), 0, -1):
            state = self._states.get((*key, *made[:count]))
            if state is not None:
                return count, state
        return 0, start

    def _step(self, task: _Task, state: _State) -> _State:
        """The result after the last of the task's clicks, from the result before it."""
        empty = not (state.mask >= 128).any()
        if empty and not any(click.include for click in task.clicks):
            return state
        if empty:
            return self._begin(task)
        inner = windows.box(state.mask, task.places)
        assert inner is not None
        window = windows.follow(state.window, inner, task.frame.shape)
        mask = self._look(task, state.mask, window)
        return _State(without_part(mask, state.mask, task.points), window)

    def _begin(self, task: _Task) -> _State:
        """The result where there is no mask yet: the whole frame, then closer."""
        window = windows.whole(task.frame.shape)
        mask = self._look(task, None, window)
        inner = windows.box(mask, task.places)
        assert inner is not None
        closer = windows.around(inner, task.frame.shape)
        if closer.width * closer.height < CLOSER * window.width * window.height:
            window = closer
            mask = self._look(task, mask, window)
        return _State(mask, window)

    def _decode(
        self, encoding: dict[str, NDArray[Any]], hints: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Mask logits `(S, S) float32` of an encoded crop: the mean of the candidates.

        The score head chooses worse than that: see `docs/decisions/ablations.md`.
        """
        self._wait()
        found = self._decoder.run({**encoding, "hints": hints[None]})
        return np.asarray(found["logits"][0].mean(axis=0), np.float32)

    def _look(
        self, task: _Task, previous: NDArray[np.uint8] | None, window: Window
    ) -> NDArray[np.uint8]:
        """Run the network on one window of a frame."""
        disks = task.seen_in(window)
        hints = draw_hints(SIZE, disks, _plane(previous, window))
        logits = self._decode(self._encoded(task, window), hints)
        # Logits, not masks, are brought to the frame's size: an edge stays an edge.
        full = cv2.resize(logits, (window.width, window.height), interpolation=cv2.INTER_LINEAR)
        mask = np.zeros(task.frame.shape[:2], np.uint8)
        mask[window.slices] = _levels(np.asarray(full, np.float32))
        return heed(mask, task.points, reach=RADIUS * max(window.width, window.height) / SIZE)

    def _encoded(self, task: _Task, window: Window) -> dict[str, NDArray[Any]]:
        """One window of a frame as the decoder takes it."""

        def encode() -> dict[str, NDArray[Any]]:
            crop = _resized(task.frame[window.slices], (SIZE, SIZE))
            image = np.ascontiguousarray(crop.transpose(2, 0, 1)[None], np.float32) / 255
            return self._encoder.run({"image": image})

        key = (task.picture, window)
        encoding = self._encodings.get(key)
        if encoding is None:
            # Not within: a click may come to wait for what is begun.
            self._wait()
            encoding = self._encodings.get_or_make(key, encode)
        return encoding


def _check(
    frame: NDArray[np.uint8], clicks: Sequence[Click], previous: NDArray[np.uint8] | None
) -> None:
    if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8 or not frame.size:
        raise InputError(f"A frame must be (H, W, 3) uint8, not {frame.shape} {frame.dtype}.")
    if previous is not None and (previous.shape != frame.shape[:2] or previous.dtype != np.uint8):
        raise InputError(
            f"The previous mask must be {frame.shape[:2]} uint8 like its frame, "
            f"not {previous.shape} {previous.dtype}."
        )
    for click in clicks:
        if not (0 <= click.x <= 1 and 0 <= click.y <= 1):
            raise InputError(
                f"The click at {click.x}, {click.y} is outside the picture; "
                "x and y must lie between 0 and 1."
            )


def _plane(mask: NDArray[np.uint8] | None, window: Window) -> NDArray[np.float32] | None:
    """A mask's part in ``window``, `(S, S) float32` in [0, 1]."""
    if mask is None:
        return None
    return np.asarray(_resized(mask[window.slices], (SIZE, SIZE)) / 255, np.float32)


def _resized(picture: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    shrinks = picture.shape[0] > size[1] or picture.shape[1] > size[0]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, size, interpolation=how), np.uint8)


def _levels(logits: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Logits to 0..255."""
    return np.asarray(np.rint(255 / (1 + cv2.exp(-logits))), np.uint8)
