"""Everything a running server consists of, put together in one place."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import structlog

from mattebox.errors import InputError
from mattebox.files import write_whole, written_aside
from mattebox.media import Limits, configure_pool, shared_pool
from mattebox.media.sample import sample_clip
from mattebox.media.stills import thumbnail_jpeg
from mattebox.projects.clips import Clip
from mattebox.projects.deeds import check_frame
from mattebox.projects.editing import Editing
from mattebox.projects.frame_masks import FrameMasks, Picture
from mattebox.projects.frames import Frames
from mattebox.projects.library import Library
from mattebox.projects.masks import Mask
from mattebox.projects.store import Project, timestamp
from mattebox.propagation import MemoryAnchors
from mattebox.segmentation import FrameMask, Mark
from mattebox.server.ingests import Ingests
from mattebox.server.uploads import UploadFiles
from mattebox.settings import Settings
from mattebox.streaming.announcer import Announcer
from mattebox.streaming.bus import Bus
from mattebox.streaming.cache import DiskCache
from mattebox.streaming.counters import Counters
from mattebox.streaming.exports import ExportJobs
from mattebox.streaming.filmstrip import Filmstrip
from mattebox.streaming.networks import Networks
from mattebox.streaming.niceness import share_no_threads
from mattebox.streaming.recipes import RecipeBook
from mattebox.streaming.scheduler import Scheduler
from mattebox.streaming.segments import SegmentMaker
from mattebox.streaming.shots import ShotFinder
from mattebox.streaming.sound import ClipSound
from mattebox.streaming.stream import MatteStream

log = structlog.get_logger(__name__)


class Workspace:
    """A data folder opened for work. Only one process may have it open.

    Args:
        settings: The knobs.

    Raises:
        InputError: The folder cannot be used, or another server uses it.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        data = settings.data.absolute()
        self._guard = _claim(data)
        configure_pool(
            # Two more than there are lanes: one for what does not lend its own, such as ingest or
            # sound, and one that a click finds free.
            processes=settings.lanes + 2,
            memory_bytes=settings.decode_memory_bytes,
            timeout_s=settings.decode_timeout_s,
        )
        share_no_threads()
        self._data = data
        self.library = library = Library.open(data)
        self.projects, self.clips, self.masks = library.projects, library.clips, library.masks
        self.counters = Counters()
        self.bus = Bus(settings.event_history)
        self.scheduler = Scheduler(
            settings.lanes,
            settings.standing,
            longest_hold_s=settings.click_hold_s,
            linger_s=settings.click_linger_s,
        )
        self.networks = Networks(
            settings.engine,
            lambda network: self.counters.calls.labels(network).inc(),
            self.scheduler,
        )
        self.cache = DiskCache(data / "segments", settings.cache_bytes)
        self.sound = ClipSound(DiskCache(data / "sound", settings.preview_cache_bytes, ".flac"))
        self.filmstrip = Filmstrip(
            DiskCache(data / "pictures", settings.preview_cache_bytes, ".jpg"),
            self.scheduler,
            self.counters.decoded.labels("picture").inc,
        )
        self.recipes = RecipeBook(library.engine)
        self.shots = ShotFinder(self.clips, self._shots_found, self._wait_to_search)
        frames = Frames(self.counters.decoded.labels("click").inc)
        maker = SegmentMaker(
            library,
            self.cache,
            self.networks,
            self.counters,
            made=self._segment_made,
            anchors=MemoryAnchors(settings.anchor_cache_bytes),
            seen=frames.kept,
        )
        self.stream = MatteStream(
            library,
            self.recipes,
            maker,
            cache=self.cache,
            scheduler=self.scheduler,
            networks=self.networks,
            bus=self.bus,
            shots=self.shots,
        )
        self.announcer = Announcer(library, self.stream, cache=self.cache, bus=self.bus)
        self.editing = Editing(
            library,
            FrameMasks(
                library.masks,
                frames.get,
                self._answer,
                self.stream.shown,
                expect=self._expect,
                settled=self.scheduler.wait_for_mattes,
            ),
        )
        self.exports = ExportJobs(library, self.stream, self.scheduler, self.bus, data / "exports")
        self.uploads = UploadFiles(data / "uploads")
        limits = Limits(settings.max_pixels, settings.max_frames, settings.max_duration_s)
        self.ingests = Ingests(self.uploads, library, limits, self.shots.shots)
        self._sample_lock = threading.Lock()

    def start(self) -> None:
        """Go on with what a stopped server left, and load the networks."""
        self.ingests.resume()
        for clip in self.clips.without_shots():
            self.shots.shots(self.clips.get(clip))
        self.clean()
        try:
            self.networks.warm()
        except Exception as error:
            # Clips can be looked at without networks; a click will say what is missing.
            log.error("networks not loaded", error=str(error))

    def clean(self) -> None:
        """Throw away uploads that stopped long ago, and what is known of old ones."""
        oldest = datetime.now(UTC) - timedelta(hours=self.settings.upload_hours)
        self.library.ingests.forget_before(timestamp(oldest))
        unread = set(self.library.ingests.unfinished())
        self.uploads.discard_stale(self.settings.upload_hours, unread)

    def open_sample(self) -> Project:
        """Make a project of the sample clip."""
        return self.ingests.open_file(self.sample(), "Sample.mp4")

    def prepare_sample(self) -> None:
        """Generate the sample clip in the background, so that nobody waits for it later."""
        if not (self._data / "sample.mp4").exists() and not self._sample_lock.locked():
            threading.Thread(target=self.sample, name="sample", daemon=True).start()

    def sample(self) -> Path:
        """The sample clip, which is generated the first time."""
        path = self._data / "sample.mp4"
        with self._sample_lock:
            if not path.exists():
                with written_aside(path) as aside:
                    sample_clip(aside)
        return path

    def apply(self, project_id: str, playhead: int) -> int:
        """Make a revision of the present keyframes and begin to fill it; returns its number.

        Raises:
            InputError: There is no such project (404), nothing to apply (409), or no such frame
                (422).
        """
        check_frame(self.clips.get(self.projects.get(project_id).clip), playhead)
        moved = self.editing.apply(project_id)
        self.announcer.announce(project_id, moved.before.state.revision, playhead)
        self.bus.publish(project_id, "project", {"version": moved.after.version})
        return moved.after.state.revision

    @contextmanager
    def clicking(self) -> Iterator[None]:
        """While a click is answered, which everything else leaves the cores to."""
        with self.counters.clicks.time(), self.scheduler.click():
            yield

    def thumbnail(self, clip: Clip, height: int) -> bytes:
        """A small JPEG of a clip's first frame, kept once made."""
        path = self._thumbnail_path(clip.hash)
        if not path.exists():
            write_whole(path, thumbnail_jpeg(clip.path, clip.info, clip.table, 0, height))
        return path.read_bytes()

    def delete(self, project_id: str) -> None:
        """Delete a project with everything that only it uses.

        Raises:
            InputError: There is no such project (404).
        """
        self.projects.get(project_id)
        files = self.exports.forget(project_id)
        self.announcer.forget(project_id)
        self.stream.forget(project_id)
        with self.clips.files_lock:
            leftovers = self.editing.delete(project_id)
            if leftovers.clip is not None:
                self.clips.remove_file(leftovers.clip)
                self._thumbnail_path(leftovers.clip).unlink(missing_ok=True)
                self.sound.forget(leftovers.clip)
                self.filmstrip.forget(leftovers.clip)
        self.recipes.forget(leftovers.addresses)
        for address in leftovers.addresses:
            self.cache.remove(address)
        for path in files:
            path.unlink(missing_ok=True)
        self.bus.forget(project_id)

    def interrupt(self) -> None:
        """Stop all work and end all event streams; requests under way can then finish."""
        self.bus.close()
        self.ingests.close()
        self.shots.close()
        self.announcer.close()
        self.exports.close()
        self.scheduler.close()

    def close(self) -> None:
        """Stop everything and let go of the folder."""
        self.interrupt()
        shared_pool().close()
        self.library.engine.dispose()
        self._guard.close()

    def _answer(self, frame: Picture, marks: Sequence[Mark], base: Mask | None) -> FrameMask:
        return self.networks.replay().mask(frame, marks, base)

    def _expect(self, frame: Picture, marks: Sequence[Mark], base: Mask | None) -> None:
        self.networks.replay().expect(frame, marks, base)

    def _thumbnail_path(self, clip: str) -> Path:
        return self._data / "thumbnails" / f"{clip}.jpg"

    def _segment_made(self, address: str, confidence: Sequence[float]) -> None:
        self.stream.segment_made(address, confidence)

    def _wait_to_search(self, hurried: Callable[[], bool]) -> None:
        self.scheduler.wait_for_clicks()
        self.filmstrip.wait(hurried)

    def _shots_found(self, clip: str, whole: bool) -> None:
        self.announcer.more_known(clip)
        if not whole:
            return
        for project in self.projects.all():
            if project.clip == clip:
                self.bus.publish(project.id, "project", {"version": project.version})


def _claim(data: Path) -> IO[str]:
    try:
        data.mkdir(parents=True, exist_ok=True)
        guard = (data / "lock").open("a")
    except OSError as error:
        raise InputError(
            f"The data folder {data} cannot be used ({error.strerror}); choose another with --data."
        ) from error
    try:
        fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        guard.close()
        raise InputError(
            f"Another server uses the data folder {data}; stop it, or choose another with --data."
        ) from error
    return guard
