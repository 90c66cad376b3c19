"""What a page shows of a segment that is still being made is what a click there corrects."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from mattebox.server.workspace import Workspace
from mattebox.settings import Settings
from mattebox.streaming.scheduler import Priority

PATIENCE_S = 120.0


def test_the_first_mattes_of_a_segment_are_known_while_the_rest_is_made(
    tmp_path: Path, clip: Path
) -> None:
    workspace = Workspace(Settings(data=tmp_path / "data", click_hold_s=PATIENCE_S))
    held, shown = ExitStack(), threading.Event()

    def hold() -> None:
        # Called between two chunks: nothing goes on at the next frame.
        if ticket.chunks(0) and not shown.is_set():
            held.enter_context(workspace.scheduler.click())
            shown.set()

    try:
        opened = workspace.ingests.open_file(clip, "clip.mp4")
        workspace.shots.shots(workspace.clips.get(opened.clip)).result(PATIENCE_S)
        item = workspace.editing.add_object(opened.id, None, None).state.objects[0].id
        mask = np.zeros((180, 320), np.uint8)
        mask[50:120, 80:180] = 255
        workspace.editing.place_mask(opened.id, item, 0, mask)
        with workspace.scheduler.click():
            workspace.apply(opened.id, 0)
            project = workspace.projects.get(opened.id)
            revision = workspace.projects.revision(opened.id, 1)
            address = workspace.stream.addresses(project, revision).mattes[item][0]
            ticket = workspace.stream.request(address, Priority.PLAYHEAD)
            ticket.listen(hold)
        assert shown.wait(PATIENCE_S)
        assert workspace.stream.cached(address) is None
        found = workspace.stream.shown(project, item, 0)
        assert found is not None
        assert np.array_equal(found, mask)
        assert workspace.stream.shown(project, item, 11) is None
        held.close()
        assert ticket.result.result(PATIENCE_S)
        assert workspace.stream.shown(project, item, 11) is not None
        ticket.leave()
    finally:
        held.close()
        workspace.close()
