"""Key colours: from what a person writes to the code values of a file."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mattebox.errors import InputError

# Weights of red and blue in luma, by libav's name of the matrix (ITU-T H.273).
_LUMA_WEIGHTS = {
    "bt709": (0.2126, 0.0722),
    "fcc": (0.30, 0.11),
    "bt470bg": (0.299, 0.114),
    "smpte170m": (0.299, 0.114),
    "smpte240m": (0.212, 0.087),
    "bt2020nc": (0.2627, 0.0593),
    "bt2020c": (0.2627, 0.0593),
}


@dataclass(frozen=True)
class KeyColor:
    """An R'G'B' colour, 8 bits each.

    Attributes:
        red: 0..255.
        green: 0..255.
        blue: 0..255.
    """

    red: int
    green: int
    blue: int

    def code_values(
        self, matrix: str = "bt709", *, full_range: bool = False, bit_depth: int = 8
    ) -> tuple[int, int, int]:
        """The colour's Y', Cb, Cr as a file holds them.

        Args:
            matrix: libav's name of it, such as ``bt709``, ``smpte170m``, ``bt2020nc``.
            full_range: Whether luma uses all codes.
            bit_depth: Bits of a sample.

        Returns:
            ``(y, cb, cr)``, rounded to the nearest code (H.273, equations 20 to 28).

        Raises:
            ValueError: The matrix has another name.
        """
        weight_red, weight_blue = _weights(matrix)
        red, green, blue = (value / 255 for value in (self.red, self.green, self.blue))
        luma = weight_red * red + (1 - weight_red - weight_blue) * green + weight_blue * blue
        cb = (blue - luma) / (2 * (1 - weight_blue))
        cr = (red - luma) / (2 * (1 - weight_red))
        codes = _Codes.of(bit_depth, full_range=full_range)
        exact = (
            codes.black + codes.luma * luma,
            codes.middle + codes.chroma * cb,
            codes.middle + codes.chroma * cr,
        )
        top = (1 << bit_depth) - 1
        y, u, v = (min(top, max(0, int(code + 0.5))) for code in exact)
        return y, u, v


def rgb_from_codes(
    matrix: str = "bt709", *, full_range: bool = False, bit_depth: int = 8
) -> npt.NDArray[np.float64]:
    """What turns the codes of a file into R'G'B' (H.273, equations 20 to 28, solved for them).

    Args:
        matrix: libav's name of it, see `KeyColor.code_values`.
        full_range: Whether luma uses all codes.
        bit_depth: Bits of a sample.

    Returns:
        ``(3, 4)``: times ``(y, cb, cr, 1)`` it is ``(red, green, blue)``, 0 to 1.

    Raises:
        ValueError: The matrix has another name.
    """
    red, blue = _weights(matrix)
    green = 1 - red - blue
    codes = _Codes.of(bit_depth, full_range=full_range)
    colors = np.array(
        [
            [1, 0, 2 * (1 - red)],
            [1, -2 * blue * (1 - blue) / green, -2 * red * (1 - red) / green],
            [1, 2 * (1 - blue), 0],
        ]
    )
    scaled = colors / (codes.luma, codes.chroma, codes.chroma)
    zero = scaled @ (codes.black, codes.middle, codes.middle)
    return np.column_stack([scaled, -zero])


def _weights(matrix: str) -> tuple[float, float]:
    if matrix not in _LUMA_WEIGHTS:
        raise ValueError(f"no matrix {matrix!r}; one of {', '.join(_LUMA_WEIGHTS)}")
    return _LUMA_WEIGHTS[matrix]


@dataclass(frozen=True)
class _Codes:
    """Where black and grey are among the codes, and how many luma and chroma reach over."""

    black: int
    middle: int
    luma: int
    chroma: int

    @classmethod
    def of(cls, bit_depth: int, *, full_range: bool) -> _Codes:
        top, unit = (1 << bit_depth) - 1, 1 << (bit_depth - 8)
        if full_range:
            return cls(0, 128 * unit, top, top)
        return cls(16 * unit, 128 * unit, 219 * unit, 224 * unit)


def parse_color(text: str) -> KeyColor:
    """Read ``#rrggbb`` (or ``#rgb``; the ``#`` may be missing).

    Raises:
        InputError: The text is no such colour.
    """
    digits = text.strip().removeprefix("#")
    if re.fullmatch(r"[0-9a-fA-F]{3}", digits):
        digits = "".join(digit * 2 for digit in digits)
    if not re.fullmatch(r"[0-9a-fA-F]{6}", digits):
        raise InputError(f"{text!r} is no colour; write it as #rrggbb, such as #00ff00.")
    return KeyColor(*(int(digits[at : at + 2], 16) for at in (0, 2, 4)))
