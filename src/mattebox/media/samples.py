"""A clip's sound in chunks that a browser decodes one by one, on the timeline of its pictures."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from mattebox.media.frame_table import FrameTable
from mattebox.media.pool import DecoderPool, Job, shared_pool

CHUNK_S = 5
"""Seconds of sound in a chunk."""


@dataclass(frozen=True)
class SoundTrack:
    """How a clip's sound is cut into chunks. Sample 0 sounds when frame 0 appears.

    Attributes:
        sample_rate: Samples a second.
        channels: 1 or 2.
        chunk_samples: Samples in each chunk but the last, which has the rest.
        total_samples: Samples from the start of the first frame to the end of the last; where the
            source has no sound they are silent.
    """

    sample_rate: int
    channels: int
    chunk_samples: int
    total_samples: int

    @property
    def chunk_count(self) -> int:
        """How many chunks there are."""
        return -(-self.total_samples // self.chunk_samples)

    def range(self, chunk: int) -> tuple[int, int]:
        """The first sample of a chunk, and the one after its last."""
        first = chunk * self.chunk_samples
        return first, min(first + self.chunk_samples, self.total_samples)


def sound_track(
    path: str | os.PathLike[str],
    table: FrameTable,
    *,
    name: str | None = None,
    pool: DecoderPool | None = None,
) -> SoundTrack | None:
    """How the sound of a clip is handed out, or None where it has none that can be read.

    Args:
        path: The file.
        table: The frame table that ingest made.
        name: How the person knows the file, for messages.
        pool: The processes to use.

    Raises:
        InputError: The file cannot be opened.
        DecodingError: The decoder died, hung or ran out of memory.
    """
    arguments = {"path": str(Path(path).absolute()), "name": name or Path(path).name}
    facts = (pool or shared_pool()).call(arguments["name"], "sound_facts", arguments)
    rate, channels = facts["rate"], int(facts["channels"])
    if rate is None:
        return None
    total = max(table.end_tick * int(rate) // table.timescale, 1)
    return SoundTrack(int(rate), channels, int(rate) * CHUNK_S, total)


def sound_chunk(
    path: str | os.PathLike[str],
    table: FrameTable,
    track: SoundTrack,
    chunk: int,
    *,
    name: str | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    pool: DecoderPool | None = None,
) -> bytes:
    """One chunk of a clip's sound as a FLAC file, the same whatever was asked for before.

    Args:
        path: The file.
        table: The frame table that ingest made.
        track: What `sound_track` said.
        chunk: Which one.
        name: How the person knows the file, for messages.
        cancelled: Asked a few times a second; true stops the work.
        pool: The processes to use.

    Raises:
        IndexError: There is no such chunk.
        InputError: The file cannot be opened.
        DecodingError: The decoder died, hung or ran out of memory.
        Cancelled: `cancelled` said so.
    """
    if not 0 <= chunk < track.chunk_count:
        raise IndexError(f"sound chunk {chunk} of {track.chunk_count}")
    first, stop = track.range(chunk)
    origin = Fraction(int(table.pts[0])) * table.time_base
    shown = name or Path(path).name
    arguments: dict[str, Any] = {
        "path": str(Path(path).absolute()),
        "name": shown,
        "origin": origin.as_integer_ratio(),
        "first": first,
        "stop": stop,
        "rate": track.sample_rate,
        "channels": track.channels,
    }
    # A sample takes two bytes; what does not get smaller by FLAC grows by its headers at most.
    largest = (stop - first) * track.channels * 3 + (1 << 16)
    job = Job(
        shown, lambda _served: ("sound_chunk", arguments), slots=1, slot_bytes=largest, urgent=True
    )
    work = (pool or shared_pool()).work(job)
    content = b""
    try:
        while True:
            message = work.next(cancelled)
            if message["kind"] == "frame":
                content = message["arrays"][0].tobytes()
            elif message["kind"] == "done":
                return content
    finally:
        work.close()
