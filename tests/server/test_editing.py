"""Clicks over HTTP, with the networks that come with the package."""

from __future__ import annotations

import cv2
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
    address = wait_for(
        lambda: server.get(f"/projects/{project}/manifest"), lambda m: m["revision"] == 1
    )["objects"][0]["matte"]["addresses"][0]
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


def test_a_deleted_project_is_gone_with_its_files(server: Client, project: str, item: str) -> None:
    made = keyframes(server.click(project, item, 8, (0.5, 0.5)))[8]
    assert server.http.get(made["mask"]).status_code == 200
    assert server.request("DELETE", f"/projects/{project}").status_code == 204
    assert server.request("GET", f"/projects/{project}").status_code == 404
    assert server.http.get(made["mask"]).status_code == 404
    listed = server.get("/projects")["projects"]
    assert project not in {p["id"] for p in listed}
