"""Clips: what they are, which frames they have, and their pictures."""

from mattebox.media.clip import ClipInfo, Color, working_size
from mattebox.media.frame_table import FrameTable
from mattebox.media.grid import SegmentGrid
from mattebox.media.limits import Limits
from mattebox.media.pool import (
    Cancelled,
    DecoderDiedError,
    DecoderPool,
    DecodingError,
    configure_pool,
    shared_pool,
)
from mattebox.media.probe import Ingested, ingest
from mattebox.media.reader import FrameReader, Planes
from mattebox.media.sample import sample_clip
from mattebox.media.samples import SoundTrack, sound_chunk, sound_track
from mattebox.media.shots import CutFinder, Cuts, Search, Shot, detect_shots
from mattebox.media.stills import frame_image, thumbnail_jpeg

__all__ = [
    "Cancelled",
    "ClipInfo",
    "Color",
    "CutFinder",
    "Cuts",
    "DecoderDiedError",
    "DecoderPool",
    "DecodingError",
    "FrameReader",
    "FrameTable",
    "Ingested",
    "Limits",
    "Planes",
    "Search",
    "SegmentGrid",
    "Shot",
    "SoundTrack",
    "configure_pool",
    "detect_shots",
    "frame_image",
    "ingest",
    "sample_clip",
    "shared_pool",
    "sound_chunk",
    "sound_track",
    "thumbnail_jpeg",
    "working_size",
]
