"""Single frames as image files."""

from __future__ import annotations

import os
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from mattebox.media.clip import ClipInfo
from mattebox.media.frame_table import FrameTable
from mattebox.media.reader import FrameReader

_JPEG_QUALITY = 90


def frame_image(
    path: str | os.PathLike[str],
    info: ClipInfo,
    table: FrameTable,
    index: int,
    format: Literal["png", "jpg"] = "png",
    *,
    name: str | None = None,
) -> bytes:
    """One frame at working size as an image file.

    Args:
        path: The file.
        info: What ingest found.
        table: The frame table that ingest made.
        index: The frame.
        format: `png` (exact) or `jpg` (small).
        name: How the person knows the file, for messages.

    Raises:
        IndexError: There is no such frame.
        DecodingError: The decoder died, hung or ran out of memory.
    """
    return _encode(_frame(path, info, table, index, name=name), format)


def thumbnail_jpeg(
    path: str | os.PathLike[str],
    info: ClipInfo,
    table: FrameTable,
    index: int,
    height: int,
    *,
    name: str | None = None,
    urgent: bool = True,
) -> bytes:
    """One frame as a small JPEG of the given height.

    Args:
        path: The file.
        info: What ingest found.
        table: The frame table that ingest made.
        index: The frame.
        height: Pixels, at least 1; never enlarged.
        name: How the person knows the file, for messages.
        urgent: Whether it goes before others that wait for a decoder.

    Raises:
        IndexError: There is no such frame.
        DecodingError: The decoder died, hung or ran out of memory.
    """
    frame = _frame(path, info, table, index, name=name, urgent=urgent)
    height = min(height, frame.shape[0])
    width = max(round(frame.shape[1] * height / frame.shape[0]), 1)
    small = cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA)
    return _encode(np.asarray(small, np.uint8), "jpg")


def _frame(
    path: str | os.PathLike[str],
    info: ClipInfo,
    table: FrameTable,
    index: int,
    *,
    name: str | None,
    urgent: bool = True,
) -> npt.NDArray[np.uint8]:
    with FrameReader(path, info, table, name=name) as reader:
        return next(frame for _, frame in reader.read([index], urgent=urgent))


def _encode(frame: npt.NDArray[np.uint8], format: Literal["png", "jpg"]) -> bytes:
    options = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY] if format == "jpg" else []
    _, encoded = cv2.imencode(f".{format}", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), options)
    return encoded.tobytes()
