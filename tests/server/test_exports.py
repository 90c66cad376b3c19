"""Export jobs over HTTP."""

from __future__ import annotations

import io
import signal
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest

from mattebox.matting import Edge, cover
from tests.export.clips import make_clip
from tests.server.live import Client, Json, served, wait_for


def square() -> bytes:
    mask = np.zeros((180, 320), np.uint8)
    mask[40:140, 60:200] = 255
    return cv2.imencode(".png", mask)[1].tobytes()


def prepare(client: Client, project: str) -> str:
    """Give a project a revision whose mattes need no network; returns the object."""
    item = client.add_object(project)
    for frame in range(0, 72, 2):
        client.place_mask(project, item, frame, square())
    client.apply(project)
    client.stop_work(project)
    return item


@pytest.fixture(scope="module")
def prepared(server: Client, clip: Path) -> Iterator[tuple[str, str]]:
    project = server.open(clip)
    yield project, prepare(server, project)
    server.request("DELETE", f"/projects/{project}")


def ended(client: Client, project: str, export: str) -> Json:
    path = f"/projects/{project}/exports/{export}"
    return wait_for(lambda: client.get(path), lambda e: e["state"] != "running")


def test_an_export_runs_to_the_end_and_its_file_is_named_after_the_project(
    server: Client, prepared: tuple[str, str], tmp_path: Path
) -> None:
    project, item = prepared
    body = {"start": 10, "stop": 40, "key_color": "#0000ff", "objects": [item]}
    with server.events(project) as events:
        export = server.post(f"/projects/{project}/exports", body)
        assert (export["state"], export["total"]) == ("running", 30)
        done = events.until("export", lambda e: e["state"] != "running")
        assert done == {
            "id": export["id"],
            "state": "done",
            "done": 30,
            "total": 30,
            "detail": None,
        }
    found = ended(server, project, export["id"])
    answer = server.http.get(found["file"])
    assert answer.headers["Content-Type"] == "video/mp4"
    name = server.get(f"/projects/{project}")["name"]
    assert f"{name}%20r1.mp4" in answer.headers["Content-Disposition"].replace(" ", "%20")
    path = tmp_path / "export.mp4"
    path.write_bytes(answer.content)
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
        assert container.streams.audio
    assert len(frames) == 30
    corner = frames[0].to_ndarray(format="rgb24")[:30, :50].reshape(-1, 3).mean(axis=0)
    assert corner[2] > 200
    assert corner[0] < 50
    listed = server.get(f"/projects/{project}/exports")["exports"]
    assert export["id"] in {e["id"] for e in listed}


@pytest.mark.parametrize(
    ("format", "suffix", "media_type"),
    [
        ("prores4444", ".mov", "video/quicktime"),
        ("matte", ".mp4", "video/mp4"),
        ("png", ".zip", "application/zip"),
    ],
)
def test_every_format_is_downloaded_under_a_fitting_name(
    server: Client, prepared: tuple[str, str], format: str, suffix: str, media_type: str
) -> None:
    project, item = prepared
    body = {"format": format, "start": 10, "stop": 14, "objects": [item]}
    export = server.post(f"/projects/{project}/exports", body)
    found = ended(server, project, export["id"])
    assert (found["state"], found["done"], found["format"]) == ("done", 4, format)
    assert found["file_name"].endswith(f" r1{suffix}")
    answer = server.http.get(found["file"])
    assert answer.headers["Content-Type"] == media_type
    assert answer.headers["Content-Disposition"].rstrip('"').endswith(suffix)
    assert answer.content


