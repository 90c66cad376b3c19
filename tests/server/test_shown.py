"""What a page shows of a segment that is not made, or not whole, is what a click there corrects."""

from __future__ import annotations

import base64
import threading
from contextlib import ExitStack
from pathlib import Path

import cv2
import numpy as np

from mattebox.projects.masks import Mask, decode_png
from mattebox.server.workspace import Workspace
from mattebox.settings import Settings
from mattebox.streaming.scheduler import Priority
from tests.server.live import Client, Json

PATIENCE_S = 120.0


def _mask_of(edited: Json) -> Mask:
    """The one mask that came with an answer."""
    (data,) = edited["masks"].values()
    return decode_png(base64.b64decode(data))


def test_a_matte_that_came_before_its_segment_is_corrected_and_kept(
    server: Client, project: str
) -> None:
    frame, segment, at = 60, 2, {"x": 0.42, "y": 0.5}
    item = server.add_object(project)
    mask = np.zeros((180, 320), np.uint8)
    mask[50:120, 80:180] = 255
    server.place_mask(project, item, 0, cv2.imencode(".png", mask)[1].tobytes())
    number = server.post(f"/projects/{project}/apply", {"playhead": 0})["revision"]
    server.stop_work(project)
    address = server.decided(project, number)["objects"][0]["matte"]["addresses"][segment]
    shown = decode_png(server.request("GET", f"/segments/{address}/{frame}.png").content)
    assert np.count_nonzero(shown > 127) > 1000
    ready = server.get(f"/projects/{project}/manifest")["objects"][0]["matte"]["ready"]
    assert not any(start <= segment < stop for start, stop in ready)
    path = f"/projects/{project}/objects/{item}/frames/{frame}"

    def said() -> tuple[Mask, Mask]:
        """What one more click would make of the frame, and what it makes."""
        hovered = server.request("GET", f"{path}/hover?x={at['x']}&y={at['y']}")
        clicked = _mask_of(server.post(f"{path}/clicks", {**at, "include": True}))
        server.post(f"/projects/{project}/undo")
        return decode_png(hovered.content), clicked

    before = said()
    server.post(f"{path}/keyframe", {"absent": False})
    kept = server.get(f"/projects/{project}")["objects"][0]["keyframes"][-1]["mask"]
    assert np.array_equal(decode_png(server.http.get(kept).content), shown)
    server.post(f"/projects/{project}/undo")
    # Nobody can tell by the answers whether the segment was made.
    assert server.request("GET", f"/segments/{address}.m4s").status_code == 200
    assert all(np.array_equal(a, b) for a, b in zip(before, said(), strict=True))
    both = np.count_nonzero((before[1] > 127) & (shown > 127))
    assert both > 0.9 * np.count_nonzero(shown > 127)


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
