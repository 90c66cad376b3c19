"""Read the masks back out of lossless matte segments."""

from __future__ import annotations

import io
from collections.abc import Iterator

import av
import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.uint8]


def masks_of(init: bytes, media: bytes) -> Iterator[Mask]:
    """The mattes of one segment, exactly as they were encoded.

    Args:
        init: Initialisation segment of the rendition.
        media: The segment.

    Yields:
        ``(H, W) uint8`` in frame order.
    """
    with av.open(io.BytesIO(init + media), "r", format="mp4") as container:
        stream = container.streams.video[0]
        stream.thread_type = "NONE"
        for frame in container.decode(stream):
            plane = frame.planes[0]
            rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
            yield rows[: frame.height, : frame.width].copy()