def test_objects_can_be_exported_apart_under_names_of_ones_own(server: Client, clip: Path) -> None:
    project = server.open(clip)
    first = server.add_object(project)
    second = server.add_object(project)
    for item, left in ((first, 0), (second, 160)):
        mask = np.zeros((180, 320), np.uint8)
        mask[:, left : left + 160] = 255
        png = cv2.imencode(".png", mask)[1].tobytes()
        for frame in range(0, 8, 2):
            server.place_mask(project, item, frame, png)
    server.apply(project)
    server.stop_work(project)
    named = {"name": "{clip} {object} v{revision}", "format": "png", "start": 1, "stop": 4}
    export = server.post(f"/projects/{project}/exports", {**named, "separate": True})
    assert (export["total"], export["separate"]) == (6, True)
    found = ended(server, project, export["id"])
    assert (found["state"], found["done"]) == ("done", 6)
    assert found["file_name"] == "numbers Object 1 + Object 2 v1.zip"
    answer = server.http.get(found["file"])
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        assert names[:3] == [f"numbers Object 1 v1/{n:06d}.png" for n in range(1, 4)]
        for number, inside in ((1, 80), (2, 240)):
            data = archive.read(f"numbers Object {number} v1/000002.png")
            picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
            assert picture is not None
            assert (picture[90, inside, 3], picture[90, 320 - inside, 3]) == (255, 0)
    together = server.post(f"/projects/{project}/exports", {**named, "objects": [second]})
    assert together["file_name"] == "numbers Object 2 v1.zip"
    assert ended(server, project, together["id"])["total"] == 3
    wrong = server.request("POST", f"/projects/{project}/exports", json={"name": "{path}"})
    assert wrong.status_code == 422
    server.request("DELETE", f"/projects/{project}")


def test_what_files_of_single_objects_warn_of_is_told_once(server: Client, tmp_path: Path) -> None:
    path = make_clip(tmp_path / "wide.mkv", size=(96, 64), sar=Fraction(16, 15), pts=range(2))
    project = server.open(path)
    png = cv2.imencode(".png", np.full((64, 102), 255, np.uint8))[1].tobytes()
    for item in (server.add_object(project), server.add_object(project)):
        for frame in range(2):
            server.place_mask(project, item, frame, png)
    server.apply(project)
    export = server.post(f"/projects/{project}/exports", {"format": "png", "separate": True})
    found = ended(server, project, export["id"])
    assert (found["state"], found["done"]) == ("done", 4)
    assert found["detail"].count("not square (16:15)") == 1
    server.request("DELETE", f"/projects/{project}")


def alphas(client: Client, project: str, body: Json) -> dict[str, npt.NDArray[np.uint8]]:
    """The mattes of an export as PNGs, by the names in its zip."""
    export = client.post(f"/projects/{project}/exports", {"format": "png", **body})
    return exported(client, project, export)


def exported(client: Client, project: str, export: Json) -> dict[str, npt.NDArray[np.uint8]]:
    found = ended(client, project, export["id"])
    assert found["state"] == "done"
    with zipfile.ZipFile(io.BytesIO(client.http.get(found["file"]).content)) as archive:
        read = {name: archive.read(name) for name in archive.namelist() if name.endswith("png")}
    pictures = {
        name: cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        for name, data in read.items()
    }
    return {name: np.asarray(each, np.uint8)[:, :, 3] for name, each in pictures.items()}


def test_p28_exports_show_each_objects_own_edge_as_it_is_when_they_start(
    server: Client, clip: Path
) -> None:
    project = server.open(clip)
    masks, items = [], []
    for left in (20, 170):
        mask = np.zeros((180, 320), np.uint8)
        mask[60:120, left : left + 130] = 255
        masks.append(mask)
        items.append(server.add_object(project))
        for frame in range(0, 8, 2):
            server.place_mask(project, items[-1], frame, cv2.imencode(".png", mask)[1].tobytes())
    server.apply(project)
    server.stop_work(project)
    edges = [Edge(grow=-3.5, despill=1), Edge(smooth=2, feather=6)]
    for item, edge in zip(items, edges, strict=True):
        path = f"/projects/{project}/objects/{item}"
        server.request("PATCH", path, json={"edge": asdict(edge)})
    covered = [cover(mask, edge) for mask, edge in zip(masks, edges, strict=True)]

    together = alphas(server, project, {"start": 2, "stop": 3})
    np.testing.assert_array_equal(together["000002.png"], np.maximum(*covered))
    apart = alphas(server, project, {"start": 2, "stop": 3, "separate": True})
    for picture, wanted in zip(apart.values(), covered, strict=True):
        np.testing.assert_array_equal(picture, wanted)
    begun = server.post(f"/projects/{project}/exports", {"format": "png", "stop": 7})
    server.request("PATCH", f"/projects/{project}/objects/{items[0]}", json={"edge": {}})
    last = exported(server, project, begun)["000006.png"]
    np.testing.assert_array_equal(last, together["000002.png"])
    later = alphas(server, project, {"start": 2, "stop": 3, "objects": items[:1]})
    np.testing.assert_array_equal(later["000002.png"], masks[0])
    server.request("DELETE", f"/projects/{project}/objects/{items[1]}")
    gone = alphas(server, project, {"start": 2, "stop": 3, "objects": items[1:]})
    np.testing.assert_array_equal(gone["000002.png"], masks[1])
    rest = alphas(server, project, {"start": 2, "stop": 3})
    np.testing.assert_array_equal(rest["000002.png"], masks[0])
    server.request("DELETE", f"/projects/{project}/objects/{items[0]}")
    assert server.request("POST", f"/projects/{project}/exports", json={}).status_code == 409
    server.request("DELETE", f"/projects/{project}")


