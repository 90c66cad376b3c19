"""Uploads: resumable, and what is refused leaves nothing behind."""

from __future__ import annotations

import signal
from pathlib import Path

import av
import httpx
import numpy as np
import pytest

from tests.server.live import TUS, Client, patch_headers, served, wait_for
from tests.support import clips


def offset(client: Client, location: str) -> int:
    answer = client.http.head(location, headers=TUS)
    assert answer.status_code == 200
    return int(answer.headers["Upload-Offset"])


def uploads(client_data: Path) -> list[str]:
    return sorted(path.name for path in (client_data / "uploads").iterdir())


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def limited(data: Path) -> object:
    with served(data, {"MATTEBOX_MAX_UPLOAD_BYTES": "2000000", "MATTEBOX_MAX_FRAMES": "80"}) as c:
        yield c


def test_an_upload_goes_on_where_it_stopped(limited: Client, clip: Path) -> None:
    content = clip.read_bytes()
    location = limited.begin_upload(len(content), "clip.mp4")
    half = len(content) // 2
    first = limited.http.patch(location, content=content[:half], headers=patch_headers(0))
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, str(half))
    assert offset(limited, location) == half
    wrong = limited.http.patch(location, content=content, headers=patch_headers(0))
    assert wrong.status_code == 409
    rest = limited.http.patch(location, content=content[half:], headers=patch_headers(half))
    assert rest.status_code == 204
    done = limited.ingest(location.rpartition("/")[2])
    project = limited.get(f"/projects/{done.json()['project']}")
    assert project["clip"]["name"] == "clip.mp4"
    assert project["name"] == "clip"


def test_an_upload_survives_a_killed_server(clip: Path, tmp_path: Path) -> None:
    content = clip.read_bytes()
    with served(tmp_path) as client:
        project = client.open(clip)
        upload = client.begin_upload(len(content), "clip.mp4").rpartition("/")[2]
        client.request(
            "PATCH", f"/uploads/{upload}", content=content[:1000], headers=patch_headers(0)
        )
        client.server.stop(signal.SIGKILL)
    with served(tmp_path) as client:
        location = f"{client.server.address}/api/v1/uploads/{upload}"
        there = offset(client, location)
        assert there == 1000
        client.http.patch(location, content=content[there:], headers=patch_headers(there))
        assert client.ingest(upload).status_code == 200
        # Shots that were not found yet are looked for again.
        wait_for(
            lambda: client.get(f"/projects/{project}"), lambda p: p["clip"]["shots"] is not None
        )


def _text(path: Path) -> None:
    path.write_text("this is no film\n" * 100)


def _nothing(path: Path) -> None:
    path.touch()


def _random(path: Path) -> None:
    path.write_bytes(np.random.default_rng(0).integers(0, 256, 50_000, np.uint8).tobytes())


def _sound_only(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=48000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.float32), "fltp", "mono")
        frame.sample_rate = 48000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _too_long(path: Path) -> None:
    clips.write(path, clips.Recipe(frames=90))


@pytest.mark.parametrize("make", [_text, _nothing, _random, _sound_only, _too_long])
def test_a_file_that_is_no_clip_is_refused_by_name_and_nothing_stays(
    limited: Client, data: Path, tmp_path: Path, make: object
) -> None:
    path = tmp_path / "holiday.mp4"
    make(path)  # type: ignore[operator]
    clips_before = sorted((data / "clips").rglob("*"))
    projects = limited.get("/projects")
    answer = limited.ingest(limited.upload(path))
    assert 400 <= answer.status_code < 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    detail = answer.json()["detail"]
    assert detail.startswith("holiday.mp4 ")
    assert detail.endswith(".")
    assert uploads(data) == []
    assert sorted((data / "clips").rglob("*")) == clips_before
    assert limited.get("/projects") == projects


