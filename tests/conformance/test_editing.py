"""Protocol section 6: what edits do to masks, revisions and mattes. Names carry the sentence's
number."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from tests.conformance.conftest import Mask, apply_keyframes, disk, png
from tests.conformance.test_manifest import without_ready
from tests.conformance.test_segments import planes
from tests.server.live import Client, Json

STROKE: Json = {"kind": "brush", "radius": 0.05, "direct": True}


def keyframe_mask(client: Client, project: Json, frame: int) -> Mask:
    found = next(k for k in project["objects"][0]["keyframes"] if k["frame"] == frame)
    data = np.frombuffer(client.http.get(found["mask"]).content, np.uint8)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED), np.uint8)


def test_p26_pixels_under_clicks_and_strokes_stay_on_their_side_until_told_otherwise(
    server: Client, project: str
) -> None:
    item = server.add_object(project)
    path = f"/projects/{project}/objects/{item}/frames/8/prompts"
    server.click(project, item, 8, (0.5, 0.5))
    server.post(path, {**STROKE, "points": [[0.1, 0.1], [0.2, 0.1]], "include": True})
    server.post(path, {**STROKE, "points": [[0.6, 0.6], [0.7, 0.6]], "include": False})
    state = server.click(project, item, 8, (0.9, 0.9), include=False)
    mask = keyframe_mask(server, state, 8)
    assert mask[90, 160] >= 128
    assert (mask[18, 32:64] >= 128).all()
    assert (mask[108, 192:224] < 128).all()
    assert mask[162, 288] < 128
    erased = {**STROKE, "points": [[0.15, 0.1]], "include": False}
    later = keyframe_mask(server, server.post(path, erased), 8)
    assert later[18, 48] < 128
    assert later[18, 34] >= 128


def test_p7_order_and_visibility_make_no_revision_and_a_restored_one_is_as_it_was(
    server: Client, project: str
) -> None:
    first = apply_keyframes(server, project, {0: disk(100, 90, 40)})
    other = server.add_object(project)
    server.place_mask(project, other, 0, png(disk(200, 90, 20)))
    second = server.apply(project)
    order = f"/projects/{project}/objects/order"
    assert server.request("PUT", order, json={"objects": [other, first.item]}).status_code == 200
    hidden = server.request(
        "PATCH", f"/projects/{project}/objects/{other}", json={"visible": False}
    )
    assert hidden.status_code == 200
    assert server.post(f"/projects/{project}/apply")["revision"] == second["revision"] == 2
    server.post(f"/projects/{project}/revisions/1/restore")
    server.stop_work(project)
    now = server.get(f"/projects/{project}/manifest")
    assert without_ready(now) == without_ready(first.manifest)
    latest = server.get(f"/projects/{project}/manifest?revision=2")
    assert without_ready(latest) == without_ready(second)


def test_p28_an_edge_changes_nothing_that_is_streamed(server: Client, project: str) -> None:
    first = apply_keyframes(server, project, {0: disk(100, 90, 40)})
    path = f"/projects/{project}/objects/{first.item}"
    shown = server.get(f"/projects/{project}")["objects"][0]
    edge = {"clip_black": 0.1, "smooth": 1, "grow": -2, "feather": 3, "despill": 1}
    now = server.request("PATCH", path, json={"edge": edge}).json()["objects"][0]
    assert now == {**shown, "edge": {"clip_white": 1, **edge}}
    assert server.post(f"/projects/{project}/apply")["revision"] == 1
    server.stop_work(project)
    assert without_ready(server.get(f"/projects/{project}/manifest")) == without_ready(
        first.manifest
    )


def test_p9_from_an_absent_frame_to_the_next_keyframe_the_matte_is_0_without_work(
    server: Client, project: str, tmp_path: Path
) -> None:
    item = server.add_object(project)
    server.place_mask(project, item, 60, png(disk(150, 90, 40)))
    absent = f"/projects/{project}/objects/{item}/frames/24/keyframe"
    assert server.post(absent, {"absent": True})["objects"][0]["keyframes"][0]["absent"]
    manifest = server.apply(project)
    server.stop_work(project)
    before = server.counters()
    addresses = manifest["objects"][0]["matte"]["addresses"]
    for segment in (0, 1):
        assert all(not y.any() for y, _, _ in planes(server, addresses[segment], tmp_path))
    after = server.counters()
    calls = [name for name in after if name.startswith("mattebox_network_calls_total")]
    assert [after[name] for name in calls] == [before.get(name, 0.0) for name in calls]
