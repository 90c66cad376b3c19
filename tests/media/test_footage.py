"""Real clips, where there are any: every frame is the one that decoding in order gives."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from mattebox.media import FrameReader, ingest

CLIPS = {
    "01_dog.mp4": 289,
    "05_default_juggle.mp4": 247,
    "portrait_540x960.mp4": 353,
    "odd/bird.mkv": 63,
    "odd/no_duration.webm": 74,
    "odd/smpte-2997.mp4": 251,
    "odd/video_with_failing_audio.mp4": 280,
}


@pytest.mark.parametrize("name", CLIPS)
def test_frames_are_those_of_decoding_in_order(footage: Path, name: str) -> None:
    path = footage / name
    found = ingest(path)
    table = found.table
    assert table.damage is None
    assert table.frame_count == CLIPS[name]
    wanted = np.random.default_rng(2).permutation(table.frame_count)[:8].tolist()
    stored = {}
    with av.open(str(path)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            assert frame.pts == table.pts[index]
            if index in wanted:
                plane = frame.planes[0]
                rows = np.frombuffer(bytes(plane), np.uint8).reshape(plane.height, -1)
                stored[index] = rows[:, : plane.width]
    with FrameReader(path, found.info, found.table) as reader:
        for index in wanted:
            ((_, planes),) = reader.read_planes(index, index + 1, size="source")
            np.testing.assert_array_equal(planes.y, stored[index])