def test_a_damaged_clip_opens_and_says_what_is_missing(
    limited: Client, clip: Path, tmp_path: Path
) -> None:
    written = clips.write(tmp_path / "whole", clips.Recipe(suffix=".ts", frames=72))
    broken = tmp_path / "broken.ts"
    content = written.path.read_bytes()
    broken.write_bytes(content[: len(content) * 2 // 3])
    project = limited.get(f"/projects/{limited.open(broken)}")
    assert 0 < project["clip"]["frame_count"] < 72


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload-Length": "2000001"}, 413),
        ({"Upload-Length": "-1"}, 400),
        ({"Upload-Length": "many"}, 422),
        ({"Upload-Defer-Length": "1"}, 400),
        ({"Upload-Concat": "partial", "Upload-Length": "5"}, 400),
        ({"Upload-Concat": "final;/etc/passwd"}, 400),
        ({"Upload-Length": "5", "Tus-Resumable": "0.2.2"}, 412),
    ],
)
def test_an_upload_that_cannot_be_is_refused_at_once(
    limited: Client, data: Path, headers: dict[str, str], status: int
) -> None:
    before = uploads(data)
    answer = limited.request("POST", "/uploads", headers=TUS | headers)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert uploads(data) == before


def test_more_bytes_than_stated_are_refused(limited: Client) -> None:
    location = limited.begin_upload(5, "clip.mp4")
    answer = limited.http.patch(location, content=b"123456", headers=patch_headers(0))
    assert answer.status_code == 400
    resumed = limited.http.patch(location, content=b"12", headers=patch_headers(0))
    assert (resumed.status_code, resumed.headers["Upload-Offset"]) == (204, "2")
    assert limited.http.delete(location, headers=TUS).status_code == 204
    assert limited.http.head(location, headers=TUS).status_code == 404


@pytest.mark.parametrize(
    "name",
    ["../../etc/cron.d/evil.mp4", "..\\..\\evil.mp4", "/evil.mp4", "ev\x00il\n.mp4", "...", ""],
)
def test_a_file_name_never_becomes_a_path(
    limited: Client, data: Path, clip: Path, name: str
) -> None:
    project = limited.open(clip, name)
    shown = limited.get(f"/projects/{project}")["clip"]["name"]
    assert shown in {"evil.mp4", "clip"}
    assert not [path for path in data.parent.rglob("*") if "evil" in path.name]


@pytest.mark.parametrize("upload", ["x", "0" * 32, "..%2F..%2Fmattebox.db", "%2e%2e", "0" * 33])
def test_an_upload_id_that_is_none_is_not_found(limited: Client, upload: str) -> None:
    for method in ("HEAD", "DELETE", "PATCH"):
        answer = limited.request(
            method,
            f"/uploads/{upload}",
            headers=patch_headers(0),
            content=b"" if method == "PATCH" else None,
        )
        assert answer.status_code in {404, 405}
    assert limited.request("GET", f"/ingests/{upload}").status_code == 404


def test_uploads_are_not_given_out(limited: Client) -> None:
    location = limited.begin_upload(5, "clip.mp4")
    limited.http.patch(location, content=b"123", headers=patch_headers(0))
    for address in (location, f"{location}.info", location.rpartition("/")[0] + "/"):
        answer = limited.http.get(address)
        assert answer.status_code in {404, 405}
        assert b"123" not in answer.content
    override = limited.http.post(location, headers=TUS | {"X-HTTP-Method-Override": "DELETE"})
    assert override.status_code == 405
    assert offset(limited, location) == 3


def test_the_protocol_of_uploads_says_what_it_can(limited: Client) -> None:
    answer = limited.request("OPTIONS", "/uploads/")
    assert answer.headers["Tus-Extension"] == "creation,expiration,termination"
    assert answer.headers["Tus-Max-Size"] == "2000000"


def test_a_lost_connection_keeps_what_arrived(limited: Client, clip: Path) -> None:
    content = clip.read_bytes()
    location = limited.begin_upload(len(content), "clip.mp4")

    def broken_off() -> object:
        yield content[:3000]
        raise OSError("the cable was pulled")

    with pytest.raises(OSError, match="cable"):
        httpx.patch(
            location,
            content=broken_off(),  # type: ignore[arg-type]
            headers=patch_headers(0) | {"Content-Length": str(len(content))},
        )
    there = 0
    for _ in range(200):
        there = offset(limited, location)
        if there:
            break
    answer = limited.http.patch(location, content=content[there:], headers=patch_headers(there))
    assert answer.status_code == 204
    assert limited.ingest(location.rpartition("/")[2]).status_code == 200
