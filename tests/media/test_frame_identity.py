"""Every index names the right picture, in every form of file and every order of reading."""

from __future__ import annotations

import numpy as np
import pytest

from mattebox.media import FrameReader, FrameTable, Ingested, ingest
from tests.support import barcode
from tests.support.clips import FORMS, Written

ORDERS = ("sequential", "backward", "random", "single", "sparse")


def order(name: str, count: int) -> list[list[int]]:
    """Lists of indices, each to be read in one go."""
    rng = np.random.default_rng(count)
    return {
        "sequential": [list(range(count))],
        "backward": [list(range(count))[::-1]],
        "random": [rng.permutation(count).tolist()],
        "single": [[int(index)] for index in rng.permutation(count)[:12]],
        "sparse": [list(range(count // 7, count, 5))],
    }[name]


@pytest.fixture(scope="module", params=FORMS)
def clip(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Written, Ingested]:
    written = FORMS[request.param](tmp_path_factory.mktemp("clip") / "clip")
    return written, ingest(written.path)


def test_the_table_has_the_frames_and_their_times(clip: tuple[Written, Ingested]) -> None:
    written, found = clip
    table = found.table
    assert table.frame_count == len(written.numbers)
    assert table.damage is None
    assert table.ticks[0] == 0
    assert (np.diff(table.ticks) > 0).all()
    assert table.end_tick > table.ticks[-1]
    if written.seconds is not None:
        ticks = table.ticks / table.timescale
        np.testing.assert_allclose(ticks, written.seconds, atol=0.0021)


def test_the_picture_is_upright(clip: tuple[Written, Ingested]) -> None:
    written, found = clip
    assert (found.info.source_width, found.info.source_height) == written.size


@pytest.mark.parametrize("reading", ORDERS)
def test_every_index_names_its_picture(clip: tuple[Written, Ingested], reading: str) -> None:
    written, found = clip
    with FrameReader(written.path, found.info, found.table) as reader:
        for indices in order(reading, found.table.frame_count):
            read = [(index, barcode.read(frame)) for index, frame in reader.read(indices)]
            assert read == [(index, written.numbers[index]) for index in indices]


@pytest.mark.parametrize("size", ["working", "source"])
def test_planes_name_the_same_pictures(clip: tuple[Written, Ingested], size: str) -> None:
    written, found = clip
    count = found.table.frame_count
    start, stop = count // 3, min(count // 3 + 9, count)
    with FrameReader(written.path, found.info, found.table) as reader:
        planes = dict(reader.read_planes(start, stop, size=size))  # type: ignore[arg-type]
    for index in range(start, stop):
        shift = planes[index].bit_depth - 8
        assert barcode.read(planes[index].y >> shift) == written.numbers[index]


def test_decoding_everything_gives_the_table_of_the_packets(
    clip: tuple[Written, Ingested], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Small files are always decoded whole, so the quick way is asked for by name here."""
    from mattebox.media import _survey
    from mattebox.media.limits import Limits

    written, found = clip
    monkeypatch.setattr(_survey, "_CHEAP_PIXELS", 0)
    quick = _survey.survey(str(written.path), "clip", Limits(), lambda: None)
    assert FrameTable.from_json(quick["table"]).hash == found.table.hash
