"""Read frames of a clip by index, exactly, from processes of their own."""

from __future__ import annotations

import os
import weakref
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mattebox.media._numbers import packed
from mattebox.media._process import Array
from mattebox.media.clip import ClipInfo, Color
from mattebox.media.frame_table import FrameTable
from mattebox.media.pool import DecoderPool, Job, Work, shared_pool

Rgb = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
Size = Literal["working", "source"]

# Pictures that may wait in shared memory: enough that decoding goes on while one is worked on.
_SLOTS = 4
_LARGE_SLOT = 32 << 20
_LARGE_SLOTS = 2
# A read of so few frames is somebody's click or thumbnail, and goes before others.
_FEW = 4


@dataclass(frozen=True, eq=False)
class Planes:
    """One upright picture as brightness and two colour differences.

    Attributes:
        y: `(H, W) uint8`, or `uint16` holding 10 bits.
        u: `(h, w)` of the same type.
        v: `(h, w)` of the same type.
        subsampling: `4:2:0`, `4:2:2` or `4:4:4`.
        bit_depth: 8 or 10.
        color: What the numbers mean.
    """

    y: Samples
    u: Samples
    v: Samples
    subsampling: str = "4:2:0"
    bit_depth: int = 8
    color: Color = field(default_factory=Color)


class FrameReader:
    """Frames of one clip. Use it as a context manager; safe to share between threads.

    Args:
        path: The file.
        info: What ingest found.
        table: The frame table that ingest made.
        name: How the person knows the file, for messages.
        pool: The processes to use.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        info: ClipInfo,
        table: FrameTable,
        *,
        name: str | None = None,
        pool: DecoderPool | None = None,
    ) -> None:
        self._path = str(Path(path).absolute())
        self._info, self._table = info, table
        self._name = name or Path(path).name
        self._pool = pool or shared_pool()
        self._open: weakref.WeakSet[Work] = weakref.WeakSet()

    def __enter__(self) -> FrameReader:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def sync_frames(self) -> list[int]:
        """Frames that decode by themselves, ascending; see `FrameTable.sync`."""
        return [int(index) for index in self._table.sync]

    def close(self) -> None:
        """Stop every read that is under way, within a frame."""
        for work in list(self._open):
            work.close()

    def read(
        self, indices: Iterable[int], *, urgent: bool = True
    ) -> Generator[tuple[int, Rgb], None, None]:
        """Frames as RGB at working size, in the order asked for.

        Any order is right; ascending is fastest, descending nearly as fast. Closing the generator
        stops the decoding within a frame.

        Args:
            indices: Frame indices.
            urgent: Whether a read of a few frames goes before others that wait for a process.

        Yields:
            Each index with its `(H, W, 3) uint8` picture, full range. A frame that cannot be
            decoded shows the nearest picture before it.

        Raises:
            IndexError: There is no such frame.
            DecodingError: The decoder died, hung or ran out of memory.
        """
        size = self._info.width * self._info.height * 3
        for index, arrays in self._frames(indices, "rgb", size, urgent=urgent):
            yield index, arrays[0].astype(np.uint8, copy=False)

    def read_small(self, indices: Iterable[int]) -> Generator[tuple[int, Rgb], None, None]:
        """Like `read`, with pictures of at most 256 pixels a side: enough to find cuts."""
        for index, arrays in self._frames(indices, "small_rgb", 256 * 256 * 3):
            yield index, arrays[0].astype(np.uint8, copy=False)

    def read_planes(
        self, start: int, stop: int, *, size: Size = "working"
    ) -> Generator[tuple[int, Planes], None, None]:
        """Frames `start` to `stop` (not included) as Y'CbCr planes.

        Args:
            start: The first frame.
            stop: The frame to stop before.
            size: `working` gives 8-bit 4:2:0 in BT.709 limited range at working size; `source`
                gives the source's own size, colours, subsampling and depth (8 or 10 bit).

        Yields:
            Each index with its picture.

        Raises:
            IndexError: There is no such frame.
            DecodingError: The decoder died, hung or ran out of memory.
        """
        info = self._info
        color = Color()
        if size == "working":
            largest = info.width * info.height * 3
            make = "working_planes"
        else:
            deep = info.bit_depth > 8
            largest = (info.source_width + 1) * (info.source_height + 1) * 3 * (1 + deep)
            make = "source_planes"
            color = replace(info.color)
        for index, (y, u, v) in self._frames(range(start, stop), make, largest):
            depth = 8 if y.dtype.itemsize == 1 else 10
            yield index, Planes(y, u, v, _subsampling(y, u), depth, color)

    def _frames(
        self, indices: Iterable[int], make: str, slot_bytes: int, *, urgent: bool = True
    ) -> Generator[tuple[int, tuple[Array, ...]], None, None]:
        wanted = np.fromiter(indices, np.int64)
        count = self._table.frame_count
        outside = wanted[(wanted < 0) | (wanted >= count)]
        if len(outside):
            raise IndexError(f"{self._name} has no frame {outside[0]}; it has {count} frames.")
        done = 0
        clip = f"{self._path}\0{self._table.hash}"
        sent_pts = False

        def resume(served: str | None) -> tuple[str, dict[str, Any]]:
            return "frames", {
                "path": self._path,
                "name": self._name,
                "info": self._info.to_json(),
                "table": self._table.hash,
                "pts": None if served == clip and not sent_pts else packed(self._table.pts),
                "indices": packed(wanted[done:]),
                "make": make,
            }

        work = self._pool.work(
            Job(
                self._name,
                resume,
                slots=_SLOTS if slot_bytes < _LARGE_SLOT else _LARGE_SLOTS,
                slot_bytes=slot_bytes,
                affinity=clip,
                lendable=True,
                urgent=urgent and len(wanted) <= _FEW,
            )
        )
        self._open.add(work)
        try:
            while done < len(wanted):
                message = work.next()
                if message["kind"] == "frame":
                    done += 1
                    yield int(message["index"]), message["arrays"]
                elif message["kind"] == "done" and message["result"]["needs_pts"]:
                    sent_pts = True
        finally:
            work.close()


def _subsampling(y: Array, u: Array) -> str:
    if u.shape == y.shape:
        return "4:4:4"
    return "4:2:2" if u.shape[0] == y.shape[0] else "4:2:0"
