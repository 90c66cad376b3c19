"""What a project looks like after its events: plain values, no database."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mattebox.errors import InputError


@dataclass(frozen=True)
class Click:
    """A point that says what belongs to the object.

    Attributes:
        id: Name of the click, unique in its project.
        x: Place from the left edge, in [0, 1] of the displayed picture.
        y: Place from the top edge, in [0, 1].
        include: Whether the point belongs to the object.
    """

    id: str
    x: float
    y: float
    include: bool


@dataclass(frozen=True)
class Keyframe:
    """A frame whose mask the user made.

    Attributes:
        frame: Frame index.
        mask: Hash of the mask that holds on this frame.
        clicks: The clicks in the order they were made.
        base: Hash of the mask the first click started from, or None for an empty one.
        placed: Whether the user handed in `base` as a mask of their own; such a keyframe stays
            when its last click is removed.
    """

    frame: int
    mask: str
    clicks: tuple[Click, ...] = ()
    base: str | None = None
    placed: bool = False

    def click(self, click: str) -> Click:
        """The click with this id.

        Raises:
            InputError: There is none (404).
        """
        for candidate in self.clicks:
            if candidate.id == click:
                return candidate
        raise InputError(
            f"There is no click {click!r} on frame {self.frame}; read the project again.",
            status=404,
        )


@dataclass(frozen=True)
class MatteObject:
    """A thing that is taken out of the clip.

    Attributes:
        id: Name of the object in addresses.
        name: What the user calls it.
        color: Its tint on the page, ``#rrggbb``.
        keyframes: In order of their frames.
    """

    id: str
    name: str
    color: str
    keyframes: tuple[Keyframe, ...] = ()

    def keyframe(self, frame: int) -> Keyframe | None:
        """The keyframe on this frame, if there is one."""
        return next((k for k in self.keyframes if k.frame == frame), None)

    def with_keyframe(self, keyframe: Keyframe) -> MatteObject:
        """The same object with this keyframe put in or replaced."""
        others = [k for k in self.keyframes if k.frame != keyframe.frame]
        ordered = sorted([*others, keyframe], key=lambda k: k.frame)
        return replace(self, keyframes=tuple(ordered))

    def without_keyframe(self, frame: int) -> MatteObject:
        """The same object with no keyframe on this frame."""
        return replace(self, keyframes=tuple(k for k in self.keyframes if k.frame != frame))

    @property
    def masks(self) -> dict[int, str]:
        """Frame index to mask hash of every keyframe."""
        return {k.frame: k.mask for k in self.keyframes}


@dataclass(frozen=True)
class ProjectState:
    """Everything undo and redo move over.

    Attributes:
        name: What the user calls the project.
        objects: In the order they were made.
        revision: Number of the revision that was applied last, 0 before the first.
    """

    name: str
    objects: tuple[MatteObject, ...] = ()
    revision: int = 0

    def object(self, object_id: str) -> MatteObject:
        """The object with this id.

        Raises:
            InputError: There is none (404).
        """
        for candidate in self.objects:
            if candidate.id == object_id:
                return candidate
        raise InputError(
            f"There is no object {object_id!r} in this project; read the project again.",
            status=404,
        )

    def with_object(self, changed: MatteObject) -> ProjectState:
        """The same state with the object of that id replaced."""
        objects = tuple(changed if o.id == changed.id else o for o in self.objects)
        return replace(self, objects=objects)
