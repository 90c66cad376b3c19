"""Export jobs: from the same matte segments as the preview, in the background."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import structlog

from mattebox.errors import InputError
from mattebox.export import Cancelled, export_clip, format_named
from mattebox.projects.clips import Clip
from mattebox.projects.jobs import INTERRUPTED, Export, ExportState
from mattebox.projects.library import Library
from mattebox.projects.masks import Mask
from mattebox.projects.store import Project
from mattebox.streaming.bus import Bus
from mattebox.streaming.mattes import masks_of
from mattebox.streaming.plan import grid_of, matte_rendition
from mattebox.streaming.scheduler import Priority, Scheduler, Stopped, Ticket
from mattebox.streaming.stream import MatteStream

log = structlog.get_logger(__name__)

# Segments asked for before they are needed, and seconds between two progress events.
_AHEAD = 3
_EVENT_EVERY_S = 0.25


@dataclass(frozen=True)
class ExportRequest:
    """What to export.

    Attributes:
        format: Name of the format.
        key_color: Colour behind the object, ``#rrggbb``.
        objects: Ids of the objects to keep, together; all when empty.
        start: First frame.
        stop: The frame after the last, or None for the end.
    """

    format: str = "mp4"
    key_color: str = "#00ff00"
    objects: tuple[str, ...] = ()
    start: int = 0
    stop: int | None = None


class _Running:
    def __init__(self, export: Export) -> None:
        self.export = export
        self.cancelled = threading.Event()
        self.tickets: list[Ticket] = []
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
        """Begin an export of the present revision.

        Raises:
            InputError: Nothing was applied yet (409), or the request does not fit the clip (422).
        """
        project = self._projects.get(project_id)
        clip = self._clips.get(project.clip)
        mattes = self._mattes(project, request.objects)
        stop = clip.table.frame_count if request.stop is None else request.stop
        if not 0 <= request.start < stop <= clip.table.frame_count:
            raise InputError(
                f"Frames {request.start} to {stop} are no range of this clip; choose one within"
                f" 0 to {clip.table.frame_count}.",
                status=422,
            )
        name = _file_name(project, format_named(request.format).suffix)
        wanted = {**vars(request), "objects": list(request.objects), "stop": stop}
        total = stop - request.start
        export = self._store.add(project_id, project.state.revision, wanted, total, name)
        running = _Running(export)
        with self._lock:
            self._running[export.id] = running
        threading.Thread(
            target=self._run,
            args=(running, clip, mattes, replace(request, stop=stop)),
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
        return running.export if running else export

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
        running.cancelled.set()
        for ticket in list(running.tickets):
            ticket.leave()

    def _mattes(self, project: Project, objects: Sequence[str]) -> list[tuple[str, ...]]:
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
        mattes = self._stream.addresses(project, revision).mattes
        chosen = [mattes[item] for item in (objects or mattes) if item in mattes]
        if not chosen:
            raise InputError("No object has a mask yet; click on one and apply.", status=409)
        return chosen

    def _run(
        self,
        running: _Running,
        clip: Clip,
        mattes: list[tuple[str, ...]],
        request: ExportRequest,
    ) -> None:
        state, detail = self._export(running, clip, mattes, request)
        if state == "cancelled" and self._closing:
            state, detail = "failed", INTERRUPTED
        export = replace(running.export, state=state, detail=detail)
        try:
            self._store.finish(export.id, state, export.done, detail)
        finally:
            with self._lock:
                self._running.pop(export.id, None)
            self._tell(export)

    def _export(
        self,
        running: _Running,
        clip: Clip,
        mattes: list[tuple[str, ...]],
        request: ExportRequest,
    ) -> tuple[ExportState, str | None]:
        def progress(done: int, total: int) -> None:
            running.export = replace(running.export, done=done, total=total)
            if time.monotonic() - running.last_event > _EVENT_EVERY_S:
                running.last_event = time.monotonic()
                self._tell(running.export)

        def cancelled() -> bool:
            self._scheduler.wait_for_clicks()
            return running.cancelled.is_set()

        stop = clip.table.frame_count if request.stop is None else request.stop
        try:
            result = export_clip(
                clip.path,
                clip.info,
                clip.table,
                self._masks(running, clip, mattes, request.start, stop),
                self.path(running.export),
                format=request.format,
                key_color=request.key_color,
                start=request.start,
                stop=stop,
                progress=progress,
                cancelled=cancelled,
            )
        except (Cancelled, Stopped):
            return "cancelled", None
        except InputError as error:
            return "failed", error.detail
        except Exception as error:
            if running.cancelled.is_set():
                return "cancelled", None
            log.error("export failed", export=running.export.id, error=repr(error))
            return "failed", f"The export failed ({error}); try it again."
        return "done", " ".join(result.warnings) or None

    def _masks(
        self,
        running: _Running,
        clip: Clip,
        mattes: list[tuple[str, ...]],
        start: int,
        stop: int,
    ) -> Iterator[tuple[int, Mask]]:
        grid, init = grid_of(clip), matte_rendition(clip).init
        segments = range(grid.segment_of(start), grid.segment_of(stop - 1) + 1)
        coming = deque(segments)
        asked: deque[list[Ticket | bytes]] = deque()
        try:
            for segment in segments:
                while coming and len(asked) < _AHEAD:
                    following = coming.popleft()
                    asked.append([self._ask(running, m[following]) for m in mattes])
                parts = [self._received(running, part) for part in asked.popleft()]
                layers = [masks_of(init, part) for part in parts]
                first = grid.cell(segment)[0]
                for place, masks in enumerate(zip(*layers, strict=True)):
                    if start <= first + place < stop:
                        yield first + place, np.maximum.reduce(masks)
        finally:
            for ticket in list(running.tickets):
                ticket.leave()

    def _ask(self, running: _Running, address: str) -> Ticket | bytes:
        data = self._stream.cached(address)
        if data is not None:
            return data
        if running.cancelled.is_set():
            raise Stopped
        ticket = self._stream.request(address, Priority.EXPORT)
        running.tickets.append(ticket)
        return ticket

    def _received(self, running: _Running, part: Ticket | bytes) -> bytes:
        if isinstance(part, bytes):
            return part
        data = part.result.result()
        running.tickets.remove(part)
        part.leave()
        return data

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


def _file_name(project: Project, suffix: str) -> str:
    bare = re.sub(r"[^\w .()-]+", "_", project.state.name).strip(" ._") or "export"
    return f"{bare[:100]} r{project.state.revision}{suffix}"
