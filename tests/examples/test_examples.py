"""The example scripts run as they are shown."""

from __future__ import annotations

import runpy
from collections.abc import Callable, Sequence
from pathlib import Path

import av
import pytest

from tests.cli.footage import ball_at, rolling_ball

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def example(name: str) -> Callable[[Sequence[str]], None]:
    main: Callable[[Sequence[str]], None] = runpy.run_path(str(EXAMPLES / f"{name}.py"))["main"]
    return main


def frame_count(path: Path) -> int:
    with av.open(str(path), "r") as container:
        return sum(1 for _ in container.decode(video=0))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rolling_ball(tmp_path_factory.mktemp("examples") / "ball.mp4", 8)


def test_every_example_has_a_test() -> None:
    names = {path.stem for path in EXAMPLES.glob("*.py")}
    assert names == {"cut_object", "read_mattes", "sample_key"}


def test_cut_object(clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    x, y = ball_at(0, 8)
    out = tmp_path / "out.mp4"
    example("cut_object")(
        [str(clip), str(out), "--click", f"0,{x},{y}", "--exclude", "0,0.95,0.05", "--feather", "2"]
    )
    assert frame_count(out) == 8
    assert "8 frames" in capsys.readouterr().out


def test_read_mattes(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    x, y = ball_at(0, 8)
    example("read_mattes")([str(clip), f"0,{x},{y}"])
    lines = capsys.readouterr().out.splitlines()
    assert [int(line.split()[0]) for line in lines] == list(range(8))
    assert [float(line.split()[1]) for line in lines] == pytest.approx([n / 25 for n in range(8)])
    example("read_mattes")([str(clip), f"0,{x},{y}", "--grow", "-3"])
    smaller = capsys.readouterr().out.splitlines()
    for line, less in zip(lines, smaller, strict=True):
        assert 0 < float(less.split()[3]) < float(line.split()[3])


def test_sample_key(tmp_path: Path) -> None:
    example("sample_key")([str(tmp_path / "made"), "--stop", "4"])
    assert frame_count(tmp_path / "made" / "fish.mp4") == 4
