"""How sure the network was of each frame of a matte, as a note beside the finished segment."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

_DIGITS = 3
# On frames that it never saw the network overrates itself; its log odds, scaled and shifted so, are
# right on the average (see docs/decisions/propagation-network.md). New weights need new numbers.
_SLOPE, _SHIFT = 1.30, -1.65


@dataclass(frozen=True)
class Confidence:
    """How sure one may be of each frame of a matte.

    Attributes:
        revision: Number of the revision.
        frames: The IoU to expect, in [0, 1], 1 on a keyframe; None where nothing is made.
    """

    revision: int
    frames: list[float | None]


def expected_overlap(confidence: float) -> float:
    """The IoU with the true mask to expect where the network says `confidence`; both in [0, 1]."""
    if not 0 < confidence < 1:
        return float(confidence >= 1)
    odds = _SLOPE * math.log(confidence / (1 - confidence)) + _SHIFT
    return 1 / (1 + math.exp(-odds))


def expected(confidence: Sequence[float]) -> list[float]:
    """The same of some frames, as pages are told it: the same whether kept in between or not."""
    return [round(expected_overlap(round(value, _DIGITS)), _DIGITS) for value in confidence]


def to_note(confidence: Sequence[float]) -> bytes:
    """What the network said, in [0, 1] for each frame of a segment, as bytes."""
    return json.dumps([round(value, _DIGITS) for value in confidence]).encode()


def from_note(note: bytes | None, count: int) -> list[float] | list[None]:
    """What pages are told of a note; None for each of `count` frames where there is none."""
    return expected(json.loads(note)) if note else [None] * count
