"""Protocol sections 1 and 2: frames, time and the manifest. Names carry the sentence's number."""

from __future__ import annotations

import hashlib
import json
from itertools import pairwise
from pathlib import Path

import pytest

from mattebox.server.models import ManifestModel, ProjectModel
from tests.conformance.conftest import Applied, apply_keyframes, disk, png
from tests.server.live import Client, Json, served, wait_for
from tests.support import clips


def without_ready(manifest: Json) -> Json:
    """What of a manifest must never change."""
    text = json.loads(json.dumps(manifest))
    del text["video"]["ready"]
    for item in text["objects"]:
        del item["matte"]["ready"]
    return dict(text)


def test_p1_the_frame_table_is_made_once_and_survives_a_restart(
    tmp_path: Path, clip: clips.Written
) -> None:
    with served(tmp_path) as client:
        project = client.open(clip.path)
        first = client.get(f"/projects/{project}/frame-table")
        client.server.stop()
    with served(tmp_path) as client:
        assert client.get(f"/projects/{project}/frame-table") == first
    assert first["frame_count"] == len(clip.numbers)


def test_p2_ticks_start_at_0_rise_and_are_the_times_of_the_source(
    server: Client, applied: Applied, clip: clips.Written
) -> None:
    table = server.get(f"/projects/{applied.project}/frame-table")
    assert table["ticks"][0] == 0
    assert all(a < b for a, b in pairwise([*table["ticks"], table["end_tick"]]))
    assert clip.seconds is not None
    times = [tick / table["timescale"] for tick in table["ticks"]]
    assert times == pytest.approx(clip.seconds, abs=1 / table["timescale"])


def test_p3_the_hash_is_over_the_canonical_json_of_the_rest(
    server: Client, applied: Applied
) -> None:
    table = server.get(f"/projects/{applied.project}/frame-table")
    stated = table.pop("hash")
    canonical = json.dumps(table, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(canonical.encode()).hexdigest() == stated
    assert applied.manifest["frame_table"]["hash"] == stated


def test_p4_and_p5_the_grid_is_in_frames_with_one_address_per_segment(applied: Applied) -> None:
    manifest = ManifestModel.model_validate(applied.manifest, extra="forbid")
    grid = manifest.grid
    assert grid.segment_count == -(-grid.frame_count // grid.length)
    matte = manifest.objects[0].matte
    assert matte is not None
    for rendition in (manifest.video, matte):
        assert len(rendition.addresses) == grid.segment_count
        assert all(0 <= a < b <= grid.segment_count for a, b in rendition.ready)


def test_p5_ready_lists_the_segments_that_are_made(server: Client, tmp_path: Path) -> None:
    project = server.open(clips.write(tmp_path / "new", clips.Recipe(frames=50)).path)
    manifest = server.get(f"/projects/{project}/manifest")
    assert manifest["video"]["ready"] == []
    address = manifest["video"]["addresses"][1]
    assert server.request("GET", f"/segments/{address}.m4s").status_code == 200
    assert server.get(f"/projects/{project}/manifest")["video"]["ready"] == [[1, 2]]


def test_p6_and_p7_before_the_first_apply_there_is_only_video(server: Client, project: str) -> None:
    item = server.add_object(project)
    manifest = server.get(f"/projects/{project}/manifest")
    assert manifest["revision"] == 0
    assert [o["id"] for o in manifest["objects"]] == [item]
    assert manifest["objects"][0]["matte"] is None
    table = server.get(f"/projects/{project}/frame-table")
    assert manifest["timescale"] == table["timescale"]


def test_p7_a_revision_never_changes(server: Client, project: str) -> None:
    first = apply_keyframes(server, project, {0: disk(100, 90, 40)})
    server.place_mask(project, first.item, 60, png(disk(150, 90, 30)))
    server.request("PATCH", f"/projects/{project}/objects/{first.item}", json={"name": "Cat"})
    second = server.apply(project)
    server.stop_work(project)
    server.post(f"/projects/{project}/undo")
    again = server.get(f"/projects/{project}/manifest?revision=1")
    assert without_ready(again) == without_ready(first.manifest)
    assert second["objects"][0]["name"] == "Cat"
    numbers = [r["number"] for r in server.get(f"/projects/{project}/revisions")["revisions"]]
    assert numbers == [1, 2]


def test_p8_a_correction_leaves_every_independent_address_alone(
    server: Client, project: str
) -> None:
    keyframes = {frame: disk(100, 90, 40) for frame in (0, 24, 60)}
    first = apply_keyframes(server, project, keyframes)
    server.place_mask(project, first.item, 60, png(disk(160, 90, 40)))
    state = server.get(f"/projects/{project}")
    assert state["objects"][0]["stale"] == [[25, 72]]
    second = server.apply(project)
    server.stop_work(project)
    after = second["objects"][0]["matte"]["addresses"]
    assert [a == b for a, b in zip(first.addresses, after, strict=True)] == [True, False, False]
    assert second["video"]["addresses"] == first.manifest["video"]["addresses"]
    server.post(f"/projects/{project}/undo")
    back = server.get(f"/projects/{project}/manifest")
    assert (back["revision"], back["objects"][0]["matte"]["addresses"]) == (1, first.addresses)


def test_p8_the_same_clip_and_keyframes_have_the_same_addresses_anywhere(
    server: Client, project: str, applied: Applied
) -> None:
    again = apply_keyframes(server, project, applied.masks)
    assert again.addresses == applied.addresses
    assert again.manifest["video"]["addresses"] == applied.manifest["video"]["addresses"]


def test_the_project_is_as_the_protocol_says(server: Client, applied: Applied) -> None:
    project = ProjectModel.model_validate(
        server.get(f"/projects/{applied.project}"), extra="forbid"
    )
    assert [k.frame for k in project.objects[0].keyframes] == sorted(applied.masks)
    assert project.objects[0].stale == []
    assert project.revision == applied.manifest["revision"]


def test_p29_what_is_told_before_all_cuts_are_known_is_what_is_told_after(
    server: Client, tmp_path: Path
) -> None:
    path = clips.write(tmp_path / "long", clips.Recipe(frames=900)).path
    mask = png(disk(100, 90, 40))
    told: list[str] = []

    def read(project: str) -> list[str]:
        manifest = server.get(f"/projects/{project}/manifest?revision=1")
        addresses: list[str] = manifest["objects"][0]["matte"]["addresses"]
        for before, now in zip(told, addresses, strict=False):
            assert before in ("", now)
        told[:] = addresses
        return addresses

    def applied_at_once() -> str:
        project = server.open(path)
        server.place_mask(project, server.add_object(project), 600, mask)
        server.post(f"/projects/{project}/apply", {"playhead": 600})
        return project

    first = applied_at_once()
    with server.events(first) as events:
        while not all(read(first)):
            events.until("revision", lambda e: e["revision"] == 1)
    server.stop_work(first)
    wait_for(lambda: server.get(f"/projects/{first}"), lambda p: p["clip"]["shots"] is not None)
    second = applied_at_once()
    assert read(second) == told
    server.stop_work(second)
    for project in (first, second):
        server.request("DELETE", f"/projects/{project}")
