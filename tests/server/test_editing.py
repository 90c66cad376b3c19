"""Clicks over HTTP, with the networks that come with the package."""

from __future__ import annotations

from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor

import cv2
import httpx
import numpy as np
import numpy.typing as npt
import pytest

from tests.server.live import Client, Json, wait_for


def keyframes(project: Json) -> dict[int, Json]:
    return {k["frame"]: k for k in project["objects"][0]["keyframes"]}


def mask(client: Client, keyframe: Json) -> npt.NDArray[np.uint8]:
    data = np.frombuffer(client.http.get(keyframe["mask"]).content, np.uint8)
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED), np.uint8)


def click_path(project: str, item: str, frame: int, keyframe: Json, number: int) -> str:
    click = keyframe["clicks"][number]["id"]
    return f"/projects/{project}/objects/{item}/frames/{frame}/clicks/{click}"


@pytest.fixture
def item(server: Client, project: str) -> str:
    return server.add_object(project)


def test_a_click_answers_with_the_mask_and_taking_it_back_restores(
    server: Client, project: str, item: str
) -> None:
    first = keyframes(server.click(project, item, 8, (0.5, 0.5)))[8]
    assert mask(server, first).shape == (180, 320)
    second = keyframes(server.click(project, item, 8, (0.2, 0.2), include=False))[8]
    assert [c["include"] for c in second["clicks"]] == [True, False]
    removed = server.request("DELETE", click_path(project, item, 8, second, 1)).json()
    assert keyframes(removed)[8]["mask"] == first["mask"]
    gone = server.request("DELETE", click_path(project, item, 8, second, 0)).json()
    assert keyframes(gone) == {}


def test_a_click_brings_its_mask_along(server: Client, project: str, item: str) -> None:
    clicked = server.click(project, item, 8, (0.5, 0.5))
    (address, sent), *others = clicked["masks"].items()
    assert address == keyframes(clicked)[8]["mask"]
    assert not others
    assert b64decode(sent) == server.http.get(address).content
    removed = server.request("DELETE", click_path(project, item, 8, keyframes(clicked)[8], 0))
    assert removed.json()["masks"] == {}


def test_a_click_for_a_new_object_makes_it_in_the_same_step(server: Client, project: str) -> None:
    ready = server.request("POST", f"/projects/{project}/objects/new/frames/9/ready")
    assert (ready.status_code, ready.content) == (204, b"")
    assert not server.get(f"/projects/{project}")["can_undo"]
    clicked = server.click(project, "new", 9, (0.5, 0.5))
    (made,) = clicked["objects"]
    assert (made["name"], len(made["keyframes"][0]["clicks"])) == ("Object 1", 1)
    assert set(clicked["masks"]) == {made["keyframes"][0]["mask"]}
    undone = server.post(f"/projects/{project}/undo")
    assert (undone["objects"], undone["can_undo"]) == ([], False)
    again = server.post(f"/projects/{project}/redo")
    assert again["objects"] == clicked["objects"]
    boxed = server.post(
        f"/projects/{project}/objects/new/frames/9/prompts",
        {"kind": "box", "box": [0.3, 0.3, 0.7, 0.7]},
    )
    assert [item["name"] for item in boxed["objects"]] == ["Object 1", "Object 2"]
    assert len(boxed["objects"][1]["keyframes"][0]["prompts"]) == 1


def test_a_click_finds_ready_what_was_got_ready_for_it(server: Client, project: str) -> None:
    def encoded() -> float:
        return server.count("mattebox_network_calls", "refinement-encode")

    before = encoded()
    ready = f"/projects/{project}/objects/new/frames/43/ready"
    with ThreadPoolExecutor(1) as pool:
        getting = pool.submit(server.request, "POST", ready)
        server.click(project, "new", 43, (0.5, 0.5))
        assert getting.result().status_code == 204
    clicked = encoded()
    server.request("POST", f"/projects/{project}/objects/new/frames/44/ready")
    assert encoded() == clicked + 1
    server.click(project, "new", 44, (0.5, 0.5))
    # Each looked at its whole frame, and at most once closer.
    assert clicked - before <= 2
    assert encoded() - clicked <= 2


