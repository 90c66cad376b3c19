"""What decodes of a damaged file is kept, nothing is shifted, and the table tells the loss."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mattebox.errors import InputError
from mattebox.media import DecoderPool, DecodingError, FrameReader, Ingested, ingest
from mattebox.media._bitstream import nal_units_are_whole
from tests.support import barcode
from tests.support.clips import Recipe, Written, cut_tail, write, zero

GROUPS = {"preset": "veryfast", "bf": "3", "g": "15", "threads": "1"}
FAST_START = {"movflags": "faststart"}


def numbers(path: Path, found: Ingested, order: list[int]) -> list[int | None]:
    with FrameReader(path, found.info, found.table) as reader:
        read = {index: barcode.read(frame) for index, frame in reader.read(order)}
    return [read[index] for index in range(found.table.frame_count)]


def make(path: Path, suffix: str) -> Written:
    if suffix == ".webm":
        return write(path, Recipe(suffix, "libvpx-vp9"))
    container = FAST_START if suffix == ".mp4" else {}
    return write(path, Recipe(suffix, options=GROUPS, container=container))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm", ".ts"])
def test_a_file_that_breaks_off_keeps_its_beginning(tmp_path: Path, suffix: str) -> None:
    written = make(tmp_path / "clip", suffix)
    cut_tail(written.path, 0.6)
    found = ingest(written.path)
    count = found.table.frame_count
    assert 15 < count < 50
    expected = list(range(count))
    assert numbers(written.path, found, expected) == expected
    assert numbers(written.path, found, expected[::-1]) == expected
    if suffix == ".ts":
        # A transport stream has no end that could be missing.
        assert found.table.damage is None
    else:
        assert "breaks off early" in str(found.table.damage)


def test_a_file_that_breaks_off_says_how_many_frames_are_missing(tmp_path: Path) -> None:
    written = make(tmp_path / "clip", ".mp4")
    cut_tail(written.path, 0.6)
    found = ingest(written.path)
    missing = 60 - found.table.frame_count
    assert f"{missing} of 60 frames are missing" in str(found.table.damage)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_a_hole_of_zeros_shifts_no_frame(tmp_path: Path, suffix: str) -> None:
    written = make(tmp_path / "clip", suffix)
    zero(written.path, 0.5, 0.56)
    found = ingest(written.path)
    assert "damaged" in str(found.table.damage)
    count = found.table.frame_count
    forward = numbers(written.path, found, list(range(count)))
    assert forward == numbers(written.path, found, list(range(count))[::-1])
    times = np.round(found.table.ticks / found.table.timescale * 24).astype(int)
    named = [(int(time), number) for time, number in zip(times, forward, strict=True)]
    right = [time == number for time, number in named]
    assert sum(right) >= count - 10
    # Far from the hole every frame is itself.
    assert forward[:15] == list(range(15))
    assert named[-10:] == [(number, number) for number in range(50, 60)]


def test_noise_inside_a_picture_shifts_no_frame_though_the_packets_look_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mattebox.media import _survey
    from mattebox.media.clip import ClipInfo
    from mattebox.media.frame_table import FrameTable
    from mattebox.media.limits import Limits

    written = make(tmp_path / "clip", ".mkv")
    data = bytearray(written.path.read_bytes())
    noise = np.random.default_rng(3).integers(3, 255, 60, np.uint8).tobytes()
    for place in (0.35, 0.55, 0.7):
        at = int(len(data) * place)
        data[at : at + len(noise)] = noise
    written.path.write_bytes(bytes(data))
    monkeypatch.setattr(_survey, "_CHEAP_PIXELS", 0)
    found = _survey.survey(str(written.path), "clip", Limits(), lambda: None)
    table = FrameTable.from_json(found["table"])
    clip = Ingested(ClipInfo.from_json(found["info"]), table)
    for order in (list(range(table.frame_count)), list(range(table.frame_count))[::-1]):
        read = numbers(written.path, clip, order)
        times = np.round(table.ticks / table.timescale * 24).astype(int)
        later = [n - t for n, t in zip(read, times, strict=True) if n is not None and n > t]
        assert later == []
        assert sum(n == t for n, t in zip(read, times, strict=True)) >= 20
        assert read[:10] == list(range(10))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm", ".ts", ".avi"])
def test_no_mutilated_file_does_more_than_be_refused(
    tmp_path: Path, suffix: str, pool: DecoderPool
) -> None:
    """Bytes changed at random: refused by name, or read with every frame in its place."""
    recipe = Recipe(suffix, "mpeg4") if suffix == ".avi" else Recipe(suffix, options=GROUPS)
    recipe = Recipe(suffix, "libvpx-vp9") if suffix == ".webm" else recipe
    whole = write(tmp_path / "whole", recipe).path.read_bytes()
    rng = np.random.default_rng(11)
    told: list[str] = []
    for attempt in range(8):
        data = bytearray(whole)
        reach = len(data) if attempt % 2 else 3000
        for at in rng.integers(0, reach, 1 + 8 * attempt):
            data[at] = rng.integers(256)
        path = tmp_path / f"mutilated{suffix}"
        path.write_bytes(bytes(data))
        try:
            found = ingest(path, pool=pool)
        except (InputError, DecodingError) as refused:
            told.append(str(refused))
            continue
        indices = rng.permutation(found.table.frame_count)[:4].tolist()
        with FrameReader(path, found.info, found.table, pool=pool) as reader:
            together = {i: barcode.read(frame) for i, frame in reader.read(sorted(indices))}
            alone = {i: barcode.read(next(reader.read([i]))[1]) for i in indices}
        assert all(None in {together[i], alone[i]} or together[i] == alone[i] for i in indices)
    assert all("mutilated" in sentence for sentence in told)


def test_units_that_do_not_fill_their_packet_are_noticed() -> None:
    whole = b"\0\0\0\4\x65\x11\x22\x33" + b"\0\0\0\2\x06\x05"
    assert nal_units_are_whole(whole, 4)
    assert not nal_units_are_whole(whole[:-1], 4)
    assert not nal_units_are_whole(whole + b"\0", 4)
    assert not nal_units_are_whole(b"\0\0\0\5\x65\0\0\0\x33", 4)
    assert not nal_units_are_whole(b"\0\0\0\0" + whole, 4)
    assert not nal_units_are_whole(b"\0\0\0\1\x85", 4)
