"""Finding the cuts of clips in the background, after ingest."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import structlog

from mattebox.media import Cancelled, detect_shots
from mattebox.projects.clips import Clip, ClipStore, Shots
from mattebox.streaming.niceness import give_way

log = structlog.get_logger(__name__)


class ShotFinder:
    """Finds shots one clip at a time; whoever needs them waits on a future.

    Args:
        clips: Where the shots are recorded.
        found: Told the hash of each clip whose shots became known.
        pause: Returns when nothing more urgent is going on; asked at every frame, and told what
            says whether somebody waits for shots, or nobody any more.
    """

    def __init__(
        self,
        clips: ClipStore,
        found: Callable[[str], None],
        pause: Callable[[Callable[[], bool]], None],
    ) -> None:
        self._clips = clips
        self._found = found
        self._pause = pause
        self._lock = threading.Lock()
        self._futures: dict[str, Future[Shots]] = {}
        # Clips whose shots somebody waits for.
        self._needed: set[str] = set()
        self._stopping = threading.Event()
        self._worker = ThreadPoolExecutor(1, "shots", give_way)

    def shots(self, clip: Clip) -> Future[Shots]:
        """The shots of a clip; the search begins when it has not yet."""
        if clip.shots is not None:
            known: Future[Shots] = Future()
            known.set_result(clip.shots)
            return known
        with self._lock:
            if clip.hash not in self._futures:
                self._futures[clip.hash] = self._worker.submit(self._find, clip)
            return self._futures[clip.hash]

    def needed(self, clip: Clip) -> Future[Shots]:
        """The same, for somebody who waits for them."""
        if clip.shots is None:
            with self._lock:
                self._needed.add(clip.hash)
        return self.shots(clip)

    def close(self) -> None:
        """Stop searching; what was not found is looked for again after a restart."""
        self._stopping.set()
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _hurried(self) -> bool:
        # Any of them: clips are searched one after the other.
        return bool(self._needed) or self._stopping.is_set()

    def _stop(self) -> bool:
        self._pause(self._hurried)
        return self._stopping.is_set()

    def _find(self, clip: Clip) -> Shots:
        whole: Shots = ((0, clip.table.frame_count),)
        try:
            found = detect_shots(clip.path, clip.info, clip.table, cancelled=self._stop)
            shots = tuple((shot.start, shot.stop) for shot in found) or whole
        except Cancelled:
            raise
        except Exception as error:
            # A clip that cannot be searched is still of use; it is one shot.
            log.warning("shots not found", clip=clip.hash, error=repr(error))
            shots = whole
        try:
            self._clips.set_shots(clip.hash, shots)
        finally:
            # Whether or not they could be recorded: who asks next may try again.
            with self._lock:
                self._futures.pop(clip.hash, None)
                self._needed.discard(clip.hash)
        self._found(clip.hash)
        return shots