def test_any_step_of_the_history_can_be_gone_to_in_one_request(
    server: Client, project: str
) -> None:
    clicked = server.click(project, "new", 8, (0.5, 0.5))
    item = clicked["objects"][0]["id"]
    server.post(f"/projects/{project}/apply")
    server.request("PATCH", objects_path(project, item), json={"name": "Ball"})
    history = server.get(f"/projects/{project}/history")
    assert [step["deed"] for step in history["steps"]] == [
        "Clip opened",
        "Include click",
        "Applied as revision 1",
        "Object named “Ball”",
    ]
    assert (history["count"], history["present"]) == (4, 3)
    assert history["steps"][3]["object"]["name"] == "Object 1"
    back = server.post(f"/projects/{project}/history/{history['steps'][1]['id']}")
    assert (back["objects"][0]["keyframes"], back["revision"]) == (
        clicked["objects"][0]["keyframes"],
        0,
    )
    assert server.get(f"/projects/{project}/history?before=3&limit=1") == {
        "count": 4,
        "present": 1,
        "steps": [history["steps"][2]],
    }
    forward = server.post(f"/projects/{project}/history/{history['steps'][3]['id']}")
    assert (forward["objects"][0]["name"], forward["revision"]) == ("Ball", 1)


def test_a_moved_click_gives_the_mask_of_its_new_place(
    server: Client, project: str, item: str
) -> None:
    wanted = keyframes(server.click(project, item, 8, (0.7, 0.4)))[8]["mask"]
    server.post(f"/projects/{project}/undo")
    made = keyframes(server.click(project, item, 8, (0.3, 0.6)))[8]
    moved = server.request(
        "PATCH", click_path(project, item, 8, made, 0), json={"x": 0.7, "y": 0.4}
    ).json()
    keyframe = keyframes(moved)[8]
    assert keyframe["mask"] == wanted
    assert keyframe["clicks"][0]["id"] == made["clicks"][0]["id"]


def test_a_mask_from_elsewhere_stays_under_the_clicks(
    server: Client, project: str, item: str
) -> None:
    picture = np.zeros((180, 320), np.uint8)
    picture[50:120, 80:180] = 255
    png = cv2.imencode(".png", picture)[1].tobytes()
    placed = keyframes(server.place_mask(project, item, 5, png))[5]
    assert np.array_equal(mask(server, placed), picture)
    clicked = keyframes(server.click(project, item, 5, (0.05, 0.05), include=False))[5]
    assert mask(server, clicked).any()
    back = server.request("DELETE", click_path(project, item, 5, clicked, 0)).json()
    assert keyframes(back)[5] == placed
    none = server.request("DELETE", f"/projects/{project}/objects/{item}/frames/5").json()
    assert keyframes(none) == {}


def test_a_correction_starts_from_the_matte_that_is_shown(
    server: Client, project: str, item: str
) -> None:
    picture = np.zeros((180, 320), np.uint8)
    picture[50:120, 80:180] = 255
    png = cv2.imencode(".png", picture)[1].tobytes()
    for frame in (0, 2):
        server.place_mask(project, item, frame, png)
    server.post(f"/projects/{project}/apply")
    address = server.decided(project, 1)["objects"][0]["matte"]["addresses"][0]
    assert server.request("GET", f"/segments/{address}.m4s").status_code == 200
    server.stop_work(project)
    # An exclude click alone gives an empty mask; upon a matte it takes something away.
    corrected = keyframes(server.click(project, item, 1, (0.02, 0.02), include=False))[1]
    assert mask(server, corrected).any()
    empty = keyframes(server.click(project, item, 40, (0.02, 0.02), include=False))[40]
    assert not mask(server, empty).any()


def test_objects_get_names_and_colours_of_their_own(server: Client, project: str) -> None:
    for _ in range(3):
        state = server.post(f"/projects/{project}/objects")
    assert [o["name"] for o in state["objects"]] == ["Object 1", "Object 2", "Object 3"]
    assert len({o["color"] for o in state["objects"]}) == 3
    changed = server.request(
        "PATCH",
        f"/projects/{project}/objects/{state['objects'][1]['id']}",
        json={"name": "Dog", "color": "#123456"},
    ).json()
    assert changed["objects"][1]["name"] == "Dog"
    assert changed["objects"][1]["color"] == "#123456"


def edited(project: Json) -> tuple[int, list[Json]]:
    """What edits change of a project; its shots become known at any time."""
    return project["version"], project["objects"]


def objects_path(project: str, item: str = "") -> str:
    return f"/projects/{project}/objects/{item}".rstrip("/")


