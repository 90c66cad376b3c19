"""What a project looks like after its events: plain values, no database."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from mattebox.errors import InputError
from mattebox.matting.edge import Edge
from mattebox.segmentation.prompts import Shape


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
class Prompt:
    """A box, a brush stroke or a lasso.

    Attributes:
        id: Name of the prompt, unique in its project.
        shape: What was drawn.
    """

    id: str
    shape: Shape


Mark = Click | Prompt


@dataclass(frozen=True)
class Keyframe:
    """A frame whose mask the user made.

    Attributes:
        frame: Frame index.
        mask: Hash of the mask that holds on this frame.
        marks: The clicks and prompts in the order they were made.
        base: Hash of the mask the first mark started from, or None for an empty one.
        placed: Whether the user gave `base` as this frame's mask; such a keyframe stays when its
            last mark is removed.
    """

    frame: int
    mask: str
    marks: tuple[Mark, ...] = ()
    base: str | None = None
    placed: bool = False

    @property
    def clicks(self) -> tuple[Click, ...]:
        """The clicks in the order they were made."""
        return tuple(mark for mark in self.marks if isinstance(mark, Click))

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """The prompts in the order they were made."""
        return tuple(mark for mark in self.marks if isinstance(mark, Prompt))

    def click(self, click: str) -> Click:
        """The click with this id.

        Raises:
            InputError: There is none (404).
        """
        for candidate in self.clicks:
            if candidate.id == click:
                return candidate
        raise self._unknown("click", click)

    def prompt(self, prompt: str) -> Prompt:
        """The prompt with this id.

        Raises:
            InputError: There is none (404).
        """
        for candidate in self.prompts:
            if candidate.id == prompt:
                return candidate
        raise self._unknown("prompt", prompt)

    def _unknown(self, kind: str, mark: str) -> InputError:
        return InputError(
            f"There is no {kind} {mark!r} on frame {self.frame}; read the project again.",
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
        visible: Whether the page shows it.
        locked: Whether it refuses changes.
        edge: How its matte is composited.
    """

    id: str
    name: str
    color: str
    keyframes: tuple[Keyframe, ...] = ()
    visible: bool = True
    locked: bool = False
    edge: Edge = field(default_factory=Edge)

    def check_unlocked(self) -> None:
        """Refuse a change of a locked object.

        Raises:
            InputError: It is locked (409).
        """
        if self.locked:
            raise InputError(f"{self.name} is locked; unlock it first.", status=409)

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
        objects: In the order the user gave them, at first that of their making.
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
