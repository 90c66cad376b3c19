"""Anchors: sparse frames that were propagated first, and where they are kept."""

import io
import struct
import zlib
from collections import OrderedDict
from dataclasses import dataclass, replace
from threading import Lock
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mattebox.propagation.region import Region

Mask = NDArray[np.uint8]


@dataclass(frozen=True)
class Remembered:
    """What the network remembers of a frame.

    Attributes:
        key: `(T, 64) float16`.
        value: `(T, 128) float16`.
    """

    key: NDArray[np.float16]
    value: NDArray[np.float16]


@dataclass(frozen=True)
class Estimate:
    """A frame's mask as the network found it.

    Attributes:
        mask: `(H, W) uint8`.
        confidence: Expected IoU, 0..1.
        region: Where it was looked for.
        remembered: The frame under that mask.
        motion: Pixels a frame that it moved lately, to the right and down.
        reach: Steps of the longest leap that is tried from here.
    """

    mask: NDArray[np.uint8]
    confidence: float
    region: Region
    remembered: Remembered
    motion: tuple[float, float] = (0.0, 0.0)
    reach: int = 1


def emptied(estimate: Estimate) -> Estimate:
    """Return the same without a mask."""
    return replace(estimate, mask=np.zeros_like(estimate.mask))


def area(estimate: Estimate) -> int:
    """Return the pixels of a mask."""
    return int(np.count_nonzero(estimate.mask >= 128))


def agreement(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """Return the IoU of two masks, 1 where both are empty."""
    a, b = first >= 128, second >= 128
    either = np.count_nonzero(a | b)
    return float(np.count_nonzero(a & b) / either) if either else 1.0


class AnchorCache(Protocol):
    """Keeps anchors of one clip between requests; losing any only costs time.

    A key names everything an anchor depends on except the clip's pictures, so a cache serves
    one clip at one working size. Calls come from several threads.
    """

    def get(self, key: str) -> bytes | None:
        """Return what was put under a key, or None."""
        ...

    def put(self, key: str, content: bytes) -> None:
        """Keep content under a key."""
        ...


class MemoryAnchors:
    """An `AnchorCache` in memory that forgets the least recently used beyond a size.

    Args:
        capacity: Bytes to keep at most. An anchor takes about a quarter of a megabyte, and a
            minute between two keyframes has 200 of them.
    """

    def __init__(self, capacity: int = 2**30) -> None:
        self._capacity = capacity
        self._size = 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> bytes | None:
        """Return what was put under a key, or None."""
        with self._lock:
            content = self._kept.get(key)
            if content is not None:
                self._kept.move_to_end(key)
            return content

    def put(self, key: str, content: bytes) -> None:
        """Keep content under a key; content beyond the capacity is not kept."""
        with self._lock:
            self._size -= len(self._kept.pop(key, b""))
            self._kept[key] = content
            self._size += len(content)
            while self._size > self._capacity:
                _, forgotten = self._kept.popitem(last=False)
                self._size -= len(forgotten)

    @property
    def size(self) -> int:
        """Bytes kept."""
        with self._lock:
            return self._size


_HEAD = struct.Struct("<2i4i3d4i")


def to_bytes(estimate: Estimate) -> bytes:
    """Return an estimate as bytes; `from_bytes` gives it back exactly."""
    region, remembered = estimate.region, estimate.remembered
    packed = zlib.compress(np.ascontiguousarray(estimate.mask).tobytes(), 1)
    head = _HEAD.pack(
        *estimate.mask.shape,
        region.x,
        region.y,
        region.width,
        region.height,
        estimate.confidence,
        *estimate.motion,
        estimate.reach,
        remembered.key.shape[1],
        remembered.value.shape[1],
        len(remembered.key),
    )
    return head + remembered.key.tobytes() + remembered.value.tobytes() + packed


def from_bytes(content: bytes) -> Estimate:
    """Return the estimate that `to_bytes` wrote."""
    file = io.BytesIO(content)
    head = _HEAD.unpack(file.read(_HEAD.size))
    height, width, x, y, wide, high, confidence, right, down, reach, keys, values, tokens = head
    key = np.frombuffer(file.read(keys * tokens * 2), np.float16).reshape(tokens, keys)
    value = np.frombuffer(file.read(values * tokens * 2), np.float16).reshape(tokens, values)
    mask = np.frombuffer(zlib.decompress(file.read()), np.uint8).reshape(height, width)
    region, remembered = Region(x, y, wide, high), Remembered(key, value)
    return Estimate(mask, confidence, region, remembered, (right, down), reach)