def frame_path(project: str, item: str, frame: int) -> str:
    return f"{objects_path(project, item)}/frames/{frame}"


def test_objects_can_be_hidden_and_put_in_order(server: Client, project: str) -> None:
    first, second = (server.add_object(project) for _ in range(2))
    hidden = server.request("PATCH", objects_path(project, first), json={"visible": False}).json()
    assert [o["visible"] for o in hidden["objects"]] == [False, True]
    order = f"/projects/{project}/objects/order"
    turned = server.request("PUT", order, json={"objects": [second, first]}).json()
    assert [o["id"] for o in turned["objects"]] == [second, first]
    for wrong in ([first], [first, first], [first, second, "o0"], []):
        assert server.request("PUT", order, json={"objects": wrong}).status_code == 422
    assert edited(server.get(f"/projects/{project}")) == edited(turned)
    back = server.post(f"/projects/{project}/undo")
    assert [o["id"] for o in back["objects"]] == [first, second]


def test_a_locked_object_refuses_changes_until_it_is_unlocked(
    server: Client, project: str, item: str
) -> None:
    made = server.click(project, item, 8, (0.5, 0.5))
    click = click_path(project, item, 8, keyframes(made)[8], 0)
    locked = server.request("PATCH", objects_path(project, item), json={"locked": True}).json()
    frame = frame_path(project, item, 8)
    place = {"x": 0.1, "y": 0.1, "include": False}
    box = {"kind": "box", "box": [0.1, 0.1, 0.5, 0.5]}
    refused: list[tuple[str, str, Json | None]] = [
        ("PATCH", objects_path(project, item), {"name": "Cat"}),
        ("PATCH", objects_path(project, item), {"edge": {"grow": 1}}),
        ("DELETE", objects_path(project, item), None),
        ("POST", f"{frame}/clicks", place),
        ("PATCH", click, {"include": False}),
        ("DELETE", click, None),
        ("POST", f"{frame}/prompts", box),
        ("POST", f"{frame}/keyframe", {"absent": True}),
        ("DELETE", frame, None),
    ]
    for method, path, body in refused:
        answer = server.request(method, path, json=body)
        assert answer.status_code == 409, (method, path)
        assert "locked" in answer.json()["detail"]
    assert edited(server.get(f"/projects/{project}")) == edited(locked)
    shown = server.request("PATCH", objects_path(project, item), json={"visible": False})
    assert shown.status_code == 200
    unlocked = server.request(
        "PATCH", objects_path(project, item), json={"locked": False, "name": "Cat"}
    ).json()
    assert unlocked["objects"][0]["name"] == "Cat"
    assert server.request("DELETE", click).status_code == 200


NEUTRAL = {
    "clip_black": 0,
    "clip_white": 1,
    "smooth": 0,
    "grow": 0,
    "feather": 0,
    "despill": 0,
}


def test_an_edge_is_set_whole_told_undone_and_restored(
    server: Client, project: str, item: str
) -> None:
    def edge(answer: Json) -> Json:
        told: Json = answer["objects"][0]["edge"]
        return told

    path = objects_path(project, item)
    assert edge(server.get(f"/projects/{project}")) == NEUTRAL
    server.click(project, item, 8, (0.5, 0.5))
    server.request("PATCH", path, json={"edge": {"grow": 1.5, "despill": 1}})
    server.post(f"/projects/{project}/apply")
    server.stop_work(project)
    soft = server.request("PATCH", path, json={"edge": {"feather": 4}}).json()
    assert edge(soft) == {**NEUTRAL, "feather": 4}
    assert server.get(f"/projects/{project}/history")["steps"][-1]["deed"] == "Edge changed"
    back = server.post(f"/projects/{project}/undo")
    assert edge(back) == {**NEUTRAL, "grow": 1.5, "despill": 1}
    assert edge(server.post(f"/projects/{project}/redo")) == edge(soft)
    restored = server.post(f"/projects/{project}/revisions/1/restore")
    assert edge(restored) == edge(back)


