"""Source pictures as encoders want them."""

from __future__ import annotations

from typing import Any

import av
import cv2
import numpy as np
import numpy.typing as npt

from mattebox.export.tags import tag
from mattebox.matting import rgb_from_codes
from mattebox.media.clip import ClipInfo
from mattebox.media.reader import Planes

Plane = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.unsignedinteger[Any]]

# With several, libswscale 9.5 leaves the first samples of some rows unwritten where the threads'
# parts meet, in pictures whose height is no multiple of 4.
SWSCALE_THREADS = 1

# Rows that are converted at a time: what lies between two steps stays in the processor's cache.
_BAND = 32

_FORMATS = {"4:2:0": "yuv420p", "4:2:2": "yuv422p", "4:4:4": "yuv444p"}


def plate_frame(planes: Planes) -> av.VideoFrame:
    """A source picture as libav takes it, tagged with its colours."""
    height, width = planes.y.shape
    size = planes.y.dtype.itemsize
    frame = av.VideoFrame(
        width, height, _FORMATS[planes.subsampling] + ("10le" if size > 1 else "")
    )
    for plane, samples in zip(frame.planes, (planes.y, planes.u, planes.v), strict=True):
        rows = np.zeros((plane.height, plane.line_size // size), samples.dtype)
        rows[:, : plane.width] = samples
        plane.update(rows.tobytes())
    tag(frame, planes.color)
    return frame


def deep_bgr(planes: Planes) -> npt.NDArray[np.uint16]:
    """A source picture of more than 8 bits as B'G'R' of 16, each rounded to the nearest.

    libav's own way there cuts off what is below a step, and white comes out grey by 184 codes.

    Args:
        planes: Y'CbCr planes, chroma of 4:2:0, 4:2:2 or 4:4:4.

    Returns:
        ``(H, W, 3) uint16``, full range.
    """
    height, width = planes.y.shape
    matrix = 65535 * rgb_from_codes(
        planes.color.matrix,
        full_range=planes.color.range == "full",
        bit_depth=planes.bit_depth,
    )
    picture = np.empty((height, width, 3), np.uint16)
    for top in range(0, height, _BAND):
        rows = slice(top, min(top + _BAND, height))
        chroma = (_chroma_444(plane, rows, (height, width)) for plane in (planes.u, planes.v))
        codes = cv2.merge([planes.y[rows].astype(np.float32), *chroma])
        exact = cv2.transform(codes, matrix[::-1])
        np.rint(exact, out=exact)
        picture[rows] = np.clip(exact, 0, 65535, out=exact)
    return picture


def rounding(info: ClipInfo, kept: int) -> tuple[str, ...]:
    """The warning that a file holds fewer bits of a sample than the source has, if it does."""
    if info.bit_depth <= kept:
        return ()
    return (f"The picture was rounded from {info.bit_depth} to {kept} bits.",)


def pixel_shape(info: ClipInfo, kind: str) -> tuple[str, ...]:
    """The warning that a kind of file cannot say what shape pixels have, if they are not square."""
    if info.sar == 1:
        return ()
    shape = f"{info.sar.numerator}:{info.sar.denominator}"
    return (
        f"The clip's pixels are not square ({shape}), which {kind} cannot say; set it where the"
        " pictures are used.",
    )


def eight_bit_420(planes: Planes, *, full_range: bool) -> tuple[Plane, Plane, Plane]:
    """Bring a picture to 8-bit 4:2:0; one that is so already is handed on as it is.

    Args:
        planes: Y'CbCr planes, 8 to 16 bits, chroma of 4:2:0, 4:2:2 or 4:4:4.
        full_range: Whether black is 0 and white the largest code.

    Returns:
        ``(y, u, v)``, ``(H, W)`` and twice ``(ceil(H / 2), ceil(W / 2))``, uint8.
    """
    height, width = planes.y.shape
    small = (height + 1) // 2, (width + 1) // 2
    chroma = (_chroma_420(plane, small) for plane in (planes.u, planes.v))
    y, u, v = (_eight_bit(plane, planes.bit_depth, full_range) for plane in (planes.y, *chroma))
    return y, u, v


def even_sides(planes: tuple[Plane, Plane, Plane]) -> tuple[Plane, Plane, Plane]:
    """Repeat the last column or row of luma where a side is odd (4:2:0 has no odd sides).

    Chroma already covers it: its planes are rounded up.
    """
    y, u, v = planes
    height, width = y.shape
    if height % 2 or width % 2:
        y = np.pad(y, ((0, height % 2), (0, width % 2)), mode="edge")
    return y, u, v


def _eight_bit(plane: Samples, bit_depth: int, full_range: bool) -> Plane:
    if bit_depth == 8:
        return plane.astype(np.uint8, copy=False)
    wide = plane.astype(np.uint32)
    if full_range:
        top = (1 << bit_depth) - 1
        return np.asarray((wide * 255 + top // 2) // top, np.uint8)
    # Limited range keeps its black and its white at the same multiple in every depth.
    shift = bit_depth - 8
    return np.asarray(np.minimum((wide + (1 << shift - 1)) >> shift, 255), np.uint8)


def _chroma_420(plane: Samples, small: tuple[int, int]) -> Samples:
    height, width = small
    if plane.shape[1] > width:
        plane = _every_second_column(plane)
    if plane.shape[0] > height:
        plane = _pairs_of_rows(plane)
    return plane


def _chroma_444(plane: Samples, rows: slice, size: tuple[int, int]) -> npt.NDArray[np.float32]:
    """Chroma for each luma sample of some rows, linear between those there are.

    They sit on every second column, and halfway between two rows.

    Args:
        plane: All of a picture's chroma.
        rows: Which rows of luma.
        size: Height and width of the picture's luma.
    """
    height, width = size
    if plane.shape[0] < height:
        # A row more to each side: what is halfway to it needs it.
        first = max(rows.start // 2 - 1, 0)
        wide = plane[first : (rows.stop + 1) // 2 + 1].astype(np.float32)
        tall = cv2.resize(wide, (wide.shape[1], 2 * wide.shape[0]), interpolation=cv2.INTER_LINEAR)
        wide = np.asarray(tall, np.float32)[rows.start - 2 * first : rows.stop - 2 * first]
    else:
        wide = plane[rows].astype(np.float32)
    if wide.shape[1] < width:
        every = np.empty((len(wide), 2 * wide.shape[1]), np.float32)
        every[:, ::2] = wide
        every[:, 1:-1:2] = (wide[:, :-1] + wide[:, 1:]) / 2
        every[:, -1] = wide[:, -1]
        wide = every[:, :width]
    return wide


def _every_second_column(plane: Samples) -> Samples:
    """Halve the width with weights 1 2 1, since 4:2:0 chroma sits on every second column."""
    wide = np.pad(plane.astype(np.uint32), ((0, 0), (1, 1)), mode="edge")
    left, here, right = wide[:, :-2:2], wide[:, 1:-1:2], wide[:, 2::2]
    return ((left + 2 * here + right[:, : here.shape[1]] + 2) >> 2).astype(plane.dtype)


def _pairs_of_rows(plane: Samples) -> Samples:
    wide = plane.astype(np.uint32)
    if len(wide) % 2:
        wide = np.concatenate([wide, wide[-1:]])
    return ((wide[0::2] + wide[1::2] + 1) >> 1).astype(plane.dtype)
