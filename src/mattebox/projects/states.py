"""What a project was after any of its events, without reading the log anew each time."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict

from sqlalchemy.orm import Session

from mattebox.projects.events import fold
from mattebox.projects.line import line_to
from mattebox.projects.records import from_record
from mattebox.projects.state import ProjectState

_KEPT = 512
# Of one line that had to be read: undo asks for them one after the other.
_STEPS_KEPT = 64


class States:
    """The states of the events that were asked for last; safe across threads."""

    def __init__(self) -> None:
        self._states: OrderedDict[int, ProjectState] = OrderedDict()
        self._lock = threading.Lock()

    def after(self, session: Session, event: int) -> ProjectState:
        """The state after the event with this id."""
        with self._lock:
            known = self._states.get(event)
        if known is None:
            line = line_to(session, event)
            for place, step in enumerate(line):
                known = fold([from_record(step.kind, json.loads(step.data))], known)
                if len(line) - place <= _STEPS_KEPT:
                    self.keep(step.id, known)
        assert known is not None
        return known

    def keep(self, event: int, state: ProjectState) -> None:
        """Remember a state; its event must be committed."""
        with self._lock:
            self._states[event] = state
            self._states.move_to_end(event)
            while len(self._states) > _KEPT:
                self._states.popitem(last=False)
