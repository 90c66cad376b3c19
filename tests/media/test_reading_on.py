"""What it costs to reach frames, in pictures decoded."""

from __future__ import annotations

from pathlib import Path

import pytest

from mattebox.media import ingest
from mattebox.media._cursor import Cursor
from mattebox.media._picture import PictureMaker
from tests.support import barcode
from tests.support.clips import Recipe, write

FRAMES = 200


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
@pytest.mark.parametrize("b_frames", [0, 3])
def test_frames_asked_for_in_order_decode_a_long_group_once(
    tmp_path: Path, suffix: str, b_frames: int
) -> None:
    options = {"preset": "veryfast", "g": "999", "bf": str(b_frames), "threads": "1"}
    written = write(tmp_path / "long", Recipe(suffix, frames=FRAMES, options=options))
    found = ingest(written.path)
    decoded = 0

    def count() -> None:
        nonlocal decoded
        decoded += 1

    cursor = Cursor(
        str(written.path), "long", found.info.stream_index, found.table.pts.tolist(), check=count
    )
    maker = PictureMaker(found.info)
    for index in range(0, FRAMES, 49):
        (picture,) = maker.rgb(cursor.picture(index))
        assert barcode.read(picture) == index
    cursor.close()
    assert decoded <= FRAMES + 4


def test_a_nearer_sync_frame_is_still_gone_to(tmp_path: Path) -> None:
    options = {"preset": "veryfast", "g": "20", "bf": "0", "threads": "1"}
    written = write(tmp_path / "short", Recipe(frames=FRAMES, options=options))
    found = ingest(written.path)
    decoded = 0

    def count() -> None:
        nonlocal decoded
        decoded += 1

    pts = found.table.pts.tolist()
    cursor = Cursor(str(written.path), "short", found.info.stream_index, pts, check=count)
    cursor.picture(0)
    cursor.picture(181)
    cursor.close()
    assert decoded < 30


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_pictures_on_the_way_that_no_other_leans_on_are_not_decoded(
    tmp_path: Path, suffix: str
) -> None:
    fixed = "b-adapt=0:b-pyramid=none:scenecut=0"
    options = {"preset": "veryfast", "g": "999", "bf": "3", "threads": "1", "x264-params": fixed}
    written = write(tmp_path / "light", Recipe(suffix, frames=FRAMES, options=options))
    found = ingest(written.path)
    decoded = 0

    def count() -> None:
        nonlocal decoded
        decoded += 1

    pts = found.table.pts.tolist()
    cursor = Cursor(str(written.path), "light", found.info.stream_index, pts, check=count)
    maker = PictureMaker(found.info)
    # Also such pictures themselves, and the way back to ones that were passed over.
    for index in (0, 61, 122, 123, 190, 62):
        (picture,) = maker.rgb(cursor.picture(index))
        assert barcode.read(picture) == index
        if index == 190:
            assert decoded < FRAMES // 2
    cursor.close()
