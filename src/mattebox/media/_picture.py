"""Turn a decoded picture into arrays: upright, at the wanted size, in the wanted colours."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable
from fractions import Fraction
from typing import cast

import numpy as np
import numpy.typing as npt
from av.sidedata.sidedata import SideData, Type
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    ColorTrc,
    Interpolation,
    VideoReformatter,
)

from mattebox.media.clip import ClipInfo, Color

# Samples of one picture or plane: uint8, or uint16 where there are 10 bits.
Array = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]

_MATRICES = {
    0: "rgb", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020nc",
    10: "bt2020c",
}  # fmt: skip
_PRIMARIES = {
    1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020",
    11: "smpte431", 12: "smpte432",
}  # fmt: skip
_TRANSFERS = {
    1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "linear",
    13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12", 16: "smpte2084", 18: "arib-std-b67",
}  # fmt: skip
_COLORSPACES = {
    "bt709": Colorspace.ITU709,
    "fcc": Colorspace.FCC,
    "bt470bg": Colorspace.ITU601,
    "smpte170m": Colorspace.ITU601,
    "smpte240m": Colorspace.SMPTE240M,
    "bt2020nc": Colorspace.BT2020,
    "bt2020c": Colorspace.BT2020,
}
_HD_LINES, _HD_COLUMNS = 720, 1280
_SMALL = 256


def color_of(frame: VideoFrame) -> Color:
    """The colours of a decoded picture, with what the file leaves unsaid filled in.

    A picture that is stored as RGB is described as the Y'CbCr it is converted to.
    """
    hd = frame.height >= _HD_LINES or frame.width >= _HD_COLUMNS
    usual = "bt709" if hd else "smpte170m"
    matrix = _MATRICES.get(int(frame.colorspace), usual)
    full = int(frame.color_range) == ColorRange.JPEG or frame.format.name.startswith("yuvj")
    if frame.format.is_rgb or matrix == "rgb" or frame.format.has_palette:
        matrix, full = "bt709", False
    return Color(
        matrix=matrix,
        primaries=_PRIMARIES.get(int(frame.color_primaries), usual),
        transfer=_TRANSFERS.get(int(frame.color_trc), usual),
        range="full" if full else "limited",
    )


def orientation_of(frame: VideoFrame) -> tuple[int, bool]:
    """Degrees clockwise that bring the picture upright, and whether it is mirrored first."""
    # The container iterates over its values, whatever its type says.
    held = cast(Iterable[SideData], frame.side_data)
    stored = next((data for data in held if data.type is Type.DISPLAYMATRIX), None)
    if stored is None:
        return 0, False
    a, b, _, c, d = struct.unpack("=9i", bytes(stored)[:36])[:5]
    mirrored = a * d - b * c < 0
    if mirrored:
        a, b = -a, -b
    quarter_turns = round(math.degrees(math.atan2(b, a)) / 90) % 4
    return quarter_turns * 90, mirrored


def planar_format(frame: VideoFrame) -> str:
    """The planar 8 or 10 bit format that keeps this picture's chroma resolution."""
    names = {(1, 1): "yuv420p", (1, 0): "yuv422p", (0, 0): "yuv444p"}
    chroma = frame.format.components[1:3]
    shift = (0, 0)
    if len(chroma) == 2 and not frame.format.is_rgb:
        plane_width = chroma[0].width
        plane_height = chroma[0].height
        shift = (int(plane_width < frame.width), int(plane_height < frame.height))
        if plane_width * 2 < frame.width:
            shift = (1, int(plane_height < frame.height))
    elif len(frame.format.components) <= 2:
        shift = (1, 1)
    deep = frame.format.components[0].bits > 8
    return names.get(shift, "yuv444p") + ("10le" if deep else "")


