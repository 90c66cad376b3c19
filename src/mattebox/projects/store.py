"""Projects in the database: an append-only log with a head that undo and redo move."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from mattebox.errors import InputError
from mattebox.projects.events import Applied, Event, ProjectCreated, RevisionRestored, fold
from mattebox.projects.history import Happened, History, steps_of
from mattebox.projects.leftovers import Leftovers, forget
from mattebox.projects.line import ids_to
from mattebox.projects.records import from_record, to_record
from mattebox.projects.revisions import Revision, Snapshot
from mattebox.projects.state import ProjectState
from mattebox.projects.states import States
from mattebox.projects.tables import EventRow, MaskRow, ProjectRow, RevisionRow


@dataclass(frozen=True)
class Project:
    """A project as it is now.

    Attributes:
        id: Its name in addresses.
        clip: Hash of the clip.
        clip_name: File name of the upload, for people only.
        created: ISO 8601, UTC.
        version: Rises with each change, undo and redo included.
        head: The event that is now.
        can_undo: Whether there is something to undo.
        can_redo: Whether something undone can be had back.
        state: What the events amount to.
    """

    id: str
    clip: str
    clip_name: str
    created: str
    version: int
    head: int
    can_undo: bool
    can_redo: bool
    state: ProjectState


def new_id(prefix: str) -> str:
    """A fresh random name such as ``p3f9c…`` for a project, object, click or export."""
    return prefix + secrets.token_hex(6)


def timestamp(moment: datetime) -> str:
    """A moment in UTC as the database keeps it; texts sort like the moments."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now() -> str:
    """The present moment as the database keeps it."""
    return timestamp(datetime.now(UTC))


