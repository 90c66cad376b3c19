"""A clip's frames as NVDEC decodes them, for the GPU's pipeline figure alone.

The product decodes on the CPU, in processes of its own: what NVDEC gives may differ from that in a
bit or two, and masks would depend on the machine.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType

import av
import numpy as np
from av.codec.hwaccel import HWAccel, hwdevices_available
from av.container import InputContainer

from benchmarks.bench_footage import Footage, Picture

ON_CPU = "The GPU does not decode this clip here, so the CPU did."


class HardwareFrames:
    """Frames of a clip, decoded by NVDEC where it can; otherwise on the CPU.

    Args:
        footage: The clip.

    Attributes:
        on_gpu: Whether the GPU decoded what was read last; None before that.
    """

    def __init__(self, footage: Footage) -> None:
        self._path, self._table = footage.path, footage.table
        self.on_gpu: bool | None = None
        self.sync_frames: Sequence[int] = tuple(int(each) for each in footage.table.sync)

    def __enter__(self) -> "HardwareFrames":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Each reading closes its own file."""

    def read(self, indices: Sequence[int]) -> Iterator[tuple[int, Picture]]:
        """Yield `(index, picture)` for ascending frame indices, as `FrameReader` does."""
        wanted = iter(indices)
        index = next(wanted, None)
        if index is None:
            return
        places = {int(pts): place for place, pts in enumerate(self._table.pts)}
        with _opened(self._path) as container:
            stream = container.streams.video[0]
            near = bisect_right(self.sync_frames, index)
            if near:
                container.seek(int(self._table.pts[self.sync_frames[near - 1]]), stream=stream)
            for frame in container.decode(stream):
                self.on_gpu = stream.codec_context.is_hwaccel
                if frame.pts is not None and places.get(frame.pts) == index:
                    yield index, np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
                    index = next(wanted, None)
                    if index is None:
                        return


def _opened(path: Path) -> InputContainer:
    if "cuda" in hwdevices_available():
        try:
            # Falls back by itself where the GPU is there but cannot decode this clip.
            return av.open(str(path), hwaccel=HWAccel("cuda", allow_software_fallback=True))
        except av.FFmpegError:
            pass
    return av.open(str(path))