def test_a_kept_frame_has_the_networks_matte_whatever_the_edge(
    server: Client, project: str
) -> None:
    item = server.add_object(project)
    server.place_mask(project, item, 0, square())
    server.apply(project)
    server.stop_work(project)
    network = alphas(server, project, {"start": 2, "stop": 3})["000002.png"]
    edge = {"clip_black": 0.3, "grow": -5, "feather": 4}
    server.request("PATCH", f"/projects/{project}/objects/{item}", json={"edge": edge})
    assert (alphas(server, project, {"start": 2, "stop": 3})["000002.png"] != network).any()
    kept = server.post(f"/projects/{project}/objects/{item}/frames/2/keyframe")["objects"][0]
    address = next(each["mask"] for each in kept["keyframes"] if each["frame"] == 2)
    data = np.frombuffer(server.http.get(address).content, np.uint8)
    np.testing.assert_array_equal(cv2.imdecode(data, cv2.IMREAD_UNCHANGED), network)


def test_an_export_can_be_cancelled_and_forgotten(
    server: Client, prepared: tuple[str, str]
) -> None:
    project, _ = prepared
    path = f"/projects/{project}/exports"
    export = server.post(path)
    assert server.request("DELETE", f"{path}/{export['id']}").status_code == 204
    state = ended(server, project, export["id"])
    assert state["state"] in {"cancelled", "done"}
    if state["state"] == "cancelled":
        assert server.request("GET", f"{path}/{export['id']}/file").status_code == 409
    assert server.request("DELETE", f"{path}/{export['id']}").status_code == 204
    assert server.request("GET", f"{path}/{export['id']}").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {"start": 72},
        {"start": 5, "stop": 5},
        {"stop": 73},
        {"start": -1},
        {"key_color": "green"},
        {"objects": ["nobody"]},
        {"format": "gif"},
        {"speed": 2},
    ],
)
def test_an_export_that_does_not_fit_is_refused(
    server: Client, prepared: tuple[str, str], body: Json
) -> None:
    project, _ = prepared
    before = server.get(f"/projects/{project}/exports")
    answer = server.request("POST", f"/projects/{project}/exports", json=body)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert server.get(f"/projects/{project}/exports") == before


def test_what_was_exported_is_kept_and_what_was_cut_short_is_said(
    clip: Path, tmp_path: Path
) -> None:
    with served(tmp_path) as client:
        project = client.open(clip)
        prepare(client, project)
        path = f"/projects/{project}/exports"
        done = ended(client, project, client.post(path, {"stop": 24})["id"])
        content = client.http.get(done["file"]).content
        cut = client.post(path)
        client.server.stop(signal.SIGKILL)
    with served(tmp_path) as client:
        assert client.http.get(done["file"]).content == content
        found = client.get(f"{path}/{cut['id']}")
        if found["state"] != "done":
            assert found["state"] == "failed"
            assert "start it again" in found["detail"]
        leftovers = {p.name for p in (tmp_path / "exports").iterdir()}
        again = ended(client, project, client.post(path, {"stop": 24})["id"])
        assert again["state"] == "done"
        assert leftovers <= {f"{e['id']}.mp4" for e in client.get(path)["exports"]}