class ProjectStore:
    """Projects, their logs and their revisions.

    Args:
        engine: An opened database.
    """

    def __init__(self, engine: Engine) -> None:
        self._reader = engine
        self._writer = engine.execution_options(begin="BEGIN IMMEDIATE")
        self._states = States()

    def create(
        self, clip: str, clip_name: str, name: str, project_id: str | None = None
    ) -> Project:
        """Make a project of a stored clip; one that has this id already stays as it is."""
        project_id = project_id or new_id("p")
        with Session(self._writer) as session, session.begin():
            if session.get(ProjectRow, project_id) is not None:
                return self.get(project_id)
            row = ProjectRow(
                id=project_id,
                clip=clip,
                clip_name=clip_name,
                created=now(),
                head=0,
                tip=0,
                version=1,
            )
            session.add(row)
            session.flush()
            root = self._insert(session, project_id, None, ProjectCreated(name))
            row.head = row.tip = root
        return self.get(project_id)

    def get(self, project_id: str) -> Project:
        """The project as it is now.

        Raises:
            InputError: There is none (404).
        """
        with Session(self._reader) as session:
            return self._project(session, self._row(session, project_id))

    def all(self) -> list[Project]:
        """Every project, the newest first."""
        with Session(self._reader) as session:
            rows = session.scalars(select(ProjectRow).order_by(ProjectRow.created.desc()))
            return [self._project(session, row) for row in rows]

    def append(self, project_id: str, event: Event, masks: Iterable[str] = ()) -> Project:
        """Commit one event after the head; what had been undone can no longer be redone.

        An event that changes nothing is not added: undo would seem to do nothing.

        Args:
            project_id: Which project.
            event: What happened. It must fit the present state.
            masks: Hashes of masks the event refers to; their files must be on disk.

        Raises:
            InputError: There is no such project, or the event names an object that is not there.
        """
        with Session(self._writer) as session, session.begin():
            row = self._row(session, project_id)
            present = self._states.after(session, row.head)
            if fold([event], present) == present:
                return self._project(session, row)
            state = self._advance(session, row, event)
            head = row.head
            for mask in masks:
                session.merge(MaskRow(hash=mask, project=project_id))
        self._states.keep(head, state)
        return self.get(project_id)

    def undo(self, project_id: str) -> Project:
        """Move the head one event back.

        Raises:
            InputError: There is nothing to undo (409).
        """
        with Session(self._writer) as session, session.begin():
            row = self._row(session, project_id)
            parent = session.scalar(select(EventRow.parent).where(EventRow.id == row.head))
            if parent is None:
                raise InputError("There is nothing to undo in this project.", status=409)
            row.head = parent
            row.version += 1
        return self.get(project_id)

    def redo(self, project_id: str) -> Project:
        """Move the head one event forward along the line that was undone.

        Raises:
            InputError: There is nothing to redo (409).
        """
        with Session(self._writer) as session, session.begin():
            row = self._row(session, project_id)
            if row.head == row.tip:
                raise InputError("There is nothing to redo in this project.", status=409)
            line = ids_to(session, row.tip)
            row.head = line[line.index(row.head) + 1]
            row.version += 1
        return self.get(project_id)

    def go_to(self, project_id: str, step: int) -> Project:
        """Move the head to any step of the line, undone or not.

        Raises:
            InputError: There is no such step (404).
        """
        with Session(self._writer) as session, session.begin():
            row = self._row(session, project_id)
            if step not in ids_to(session, row.tip):
                raise InputError(
                    f"There is no step {step} in this project's history; read it again.", status=404
                )
            row.version += row.head != step
            row.head = step
        return self.get(project_id)

    def history(
        self, project_id: str, before: int | None, limit: int, *, nothing: str = ""
    ) -> History:
        """Steps in words, the latest `limit` of those whose number is below `before`.

        Args:
            project_id: Which project.
            before: None for the newest.
            limit: How many at most.
            nothing: Hash of the mask that says that an object is absent.
        """
        with Session(self._reader) as session:
            row = self._row(session, project_id)
            line = ids_to(session, row.tip)
            stop = min(len(line), len(line) if before is None else before)
            first = max(0, stop - limit)
            rows = session.scalars(
                select(EventRow).where(EventRow.id.in_(line[first:stop])).order_by(EventRow.id)
            )
            log = [
                Happened(each.id, each.created, from_record(each.kind, json.loads(each.data)))
                for each in rows
            ]
            start = self._states.after(session, line[first - 1]) if first else ProjectState("")
            steps = steps_of(log, first, start, nothing)
            return History(len(line), line.index(row.head), steps)

    def apply(self, project_id: str) -> tuple[Project, Revision]:
        """Make a revision of the present keyframes, as one more event.

        Nothing is added when the present revision already is of these keyframes.
        """
        with Session(self._writer) as session, session.begin():
            row = self._row(session, project_id)
            state = self._states.after(session, row.head)
            snapshot = Snapshot.of(state)
            present = session.get(RevisionRow, (project_id, state.revision))
            if present is None or not snapshot.equals(Snapshot.from_json(present.snapshot)):
                last = session.scalar(
                    select(func.max(RevisionRow.number)).where(RevisionRow.project == project_id)
                )
                number = (last or 0) + 1
                self._advance(session, row, Applied(number))
                present = RevisionRow(
                    project=project_id, number=number, snapshot=snapshot.to_json(), created=now()
                )
                session.add(present)
            revision = Revision(present.number, present.created, snapshot)
        return self.get(project_id), revision

    def restore(self, project_id: str, number: int) -> Project:
        """Make everything as it was when a revision was applied, as one more event.

        Nothing is added when everything is so already. The project keeps its name.

        Raises:
            InputError: There is no such revision (404).
        """
        with Session(self._writer) as session, session.begin():
            row = self._row(session, project_id)
            kind, data = to_record(Applied(number))
            # Numbers are never used again, so there is one such event, on whatever line it lies.
            applied = session.scalar(
                select(EventRow.id).where(
                    EventRow.project == project_id,
                    EventRow.kind == kind,
                    EventRow.data == json.dumps(data),
                )
            )
            if applied is None:
                raise _no_revision(number)
            then, present = (
                self._states.after(session, applied),
                self._states.after(session, row.head),
            )
            if (present.objects, present.revision) == (then.objects, then.revision):
                return self._project(session, row)
            state = self._advance(session, row, RevisionRestored(number, then.objects))
            head = row.head
        self._states.keep(head, state)
        return self.get(project_id)

    def revision(self, project_id: str, number: int) -> Revision:
        """A revision by its number; 0 is the one before the first Apply, without objects.

        Raises:
            InputError: There is none (404).
        """
        with Session(self._reader) as session:
            project = self._row(session, project_id)
            if number == 0:
                return Revision(0, project.created, Snapshot(()))
            row = session.get(RevisionRow, (project_id, number))
            if row is None:
                raise _no_revision(number)
            return _revision(row)

    def revisions(self, project_id: str) -> list[Revision]:
        """All revisions in order."""
        with Session(self._reader) as session:
            self._row(session, project_id)
            rows = session.scalars(
                select(RevisionRow)
                .where(RevisionRow.project == project_id)
                .order_by(RevisionRow.number)
            )
            return [_revision(row) for row in rows]

    def delete(self, project_id: str) -> Leftovers:
        """Forget a project; returns which files may go with it."""
        with Session(self._writer) as session, session.begin():
            return forget(session, self._row(session, project_id))

    def has_mask(self, mask: str) -> bool:
        """Whether any project refers to this mask."""
        with Session(self._reader) as session:
            return session.scalar(select(MaskRow.hash).where(MaskRow.hash == mask)) is not None

    def _advance(self, session: Session, row: ProjectRow, event: Event) -> ProjectState:
        # Kept by the caller, after the commit: a number that is rolled back is given out again.
        state = fold([event], self._states.after(session, row.head))
        row.head = row.tip = self._insert(session, row.id, row.head, event)
        row.version += 1
        return state

    def _insert(self, session: Session, project: str, parent: int | None, event: Event) -> int:
        kind, data = to_record(event)
        row = EventRow(
            project=project, parent=parent, kind=kind, data=json.dumps(data), created=now()
        )
        session.add(row)
        session.flush()
        return row.id

    def _row(self, session: Session, project_id: str) -> ProjectRow:
        row = session.get(ProjectRow, project_id)
        if row is None:
            raise InputError(
                f"There is no project {project_id!r}; read the list of projects.", status=404
            )
        return row

    def _project(self, session: Session, row: ProjectRow) -> Project:
        parent = session.scalar(select(EventRow.parent).where(EventRow.id == row.head))
        return Project(
            id=row.id,
            clip=row.clip,
            clip_name=row.clip_name,
            created=row.created,
            version=row.version,
            head=row.head,
            can_undo=parent is not None,
            can_redo=row.head != row.tip,
            state=self._states.after(session, row.head),
        )


def _no_revision(number: int) -> InputError:
    return InputError(
        f"There is no revision {number} in this project; read the list of revisions.", status=404
    )


def _revision(row: RevisionRow) -> Revision:
    return Revision(row.number, row.created, Snapshot.from_json(row.snapshot))
