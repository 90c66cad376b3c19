"""Protocol sections 5 and 6: events, and changes that hold."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.conformance.conftest import disk, png
from tests.server.live import Client, Json, served, wait_for
from tests.support import clips


@pytest.fixture
def project(server: Client, project: str) -> str:
    """One whose shots are known, so that nothing happens to it but what a test does."""
    wait_for(lambda: server.get(f"/projects/{project}"), lambda p: p["clip"]["shots"] is not None)
    return project


def test_p19_changes_are_announced_in_order(server: Client, project: str) -> None:
    with server.events(project) as events:
        item = server.add_object(project)
        state = server.place_mask(project, item, 3, png(disk(90, 90, 30)))
        assert events.until("project")["version"] == state["version"] - 1
        assert events.until("project")["version"] == state["version"]
        server.post(f"/projects/{project}/apply")
        revision = events.until("revision")
        assert revision == {"revision": 1, "changed": {item: [[0, 3]]}}
        first = events.until("segment")
        addresses = server.get(f"/projects/{project}/manifest")["objects"][0]["matte"]["addresses"]
        assert first["object"] == item
        assert first["address"] == addresses[first["segment"]]
        done = events.until("work", lambda work: work["state"] == "idle")
        assert (done["done"], done["total"]) == (3, 3)


def test_p19_what_was_missed_is_replayed(server: Client, project: str) -> None:
    with server.events(project) as events:
        server.add_object(project)
        events.until("project")
        last = events.last_id
    names = [server.request("PATCH", f"/projects/{project}", json={"name": n}).json()["version"]
             for n in ("one", "two", "three")]  # fmt: skip
    with server.events(project, last) as events:
        assert [events.next() for _ in names] == [("project", {"version": v}) for v in names]


@pytest.mark.parametrize("last", ["elsewhere-3", "nonsense", "-1"])
def test_p19_who_was_away_too_long_is_told_to_start_over(
    server: Client, project: str, last: str
) -> None:
    with server.events(project, last) as events:
        assert events.next() == ("reset", {})


def test_p19_after_a_restart_of_the_server_a_page_starts_over(
    tmp_path: Path, clip: clips.Written
) -> None:
    with served(tmp_path) as client:
        project = client.open(clip.path)
        with client.events(project) as events:
            client.add_object(project)
            events.until("project")
            last = events.last_id
        client.server.stop()
    with served(tmp_path) as client, client.events(project, last) as events:
        assert events.next() == ("reset", {})


STROKE: Json = {
    "kind": "brush",
    "points": [[0.1, 0.1], [0.2, 0.1]],
    "radius": 0.05,
    "include": True,
    "direct": True,
}


def _edits(client: Client, project: str) -> list[Json]:
    """A few changes of every kind; the project after each."""
    item = client.add_object(project)
    states = [client.get(f"/projects/{project}")]
    states.append(client.click(project, item, 4, (0.4, 0.5)))
    click = states[-1]["objects"][0]["keyframes"][0]["clicks"][0]["id"]
    states.append(client.click(project, item, 4, (0.6, 0.5), include=False))
    moved = client.request(
        "PATCH", f"/projects/{project}/objects/{item}/frames/4/clicks/{click}", json={"x": 0.3}
    )
    states.append(moved.json())
    states.append(client.place_mask(project, item, 30, png(disk(90, 90, 30))))
    frame = f"/projects/{project}/objects/{item}/frames/4"
    states.append(client.post(f"{frame}/prompts", STROKE))
    states.append(client.post(f"{frame}/keyframe", {"absent": True}))
    hidden = client.request("PATCH", f"/projects/{project}/objects/{item}", json={"visible": False})
    states.append(hidden.json())
    client.post(f"/projects/{project}/apply")
    states.append(client.get(f"/projects/{project}"))
    other = client.add_object(project)
    states.append(client.get(f"/projects/{project}"))
    order = client.request(
        "PUT", f"/projects/{project}/objects/order", json={"objects": [other, item]}
    )
    states.append(order.json())
    for locked in (True, False):
        path = f"/projects/{project}/objects/{other}"
        states.append(client.request("PATCH", path, json={"locked": locked}).json())
    states.append(client.post(f"/projects/{project}/revisions/1/restore"))
    states.append(client.request("PATCH", f"/projects/{project}", json={"name": "Other"}).json())
    same = client.request("PATCH", f"/projects/{project}", json={"name": "Other"}).json()
    assert same == states[-1]
    states.append(client.request("DELETE", f"/projects/{project}/objects/{item}").json())
    return states


def _matters(state: Json) -> Json:
    """A project without what undo and redo may change, and without the mask of a last click."""
    passing = {"version", "can_undo", "can_redo", "masks"}
    kept = {k: v for k, v in state.items() if k not in passing}
    kept["clip"] = {k: v for k, v in kept["clip"].items() if k != "shots"}
    return kept


def test_p20_and_p21_a_killed_server_loses_nothing_and_undo_goes_all_the_way_back(
    tmp_path: Path, clip: clips.Written
) -> None:
    with served(tmp_path) as client:
        project = client.open(clip.path)
        new = client.get(f"/projects/{project}")
        states = _edits(client, project)
        client.server.stop(signal.SIGKILL)
    with served(tmp_path) as client:
        assert _matters(client.get(f"/projects/{project}")) == _matters(states[-1])
        for state in reversed([new, *states[:-1]]):
            found = client.post(f"/projects/{project}/undo")
            assert _matters(found) == _matters(state)
        assert not found["can_undo"]
        client.server.stop(signal.SIGKILL)
    with served(tmp_path) as client:
        for state in states:
            found = client.post(f"/projects/{project}/redo")
            assert _matters(found) == _matters(state)
        assert not found["can_redo"]


REFUSED: list[tuple[str, str, object, int]] = [
    ("POST", "/objects/{o}/frames/0/clicks", {"x": 1.5, "y": 0.5, "include": True}, 422),
    ("POST", "/objects/{o}/frames/0/clicks", {"x": 0.5, "y": -0.1, "include": True}, 422),
    ("POST", "/objects/{o}/frames/0/clicks", {"x": "left", "y": 0.5, "include": True}, 422),
    ("POST", "/objects/{o}/frames/0/clicks", {"x": 0.5, "include": True}, 422),
    ("POST", "/objects/{o}/frames/0/clicks", {"x": 0.5, "y": 0.5, "include": 1}, 422),
    ("POST", "/objects/{o}/frames/0/clicks", {"x": 0.5, "y": 0.5, "include": True, "z": 1}, 422),
    ("POST", "/objects/{o}/frames/72/clicks", {"x": 0.5, "y": 0.5, "include": True}, 422),
    ("POST", "/objects/{o}/frames/-1/clicks", {"x": 0.5, "y": 0.5, "include": True}, 422),
    ("POST", "/objects/{o}/frames/first/clicks", {"x": 0.5, "y": 0.5, "include": True}, 422),
    ("POST", "/objects/nobody/frames/0/clicks", {"x": 0.5, "y": 0.5, "include": True}, 404),
    ("PATCH", "/objects/{o}/frames/3/clicks/nothing", {"x": 0.5}, 404),
    ("PATCH", "/objects/{o}/frames/5/clicks/nothing", {"x": 0.5}, 404),
    ("DELETE", "/objects/{o}/frames/3/clicks/nothing", None, 404),
    ("DELETE", "/objects/{o}/frames/5", None, 404),
    ("DELETE", "/objects/nobody", None, 404),
    ("PATCH", "/objects/nobody", {"name": "x"}, 404),
    ("PATCH", "/objects/{o}", {"color": "red"}, 422),
    ("PATCH", "/objects/{o}", {"name": ""}, 422),
    ("PATCH", "", {"name": "   "}, 422),
    ("PATCH", "", {}, 422),
    ("PATCH", "", {"name": "x" * 10_000}, 422),
    ("PATCH", "/objects/{o}", {"visible": "no"}, 422),
    ("PUT", "/objects/order", {"objects": []}, 422),
    ("PUT", "/objects/order", {"objects": ["{o}", "nobody"]}, 422),
    ("POST", "/objects/{o}/frames/0/prompts", {}, 422),
    ("POST", "/objects/{o}/frames/0/prompts", {"kind": "star"}, 422),
    ("POST", "/objects/{o}/frames/0/prompts", {"kind": "box", "box": [0, 0, 0, 1]}, 422),
    ("POST", "/objects/{o}/frames/0/prompts", {"kind": "box", "box": [0, 0, 2, 1]}, 422),
    ("POST", "/objects/{o}/frames/0/prompts", {**STROKE, "radius": 0}, 422),
    ("POST", "/objects/{o}/frames/0/prompts", {**STROKE, "points": [[0.5]]}, 422),
    ("POST", "/objects/{o}/frames/0/prompts", {**STROKE, "points": [[0, 0]] * 4097}, 422),
    ("POST", "/objects/{o}/frames/72/prompts", STROKE, 422),
    ("POST", "/objects/nobody/frames/0/prompts", STROKE, 404),
    ("DELETE", "/objects/{o}/frames/3/prompts/nothing", None, 404),
    ("POST", "/objects/{o}/frames/0/keyframe", {}, 409),
    ("POST", "/objects/{o}/frames/3/keyframe", {}, 409),
    ("POST", "/objects/{o}/frames/72/keyframe", {"absent": True}, 422),
    ("POST", "/objects/{o}/frames/0/keyframe", {"absent": 1}, 422),
    ("GET", "/objects/{o}/frames/0/hover?x=0.5", None, 422),
    ("GET", "/objects/{o}/frames/0/hover?x=nan&y=0.5", None, 422),
    ("GET", "/objects/{o}/frames/72/hover?x=0.5&y=0.5", None, 422),
    ("GET", "/objects/nobody/frames/0/hover?x=0.5&y=0.5", None, 404),
    ("POST", "/objects/{o}/frames/72/ready", None, 422),
    ("POST", "/objects/nobody/frames/0/ready", None, 404),
    ("POST", "/objects/new/frames/72/clicks", {"x": 0.5, "y": 0.5, "include": True}, 422),
    ("POST", "/objects/new/frames/0/clicks", {"x": 1.5, "y": 0.5, "include": True}, 422),
    ("GET", "/history?limit=0", None, 422),
    ("POST", "/history/0", None, 404),
    ("POST", "/history/first", None, 422),
    ("POST", "/revisions/0/restore", None, 404),
    ("POST", "/revisions/9/restore", None, 404),
    ("POST", "/objects", {"name": 5}, 422),
    ("POST", "/objects", [], 422),
    ("POST", "/apply", {"playhead": 72}, 422),
    ("POST", "/apply", {"playhead": -1}, 422),
    ("POST", "/exports", {}, 409),
    ("GET", "/exports/nothing", None, 404),
    ("GET", "/frames/72.png", None, 404),
    ("GET", "/frames/-1.png", None, 422),
    ("GET", "/frames/0.gif", None, 422),
    ("GET", "/manifest?revision=9", None, 404),
    ("GET", "/manifest?revision=x", None, 422),
    ("GET", "/revisions/9/video.m3u8", None, 404),
    ("GET", "/revisions/0/nobody.m3u8", None, 404),
    ("POST", "/redo", None, 409),
    ("PUT", "/undo", None, 405),
]


@pytest.fixture(scope="module")
def kept(server: Client, clip: clips.Written) -> tuple[str, str]:
    project = server.open(clip.path)
    item = server.add_object(project)
    server.place_mask(project, item, 3, png(disk(90, 90, 30)))
    return project, item


@pytest.mark.parametrize("request_", REFUSED, ids=lambda r: f"{r[0]} {r[1]} {r[2]}"[:70])
def test_p22_a_refused_request_changes_nothing(
    server: Client, kept: tuple[str, str], request_: tuple[str, str, object, int]
) -> None:
    method, path, body, status = request_
    project, item = kept
    before = server.get(f"/projects/{project}")
    path = f"/projects/{project}{path}".replace("{o}", item)
    answer = server.request(method, path, json=body)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["detail"].strip().endswith(".")
    after = server.get(f"/projects/{project}")
    assert {**after, "clip": None} == {**before, "clip": None}


@pytest.mark.parametrize(
    "content", [b"", b"text", b"\x89PNG\r\n\x1a\n", png(disk(5, 5, 3, (20, 20)))]
)
def test_p22_a_mask_that_does_not_fit_changes_nothing(
    server: Client, kept: tuple[str, str], content: bytes
) -> None:
    project, item = kept
    before = server.get(f"/projects/{project}")
    answer = server.request(
        "PUT",
        f"/projects/{project}/objects/{item}/frames/1/mask",
        content=content,
        headers={"Content-Type": "image/png"},
    )
    assert answer.status_code == 422
    assert {**server.get(f"/projects/{project}"), "clip": None} == {**before, "clip": None}