class PictureMaker:
    """Makes arrays of the decoded pictures of one clip; keeps its converters between pictures.

    Args:
        info: The clip.
    """

    def __init__(self, info: ClipInfo) -> None:
        self._info = info
        self._turned = info.rotation % 180 == 90
        self._reformatter = VideoReformatter()

    def rgb(self, frame: VideoFrame) -> tuple[Array, ...]:
        """One `(H, W, 3) uint8` array at working size, full range."""
        return self._rgb(frame, self._working_size())

    def small_rgb(self, frame: VideoFrame) -> tuple[Array, ...]:
        """One RGB array of at most 256 pixels a side."""
        width, height = self._working_size()
        scale = min(_SMALL / max(width, height), 1)
        return self._rgb(frame, (max(round(width * scale), 1), max(round(height * scale), 1)))

    def _rgb(self, frame: VideoFrame, size: tuple[int, int]) -> tuple[Array, ...]:
        picture = self._convert(frame, size, "rgb24", "rgb", "full")
        plane = picture.planes[0]
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(picture.height, plane.line_size)
        flat = rows[:, : picture.width * 3]
        return (self._upright(flat.reshape(picture.height, picture.width, 3)),)

    def working_planes(self, frame: VideoFrame) -> tuple[Array, ...]:
        """Y, U, V `uint8` at working size: 4:2:0, BT.709, limited range."""
        picture = self._convert(frame, self._working_size(), "yuv420p", "bt709", "limited")
        return tuple(self._upright(plane) for plane in _planes(picture, deep=False))

    def source_planes(self, frame: VideoFrame) -> tuple[Array, ...]:
        """Y, U, V at source size, in the source's own colours, `uint8` or `uint16` (10 bit)."""
        info = self._info
        size = (info.source_width, info.source_height)
        size = size[::-1] if self._turned else size
        target = planar_format(frame)
        odd = size[0] % 2 or size[1] % 2
        if (self._turned and "422" in target) or ((info.rotation or info.mirrored) and odd):
            # These do not survive the turn: 4:2:2 would become 4:4:0, and half-size chroma of an
            # odd side would be sited off by a pixel.
            target = "yuv444p" + target[len("yuv444p") :]
        color = info.color
        picture = self._convert(frame, size, target, color.matrix, color.range, keep_primaries=True)
        deep = target.endswith("10le")
        return tuple(self._upright(plane) for plane in _planes(picture, deep=deep))

    def _working_size(self) -> tuple[int, int]:
        size = (self._info.width, self._info.height)
        return size[::-1] if self._turned else size

    def _convert(
        self,
        frame: VideoFrame,
        size: tuple[int, int],
        pix_fmt: str,
        matrix: str,
        picture_range: str,
        *,
        keep_primaries: bool = False,
    ) -> VideoFrame:
        color = self._info.color
        rgb = frame.format.is_rgb or frame.format.has_palette
        source = _COLORSPACES.get(color.matrix, Colorspace.ITU709)
        target = _COLORSPACES.get(matrix, source)
        wide_gamut = not keep_primaries and (color.is_hdr or color.primaries == "bt2020")
        if wide_gamut:
            frame.color_trc = _hdr_transfer(color)
            frame.color_primaries = ColorPrimaries.BT2020
        return self._reformatter.reformat(
            frame,
            width=size[0],
            height=size[1],
            format=pix_fmt,
            src_colorspace=None if rgb else source,
            dst_colorspace=target,
            src_color_range=_range("full" if rgb else color.range),
            dst_color_range=_range(picture_range),
            interpolation=Interpolation.BILINEAR,
            dst_color_trc=ColorTrc.BT709 if wide_gamut else None,
            dst_color_primaries=ColorPrimaries.BT709 if wide_gamut else None,
            threads=1,
        )

    def _upright(self, plane: Array) -> Array:
        if self._info.mirrored:
            plane = plane[:, ::-1]
        return np.rot90(plane, -self._info.rotation // 90) if self._info.rotation else plane


def upright_size(frame: VideoFrame, rotation: int) -> tuple[int, int]:
    """Width and height of the stored picture once it is turned."""
    size = (frame.width, frame.height)
    return size[::-1] if rotation % 180 == 90 else size


def upright_sar(sar: Fraction | None, rotation: int) -> Fraction:
    """The shape of a pixel once the picture is turned; 1 where the file says nothing sensible."""
    if not sar or sar <= 0 or not Fraction(1, 8) <= sar <= 8:
        return Fraction(1)
    return 1 / sar if rotation % 180 == 90 else sar


def _hdr_transfer(color: Color) -> ColorTrc:
    return {
        "smpte2084": ColorTrc.SMPTE2084,
        "arib-std-b67": ColorTrc.ARIB_STD_B67,
    }.get(color.transfer, ColorTrc.BT709)


def _range(name: str) -> ColorRange:
    return ColorRange.JPEG if name == "full" else ColorRange.MPEG


def _planes(picture: VideoFrame, *, deep: bool) -> tuple[Array, ...]:
    return tuple(_plane(plane, "<u2" if deep else "u1") for plane in picture.planes[:3])


def _plane(plane: VideoPlane, dtype: str) -> Array:
    samples: Array = np.frombuffer(memoryview(plane), np.dtype(dtype))
    row = plane.line_size // samples.itemsize
    return samples.reshape(plane.height, row)[:, : plane.width]
