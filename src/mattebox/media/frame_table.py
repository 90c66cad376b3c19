"""The frame table: which pictures a clip has and when each is shown (protocol P1-P3)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]

# A repeated timestamp is told apart by one tick, so a tick has to be short beside a frame.
_COARSEST_TIMESCALE = 1000


@dataclass(frozen=True, eq=False)
class FrameTable:
    """Frame `i` is the `i`-th picture in presentation order. Made once, at ingest.

    Attributes:
        timescale: Ticks per second.
        ticks: `(N,) int64`, the presentation time of each frame; starts at 0, strictly increases.
        end_tick: Where the last frame ends.
        pts: `(N,) int64`, the source's own timestamps, in units of `time_base`.
        time_base: Seconds per unit of `pts`.
        damage: One sentence that says what of the file could not be read, or None.
        sync: Ascending indices of frames that decode by themselves; empty where none is known.
        hash: SHA-256 over the canonical JSON of what the protocol sends but itself.
    """

    timescale: int
    ticks: Int64s
    end_tick: int
    pts: Int64s
    time_base: Fraction
    damage: str | None = None
    sync: Int64s = field(default_factory=lambda: np.empty(0, np.int64))
    hash: str = field(init=False)

    def __post_init__(self) -> None:
        canonical = json.dumps(self._content(), sort_keys=True, separators=(",", ":"))
        object.__setattr__(self, "hash", hashlib.sha256(canonical.encode()).hexdigest())

    @classmethod
    def from_pts(
        cls,
        pts: npt.ArrayLike,
        time_base: Fraction,
        last_duration: int,
        damage: str | None = None,
    ) -> FrameTable:
        """Make the table from timestamps in presentation order.

        Args:
            pts: `(N,)` integers, N at least 1, in units of `time_base`.
            time_base: Seconds per unit.
            last_duration: How long the last frame is shown, in the same units.
            damage: What of the file could not be read.
        """
        source = np.asarray(pts, np.int64)
        finer = -(-_COARSEST_TIMESCALE // time_base.denominator)
        scale = time_base.numerator * finer
        second = round(1 / time_base)
        ticks = _strictly_increasing(_joined(source, second, last_duration) * scale)
        return cls(
            timescale=time_base.denominator * finer,
            ticks=ticks,
            end_tick=int(ticks[-1]) + max(last_duration * scale, 1),
            pts=source,
            time_base=time_base,
            damage=damage,
        )

    @property
    def frame_count(self) -> int:
        """How many pictures the clip has."""
        return len(self.ticks)

    @property
    def duration_s(self) -> float:
        """Seconds from the first frame to the end of the last."""
        return self.end_tick / self.timescale

    def duration(self, index: int) -> int:
        """How many ticks a frame is shown."""
        following = self.ticks[index + 1] if index + 1 < self.frame_count else self.end_tick
        return int(following - self.ticks[index])

    def to_json(self) -> dict[str, Any]:
        """The table as the protocol sends it, with the source's timestamps beside it."""
        return {
            **self._content(),
            "hash": self.hash,
            "source": {
                "pts": self.pts.tolist(),
                "time_base": [self.time_base.numerator, self.time_base.denominator],
                "sync": self.sync.tolist(),
            },
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> FrameTable:
        """Read back what `to_json` wrote."""
        return cls(
            timescale=int(value["timescale"]),
            ticks=np.asarray(value["ticks"], np.int64),
            end_tick=int(value["end_tick"]),
            pts=np.asarray(value["source"]["pts"], np.int64),
            time_base=Fraction(*value["source"]["time_base"]),
            damage=value["damage"],
            # Tables of earlier versions do not say.
            sync=np.asarray(value["source"].get("sync", []), np.int64),
        )

    def public_json(self) -> dict[str, Any]:
        """The table exactly as `GET /projects/{project}/frame-table` answers it."""
        return {**self._content(), "hash": self.hash}

    def _content(self) -> dict[str, Any]:
        return {
            "frame_count": self.frame_count,
            "timescale": self.timescale,
            "ticks": self.ticks.tolist(),
            "end_tick": self.end_tick,
            "damage": self.damage,
        }


def _joined(pts: Int64s, second: int, usual: int) -> Int64s:
    """Times from 0; where the source jumps back by more than a second (recordings that were
    joined) they go on instead. A smaller step back is an error of one picture's time.
    """
    steps = np.diff(pts, prepend=pts[:1])
    steps[steps < -second] = usual
    return np.cumsum(steps, dtype=np.int64)


def _strictly_increasing(ticks: Int64s) -> Int64s:
    """Move each repeated tick one beyond the frame before it."""
    order = np.arange(len(ticks), dtype=np.int64)
    return np.asarray(np.maximum.accumulate(ticks - order) + order, np.int64)
