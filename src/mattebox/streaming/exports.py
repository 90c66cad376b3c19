"""Export jobs: from the same matte segments as the preview, in the background."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import structlog

from mattebox.errors import InputError
from mattebox.export import Cancelled, ExportResult, export_clip, format_named
from mattebox.export.bundle import bundle
from mattebox.export.names import distinct, stem, usual
from mattebox.matting import Edge
from mattebox.projects.clips import Clip
from mattebox.projects.jobs import INTERRUPTED, Export, ExportState
from mattebox.projects.library import Library
from mattebox.projects.revisions import Revision
from mattebox.projects.store import Project
from mattebox.streaming.bus import Bus
from mattebox.streaming.matte_feed import MatteFeed
from mattebox.streaming.niceness import give_way
from mattebox.streaming.running_export import RunningExport
from mattebox.streaming.scheduler import Scheduler, Stopped
from mattebox.streaming.stream import MatteStream

log = structlog.get_logger(__name__)

# Seconds between two progress events.
_EVENT_EVERY_S = 0.25

LOOKING = "Looking for cuts, which decide what comes next."
"""Said of an export that waits for the search."""


@dataclass(frozen=True)
class ExportRequest:
    """What to export.

    Attributes:
        format: Name of the format.
        key_color: Colour behind the object, ``#rrggbb``.
        objects: Ids of the objects to keep; when empty all that were not deleted.
        start: First frame.
        stop: The frame after the last, or None for the end.
        separate: Whether each object gets a file of its own, all in one zip.
        name: Template of the files' names, see `mattebox.export.names`.
    """

    format: str = "mp4"
    key_color: str = "#00ff00"
    objects: tuple[str, ...] = ()
    start: int = 0
    stop: int | None = None
    separate: bool = False
    name: str | None = None


@dataclass(frozen=True)
class _Part:
    """One file of an export.

    Attributes:
        name: What it is called, without a suffix.
        objects: Whose mattes are put together in it.
        edges: The edge of each of them.
    """

    name: str
    objects: list[str]
    edges: list[Edge]


class _Running:
    def __init__(
        self, export: Export, clip: Clip, request: ExportRequest, frames: range, feed: MatteFeed
    ) -> None:
        self.export = RunningExport(export)
        self.clip = clip
        self.request = request
        self.frames = frames
        self.feed = feed
        self.last_event = 0.0


class ExportJobs:
    """Runs exports, one thread each; their frames wait for clicks like everything else.

    Args:
        library: Projects, footage, and where jobs are recorded.
        stream: Where mattes come from.
        scheduler: Who may compute.
        bus: Where progress is announced.
        folder: Where the files go.
    """

    def __init__(
        self,
        library: Library,
        stream: MatteStream,
        scheduler: Scheduler,
        bus: Bus,
        folder: Path,
    ) -> None:
        self._projects = library.projects
        self._clips = library.clips
        self._store = library.exports
        self._stream = stream
        self._scheduler = scheduler
        self._bus = bus
        self._folder = folder
        self._lock = threading.Lock()
        self._running: dict[str, _Running] = {}
        self._closing = False
        folder.mkdir(parents=True, exist_ok=True)
        self._store.fail_interrupted()
        self._clear()

    def start(self, project_id: str, request: ExportRequest) -> Export:
        """Begin an export of the present revision, with the edges its objects have now.

        Raises:
            InputError: Nothing was applied yet (409), or the request does not fit the clip (422).
        """
        project = self._projects.get(project_id)
        clip = self._clips.get(project.clip)
        revision, objects = self._exported(project, request.objects)
        stop = clip.table.frame_count if request.stop is None else request.stop
        if not 0 <= request.start < stop <= clip.table.frame_count:
            raise InputError(
                f"Frames {request.start} to {stop} are no range of this clip; choose one within"
                f" 0 to {clip.table.frame_count}.",
                status=422,
            )
        suffix = ".zip" if request.separate else format_named(request.format).suffix
        edges = _edges(project, objects)
        parts = _parts(project, request, edges)
        name = _name(project, request, objects) + suffix
        wanted = {
            **vars(request),
            "objects": list(request.objects),
            "stop": stop,
            "edges": {item: asdict(edge) for item, edge in edges.items()},
        }
        total = (stop - request.start) * len(parts)
        export = self._store.add(project_id, project.state.revision, wanted, total, name)
        feed = MatteFeed(self._stream, clip, lambda: self._stream.addresses(project, revision))
        running = _Running(export, clip, request, range(request.start, stop), feed)
        with self._lock:
            self._running[export.id] = running
        threading.Thread(
            target=self._run,
            args=(running, parts),
            name="export",
            daemon=True,
        ).start()
        return export

    def get(self, project_id: str, export_id: str) -> Export:
        """How far an export is.

        Raises:
            InputError: There is none (404).
        """
        export = self._store.get(project_id, export_id)
        with self._lock:
            running = self._running.get(export_id)
        return running.export.now if running else export

    def of_project(self, project_id: str) -> list[Export]:
        """All exports of a project."""
        return [self.get(project_id, e.id) for e in self._store.of_project(project_id)]

    def cancel(self, project_id: str, export_id: str) -> None:
        """Stop an export that runs; one that ended is forgotten together with its file.

        Raises:
            InputError: There is none (404).
        """
        export = self._store.get(project_id, export_id)
        with self._lock:
            running = self._running.get(export_id)
        if running is not None:
            self._stop(running)
        elif export.state != "running":
            self._store.delete(export_id)
            self.path(export).unlink(missing_ok=True)

    def path(self, export: Export) -> Path:
        """Where the file of an export is once it is done."""
        return self._folder / f"{export.id}{Path(export.file_name).suffix}"

    def forget(self, project_id: str) -> list[Path]:
        """Stop the exports of a project that is about to be deleted; returns their files."""
        exports = self._store.of_project(project_id)
        with self._lock:
            running = [self._running[e.id] for e in exports if e.id in self._running]
        for job in running:
            self._stop(job)
        return [self.path(export) for export in exports]

    def close(self) -> None:
        """Stop all exports; they are recorded as failed, for nobody asked to cancel them."""
        self._closing = True
        with self._lock:
            running = list(self._running.values())
        for job in running:
            self._stop(job)

    def _clear(self) -> None:
        """Remove what a killed process was writing."""
        whole = {self.path(export) for export in self._store.done()}
        for path in self._folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path not in whole:
                path.unlink()

    def _stop(self, running: _Running) -> None:
        running.feed.stop()

    def _exported(self, project: Project, objects: Sequence[str]) -> tuple[Revision, list[str]]:
        """The present revision, and the wanted objects that have a matte in it."""
        if project.state.revision == 0:
            raise InputError("Nothing was applied yet; apply first, then export.", status=409)
        revision = self._projects.revision(project.id, project.state.revision)
        known = {item.id for item in revision.snapshot.objects}
        for wanted in objects:
            if wanted not in known:
                raise InputError(
                    f"Object {wanted!r} is not in revision {revision.number}; apply it first.",
                    status=422,
                )
        with_matte = [item.id for item in revision.snapshot.objects if item.keyframes]
        present = {item.id for item in project.state.objects}
        # One that was deleted since is exported only for who asks for it.
        wanted_all = objects or [item for item in with_matte if item in present]
        chosen = [item for item in dict.fromkeys(wanted_all) if item in with_matte]
        if not chosen:
            raise InputError(
                f"No object that is left has a mask in revision {revision.number}; click on one"
                " and apply.",
                status=409,
            )
        return revision, chosen

    def _run(self, running: _Running, parts: list[_Part]) -> None:
        give_way()
        state, detail = self._export(running, parts)
        if state == "cancelled" and self._closing:
            state, detail = "failed", INTERRUPTED
        export = running.export.change(state=state, detail=detail)
        try:
            self._store.finish(export.id, state, export.done, detail)
        finally:
            with self._lock:
                self._running.pop(export.id, None)
            self._tell(export)

    def _export(self, running: _Running, parts: list[_Part]) -> tuple[ExportState, str | None]:
        path = self.path(running.export.now)
        try:
            if running.request.separate:
                warnings = self._write_each(running, parts, path)
            else:
                warnings = self._write(running, parts[0], path).warnings
        except (Cancelled, Stopped):
            return "cancelled", None
        except InputError as error:
            return "failed", error.detail
        except Exception as error:
            if running.feed.stopped:
                return "cancelled", None
            log.error("export failed", export=running.export.now.id, error=repr(error))
            return "failed", f"The export failed ({error}); try it again."
        return "done", " ".join(warnings) or None

    def _write_each(self, running: _Running, parts: list[_Part], path: Path) -> tuple[str, ...]:
        """Write a zip with a file for each part."""
        warnings: dict[str, None] = {}
        suffix = format_named(running.request.format).suffix

        def files(folder: Path) -> Iterator[tuple[str, Path]]:
            for number, part in enumerate(parts):
                file = folder / f"{number}{suffix}"
                done = self._write(running, part, file, number)
                # Most of what one file warns of is said of the source, so of all.
                warnings.update(dict.fromkeys(done.warnings))
                yield part.name, file

        with tempfile.TemporaryDirectory(dir=self._folder, prefix=".parts-") as folder:
            bundle(path, files(Path(folder)))
        return tuple(warnings)

    def _write(self, running: _Running, part: _Part, path: Path, before: int = 0) -> ExportResult:
        """Write one file, which `before` others came before."""

        def progress(done: int, total: int) -> None:
            export = running.export.change(done=before * total + done)
            if time.monotonic() - running.last_event > _EVENT_EVERY_S:
                running.last_event = time.monotonic()
                self._tell(export)

        def cancelled() -> bool:
            self._scheduler.wait_for_clicks()
            return running.feed.stopped

        clip, frames = running.clip, running.frames
        return export_clip(
            clip.path,
            clip.info,
            clip.table,
            running.feed.masks(
                part.objects, frames.start, frames.stop, partial(self._waits, running)
            ),
            path,
            format=running.request.format,
            key_color=running.request.key_color,
            edges=part.edges,
            start=frames.start,
            stop=frames.stop,
            progress=progress,
            cancelled=cancelled,
        )

    def _waits(self, running: _Running, is_waiting: bool) -> None:
        self._tell(running.export.change(detail=LOOKING if is_waiting else None))

    def _tell(self, export: Export) -> None:
        self._bus.publish(
            export.project,
            "export",
            {
                "id": export.id,
                "state": export.state,
                "done": export.done,
                "total": export.total,
                "detail": export.detail,
            },
        )


def _edges(project: Project, objects: Iterable[str]) -> dict[str, Edge]:
    """The edges of objects as they are now; of one that was deleted a neutral one."""
    known = {item.id: item.edge for item in project.state.objects}
    return {item: known.get(item, Edge()) for item in objects}


def _parts(
    project: Project,
    request: ExportRequest,
    edges: dict[str, Edge],
) -> list[_Part]:
    if not request.separate:
        return [_Part("", list(edges), list(edges.values()))]
    names = distinct([_name(project, request, [item]) for item in edges])
    return [
        _Part(name, [item], [edge]) for name, (item, edge) in zip(names, edges.items(), strict=True)
    ]


def _name(project: Project, request: ExportRequest, objects: list[str]) -> str:
    """What a file with these objects is called, without a suffix."""
    known = {item.id: item.name for item in project.state.objects}
    apart = request.separate and len(objects) == 1
    template = request.name or usual(request.format, apart=apart)
    return stem(
        template,
        {
            "project": project.state.name,
            "clip": Path(project.clip_name).stem,
            "object": " + ".join(known.get(item, item) for item in objects),
            "revision": str(project.state.revision),
            "format": request.format,
        },
    )