@pytest.mark.parametrize(
    ("edge", "told"),
    [
        ({"grow": 20}, "grow is 20; set it within -9 to 9 pixels"),
        ({"smooth": 3.7}, "smooth is 3.7; set it within 0 to 3.6 pixels"),
        ({"feather": -1}, "feather is -1; set it within 0 to 9 pixels"),
        ({"clip_black": 0.5, "clip_white": 0.5}, "at least 0.05 over"),
        ({"despill": 1.1}, "despill is 1.1; set it within 0 to 1."),
        ({"despill": "much"}, "despill"),
        ({"blur": 1}, "blur"),
    ],
)
def test_an_edge_out_of_its_limits_is_refused(
    server: Client, project: str, item: str, edge: Json, told: str
) -> None:
    before = edited(server.get(f"/projects/{project}"))
    answer = server.request("PATCH", objects_path(project, item), json={"edge": edge})
    assert answer.status_code == 422
    assert told in answer.json()["detail"]
    assert edited(server.get(f"/projects/{project}")) == before


def test_several_objects_are_given_an_edge_as_one_step_unless_one_of_them_refuses_it(
    server: Client, project: str
) -> None:
    items = [server.add_object(project) for _ in range(3)]

    def share(*objects: str, **edge: float) -> httpx.Response:
        body = {"objects": objects, "edge": edge}
        return server.request("PATCH", f"/projects/{project}/objects", json=body)

    before = server.get(f"/projects/{project}")["objects"]
    after = share(*items[1:], feather=4).json()
    soft = {**NEUTRAL, "feather": 4}
    assert [each["edge"] for each in after["objects"]] == [NEUTRAL, soft, soft]
    last = server.get(f"/projects/{project}/history")["steps"][-1]
    assert (last["deed"], last["object"]) == ("Edges changed", None)
    assert server.post(f"/projects/{project}/undo")["objects"] == before
    assert server.post(f"/projects/{project}/redo")["objects"] == after["objects"]
    server.request("PATCH", objects_path(project, items[2]), json={"locked": True})
    now = edited(server.get(f"/projects/{project}"))
    refused = [share(*items, grow=1), share(items[0], grow=99), share(grow=1), share("nobody")]
    assert [answer.status_code for answer in refused] == [409, 422, 422, 404]
    assert edited(server.get(f"/projects/{project}")) == now


def test_prompts_and_clicks_are_one_list_that_is_replayed(
    server: Client, project: str, item: str
) -> None:
    frame = frame_path(project, item, 8)
    box = {"kind": "box", "box": [0.2, 0.2, 0.7, 0.9]}
    boxed = keyframes(server.post(f"{frame}/prompts", box))[8]
    assert boxed["prompts"][0] | {"id": ""} == {"id": "", **box}
    outside = mask(server, boxed).copy()
    outside[int(0.1 * 180) : int(0.99 * 180), int(0.1 * 320) : int(0.8 * 320)] = 0
    assert not outside.any()
    clicked = keyframes(server.click(project, item, 8, (0.9, 0.1)))[8]
    stroke = {
        "kind": "brush",
        "points": [[0.8, 0.8], [0.95, 0.8]],
        "radius": 0.05,
        "include": True,
        "direct": True,
    }
    painted = keyframes(server.post(f"{frame}/prompts", stroke))[8]
    assert [p["kind"] for p in painted["prompts"]] == ["box", "brush"]
    assert len(painted["clicks"]) == 1
    assert mask(server, painted)[int(0.8 * 180), int(0.9 * 320)] == 255
    path = f"{frame}/prompts"
    gone = server.request("DELETE", f"{path}/{painted['prompts'][1]['id']}").json()
    assert keyframes(gone)[8]["mask"] == clicked["mask"]
    server.request("DELETE", f"{path}/{painted['prompts'][0]['id']}")
    state = server.post(f"/projects/{project}/undo")
    assert keyframes(state)[8] == clicked
    assert server.request("DELETE", f"{path}/nobody").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "box", "box": [0.5, 0.5, 0.5, 0.9]},
        {"kind": "box", "box": [0.5, 0.5, 0.9]},
        {"kind": "box", "box": [0.1, 0.1, 0.5, "0.9"]},
        {"kind": "star", "box": [0.1, 0.1, 0.5, 0.9]},
        {"kind": "brush", "points": [], "radius": 0.1, "include": True, "direct": True},
        {"kind": "brush", "points": [[0.5, 0.5]], "radius": 0, "include": True, "direct": True},
        {"kind": "brush", "points": [[0.5, 1.5]], "radius": 0.1, "include": True, "direct": True},
        {"kind": "lasso", "points": [[0.1, 0.1], [0.2, 0.2]], "include": True, "direct": True},
    ],
)
def test_a_prompt_that_is_none_is_refused(
    server: Client, project: str, item: str, body: Json
) -> None:
    before = server.get(f"/projects/{project}")
    answer = server.request("POST", f"{frame_path(project, item, 8)}/prompts", json=body)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert edited(server.get(f"/projects/{project}")) == edited(before)


