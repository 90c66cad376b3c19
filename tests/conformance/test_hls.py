"""Protocol section 4: every revision is also HLS."""

from __future__ import annotations

import json
import shutil
import subprocess

import av
import pytest

from tests.conformance.conftest import Applied
from tests.server.live import API, Client


def playlists(applied: Applied) -> list[str]:
    base = f"/projects/{applied.project}/revisions/{applied.manifest['revision']}"
    return [f"{base}/video.m3u8", f"{base}/{applied.item}.m3u8"]


def test_p18_playlists_are_vod_over_the_same_segments(server: Client, applied: Applied) -> None:
    table = server.get(f"/projects/{applied.project}/frame-table")
    seconds = table["end_tick"] / table["timescale"]
    manifest = applied.manifest
    for path, rendition in zip(
        playlists(applied), [manifest["video"], manifest["objects"][0]["matte"]], strict=True
    ):
        answer = server.request("GET", path)
        assert answer.headers["Content-Type"] == "application/vnd.apple.mpegurl"
        lines = answer.text.splitlines()
        assert lines[0] == "#EXTM3U"
        assert {"#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"} <= set(lines)
        assert f'#EXT-X-MAP:URI="{rendition["init"]}"' in lines
        assert lines[-1] == "#EXT-X-ENDLIST"
        segments = [line for line in lines if not line.startswith("#")]
        assert segments == [
            rendition["template"].replace("{address}", address)
            for address in rendition["addresses"]
        ]
        lengths = [
            float(line.removeprefix("#EXTINF:").rstrip(","))
            for line in lines
            if line.startswith("#EXTINF")
        ]
        assert sum(lengths) == pytest.approx(seconds, abs=1e-4)


def test_p18_before_the_first_apply_the_video_has_a_playlist(server: Client, project: str) -> None:
    path = f"/projects/{project}/revisions/0/video.m3u8"
    assert server.request("GET", path).status_code == 200


@pytest.mark.parametrize("which", [0, 1])
def test_p18_libav_plays_the_playlist_frame_by_frame(
    server: Client, applied: Applied, which: int
) -> None:
    table = server.get(f"/projects/{applied.project}/frame-table")
    address = f"{server.server.address}{API}{playlists(applied)[which]}"
    with av.open(address) as container:
        stream = container.streams.video[0]
        assert stream.time_base is not None
        times = [
            round(frame.pts * stream.time_base * table["timescale"])
            for frame in container.decode(stream)
            if frame.pts is not None
        ]
    assert times == table["ticks"]


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
@pytest.mark.parametrize("which", [0, 1])
def test_p18_ffprobe_counts_the_frames_at_their_times(
    server: Client, applied: Applied, which: int
) -> None:
    table = server.get(f"/projects/{applied.project}/frame-table")
    address = f"{server.server.address}{API}{playlists(applied)[which]}"
    command = ["ffprobe", "-v", "error", "-select_streams", "v", "-count_frames",
               "-show_entries", "stream=nb_read_frames:frame=pts_time", "-of", "json",
               address]  # fmt: skip
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)
    found = json.loads(done.stdout)
    assert int(found["streams"][0]["nb_read_frames"]) == table["frame_count"]
    times = [float(frame["pts_time"]) for frame in found["frames"]]
    expected = [tick / table["timescale"] for tick in table["ticks"]]
    assert times == pytest.approx(expected, abs=1 / table["timescale"])
