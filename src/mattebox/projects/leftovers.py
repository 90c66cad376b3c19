"""What may go with a project: files that no other one refers to."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from mattebox.projects.tables import MaskRow, ProjectRow, RecipeRow


@dataclass(frozen=True)
class Leftovers:
    """Files that nothing refers to after a project was deleted."""

    masks: tuple[str, ...]
    addresses: tuple[str, ...]
    clip: str | None


def forget(session: Session, row: ProjectRow) -> Leftovers:
    """Delete a project's rows, and its clip's where no other project is of it."""
    masks = _only_here(session, MaskRow, row.id)
    addresses = _only_here(session, RecipeRow, row.id)
    session.delete(row)
    session.flush()
    shared = session.scalar(select(ProjectRow.id).where(ProjectRow.clip == row.clip))
    clip = row.clip if shared is None else None
    if clip is not None:
        session.execute(text("DELETE FROM clips WHERE hash = :clip"), {"clip": clip})
    return Leftovers(masks, addresses, clip)


def _only_here(
    session: Session, table: type[MaskRow] | type[RecipeRow], project_id: str
) -> tuple[str, ...]:
    name = "hash" if table is MaskRow else "address"
    rows = session.execute(
        text(
            f"SELECT {name} FROM {table.__tablename__} WHERE project = :project AND {name} NOT IN"
            f" (SELECT {name} FROM {table.__tablename__} WHERE project != :project)"
        ),
        {"project": project_id},
    )
    return tuple(row[0] for row in rows)
