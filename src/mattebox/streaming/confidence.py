"""How sure the network was of each frame of a matte, as a note beside the finished segment."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

_DIGITS = 3


@dataclass(frozen=True)
class Confidence:
    """How sure the network was of each frame of a matte.

    Attributes:
        revision: Number of the revision.
        frames: The IoU that it expects, in [0, 1], 1 on a keyframe; None where nothing is made.
    """

    revision: int
    frames: list[float | None]


def rounded(confidence: Sequence[float]) -> list[float]:
    """The values as they are told and kept."""
    return [round(value, _DIGITS) for value in confidence]


def to_note(confidence: Sequence[float]) -> bytes:
    """Values in [0, 1], one per frame of a segment, as bytes."""
    return json.dumps(rounded(confidence)).encode()


def from_note(note: bytes | None, count: int) -> list[float | None]:
    """The values that `to_note` wrote; None for each of `count` frames where there is no note."""
    return json.loads(note) if note else [None] * count
