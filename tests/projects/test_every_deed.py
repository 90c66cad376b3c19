"""Undo all is as if nothing had happened, redo all is as it was, whatever was done (P20 to P22)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mattebox import segmentation
from mattebox.errors import InputError
from mattebox.matting import Edge
from mattebox.projects.editing import Editing
from mattebox.projects.frame_masks import FrameMasks
from mattebox.projects.library import Library
from mattebox.projects.marking import Aim
from mattebox.projects.masks import Mask
from mattebox.projects.state import ProjectState
from mattebox.projects.store import Project
from mattebox.segmentation import Box, Brush, Lasso
from mattebox.segmentation.paint import Paint, cover
from tests.projects.facts import add_clip

WIDTH, HEIGHT, FRAMES = 64, 32, 10
PICTURE = np.zeros((HEIGHT, WIDTH, 3), np.uint8)


def painted(
    picture: np.ndarray, marks: Sequence[segmentation.Mark], base: Mask | None
) -> segmentation.FrameMask:
    """Paints every mark: what matters here is that it depends on all of them and their order."""
    paint = Paint.nothing(picture.shape)
    for mark in marks:
        shape = (
            Brush(((mark.x, mark.y),), 0.2, mark.include, direct=True)
            if isinstance(mark, segmentation.Click)
            else mark
        )
        include = isinstance(shape, Box) or shape.include
        paint = paint.painted(cover(shape, picture.shape), include=include)
    mask = paint.on(np.zeros((HEIGHT, WIDTH), np.uint8) if base is None else base)
    return segmentation.FrameMask(mask, mask)


def shown(project: Project, object_id: str, frame: int) -> Mask | None:
    """A matte of its own for each revision and frame; on every third frame none is made yet."""
    if not project.state.revision or frame % 3 == 0:
        return None
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    mask[: 3 * (project.state.revision % 9), frame:] = 255
    return mask


class Desk:
    """A data folder that can be closed and opened again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.open()

    def open(self) -> None:
        self.library = Library.open(self._folder)
        masks = FrameMasks(self.library.masks, lambda _clip, _frame: PICTURE, painted, shown)
        self.editing = Editing(self.library, masks)

    def reopen(self) -> None:
        self.library.engine.dispose()
        self.open()


@dataclass(frozen=True)
class Hand:
    """Random numbers that a deed picks its object, frame, mark and values with."""

    item: int
    frame: int
    mark: int
    x: float
    y: float
    yes: bool

    def object(self, state: ProjectState) -> str:
        ids = [item.id for item in state.objects] or ["nobody"]
        return ids[self.item % len(ids)]

    def click(self, state: ProjectState) -> tuple[str, int, str]:
        return self._picked([(o.id, k.frame, c.id) for o, k in _all(state) for c in k.clicks])

    def prompt(self, state: ProjectState) -> tuple[str, int, str]:
        return self._picked([(o.id, k.frame, p.id) for o, k in _all(state) for p in k.prompts])

    def _picked(self, found: list[tuple[str, int, str]]) -> tuple[str, int, str]:
        return found[self.mark % len(found)] if found else ("nobody", 0, "nothing")

    @property
    def color(self) -> str:
        return f"#{int(self.x * 0xFFFFFF):06x}"

    @property
    def edge(self) -> Edge:
        return Edge(grow=2 * self.x - 1, feather=self.y)

    @property
    def clicked(self) -> segmentation.Click:
        return segmentation.Click(self.x, self.y, self.yes)

    @property
    def box(self) -> Box:
        return Box((self.x / 2, self.y / 2, self.x / 2 + 0.4, self.y / 2 + 0.3))

    @property
    def brush(self) -> Brush:
        return Brush(((self.x, self.y), (self.y, self.x)), 0.1, self.yes, not self.yes)

    @property
    def lasso(self) -> Lasso:
        return Lasso(((self.x, 0.1), (0.9, self.y), (0.2, 0.8)), self.yes, self.yes)

    @property
    def mask(self) -> Mask:
        return np.full((HEIGHT, WIDTH), self.mark, np.uint8)


def _all(state: ProjectState) -> Iterator[tuple[Any, Any]]:
    return ((item, keyframe) for item in state.objects for keyframe in item.keyframes)


def _ordered(state: ProjectState, hand: Hand) -> list[str]:
    ids = [item.id for item in state.objects]
    turn = hand.mark % (len(ids) or 1)
    return [*ids[turn:], *ids[:turn]]


Deed = Callable[[Editing, str, ProjectState, Hand], object]