def test_an_absent_object_has_an_empty_keyframe_and_a_shown_matte_can_be_kept(
    server: Client, project: str, item: str
) -> None:
    path = f"{frame_path(project, item, 5)}/keyframe"
    assert server.request("POST", path).status_code == 409
    absent = keyframes(server.post(path, {"absent": True}))[5]
    assert absent["absent"]
    assert not mask(server, absent).any()
    server.click(project, item, 40, (0.5, 0.5))
    server.apply(project)
    wait_for(
        lambda: server.get(f"/projects/{project}/manifest"),
        lambda m: m["objects"][0]["matte"]["ready"] == [[0, len(m["video"]["addresses"])]],
    )
    kept = keyframes(server.post(f"{frame_path(project, item, 50)}/keyframe"))[50]
    assert not kept["absent"]
    assert (kept["clicks"], kept["prompts"]) == ([], [])
    assert mask(server, kept).any()
    again = server.request("POST", f"{frame_path(project, item, 50)}/keyframe")
    assert again.status_code == 409
    empty = keyframes(server.post(f"{frame_path(project, item, 20)}/keyframe"))[20]
    assert empty["absent"]


def test_hovering_shows_what_a_click_gives_and_changes_nothing(
    server: Client, project: str, item: str
) -> None:
    before = server.get(f"/projects/{project}")
    for object_id, frame in (("new", 8), (item, 8)):
        path = f"{frame_path(project, object_id, frame)}/hover?x=0.4&y=0.5&include=true"
        answer = server.request("GET", path)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["Cache-Control"] == "no-store"
    assert edited(server.get(f"/projects/{project}")) == edited(before)
    looked = server.count("mattebox_network_calls", "refinement-decode")
    assert looked > 0
    clicked = keyframes(server.click(project, item, 8, (0.4, 0.5)))[8]
    # The click finds the answer that hovering made.
    assert server.count("mattebox_network_calls", "refinement-decode") == looked
    hovered = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(np.asarray(hovered), mask(server, clicked))
    assert server.request("GET", path.replace("0.4", "1.4")).status_code == 422
    assert server.request("GET", path.replace(item, "o0")).status_code == 404
    assert server.request("GET", path.replace("/8/", "/800/")).status_code == 422


def test_an_older_revision_comes_back_at_once_and_can_be_left_again(
    server: Client, project: str, item: str
) -> None:
    for x in (0.3, 0.6):
        server.click(project, item, 8, (x, 0.5))
        server.apply(project)
    server.stop_work(project)
    present = server.get(f"/projects/{project}")
    first = server.get(f"/projects/{project}/manifest?revision=1")
    listed = server.get(f"/projects/{project}/revisions")["revisions"]
    assert [(r["number"], r["objects"], r["keyframes"]) for r in listed] == [(1, 1, 1), (2, 1, 1)]
    with server.events(project) as events:
        restored = server.post(f"/projects/{project}/revisions/1/restore")
        assert events.until("revision")["revision"] == 1
    assert restored["revision"] == 1
    assert len(keyframes(restored)[8]["clicks"]) == 1
    assert restored["objects"][0]["stale"] == []
    manifest = server.get(f"/projects/{project}/manifest")
    assert manifest["objects"][0]["matte"]["addresses"] == first["objects"][0]["matte"]["addresses"]
    back = server.post(f"/projects/{project}/undo")
    assert back["objects"] == present["objects"]
    assert back["revision"] == 2
    assert server.post(f"/projects/{project}/redo")["objects"] == restored["objects"]
    assert server.request("POST", f"/projects/{project}/revisions/7/restore").status_code == 404


def test_a_deleted_project_is_gone_with_its_files(server: Client, project: str, item: str) -> None:
    made = keyframes(server.click(project, item, 8, (0.5, 0.5)))[8]
    assert server.http.get(made["mask"]).status_code == 200
    assert server.request("DELETE", f"/projects/{project}").status_code == 204
    assert server.request("GET", f"/projects/{project}").status_code == 404
    assert server.http.get(made["mask"]).status_code == 404
    listed = server.get("/projects")["projects"]
    assert project not in {p["id"] for p in listed}
