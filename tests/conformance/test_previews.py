"""Protocol section 7: sound, filmstrip, confidence. Names carry the sentence's number."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from tests.conformance.conftest import KEYFRAMES, Applied, apply_keyframes, disk
from tests.server.live import Client, served
from tests.support import barcode, clips


@pytest.fixture(scope="module")
def sounding(server: Client, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A project of six seconds of picture with four seconds of sound."""
    recipe = clips.Recipe(frames=144, sound_s=4)
    written = clips.write(tmp_path_factory.mktemp("sound") / "clip", recipe)
    return server.open(written.path)


def samples(flac: bytes) -> np.ndarray[Any, Any]:
    with av.open(io.BytesIO(flac), "r") as container:
        return np.concatenate([f.to_ndarray().ravel() for f in container.decode(audio=0)])


def test_p23_sound_is_on_the_timeline_of_the_frames(server: Client, sounding: str) -> None:
    track = server.get(f"/projects/{sounding}/sound")
    table = server.get(f"/projects/{sounding}/frame-table")
    assert track["start_sample"] == 0
    assert track["total_samples"] == table["end_tick"] * 48000 // table["timescale"]
    assert (track["sample_rate"], track["channels"]) == (48000, 1)
    heard = samples(server.request("GET", f"/projects/{sounding}/sound/0.flac").content)
    assert np.abs(heard[: 4 * 48000]).max() > 2000
    assert not heard[4 * 48000 + 4800 :].any()


def test_p24_chunks_are_whole_alone_and_immutable(server: Client, sounding: str) -> None:
    track = server.get(f"/projects/{sounding}/sound")
    last = track["chunk_count"] - 1
    answer = server.request("GET", f"/projects/{sounding}/sound/{last}.flac")
    assert answer.headers["Content-Type"] == "audio/flac"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    sizes = []
    for number in range(track["chunk_count"]):
        chunk = server.request("GET", f"/projects/{sounding}/sound/{number}.flac")
        sizes.append(len(samples(chunk.content)))
        if number == last:
            assert chunk.content == answer.content
    assert sizes[:-1] == [track["chunk_samples"]] * last
    assert sum(sizes) == track["total_samples"]
    again = server.request(
        "GET",
        f"/projects/{sounding}/sound/{last}.flac",
        headers={"If-None-Match": answer.headers["ETag"]},
    )
    assert (again.status_code, again.content) == (304, b"")
    for headers in ({}, {"If-None-Match": "*"}):
        beyond = server.request(
            "GET", f"/projects/{sounding}/sound/{last + 1}.flac", headers=headers
        )
        assert beyond.status_code == 404


def test_a_clip_without_sound_says_so(server: Client, applied: Applied) -> None:
    answer = server.request("GET", f"/projects/{applied.project}/sound")
    assert answer.status_code == 404
    assert "no sound" in answer.json()["detail"]


def test_small_pictures_show_their_frames(server: Client, applied: Applied) -> None:
    for frame in (0, 17, 71):
        answer = server.request("GET", f"/projects/{applied.project}/frames/{frame}.jpg?height=90")
        assert answer.headers["Content-Type"] == "image/jpeg"
        picture = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        assert picture.shape == (90, 160, 3)
        assert barcode.read(cv2.resize(picture, (320, 180))) == frame


def test_small_pictures_are_decoded_once(server: Client, project: str) -> None:
    path = f"/projects/{project}/frames/30.jpg?height=48"
    before = server.count("mattebox_frames_decoded", "picture")
    first = server.request("GET", path)
    assert server.request("GET", path).content == first.content
    tag = {"If-None-Match": first.headers["ETag"]}
    assert server.request("GET", path, headers=tag).status_code == 304
    assert server.count("mattebox_frames_decoded", "picture") == before + 1


@pytest.mark.parametrize("query", ["9.jpg?height=15", "9.jpg?height=721", "9.png?height=90"])
def test_a_height_that_cannot_be_is_refused(server: Client, applied: Applied, query: str) -> None:
    answer = server.request("GET", f"/projects/{applied.project}/frames/{query}")
    assert answer.status_code == 422


def test_p25_confidence_is_told_per_frame_and_only_where_made(server: Client, project: str) -> None:
    masks = {frame: disk(80 + 2 * frame, 91, 40) for frame in KEYFRAMES}
    made = apply_keyframes(server, project, masks)
    path = f"/projects/{project}/objects/{made.item}/confidence"
    ready = server.get(f"/projects/{project}/manifest")["objects"][0]["matte"]["ready"]
    with server.events(project) as events:
        segment = next(s for s in range(3) if not any(a <= s < b for a, b in ready))
        server.request("GET", f"/segments/{made.addresses[segment]}.m4s")
        told = events.until("segment", lambda data: data["segment"] == segment)
    found = server.get(path)
    assert found["revision"] == 1
    assert len(found["frames"]) == 72
    cell = found["frames"][24 * segment : 24 * segment + 24]
    assert cell == told["confidence"]
    assert all(0 <= value <= 1 for value in cell)
    for frame in KEYFRAMES:
        assert found["frames"][frame] in {1.0, None}
    assert server.get(f"{path}?revision=0")["frames"] == [None] * 72
    assert server.request("GET", f"/projects/{project}/objects/o0/confidence").status_code == 404


def test_p25_confidence_survives_the_server(tmp_path: Path, clip: clips.Written) -> None:
    with served(tmp_path) as client:
        made = apply_keyframes(client, client.open(clip.path), {5: disk(90, 90, 40)})
        client.request("GET", f"/segments/{made.addresses[0]}.m4s")
        path = f"/projects/{made.project}/objects/{made.item}/confidence"
        before = client.get(path)["frames"][:24]
    with served(tmp_path) as client:
        assert client.get(path)["frames"][:24] == before
        assert None not in before
        assert before[5] == 1.0
