"""The line of events from a project's root to one of its events, as the database has it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

_EVENTS = text(
    "WITH RECURSIVE line(id, parent, kind, data) AS ("
    " SELECT id, parent, kind, data FROM events WHERE id = :event"
    " UNION ALL"
    " SELECT e.id, e.parent, e.kind, e.data FROM events e JOIN line ON e.id = line.parent"
    ") SELECT id, kind, data FROM line ORDER BY id"
)
# Without what is in them, which may be strokes of thousands of points.
_IDS = text(
    "WITH RECURSIVE line(id, parent) AS ("
    " SELECT id, parent FROM events WHERE id = :event"
    " UNION ALL"
    " SELECT e.id, e.parent FROM events e JOIN line ON e.id = line.parent"
    ") SELECT id FROM line ORDER BY id"
)


def line_to(session: Session, event: int) -> Sequence[Row[Any]]:
    """``(id, kind, data)`` of the events from the root to this one."""
    return session.execute(_EVENTS, {"event": event}).all()


def ids_to(session: Session, event: int) -> list[int]:
    """The ids of the events from the root to this one."""
    return list(session.scalars(_IDS, {"event": event}))
