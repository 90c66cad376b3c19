"""A run that was stopped and resumed ends where one that was left alone ends."""

from dataclasses import replace
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from mattebox.training.batches import batches  # noqa: E402
from mattebox.training.curve import add_row, forget_after  # noqa: E402
from mattebox.training.propagation import PropagationRun, PropagationTraining  # noqa: E402
from mattebox.training.propagation_data import Clips  # noqa: E402
from mattebox.training.refinement import RefinementTraining, train  # noqa: E402


class Stopped(Exception):  # noqa: N818 - not an error: it is what was asked for
    """What ends a run in the middle."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film in which a disk rolls, and its frames as pictures."""
    root = tmp_path_factory.mktemp("data")
    film, pictures = root / "sequences" / "films" / "rolling", root / "images" / "disks"
    random = np.random.default_rng(5)
    for folder, kind in ((film, "frames"), (pictures, "images")):
        (folder / kind).mkdir(parents=True)
        (folder / "masks").mkdir()
        for number in range(6):
            mask = np.zeros((48, 64), np.uint8)
            cv2.circle(mask, (20 + number, 24), 12, 1, cv2.FILLED)
            picture = random.integers(0, 255, (48, 64, 3), np.uint8)
            cv2.imwrite(str(folder / kind / f"{number:05d}.png"), picture)
            cv2.imwrite(str(folder / "masks" / f"{number:05d}.png"), mask)
    return root


def test_propagation(data: Path, tmp_path: Path) -> None:
    config = PropagationTraining(
        data=data,
        run=tmp_path / "whole",
        cache=tmp_path / "cache",
        pretrained=False,
        steps=4,
        frames=6,
        sizes=(64,),
        encoder_from=0.3,
    )
    clips = Clips(config)

    def go(run: PropagationRun, steps: int) -> PropagationRun:
        for drawn, random in islice(batches(clips.draw, 1, run.moments(), 0), steps):
            run.step(drawn, random)
        return run

    whole = go(PropagationRun(config), 4)
    stopped = replace(config, run=tmp_path / "stopped")
    go(PropagationRun(stopped), 2).save()
    resumed = go(PropagationRun(stopped), 2)
    for one, other in ((whole.network, resumed.network), (whole.average, resumed.average)):
        for name, value in one.state_dict().items():
            assert torch.equal(value, other.state_dict()[name]), name


def test_refinement(data: Path, tmp_path: Path) -> None:
    config = RefinementTraining(
        data=data,
        run=tmp_path / "whole",
        cache=tmp_path / "cache",
        pretrained=False,
        steps=4,
        minutes=1000,
        batch=2,
        sizes=(64, 96),
        grow_at=(0.7,),
        encoder_from=0.3,
        judge_minutes=0,
        judged=1,
    )
    stopped = replace(config, run=tmp_path / "stopped")

    def stop(line: str) -> None:
        if line.startswith("step 3"):
            raise Stopped

    train(config, len)
    with pytest.raises(Stopped):
        train(stopped, stop)
    lines: list[str] = []
    train(stopped, lines.append)
    assert lines[0].startswith("resumed at step 2")
    one, other = (
        torch.load(run / "last.pt", weights_only=True) for run in (config.run, stopped.run)
    )
    rows = [(run / "curve.csv").read_text().splitlines() for run in (config.run, stopped.run)]
    assert [[line.split(",")[1] for line in each] for each in rows] == [["step", *"1234"]] * 2
    for kind in ("network", "average"):
        for name, value in one[kind].items():
            assert torch.equal(value, other[kind][name]), name


def test_a_curve_forgets_the_steps_that_are_taken_again(tmp_path: Path) -> None:
    path = tmp_path / "curve.csv"
    forget_after(path, 3)
    for step in (50, 100, 150):
        add_row(path, {"minutes": 0.5, "step": step, "IoU@1": ""})
    whole = path.read_text()
    forget_after(path, 150)
    assert path.read_text() == whole
    forget_after(path, 100)
    add_row(path, {"minutes": 0.7, "step": 150, "IoU@1": 0.5})
    assert path.read_text().splitlines() == [
        "minutes,step,IoU@1",
        "0.5,50,",
        "0.5,100,",
        "0.7,150,0.5",
    ]
