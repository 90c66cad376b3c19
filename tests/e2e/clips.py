"""Clips for the browser: the generated sample and, where it is at hand, real footage."""

from __future__ import annotations

import os
from pathlib import Path

import av

_ROOT = Path(__file__).parents[2]


def data_folder() -> Path | None:
    """The folder of real footage, where there is one."""
    folder = Path(os.environ.get("MATTEBOX_DATA", _ROOT.parent / "shared/data"))
    return folder if folder.is_dir() else None


def shorten(source: Path, target: Path, frames: int) -> Path:
    """Copy the packets of the first `frames` pictures and of the sound beside them."""
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        picture = old.streams.video[0]
        kept = [picture, *old.streams.audio[:1]]
        streams = {stream.index: new.add_stream_from_template(stream) for stream in kept}
        rate = picture.average_rate
        assert rate is not None
        for packet in old.demux(kept):
            if packet.pts is None:
                continue
            if packet.pts * packet.time_base < frames / rate - packet.time_base:
                packet.stream = streams[packet.stream.index]
                new.mux(packet)
    return target
