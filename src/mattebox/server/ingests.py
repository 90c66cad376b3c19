"""From an upload's last byte to a project, in the background."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from mattebox.allocator import give_back
from mattebox.errors import InputError
from mattebox.files import sync_folder, written_aside
from mattebox.media import Cancelled, Limits, ingest
from mattebox.projects.clips import Clip
from mattebox.projects.jobs import Ingest
from mattebox.projects.library import Library
from mattebox.projects.store import Project
from mattebox.server.problems import of_exception
from mattebox.server.uploads import UploadFiles

log = structlog.get_logger(__name__)

_AT_ONCE = 2


class Ingests:
    """Reads uploads and makes projects of them.

    Args:
        uploads: Where the files come from.
        library: Where clips, projects and outcomes are recorded.
        limits: What is accepted.
        opened: Told each clip that a project was made of.
    """

    def __init__(
        self,
        uploads: UploadFiles,
        library: Library,
        limits: Limits,
        opened: Callable[[Clip], object],
    ) -> None:
        self._uploads = uploads
        self._store = library.ingests
        self._clips = library.clips
        self._projects = library.projects
        self._limits = limits
        self._opened = opened
        self._stopping = threading.Event()
        self._workers = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="ingest")

    def begin(self, upload: str) -> None:
        """Read a complete upload in the background; asking twice changes nothing."""
        try:
            self._store.get(upload)
        except InputError:
            self._store.put(Ingest(upload, "reading"))
            self._workers.submit(self._read, upload)

    def resume(self) -> None:
        """Go on with what a stopped server left unread."""
        for upload in self._store.unfinished():
            self._workers.submit(self._read, upload)

    def open_file(self, path: Path, name: str, project_id: str | None = None) -> Project:
        """Make a project of a file; the store keeps a link to it.

        Args:
            path: A file in the data folder.
            name: What the person calls it.
            project_id: Id of the project; one that exists already is given back as it is.

        Raises:
            InputError: It is no clip that can be used.
            Cancelled: The server is stopping.
        """
        found = ingest(path, self._limits, name=name, cancelled=self._stopping.is_set)
        clip = _digest(path)
        with self._clips.files_lock:
            self._place(path, self._clips.path(clip))
            self._clips.add(clip, found.info, found.table)
            title = Path(name).stem or name
            project = self._projects.create(clip, name, title, project_id)
        self._opened(self._clips.get(clip))
        return project

    def close(self) -> None:
        """Stop reading; it goes on after a restart."""
        self._stopping.set()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _place(self, path: Path, place: Path) -> None:
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            with path.open("rb") as file:
                os.fsync(file.fileno())
            # A link, so that the upload is still there if the server dies before the commit.
            try:
                os.link(path, place)
                sync_folder(place.parent)
            except OSError:
                # Some file systems know no links.
                with written_aside(place) as aside:
                    shutil.copyfile(path, aside)

    def _read(self, upload: str) -> None:
        path = self._uploads.path(upload)
        name = self._uploads.name(upload)
        try:
            if not path.exists():
                raise InputError(f"{name} was lost before it was read; upload it again.")
            if path.stat().st_size == 0:
                raise InputError(f"{name} is empty; choose a file that holds a video.")
            project = self.open_file(path, name, f"p{upload[:12]}")
        except Cancelled:
            return
        except Exception as error:
            status, detail = _refusal(error, name)
            log.warning("upload refused", upload=upload, name=name, detail=detail)
            self._settle(Ingest(upload, "refused", status=status, detail=detail))
        else:
            self._settle(Ingest(upload, "done", project=project.id))
            # A frame table is written and read as text; of hours that is a lot.
            give_back()

    def _settle(self, ingest: Ingest) -> None:
        """Record how it ended, then let go of the upload; unrecorded, a restart reads it again."""
        try:
            self._store.put(ingest)
        except SQLAlchemyError as error:
            log.error("ingest not recorded", upload=ingest.upload, error=repr(error))
        else:
            self._uploads.discard(ingest.upload)


def _refusal(error: Exception, name: str) -> tuple[int, str]:
    if isinstance(error, InputError | OSError | MemoryError | SQLAlchemyError):
        return of_exception(error)
    return 422, f"{name} could not be read ({error}); convert it to MP4 (H.264) and try again."


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
