"""What a clip is: its streams, its sizes and its colours."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

LONG_SIDE, SHORT_SIDE, SMALLEST_SIDE = 1280, 720, 16


@dataclass(frozen=True)
class Color:
    """How the numbers of a picture become colours, by the names libav uses.

    What the file leaves unsaid is filled in the way players do: BT.709 from 720 lines, BT.601
    below, limited range.

    Attributes:
        matrix: `bt709`, `smpte170m`, `bt2020nc`, `rgb`, ...
        primaries: `bt709`, `bt2020`, ...
        transfer: `bt709`, `smpte2084` (PQ), `arib-std-b67` (HLG), ...
        range: `limited` or `full`.
    """

    matrix: str = "bt709"
    primaries: str = "bt709"
    transfer: str = "bt709"
    range: str = "limited"

    @property
    def is_hdr(self) -> bool:
        """Whether the picture has to be tone mapped to be shown on an ordinary screen."""
        return self.transfer in {"smpte2084", "arib-std-b67"}


@dataclass(frozen=True)
class ClipInfo:
    """What a clip is, measured at ingest.

    Attributes:
        container: libav's name of the file format.
        codec: libav's name of the picture codec.
        stream_index: Which stream of the file holds the picture.
        source_width: Width of the upright stored picture, pixels not stretched.
        source_height: Height of the upright stored picture.
        width: Width at working size: upright, square pixels, even.
        height: Height at working size.
        rotation: Degrees clockwise (0, 90, 180, 270) that bring the decoded picture upright.
        mirrored: Whether the decoded picture is flipped left to right before it is rotated.
        sar: Width of a pixel over its height, of the upright picture.
        pix_fmt: libav's name of the decoded pixel format.
        bit_depth: Bits per sample.
        color: How the numbers become colours.
        rate: Average frames per second.
        has_sound: Whether there is any sound.
        sound_streams: How many sound tracks there are.
        duration_s: Seconds from the first frame to the end of the last.
        seekable: Whether frames can be reached by their timestamps; otherwise only by counting
            from the start of the file.
        timecode: What the file calls its first frame, ``HH:MM:SS:FF``, where it says so.
    """

    container: str
    codec: str
    stream_index: int
    source_width: int
    source_height: int
    width: int
    height: int
    rotation: int
    mirrored: bool
    sar: Fraction
    pix_fmt: str
    bit_depth: int
    color: Color
    rate: Fraction
    has_sound: bool
    sound_streams: int
    duration_s: float
    seekable: bool = True
    timecode: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The facts as plain values; fractions as pairs."""
        return {
            **asdict(self),
            "sar": [self.sar.numerator, self.sar.denominator],
            "rate": [self.rate.numerator, self.rate.denominator],
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> ClipInfo:
        """Read back what `to_json` wrote."""
        return cls(
            **{
                **value,
                "sar": Fraction(*value["sar"]),
                "rate": Fraction(*value["rate"]),
                "color": Color(**value["color"]),
            }
        )


def working_size(width: int, height: int, sar: Fraction = Fraction(1)) -> tuple[int, int]:
    """The size at which the networks, the mattes and the preview live.

    Args:
        width: Width of the upright stored picture.
        height: Height of the upright stored picture.
        sar: Width of a pixel over its height. Pixels are made square by stretching, never by
            throwing lines away.

    Returns:
        Width and height, both even, within 1280 x 720 (720 x 1280 for portrait).
    """
    square_width = width * max(sar, Fraction(1))
    square_height = height / min(sar, Fraction(1))
    wide, tall = LONG_SIDE, SHORT_SIDE
    if square_height > square_width:
        wide, tall = tall, wide
    scale = min(wide / square_width, tall / square_height, Fraction(1))
    return _even(square_width * scale), _even(square_height * scale)


def _even(length: Fraction) -> int:
    return max(2 * round(length / 2), SMALLEST_SIDE)
