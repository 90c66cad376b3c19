"""Finding the cuts of clips in the background, after ingest, where they are waited for first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError, ThreadPoolExecutor
from contextlib import closing, suppress

import structlog

from mattebox.media import Cancelled, CutFinder, Cuts, FrameReader, Search
from mattebox.projects.clips import Clip, ClipStore, Shots
from mattebox.streaming.niceness import give_way
from mattebox.streaming.search_order import Focus, joined, next_run

log = structlog.get_logger(__name__)

# Frames that are judged between two looks at whether others are wanted more.
_STEP = 8
# What was found is told when that many frames more are judged, or such a share more: who is told
# looks through all segments that are not decided.
_TOLD_EVERY = 48
_TOLD_SHARE = 16
# Somebody waits for no more than so many frames to be searched. Who waits for more waits for a
# while, and the pictures of a filmstrip are let by meanwhile.
_HURRIED = 2400


class _Searched:
    """A clip that is being searched."""

    def __init__(self, clip: Clip) -> None:
        self.clip = clip
        self.shots: Future[Shots] = Future()
        self.search = Search(clip.table.frame_count, float(clip.info.rate))
        self.sync = [int(frame) for frame in clip.table.sync]
        self.finder: CutFinder | None = None
        # By who waits.
        self.foci: dict[str, Focus] = {}
        self.cuts = self.search.cuts()
        self.told = 0
        # Whether somebody waits for all of it.
        self.needed = False

    @property
    def focus(self) -> Focus:
        return joined(self.foci.values())

    @property
    def awaited(self) -> list[int]:
        """For how many frames each waits who waits for any."""
        unjudged = self.search.unjudged()
        counts = (sum(b - a for a, b in focus.open(unjudged)) for focus in self.foci.values())
        return [count for count in counts if count]

    @property
    def hurried(self) -> bool:
        return self.needed or any(count <= _HURRIED for count in self.awaited)


class ShotFinder:
    """Searches clips in turns; whoever needs shots waits on a future, or is told on the way.

    Args:
        clips: Where the shots are recorded.
        found: Told the hash of a clip of which more became known, and whether all is known now.
        pause: Returns when nothing more urgent is going on; asked at every frame, and told what
            says whether somebody waits for shots, or nobody any more.
    """

    def __init__(
        self,
        clips: ClipStore,
        found: Callable[[str, bool], None],
        pause: Callable[[Callable[[], bool]], None],
    ) -> None:
        self._clips = clips
        self._found = found
        self._pause = pause
        self._lock = threading.Lock()
        self._searched: dict[str, _Searched] = {}
        self._hurry = self._going = False
        # Somebody wants other frames than those that are being looked at.
        self._turned = threading.Event()
        self._stopping = threading.Event()
        self._worker = ThreadPoolExecutor(1, "shots", give_way)

    def shots(self, clip: Clip) -> Future[Shots]:
        """The shots of a clip; the search begins when it has not yet."""
        if clip.shots is not None:
            known: Future[Shots] = Future()
            known.set_result(clip.shots)
            return known
        with self._lock:
            return self._begun(clip).shots

    def needed(self, clip: Clip) -> Future[Shots]:
        """The same, for somebody who waits for them."""
        if clip.shots is not None:
            return self.shots(clip)
        with self._lock:
            searched = self._begun(clip)
            searched.needed = self._hurry = True
            return searched.shots

    def cuts(self, clip: Clip) -> Cuts:
        """What is known of a clip's cuts by now; the same object as long as nothing was added."""
        shots = clip.shots or self._clips.get(clip.hash).shots
        if shots is not None:
            return Cuts.of(shots)
        with self._lock:
            return self._begun(clip).cuts

    def look(self, clip: Clip, focus: Focus, who: str) -> None:
        """Search first where somebody waits for it.

        Args:
            clip: Which clip.
            focus: What is waited for, instead of what the same one waited for before.
            who: Who waits.
        """
        if clip.shots is not None:
            return
        with self._lock:
            searched = self._begun(clip)
            if not focus.is_within(searched.foci.get(who, Focus())):
                self._turned.set()
            searched.foci[who] = focus
            searched.cuts = searched.search.cuts()
            searched.told = searched.search.judged
            self._hurry = any(each.hurried for each in self._searched.values())

    def forget(self, who: str) -> None:
        """Search for somebody no more who waits for nothing now."""
        with self._lock:
            for searched in self._searched.values():
                searched.foci.pop(who, None)

    def close(self) -> None:
        """Stop searching; what was not found is looked for again after a restart."""
        self._stopping.set()
        self._worker.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            for searched in self._searched.values():
                with suppress(InvalidStateError):
                    searched.shots.set_exception(Cancelled())

    def _begun(self, clip: Clip) -> _Searched:
        searched = self._searched.get(clip.hash)
        if searched is None:
            searched = self._searched[clip.hash] = _Searched(clip)
            if not self._going:
                self._go_on()
        return searched

    def _go_on(self) -> None:
        self._going = bool(self._searched) and not self._stopping.is_set()
        if self._going:
            with suppress(RuntimeError):  # the server is closing
                self._worker.submit(self._advance)

    def _hurried(self) -> bool:
        # Any of them: clips are searched one after the other.
        return self._hurry or self._stopping.is_set()

    def _advance(self) -> None:
        """Look at some frames of the clip that is most waited for."""
        with self._lock:
            self._turned.clear()
            self._hurry = any(each.hurried for each in self._searched.values())
            # The search that began first goes first among equals.
            searched = max(
                self._searched.values(),
                key=lambda each: (bool(each.awaited), bool(each.focus.keyframes) or each.needed),
            )
        whole: Shots = ((0, searched.clip.table.frame_count),)
        try:
            self._run(searched)
        except Exception as error:
            # A clip that cannot be searched is still of use; it is one shot.
            log.warning("shots not found", clip=searched.clip.hash, error=repr(error))
            self._end(searched, whole)
        if self._stopping.is_set():
            return
        if not searched.search.unjudged() and not searched.shots.done():
            cuts = searched.search.cuts()
            self._end(searched, tuple((shot.start, shot.stop) for shot in cuts.shots))
        with self._lock:
            self._go_on()

    def _run(self, searched: _Searched) -> None:
        """Look at frames until there is a good place to go on elsewhere, or others are wanted."""
        clip, search = searched.clip, searched.search
        start, stop = next_run(search.unjudged(), searched.focus, searched.sync)
        count, finder = clip.table.frame_count, searched.finder
        if finder is None or not start < finder.next <= start + 5:
            finder = searched.finder = CutFinder(float(clip.info.rate), start)
        stop = min(stop, count)
        with (
            FrameReader(clip.path, clip.info, clip.table) as reader,
            closing(reader.read_small(range(finder.next, stop))) as frames,
        ):
            for index, frame in frames:
                self._pause(self._hurried)
                if self._stopping.is_set():
                    return
                finder.feed(index, frame)
                if (index + 1) % _STEP == 0 or index + 1 == stop:
                    self._note(searched, finder)
                    if self._turned.is_set():
                        return

    def _note(self, searched: _Searched, finder: CutFinder) -> None:
        search = searched.search
        with self._lock:
            awaited = searched.awaited
            search.add(finder.first, finder.judged, finder.changes)
            arrived = len(searched.awaited) < len(awaited)
            grown = search.judged - searched.told
            told = arrived or grown >= max(_TOLD_EVERY, search.judged // _TOLD_SHARE)
            told &= bool(searched.focus.keyframes) and bool(search.unjudged())
            if told:
                searched.told = search.judged
                searched.cuts = search.cuts()
            if arrived:
                self._hurry = any(each.hurried for each in self._searched.values())
        if told:
            self._found(searched.clip.hash, False)

    def _end(self, searched: _Searched, shots: Shots) -> None:
        try:
            self._clips.set_shots(searched.clip.hash, shots)
        except Exception as error:
            searched.shots.set_exception(error)
            return
        finally:
            # Whether or not they could be recorded: who asks next may try again.
            with self._lock:
                self._searched.pop(searched.clip.hash, None)
        with suppress(InvalidStateError):
            searched.shots.set_result(shots)
        self._found(searched.clip.hash, True)