DEEDS: dict[str, Deed] = {
    "rename": lambda e, p, _s, h: e.rename(p, f"dog {h.mark}"),
    "add object": lambda e, p, _s, h: e.add_object(p, None, h.color if h.yes else None),
    "name object": lambda e, p, s, h: e.change_object(p, h.object(s), name=f"part {h.mark}"),
    "colour object": lambda e, p, s, h: e.change_object(p, h.object(s), color=h.color),
    "object's edge": lambda e, p, s, h: e.change_object(p, h.object(s), edge=h.edge),
    "share edge": lambda e, p, s, h: e.share_edge(p, _ordered(s, h)[: 1 + h.mark % 3], h.edge),
    "show object": lambda e, p, s, h: e.change_object(p, h.object(s), visible=h.yes),
    "lock object": lambda e, p, s, h: e.change_object(p, h.object(s), locked=h.yes),
    "order objects": lambda e, p, s, h: e.order_objects(p, _ordered(s, h)),
    "remove object": lambda e, p, s, h: e.remove_object(p, h.object(s)),
    "click": lambda e, p, s, h: e.add_click(Aim(p, h.object(s), h.frame), h.clicked),
    "click anew": lambda e, p, _s, h: e.add_click(Aim(p, None, h.frame), h.clicked),
    "move click": lambda e, p, s, h: e.change_click(p, *h.click(s), x=h.x, y=h.y, include=None),
    "turn click": lambda e, p, s, h: e.change_click(p, *h.click(s), x=None, y=None, include=h.yes),
    "remove click": lambda e, p, s, h: e.remove_click(p, *h.click(s)),
    "box": lambda e, p, s, h: e.add_prompt(Aim(p, h.object(s), h.frame), h.box),
    "box anew": lambda e, p, _s, h: e.add_prompt(Aim(p, None, h.frame), h.box),
    "brush": lambda e, p, s, h: e.add_prompt(Aim(p, h.object(s), h.frame), h.brush),
    "lasso": lambda e, p, s, h: e.add_prompt(Aim(p, h.object(s), h.frame), h.lasso),
    "remove prompt": lambda e, p, s, h: e.remove_prompt(p, *h.prompt(s)),
    "place mask": lambda e, p, s, h: e.place_mask(p, h.object(s), h.frame, h.mask),
    "keep frame": lambda e, p, s, h: e.keep_frame(p, h.object(s), h.frame),
    "absent": lambda e, p, s, h: e.mark_absent(p, h.object(s), h.frame),
    "remove keyframe": lambda e, p, s, h: e.remove_keyframe(p, h.object(s), h.frame),
    "apply": lambda e, p, _s, _h: e.apply(p),
    "restore": lambda e, p, _s, h: e.restore(p, 1 + h.mark % 3),
    "undo": lambda e, p, _s, _h: e.undo(p),
    "redo": lambda e, p, _s, _h: e.redo(p),
}

hands = st.builds(
    Hand,
    st.integers(0, 3),
    st.integers(0, FRAMES - 1),
    st.integers(0, 9),
    st.floats(0, 1),
    st.floats(0, 1),
    st.booleans(),
)
# Objects and clicks more often, so that the rest finds something to work on.
names = st.sampled_from([*DEEDS, "add object", "click", "click", "box", "reopen"])


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with tempfile.TemporaryDirectory() as folder:
        yield Desk(Path(folder))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(deeds=st.lists(st.tuples(names, hands), min_size=8, max_size=30))
def test_undo_all_is_never_happened_and_redo_all_is_as_before(
    desk: Desk, deeds: list[tuple[str, Hand]]
) -> None:
    clip = add_clip(desk.library)
    fresh = desk.library.projects.create(clip, "dog.mp4", "dog").state
    project = desk.library.projects.create(clip, "dog.mp4", "dog")
    states, now = [project.state], 0
    desk.editing.add_object(project.id, None, None)
    states, now = [*states, desk.library.projects.get(project.id).state], 1

    for name, hand in deeds:
        if name == "reopen":
            desk.reopen()
            assert desk.library.projects.get(project.id).state == states[now]
            continue
        before = desk.library.projects.get(project.id)
        try:
            DEEDS[name](desk.editing, project.id, before.state, hand)
        except InputError:
            assert desk.library.projects.get(project.id) == before
            continue
        after = desk.library.projects.get(project.id)
        if name in {"undo", "redo"}:
            now += 1 if name == "redo" else -1
            assert after.state == states[now]
        elif after.version != before.version:
            states, now = [*states[: now + 1], after.state], now + 1

    desk.reopen()
    projects = desk.library.projects
    for _, keyframe in _all(states[now]):
        assert desk.library.masks.get(keyframe.mask).shape == (HEIGHT, WIDTH)
    for back in range(now - 1, -1, -1):
        assert projects.undo(project.id).state == states[back]
    assert projects.get(project.id).state == fresh
    assert not projects.get(project.id).can_undo
    desk.reopen()
    projects = desk.library.projects
    for forward in range(1, len(states)):
        assert projects.redo(project.id).state == states[forward]
    assert not projects.get(project.id).can_redo
