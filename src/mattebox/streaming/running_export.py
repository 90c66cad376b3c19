"""An export that is under way, which several threads tell of."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

from mattebox.projects.jobs import Export


class RunningExport:
    """How far an export is: the thread that writes tells of frames, the one that reads of waits.

    Args:
        export: The export as it was begun.
    """

    def __init__(self, export: Export) -> None:
        self._lock = threading.Lock()
        self._now = export

    @property
    def now(self) -> Export:
        """As it is at present."""
        return self._now

    def change(self, **fields: Any) -> Export:
        """Replace some fields and leave the others as another thread may just have set them."""
        with self._lock:
            self._now = replace(self._now, **fields)
            return self._now
