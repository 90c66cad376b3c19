"""Protocol section 3: segments. Names carry the sentence's number."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from mattebox.projects.masks import decode_png
from tests.conformance import boxes
from tests.conformance.conftest import Applied, apply_keyframes, disk, png
from tests.server.live import Client, Json, served, wait_for
from tests.support import barcode, clips

Plane = npt.NDArray[np.uint8]


def fetch(client: Client, address: str) -> bytes:
    answer = client.request("GET", f"/segments/{address}.m4s")
    assert answer.status_code == 200, answer.text
    return answer.content


def init(client: Client, address: str) -> bytes:
    answer = client.request("GET", f"/segments/{address}/init.mp4")
    assert answer.status_code == 200
    return answer.content


def frames(data: bytes, folder: Path) -> Iterator[av.VideoFrame]:
    path = folder / "segment.mp4"
    path.write_bytes(data)
    with av.open(str(path)) as container:
        yield from container.decode(video=0)


def planes(client: Client, address: str, folder: Path) -> list[tuple[Plane, Plane, Plane]]:
    data = init(client, address) + fetch(client, address)
    found = []
    for frame in frames(data, folder):
        packed = np.asarray(frame.to_ndarray(format=frame.format.name), np.uint8)
        height = frame.height
        found.append((packed[:height], packed[height : height * 5 // 4], packed[height * 5 // 4 :]))
    return found


def renditions(manifest: Json) -> list[Json]:
    return [manifest["video"], manifest["objects"][0]["matte"]]


def test_p10_and_p11_a_segment_holds_the_frames_of_its_cell_at_their_ticks(
    server: Client, applied: Applied
) -> None:
    table = server.get(f"/projects/{applied.project}/frame-table")
    grid = applied.manifest["grid"]
    edges = [*table["ticks"], table["end_tick"]]
    for rendition in renditions(applied.manifest):
        for segment, address in enumerate(rendition["addresses"]):
            media = fetch(server, address)
            kinds = boxes.top_level(media)
            assert kinds == [b"moof", b"mdat"] * (len(kinds) // 2)
            start = segment * grid["length"]
            stop = min(start + grid["length"], grid["frame_count"])
            found = boxes.samples(media)
            assert boxes.decode_times(media)[0] == table["ticks"][start]
            assert [s.time for s in found] == table["ticks"][start:stop]
            assert [s.duration for s in found] == [
                edges[i + 1] - edges[i] for i in range(start, stop)
            ]
            assert [s.sync for s in found] == [True, *[False] * (stop - start - 1)]
            assert not any(s.offset for s in found)


def test_p10_sample_n_of_segment_s_is_the_frame_the_grid_says(
    server: Client, applied: Applied, clip: clips.Written, tmp_path: Path
) -> None:
    shown = []
    for address in applied.manifest["video"]["addresses"]:
        shown += [barcode.read(y) for y, _, _ in planes(server, address, tmp_path)]
    assert shown == list(clip.numbers)


def test_p9_on_a_keyframe_the_matte_is_its_mask(
    server: Client, applied: Applied, tmp_path: Path
) -> None:
    length = applied.manifest["grid"]["length"]
    for frame, mask in applied.masks.items():
        mattes = planes(server, applied.addresses[frame // length], tmp_path)
        assert np.array_equal(mattes[frame % length][0], mask)


def test_p9_and_p17_chroma_of_a_matte_is_128_and_its_values_are_full_range(
    server: Client, applied: Applied, tmp_path: Path
) -> None:
    mattes = planes(server, applied.addresses[0], tmp_path)
    assert all((u == 128).all() and (v == 128).all() for _, u, v in mattes)
    assert mattes[0][0].max() == 255
    assert mattes[0][0].min() == 0


def test_p9_in_a_shot_without_a_keyframe_the_matte_is_0(server: Client, tmp_path: Path) -> None:
    path = _two_shots(tmp_path / "cut.mp4")
    project = server.open(path)
    wait_for(lambda: server.get(f"/projects/{project}"), lambda p: p["clip"]["shots"] is not None)
    assert server.get(f"/projects/{project}")["clip"]["shots"] == [[0, 36], [36, 72]]
    made = apply_keyframes(server, project, {10: disk(100, 90, 40)})
    mattes = [y for a in made.addresses for y, _, _ in planes(server, a, tmp_path)]
    assert np.array_equal(mattes[10], made.masks[10])
    assert not any(matte.any() for matte in mattes[36:])
    state = server.get(f"/projects/{project}")
    assert state["objects"][0]["stale"] == []


def test_p8_and_p9_bytes_do_not_depend_on_the_order_or_the_process(
    server: Client, applied: Applied, clip: clips.Written, tmp_path: Path
) -> None:
    here = {address: fetch(server, address) for address in applied.addresses}
    with served(tmp_path) as other:
        project = other.open(clip.path)
        made = apply_keyframes(other, project, applied.masks)
        assert made.addresses == applied.addresses
        for address in reversed(made.addresses):
            assert fetch(other, address) == here[address]


def test_p12_initialisation_segments_of_a_rendition_are_the_same_bytes(
    server: Client, applied: Applied
) -> None:
    for rendition in renditions(applied.manifest):
        inits = {init(server, address) for address in rendition["addresses"]}
        assert inits == {server.http.get(rendition["init"]).content}


def test_p13_segments_are_immutable_with_a_strong_tag(server: Client, applied: Applied) -> None:
    address = applied.addresses[0]
    answer = server.request("GET", f"/segments/{address}.m4s")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["ETag"] == f'"{address}"'
    assert answer.headers["Content-Type"] == "video/mp4"
    again = server.request(
        "GET", f"/segments/{address}.m4s", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    other = server.request(
        "GET", f"/segments/{address}.m4s", headers={"If-None-Match": '"another"'}
    )
    assert other.content == answer.content


def test_p14_a_segment_is_made_with_the_least_work(server: Client, project: str) -> None:
    masks = {frame: disk(90 + frame, 90, 40) for frame in (0, 24, 48)}
    made = apply_keyframes(server, project, masks)
    kinds = ("mattebox_frames_encoded", "mattebox_frames_inferred", "mattebox_frames_decoded")
    before = {kind: server.count(kind, "matte") for kind in kinds}
    propagated = server.count("mattebox_frames_inferred", "propagated")
    anchors = server.count("mattebox_frames_inferred", "anchor")
    segments = server.count("mattebox_segments_made", "matte")
    fetch(server, made.addresses[1])
    assert server.count("mattebox_segments_made", "matte") == segments + 1
    assert server.count(kinds[0], "matte") == before[kinds[0]] + 24
    # The keyframe in it is not inferred; anchors are shared with what follows.
    assert server.count("mattebox_frames_inferred", "propagated") <= propagated + 23
    assert server.count("mattebox_frames_inferred", "anchor") <= anchors + 6
    assert server.count(kinds[2], "matte") <= before[kinds[2]] + 24 + 8
    # A second request for it is answered from the disk.
    fetch(server, made.addresses[1])
    assert server.count("mattebox_segments_made", "matte") == segments + 1


def test_p14_two_requests_for_one_segment_do_the_work_once(server: Client, project: str) -> None:
    made = apply_keyframes(server, project, {5: disk(97, 80, 40)})
    before = server.count("mattebox_segments_made", "matte")
    encoded = server.count("mattebox_frames_encoded", "matte")
    with ThreadPoolExecutor(4) as pool:
        bodies = set(pool.map(lambda _: fetch(server, made.addresses[0]), range(4)))
    assert len(bodies) == 1
    assert server.count("mattebox_segments_made", "matte") == before + 1
    assert server.count("mattebox_frames_encoded", "matte") == encoded + 24


def test_p15_a_closed_connection_stops_the_work(server: Client, project: str) -> None:
    made = apply_keyframes(server, project, {7: disk(99, 81, 40)})
    stopped = server.count("mattebox_segments_stopped", "matte")
    segments = server.count("mattebox_segments_made", "matte")
    with server.asked(f"/segments/{made.addresses[2]}.m4s"):
        pass
    wait_for(server.counters, lambda c: c["mattebox_segments_busy"] == 0)
    assert server.count("mattebox_segments_stopped", "matte") == stopped + 1
    inferred = server.count("mattebox_frames_inferred", "propagated")
    assert server.count("mattebox_segments_made", "matte") == segments
    # Nothing goes on behind: the same numbers after other requests were answered.
    fetch(server, server.get(f"/projects/{project}/manifest")["video"]["addresses"][0])
    assert server.count("mattebox_frames_inferred", "propagated") == inferred
    # And the next request for it gets it whole.
    assert len(boxes.samples(fetch(server, made.addresses[2]))) == 24


def test_p15_a_work_that_somebody_else_waits_for_goes_on(server: Client, project: str) -> None:
    made = apply_keyframes(server, project, {9: disk(99, 82, 40)})
    before = _requests(server.counters())
    segments = server.count("mattebox_segments_made", "matte")
    with ThreadPoolExecutor(1) as pool:
        with server.asked(f"/segments/{made.addresses[1]}.m4s"):
            patient = pool.submit(fetch, server, made.addresses[1])
            wait_for(server.counters, lambda c: _requests(c) >= before + 2)
        assert len(boxes.samples(patient.result())) == 24
    assert server.count("mattebox_segments_made", "matte") == segments + 1


@pytest.mark.parametrize("frame", [25, 40, 47])
def test_p27_the_matte_of_one_frame_is_that_of_its_segment(
    server: Client, project: str, tmp_path: Path, frame: int
) -> None:
    masks = {0: disk(90 + frame, 90, 40), 40: disk(98, 90, 40), 60: disk(99, 85, 40)}
    made = apply_keyframes(server, project, masks)
    segments = server.count("mattebox_segments_made", "matte")
    path = f"/segments/{made.addresses[1]}/{frame}.png"
    before = server.request("GET", path)
    assert (before.status_code, before.headers["Content-Type"]) == (200, "image/png")
    assert before.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert server.count("mattebox_segments_made", "matte") == segments
    alone = decode_png(before.content)
    assert np.array_equal(alone, planes(server, made.addresses[1], tmp_path)[frame - 24][0])
    assert (frame != 40) or np.array_equal(alone, made.masks[40])
    assert server.request("GET", path).content == before.content
    tag = before.headers["ETag"]
    assert server.request("GET", path, headers={"If-None-Match": tag}).status_code == 304


def test_p27_the_matte_of_a_segment_that_is_made_asks_no_network(
    server: Client, project: str, tmp_path: Path
) -> None:
    made = apply_keyframes(server, project, {3: disk(93, 90, 40)})
    mattes = planes(server, made.addresses[1], tmp_path)
    calls = server.count("mattebox_network_calls", "propagation-read")
    answer = server.request("GET", f"/segments/{made.addresses[1]}/30.png")
    assert np.array_equal(decode_png(answer.content), mattes[6][0])
    assert server.count("mattebox_network_calls", "propagation-read") == calls


def test_p27_a_matte_takes_the_least_work_and_its_segment_goes_on_from_it(
    server: Client, project: str
) -> None:
    def asked() -> tuple[float, float]:
        kinds = ("propagated", "anchor")
        propagated, anchors = (server.count("mattebox_frames_inferred", kind) for kind in kinds)
        return propagated, anchors

    masks = {frame: disk(91 + frame, 89, 40) for frame in (0, 30)}
    _, before = asked()
    made = apply_keyframes(server, project, masks)
    wait_for(server.counters, lambda c: c["mattebox_segments_busy"] == 0)
    # The filling that Apply began may have come to the first anchors before it was stopped.
    propagated, stopped = asked()

    def is_exactly(frames: int, anchors: int) -> bool:
        frames_now, anchors_now = asked()
        return (
            frames_now == propagated + frames
            and before + anchors <= anchors_now <= stopped + anchors
        )

    assert server.request("GET", f"/segments/{made.addresses[0]}/9.png").status_code == 200
    # Frame 9 from frame 8, with frame 16 ahead: both found from the left (8, 16) and from the
    # right (24, 16, 8); beside them the two keyframes.
    assert is_exactly(1, 2 + 3 + 2)
    fetch(server, made.addresses[0])
    # What is left of it are anchor 24 from the left, and each frame once.
    assert is_exactly(1 + 23, 2 + 3 + 2 + 1)


@pytest.mark.parametrize(("playhead", "alone"), [(33, 1), (24, 0)])
def test_p27_apply_begins_with_the_matte_that_is_looked_at_unless_its_segment_does(
    server: Client, project: str, playhead: int, alone: int
) -> None:
    def mattes() -> float:
        return server.counters()["mattebox_mattes_made_total"]

    item = server.add_object(project)
    for frame in (2, 44):
        server.place_mask(project, item, frame, png(disk(95 + playhead - frame, 88, 40)))
    before = mattes()
    made = server.apply(project, playhead)["objects"][0]["matte"]["addresses"]
    wait_for(
        lambda: server.get(f"/projects/{project}/manifest")["objects"][0]["matte"]["ready"],
        lambda ready: ready == [[0, len(made)]],
    )
    assert mattes() == before + alone
    # It was made for whoever looks there, and is not made again.
    assert server.request("GET", f"/segments/{made[1]}/{playhead}.png").status_code == 200
    assert mattes() == before + 1


def test_p27_a_closed_connection_stops_the_work(server: Client, project: str) -> None:
    made = apply_keyframes(server, project, {11: disk(94, 81, 40)})
    mattes = server.counters()["mattebox_mattes_made_total"]
    with server.asked(f"/segments/{made.addresses[2]}/71.png"):
        pass
    wait_for(server.counters, lambda c: c["mattebox_segments_busy"] == 0)
    assert server.counters()["mattebox_mattes_made_total"] == mattes


def test_p27_only_frames_of_a_matte_segment_have_one(server: Client, applied: Applied) -> None:
    matte, video = applied.addresses[1], applied.manifest["video"]["addresses"][1]
    template = applied.manifest["objects"][0]["matte"]["frame_template"]
    assert template == "/api/v1/segments/{address}/{frame}.png"
    for address, frame in ((matte, 23), (matte, 48), (video, 24), ("0" * 64, 24)):
        answer = server.request("GET", f"/segments/{address}/{frame}.png")
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/segments/{}.m4s", "/segments/{}/init.mp4"])
def test_p16_an_unknown_address_is_not_found(server: Client, path: str) -> None:
    answer = server.request("GET", path.format("0" * 64))
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 404


def test_p16_a_priority_that_is_none_is_refused(server: Client, applied: Applied) -> None:
    answer = server.request(
        "GET",
        f"/segments/{applied.addresses[0]}.m4s",
        headers={"Mattebox-Priority": "immediately"},
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(("rendition", "full"), [(0, False), (1, True)])
def test_p17_renditions_say_their_colours(
    server: Client, applied: Applied, rendition: int, full: bool
) -> None:
    chosen: dict[str, Any] = renditions(applied.manifest)[rendition]
    data = init(server, chosen["addresses"][0])
    configuration = boxes.find(data, b"vpcC")
    profile, _level, depth_and_range, primaries, transfer, matrix = configuration[4:10]
    assert (profile, depth_and_range >> 4, depth_and_range & 1) == (0, 8, int(full))
    assert (primaries, transfer, matrix) == (1, 1, 1)
    colours = boxes.find(data, b"colr")
    assert colours[:4] == b"nclx"
    assert struct.unpack(">3H", colours[4:10]) == (1, 1, 1)
    assert colours[10] >> 7 == int(full)
    assert chosen["range"] == ("full" if full else "limited")
    assert chosen["codec"].endswith("01" if full else "00")


def _requests(counters: dict[str, float]) -> float:
    return sum(v for key, v in counters.items() if key.startswith("mattebox_segment_requests"))


def _two_shots(path: Path) -> Path:
    """Noise of one colour, then noise of another: a cut in the middle."""
    random = np.random.default_rng(1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for index in range(72):
            color = (200, 40, 40) if index < 36 else (20, 60, 220)
            picture = np.full((180, 320, 3), color, np.uint8)
            picture += random.integers(0, 30, picture.shape, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def test_an_apply_that_is_undone_and_redone_is_made_to_its_end(
    server: Client, project: str
) -> None:
    item = server.add_object(project)
    server.place_mask(project, item, 0, png(disk(100, 90, 30)))
    server.apply(project)
    server.post(f"/projects/{project}/undo")
    server.post(f"/projects/{project}/redo")
    made = wait_for(
        lambda: server.get(f"/projects/{project}/manifest")["objects"][0]["matte"],
        lambda matte: matte["ready"] == [[0, 3]],
    )
    assert len(made["addresses"]) == 3
