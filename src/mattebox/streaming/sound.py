"""The sound of clips, in chunks that are kept on disk."""

from __future__ import annotations

import threading

import structlog

from mattebox.errors import InputError
from mattebox.media.samples import SoundTrack, sound_chunk, sound_track
from mattebox.projects.clips import Clip
from mattebox.streaming.cache import DiskCache

log = structlog.get_logger(__name__)

# Raised whenever the same clip would give other bytes.
_EDITION = 1


class ClipSound:
    """Sound chunks by clip and number.

    Args:
        cache: Where chunks are kept.
    """

    def __init__(self, cache: DiskCache) -> None:
        self._cache = cache
        self._lock = threading.Lock()
        self._tracks: dict[str, SoundTrack | None] = {}

    def track(self, clip: Clip) -> SoundTrack:
        """How the sound of a clip is cut into chunks.

        Raises:
            InputError: It has none (404).
        """
        with self._lock:
            known = clip.hash in self._tracks
            track = self._tracks.get(clip.hash)
        if not known:
            track = sound_track(clip.path, clip.table) if clip.info.has_sound else None
            with self._lock:
                self._tracks[clip.hash] = track
        if track is None:
            raise InputError("This clip has no sound that can be played.", status=404)
        return track

    def check(self, clip: Clip, number: int) -> SoundTrack:
        """How the sound of a clip is cut, if one of its chunks has this number.

        Raises:
            InputError: The clip has no sound, or no such chunk (404).
        """
        track = self.track(clip)
        if number >= track.chunk_count:
            raise InputError(
                f"Sound chunk {number} is not in the clip; its chunks are 0 to"
                f" {track.chunk_count - 1}.",
                status=404,
            )
        return track

    def chunk(self, clip: Clip, number: int) -> bytes:
        """One chunk as a FLAC file.

        Raises:
            InputError: The clip has no sound, or no such chunk (404).
        """
        track = self.check(clip, number)
        key = self.tag(clip, number)
        data = self._cache.get(key)
        if data is None:
            data = sound_chunk(clip.path, clip.table, track, number)
            try:
                self._cache.put(key, data)
            except OSError as error:
                # It is heard all the same, and made again when next asked for.
                log.error("sound not kept", clip=clip.hash, error=str(error))
        return data

    def tag(self, clip: Clip, number: int) -> str:
        """What names the bytes of a chunk."""
        return f"{clip.hash}-{_EDITION}-{number}"

    def forget(self, clip: str) -> None:
        """Drop what is kept of a deleted clip."""
        with self._lock:
            self._tracks.pop(clip, None)
        self._cache.remove_all(f"{clip}-")
