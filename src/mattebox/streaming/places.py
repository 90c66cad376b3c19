"""Where segments are shown at present, so that pages can be told when one becomes ready."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from mattebox.streaming.manifest import UNDECIDED, Addresses

_PROJECTS_KEPT = 64


# Slots, for there is one for every segment of a film and each of its objects.
@dataclass(frozen=True, slots=True)
class Place:
    """Where a segment is shown.

    Attributes:
        project: In which project.
        object: As the matte of which object, or None for the plate.
        segment: Its number in the grid.
    """

    project: str
    object: str | None
    segment: int


class Places:
    """The segments of the present revisions of the projects used last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shown: OrderedDict[str, tuple[int, dict[str, list[Place]]]] = OrderedDict()

    def put(self, project: str, addresses: Addresses, order: int) -> None:
        """Say what a project shows, unless something ordered later is known.

        The same may be said again, when more of it is decided.

        Args:
            project: Which project.
            addresses: Its segments.
            order: Rises with every revision that becomes the present one; 0 where that is not
                known, which only holds as long as nothing else is.
        """
        with self._lock:
            known, _ = self._shown.get(project, (-1, {}))
            if order >= known:
                self._shown[project] = (order, _by_address(project, addresses))
            self._shown.move_to_end(project)
            while len(self._shown) > _PROJECTS_KEPT:
                self._shown.popitem(last=False)

    def find(self, address: str) -> list[Place]:
        """Everywhere a segment is shown."""
        with self._lock:
            return [place for _, shown in self._shown.values() for place in shown.get(address, ())]

    def owner(self, address: str) -> str:
        """The one project that shows a segment, or the segment itself: several share plates."""
        projects = {place.project for place in self.find(address)}
        return projects.pop() if len(projects) == 1 else address

    def forget(self, project: str) -> None:
        """Drop what is kept of a deleted project."""
        with self._lock:
            self._shown.pop(project, None)


def _by_address(project: str, addresses: Addresses) -> dict[str, list[Place]]:
    places: dict[str, list[Place]] = {}
    for segment, address in enumerate(addresses.video):
        places.setdefault(address, []).append(Place(project, None, segment))
    for item, mattes in addresses.mattes.items():
        for segment, address in enumerate(mattes):
            if address == UNDECIDED:
                continue
            places.setdefault(address, []).append(Place(project, item, segment))
    return places
