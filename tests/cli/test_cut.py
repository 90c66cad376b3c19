"""`mattebox cut`, headless: what it writes, what it repeats, what it refuses, how it stops."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

import mattebox
from mattebox.cli import main
from mattebox.cli.marks import ordered
from mattebox.errors import InputError
from mattebox.matting import cover
from mattebox.segmentation import Brush
from tests.cli.footage import HEIGHT, WIDTH, ball_at, rolling_ball

FRAMES = 12


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rolling_ball(tmp_path_factory.mktemp("cut") / "ball.mp4", FRAMES)


def run(*arguments: object) -> int:
    """The exit code of ``mattebox cut`` with these arguments."""
    try:
        main(["cut", *map(str, arguments)])
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else int(bool(leaving.code))
    return 0


def click_on_ball(frame: int = 0) -> str:
    x, y = ball_at(frame, FRAMES)
    return f"{frame},{x},{y}"


def test_two_runs_write_the_object_on_green_with_identical_mattes(
    clip: Path, tmp_path: Path
) -> None:
    reports: list[dict[str, Any]] = []
    for name in ("first", "second"):
        out, told = tmp_path / f"{name}.mp4", tmp_path / f"{name}.json"
        code = run(
            clip, "--click", click_on_ball(), "--exclude", "0,0.9,0.1", "--click",
            click_on_ball(6), "--export", out, "--json", told,
        )  # fmt: skip
        assert code == 0
        reports.append(json.loads(told.read_text()))
    first, second = reports
    assert first["mattes_sha256"] == second["mattes_sha256"]
    assert first["keyframes"] == second["keyframes"]
    assert first["frames"] == FRAMES
    assert [keyframe["frame"] for keyframe in first["keyframes"]] == [0, 6]
    assert [c["include"] for c in first["keyframes"][0]["clicks"]] == [True, False]
    assert first["format"] == "mp4"
    assert first["output"] == str(tmp_path / "first.mp4")
    assert set(first["seconds"]) == {"open", "clicks", "export"}
    with av.open(str(tmp_path / "first.mp4"), "r") as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(pictures) == FRAMES
    for frame in (0, 6):
        x, y = ball_at(frame, FRAMES)
        red, green, _ = pictures[frame][int(y * HEIGHT), int(x * WIDTH)]
        assert red > green
        assert np.abs(pictures[frame][4, 4].astype(int) - (0, 255, 0)).max() <= 6
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"first.mp4", "first.json", "second.mp4", "second.json"}


def test_the_command_and_the_api_make_the_same_mattes(clip: Path, tmp_path: Path) -> None:
    told = tmp_path / "report.json"
    x, y = ball_at(3, FRAMES)
    assert run(clip, "--click", f"3,{x},{y}", "--export", tmp_path / "a.mp4", "--json", told) == 0
    with mattebox.open_clip(clip) as opened:
        ball = opened.object()
        mask = ball.include(3, x, y)
        np.testing.assert_array_equal(dict(ball.masks(2, 5))[3], mask)
        exported = ball.export(tmp_path / "b.mp4", key_color="#00ff00")
    assert exported.mattes_sha256 == json.loads(told.read_text())["mattes_sha256"]


def test_clicks_keep_the_order_of_the_command_line(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tmp_path / "report.json"
    code = run(
        clip, "--exclude", "0,0.9,0.1", f"--click={click_on_ball()}", "--exclude=0,0.1,0.1",
        "--export", tmp_path / "out.mp4", "--json", told, "--key-color", "0000ff",
    )  # fmt: skip
    assert code == 0
    clicks = json.loads(told.read_text())["keyframes"][0]["clicks"]
    assert [(c["x"], c["include"]) for c in clicks] == [(0.9, False), (0.25, True), (0.1, False)]


def test_order_falls_back_to_includes_first() -> None:
    said = ordered({"--click": ["1,0,0", "2,1,1"], "--exclude": ["2,0.5,0.5"]}, [])
    assert [(one.frame, one.option) for one in said] == [
        (1, "--click"), (2, "--click"), (2, "--exclude"),
    ]  # fmt: skip


def test_a_box_and_a_range_are_enough_for_a_sequence(clip: Path, tmp_path: Path) -> None:
    told, out = tmp_path / "report.json", tmp_path / "ball.zip"
    x, y = ball_at(4, FRAMES)
    box = f"4,{x - 0.2},{max(0, y - 0.3)},{x + 0.2},{min(1, y + 0.3)}"
    code = run(
        clip, "--box", box, "--exclude", "4,0.95,0.05", "--start", 3, "--stop", 6,
        "--export", out, "--json", told,
    )  # fmt: skip
    assert code == 0
    report = json.loads(told.read_text())
    assert (report["format"], report["frames"]) == ("png", 3)
    keyframe = report["keyframes"][0]
    assert (len(keyframe["boxes"]), len(keyframe["clicks"])) == (1, 1)
    with zipfile.ZipFile(out) as archive:
        names = [name for name in archive.namelist() if name.endswith(".png")]
        assert names == ["000003.png", "000004.png", "000005.png"]
        data = np.frombuffer(archive.read("000004.png"), np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    assert picture is not None
    assert picture[int(y * HEIGHT), int(x * WIDTH), 3] > 200
    assert picture[4, 4, 3] == 0


def test_a_file_that_breaks_off_is_cut_as_far_as_it_goes_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = rolling_ball(tmp_path / "whole.mkv", 120).read_bytes()
    broken = tmp_path / "broken.mkv"
    broken.write_bytes(whole[: len(whole) * 2 // 3])
    x, y = ball_at(0, 120)
    out = tmp_path / "out.mp4"
    assert run(broken, "--click", f"0,{x},{y}", "--export", out, "--stop", 4) == 0
    assert "breaks off" in capsys.readouterr().err


def test_a_log_gets_lines_instead_of_a_bar(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(clip, "--click", click_on_ball(), "--export", tmp_path / "a.mp4") == 0
    lines = capsys.readouterr().err.splitlines()
    assert f"Cutting: {FRAMES} of {FRAMES} frames" in lines
    assert all(lines)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--click", "0,0.5"], "is not FRAME,X,Y"),
        (["--click", "0,0.5,0.5,0.5"], "is not FRAME,X,Y"),
        (["--click", "zero,0.5,0.5"], "is not FRAME,X,Y"),
        (["--click", "1.5,0.5,0.5"], "is not FRAME,X,Y"),
        (["--click", ""], "is not FRAME,X,Y"),
        (["--click", "0,1.01,0.5"], "outside the picture"),
        (["--click", "0,0.5,-0.1"], "outside the picture"),
        (["--click", "0,nan,0.5"], "outside the picture"),
        (["--click", "0,inf,0.5"], "outside the picture"),
        (["--click=-1,0.5,0.5"], "frames are counted from 0"),
        (["--click", "12,0.5,0.5"], "has the frames 0 to 11"),
        (["--exclude", "0,0.5,0.5"], "has only --exclude points"),
        (["--click", "0,0.5,0.5", "--exclude", "4,0.5,0.5"], "Frame 4 has only --exclude"),
        ([], "There is no click"),
        (["--click", "0,0.5,0.5", "--format", "avi"], "no export format"),
        (["--click", "0,0.5,0.5", "--format", "prores4444"], "name it out.mov"),
        (["--click", "0,0.5,0.5", "--start", "8", "--stop", "8"], "holds no frames"),
        (["--click", "0,0.5,0.5", "--start", "-1"], "holds no frames"),
        (["--click", "0,0.5,0.5", "--stop", "13"], "choose it within 0 to 12"),
        (["--box", "0,0.5,0.5,0.4,0.9"], "holds nothing"),
        (["--box", "0,0.5,0.5"], "is not FRAME,LEFT,TOP,RIGHT,BOTTOM"),
        (["--box", "0,0.1,0.1,0.4,1.9"], "outside the picture"),
        (["--click", "0,0.5,0.5", "--key-color", "greenish"], "no colour"),
        (["--click", "0,0.5,0.5", "--engine", "abacus"], "no inference engine"),
        (["--click", "0,0.5,0.5", "--grow", "8"], "grow is 8; set it within -7.2 to 7.2 pixels"),
        (["--click", "0,0.5,0.5", "--despill", "1.5"], "set it within 0 to 1."),
        (["--click", "0,0.5,0.5", "--clip-white", "nan"], "clip white is nan"),
        (["--click", "0,0.5,0.5", "--clip-black", "0.8", "--clip-white", "0.8"], "over the black"),
    ],
)
def test_what_makes_no_sense_is_told_in_one_sentence(
    clip: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    sentence: str,
) -> None:
    assert run(clip, *arguments, "--export", tmp_path / "out.mp4") == 2
    told = capsys.readouterr().err.strip()
    assert sentence in told
    assert len([line for line in told.splitlines() if line.startswith("mattebox: ")]) == 1
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []


def test_places_that_cannot_be_are_told(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    click = ["--click", "0,0.5,0.5"]
    text = tmp_path / "text.mp4"
    text.write_text("this is no video")
    empty = tmp_path / "empty.mp4"
    empty.touch()
    out = tmp_path / "out.mp4"
    cases = [
        ([clip, *click], "--export"),
        ([clip, *click, "--export", tmp_path / "none" / "out.mp4"], "does not exist"),
        ([clip, *click, "--export", out, "--json", tmp_path / "none" / "f"], "does not exist"),
        ([clip, *click, "--export", clip], "the clip itself"),
        ([clip, *click, "--export", out, "--json", tmp_path / "a" / ".." / "out.mp4"], "another"),
        ([clip, *click, "--export", tmp_path / f"{'o' * 240}.mp4"], "choose another place"),
        ([clip, *click, "--export", out, "--json", tmp_path / ("r" * 300)], "choose another place"),
        ([tmp_path / "missing.mp4", *click, "--export", out], "does not exist"),
        ([tmp_path, *click, "--export", out], "is no file"),
        ([text, *click, "--export", out], "text.mp4"),
        ([empty, *click, "--export", out], "empty"),
    ]
    for arguments, sentence in cases:
        assert run(*arguments) == 2
        told = " ".join(capsys.readouterr().err.split())
        assert sentence in told
        assert "Traceback" not in told
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--despill", "2"], "despill is 2; set it within 0 to 1."),
        (["--clip-black", "0.5", "--clip-white", "0.5"], "set the white at least 0.05 over"),
        (["--feather", "nan"], "feather is nan; set it to a number of pixels."),
        (["--grow=-inf"], "grow is -inf; set it to a number of pixels."),
    ],
)
def test_an_edge_that_fits_no_clip_is_told_before_the_clip_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    unread = tmp_path / "text.mp4"
    unread.write_text("this is no video")
    assert run(unread, "--click", "0,0.5,0.5", *arguments, "--export", tmp_path / "out.mp4") == 2
    told = capsys.readouterr().err
    assert sentence in " ".join(told.split())
    assert "text.mp4" not in told


def alpha_of(path: Path, name: str) -> Any:
    with zipfile.ZipFile(path) as archive:
        data = np.frombuffer(archive.read(name), np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    assert picture is not None
    return picture[:, :, 3]


def test_the_command_and_the_api_composite_an_edge_and_leave_the_mattes_as_they_are(
    clip: Path, tmp_path: Path
) -> None:
    told, out = tmp_path / "report.json", tmp_path / "ball.zip"
    code = run(
        clip, "--click", click_on_ball(), "--stop", 2, "--export", out, "--json", told,
        "--clip-black", 0.1, "--clip-white", 0.9, "--smooth", 1, "--grow", -1.5, "--feather", 3,
        "--despill", 0.5,
    )  # fmt: skip
    assert code == 0
    report = json.loads(told.read_text())
    edge = mattebox.Edge(0.1, 0.9, 1, -1.5, 3, 0.5)
    assert report["edge"] == asdict(edge)
    with mattebox.open_clip(clip) as opened:
        ball = opened.object(edge)
        _, x, y = map(float, click_on_ball().split(","))
        ball.include(0, x, y)
        exported = ball.export(tmp_path / "api.zip", stop=2)
        masks, mattes = dict(ball.masks(0, 2)), dict(ball.mattes(0, 2))
        with pytest.raises(InputError, match="grow"):
            ball.edge = mattebox.Edge(grow=HEIGHT)
        assert ball.edge == edge
    assert exported.mattes_sha256 == report["mattes_sha256"]
    for index, mask in masks.items():
        wanted = cover(mask, edge)
        assert (wanted != mask).any()
        np.testing.assert_array_equal(mattes[index], wanted)
        for path in (out, tmp_path / "api.zip"):
            np.testing.assert_array_equal(alpha_of(path, f"{index:06d}.png"), wanted)


def test_points_outside_are_refused_by_the_api_and_change_nothing(clip: Path) -> None:
    with mattebox.open_clip(clip) as opened:
        ball = opened.object()
        for frame, x in ((FRAMES, 0.5), (-1, 0.5), (0, 1.5)):
            with pytest.raises(InputError):
                ball.include(frame, x, 0.5)
        assert not ball.keyframes
        with pytest.raises(InputError, match="no keyframe yet"):
            ball.masks()
        with pytest.raises(InputError, match="no object to export"):
            opened.export(clip.with_name("out.mp4"), [])


def test_a_box_finds_what_is_in_it_and_further_marks_go_on_from_there(clip: Path) -> None:
    with mattebox.open_clip(clip) as opened:
        ball = opened.object()
        x, y = (float(part) for part in click_on_ball().split(",")[1:])
        clicked = ball.include(0, x, y)
        rows, columns = np.nonzero(clicked >= 128)
        left, right = (columns.min() - 3) / WIDTH, (columns.max() + 4) / WIDTH
        top, bottom = (rows.min() - 3) / HEIGHT, (rows.max() + 4) / HEIGHT
        boxed = opened.object()
        mask = boxed.box(0, left, top, right, bottom)
        both = np.count_nonzero((mask >= 128) & (clicked >= 128))
        assert both / np.count_nonzero((mask >= 128) | (clicked >= 128)) > 0.8
        dab = Brush(((0.9, 0.9),), 0.05, include=True, direct=True)
        assert boxed.mark(0, dab)[int(0.9 * HEIGHT), int(0.9 * WIDTH)] == 255
        assert len(boxed.marks[0]) == 2
        assert boxed.clicks[0] == []


def test_given_masks_are_combined_in_the_export(clip: Path, tmp_path: Path) -> None:
    with mattebox.open_clip(clip) as opened:
        left, right = opened.object(), opened.object()
        mask = np.zeros((HEIGHT, WIDTH), np.uint8)
        with pytest.raises(InputError, match="it must be"):
            left.set_mask(0, mask[:-2])
        left.set_mask(0, mask)
        told = mask.tobytes()
        mask[:, : WIDTH // 2] = 255
        right.set_mask(0, mask)
        told += mask.tobytes()
        exported = opened.export(tmp_path / "both.mp4", [left, right], stop=1)
    assert exported.mattes_sha256 == hashlib.sha256(told).hexdigest()
    with av.open(str(exported.path), "r") as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert np.abs(picture[10, WIDTH - 10].astype(int) - (0, 255, 0)).max() <= 6
    assert picture[10, 10, 1] < 160


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_nothing_half_written(tmp_path: Path, number: signal.Signals) -> None:
    source = rolling_ball(tmp_path / "long.mp4", 600)
    out = tmp_path / "out"
    out.mkdir()
    x, y = ball_at(0, 600)
    process = subprocess.Popen(
        [sys.executable, "-c", "from mattebox.cli import main; main()", "cut", str(source),
         "--click", f"0,{x},{y}", "--export", str(out / "out.mp4"), "--json", str(out / "r.json")],
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 120
    while not list(out.iterdir()) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(out.iterdir())
    # As a terminal does it: the whole group hears it.
    os.killpg(process.pid, number)
    told = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert "Cancelled" in told
    assert "Traceback" not in told
    assert list(out.iterdir()) == []
