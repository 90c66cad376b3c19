"""What became of uploads and exports, so that a restarted server can still say it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Engine, delete, select, update
from sqlalchemy.orm import Session

from mattebox.errors import InputError
from mattebox.projects.store import new_id, now
from mattebox.projects.tables import ExportRow, IngestRow

IngestState = Literal["reading", "done", "refused"]
ExportState = Literal["running", "done", "failed", "cancelled"]

INTERRUPTED = "The server stopped before this export was complete; start it again."


@dataclass(frozen=True)
class Ingest:
    """An upload after its last byte.

    Attributes:
        upload: The upload's id.
        state: Whether it is being read, became a project, or was refused.
        project: The project it became.
        status: HTTP status of the refusal.
        detail: One sentence that says why it was refused.
    """

    upload: str
    state: IngestState
    project: str | None = None
    status: int | None = None
    detail: str | None = None


@dataclass(frozen=True)
class Export:
    """An export job.

    Attributes:
        id: Its name in addresses.
        project: Which project.
        revision: Whose mattes are used.
        request: What was asked for, as JSON values.
        state: How far it is.
        done: Frames written.
        total: Frames to write.
        detail: One sentence about a failure.
        file_name: What the file is called when it is downloaded.
        created: ISO 8601, UTC.
    """

    id: str
    project: str
    revision: int
    request: dict[str, Any]
    state: ExportState
    done: int
    total: int
    detail: str | None
    file_name: str
    created: str


class IngestStore:
    """Ingests by their upload."""

    def __init__(self, engine: Engine) -> None:
        self._reader = engine
        self._writer = engine.execution_options(begin="BEGIN IMMEDIATE")

    def put(self, ingest: Ingest) -> None:
        """Record how far an ingest is."""
        with Session(self._writer) as session, session.begin():
            session.merge(
                IngestRow(
                    upload=ingest.upload,
                    state=ingest.state,
                    project=ingest.project,
                    status=ingest.status,
                    detail=ingest.detail,
                    created=now(),
                )
            )

    def get(self, upload: str) -> Ingest:
        """The ingest of this upload.

        Raises:
            InputError: The upload is unknown or not complete (404).
        """
        with Session(self._reader) as session:
            row = session.get(IngestRow, upload)
            if row is None:
                raise InputError(
                    f"There is no complete upload {upload!r}; upload the file first.", status=404
                )
            state: Any = row.state
            return Ingest(row.upload, state, row.project, row.status, row.detail)

    def unfinished(self) -> list[str]:
        """Uploads whose reading was cut short."""
        with Session(self._reader) as session:
            return list(
                session.scalars(select(IngestRow.upload).where(IngestRow.state == "reading"))
            )

    def forget_before(self, created: str) -> None:
        """Drop records of finished ingests from before a moment, see `timestamp`."""
        old = (IngestRow.created < created) & (IngestRow.state != "reading")
        with Session(self._writer) as session, session.begin():
            session.execute(delete(IngestRow).where(old))


class ExportStore:
    """Export jobs."""

    def __init__(self, engine: Engine) -> None:
        self._reader = engine
        self._writer = engine.execution_options(begin="BEGIN IMMEDIATE")

    def add(
        self, project: str, revision: int, request: dict[str, Any], total: int, file_name: str
    ) -> Export:
        """Record a job that starts now."""
        row = ExportRow(
            id=new_id("e"),
            project=project,
            revision=revision,
            request=json.dumps(request),
            state="running",
            done=0,
            total=total,
            detail=None,
            file_name=file_name,
            created=now(),
        )
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            session.add(row)
        return _export(row)

    def finish(self, export: str, state: ExportState, done: int, detail: str | None) -> None:
        """Record how a job ended."""
        with Session(self._writer) as session, session.begin():
            row = session.get(ExportRow, export)
            if row is not None:
                row.state, row.done, row.detail = state, done, detail

    def get(self, project: str, export: str) -> Export:
        """A job of a project.

        Raises:
            InputError: There is none (404).
        """
        with Session(self._reader) as session:
            row = session.get(ExportRow, export)
            if row is None or row.project != project:
                raise InputError(
                    f"There is no export {export!r} in this project; start one first.", status=404
                )
            return _export(row)

    def of_project(self, project: str) -> list[Export]:
        """All jobs of a project, in the order they were started."""
        with Session(self._reader) as session:
            rows = session.scalars(
                select(ExportRow).where(ExportRow.project == project).order_by(ExportRow.created)
            )
            return [_export(row) for row in rows]

    def done(self) -> list[Export]:
        """Every job whose file is there, of any project."""
        with Session(self._reader) as session:
            rows = session.scalars(select(ExportRow).where(ExportRow.state == "done"))
            return [_export(row) for row in rows]

    def delete(self, export: str) -> None:
        """Forget a job."""
        with Session(self._writer) as session, session.begin():
            session.execute(delete(ExportRow).where(ExportRow.id == export))

    def fail_interrupted(self) -> None:
        """Say of jobs that a stopped server left running that they failed."""
        with Session(self._writer) as session, session.begin():
            session.execute(
                update(ExportRow)
                .where(ExportRow.state == "running")
                .values(
                    state="failed",
                    detail=INTERRUPTED,
                )
            )


def _export(row: ExportRow) -> Export:
    state: Any = row.state
    return Export(
        row.id,
        row.project,
        row.revision,
        json.loads(row.request),
        state,
        row.done,
        row.total,
        row.detail,
        row.file_name,
        row.created,
    )
