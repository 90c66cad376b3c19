"""Key colours: from what a person writes to the code values of a file."""

from __future__ import annotations

import re
from dataclasses import dataclass

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
        if matrix not in _LUMA_WEIGHTS:
            raise ValueError(f"no matrix {matrix!r}; one of {', '.join(_LUMA_WEIGHTS)}")
        weight_red, weight_blue = _LUMA_WEIGHTS[matrix]
        red, green, blue = (value / 255 for value in (self.red, self.green, self.blue))
        luma = weight_red * red + (1 - weight_red - weight_blue) * green + weight_blue * blue
        cb = (blue - luma) / (2 * (1 - weight_blue))
        cr = (red - luma) / (2 * (1 - weight_red))
        top, unit = (1 << bit_depth) - 1, 1 << (bit_depth - 8)
        scale_y, scale_c, black = (top, top, 0) if full_range else (219 * unit, 224 * unit, 16)
        middle = 128 * unit
        codes = (black * unit + scale_y * luma, middle + scale_c * cb, middle + scale_c * cr)
        y, u, v = (min(top, max(0, int(code + 0.5))) for code in codes)
        return y, u, v


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
