"""Revisions: immutable snapshots of all keyframe masks."""

from __future__ import annotations

import json
from dataclasses import dataclass

from mattebox.projects.state import ProjectState


@dataclass(frozen=True)
class SnapshotObject:
    """An object as it was when it was applied.

    Attributes:
        id: Its name in addresses.
        name: What the user called it.
        color: Its tint, ``#rrggbb``.
        keyframes: Frame index and mask hash of each keyframe, in order.
    """

    id: str
    name: str
    color: str
    keyframes: tuple[tuple[int, str], ...]

    @property
    def masks(self) -> dict[int, str]:
        """Frame index to mask hash."""
        return dict(self.keyframes)


@dataclass(frozen=True)
class Snapshot:
    """All objects of a revision, in the order they had."""

    objects: tuple[SnapshotObject, ...]

    def equals(self, other: Snapshot) -> bool:
        """Whether both hold the same objects; their order makes no difference."""
        return set(self.objects) == set(other.objects)

    @property
    def keyframe_count(self) -> int:
        """Keyframes of all objects."""
        return sum(len(item.keyframes) for item in self.objects)

    @staticmethod
    def of(state: ProjectState) -> Snapshot:
        """What a revision of this state holds."""
        return Snapshot(
            tuple(
                SnapshotObject(o.id, o.name, o.color, tuple(sorted(o.masks.items())))
                for o in state.objects
            )
        )

    @staticmethod
    def from_json(text: str) -> Snapshot:
        """The snapshot that `to_json` wrote."""
        return Snapshot(
            tuple(
                SnapshotObject(
                    item["id"],
                    item["name"],
                    item["color"],
                    tuple((frame, mask) for frame, mask in item["keyframes"]),
                )
                for item in json.loads(text)
            )
        )

    def to_json(self) -> str:
        """JSON that `from_json` reads."""
        return json.dumps(
            [
                {"id": o.id, "name": o.name, "color": o.color, "keyframes": o.keyframes}
                for o in self.objects
            ],
            sort_keys=True,
        )

    def masks(self, object_id: str) -> dict[int, str]:
        """Frame index to mask hash of one object; empty where it was not there."""
        return next((o.masks for o in self.objects if o.id == object_id), {})


@dataclass(frozen=True)
class Revision:
    """A numbered snapshot; numbers rise and are never used again."""

    number: int
    created: str
    snapshot: Snapshot
