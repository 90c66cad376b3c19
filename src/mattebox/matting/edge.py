"""An object's edge: how its matte is composited, whatever the networks said."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

from mattebox.errors import InputError

_GAP = 0.05
_SHARES = {"clip_black": (0, 0.9), "clip_white": (0.1, 1), "despill": (0, 1)}


@dataclass(frozen=True)
class Edge:
    """Settings of the edge stage, in the order they are computed; all neutral by default.

    Lengths are pixels of the source, shares go from 0 to 1. The arithmetic is decided in
    docs/decisions/edges.md.

    Attributes:
        clip_black: What is at most this share becomes 0.
        clip_white: What is at least this share becomes 1.
        smooth: How far the contour is evened out.
        grow: How far the edge moves outwards, or inwards below 0.
        feather: How far the edge fades to both sides.
        despill: How much of the background's colours is taken out of the edge, as a share.
    """

    clip_black: float = 0.0
    clip_white: float = 1.0
    smooth: float = 0.0
    grow: float = 0.0
    feather: float = 0.0
    despill: float = 0.0

    @property
    def keeps_coverage(self) -> bool:
        """Whether mattes stay as they are; despill changes colours only."""
        return self == Edge(despill=self.despill)

    def check(self, source_height: int) -> None:
        """Refuse what is out of range.

        Args:
            source_height: Height of the clip's upright stored picture, which bounds the lengths.

        Raises:
            InputError: A value is outside its range (422).
        """
        self.check_shares()
        tall, short = source_height / 20, source_height / 50
        limits = {"smooth": (0, short), "grow": (-tall, tall), "feather": (0, tall)}
        for name, (least, most) in limits.items():
            self._check_within(name, least, most, " pixels of this clip")

    def check_shares(self) -> None:
        """Refuse what no clip would make right: shares out of range, lengths that are no numbers.

        Raises:
            InputError: A value is outside its range (422).
        """
        for name, value in asdict(self).items():
            if name in _SHARES:
                self._check_within(name, *_SHARES[name])
            elif not math.isfinite(value):
                raise InputError(
                    f"The edge's {name} is {value:g}; set it to a number of pixels.",
                    status=422,
                )
        # A value typed as .15 beside .1 is .05 over it, whatever binary makes of them.
        if self.clip_white - self.clip_black < _GAP - 1e-9:
            raise InputError(
                f"The edge's clip white is {self.clip_white:g} and its clip black"
                f" {self.clip_black:g}; set the white at least {_GAP:g} over the black.",
                status=422,
            )

    def _check_within(self, name: str, least: float, most: float, unit: str = "") -> None:
        value = getattr(self, name)
        # Not a number is within nothing.
        if not least <= value <= most:
            raise InputError(
                f"The edge's {name.replace('_', ' ')} is {value:g}; set it within {least:g} to"
                f" {most:g}{unit}.",
                status=422,
            )
