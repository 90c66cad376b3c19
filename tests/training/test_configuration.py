"""Training runs as they are started from the command line, every phase in miniature."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from typer.testing import CliRunner  # noqa: E402

from mattebox.cli.main import app  # noqa: E402
from mattebox.errors import InputError  # noqa: E402
from mattebox.inference.weights import DIRECTORY  # noqa: E402
from mattebox.networks.propagation import PropagationNetwork  # noqa: E402
from mattebox.networks.refinement import RefinementNetwork  # noqa: E402
from mattebox.training.configuration import read_configuration  # noqa: E402
from mattebox.training.fingerprint import fingerprints  # noqa: E402
from mattebox.training.propagation import PropagationTraining, train  # noqa: E402
from mattebox.training.propagation_export import release  # noqa: E402
from mattebox.training.refinement import RefinementTraining  # noqa: E402
from mattebox.training.refinement import train as train_refinement  # noqa: E402
from mattebox.training.refinement_export import export_refinement  # noqa: E402
from mattebox.training.starting import (  # noqa: E402
    propagation_history,
    propagation_weights,
    refinement_history,
    refinement_weights,
)

CONFIGS = Path(__file__).parents[2] / "configs"
PHASES = ("propagation-1-static", "propagation-2-real", "propagation-3-rollout")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six pictures of a disk, and a film in which it rolls."""
    root = tmp_path_factory.mktemp("data")
    pictures, film = root / "images" / "disks", root / "sequences" / "films" / "rolling"
    for folder in (pictures / "images", pictures / "masks", film / "frames", film / "masks"):
        folder.mkdir(parents=True)
    random = np.random.default_rng(3)
    for index in range(8):
        picture = cv2.resize(random.integers(0, 120, (6, 8, 3), np.uint8), (128, 96))
        mask = np.zeros((96, 128), np.uint8)
        cv2.circle(mask, (40 + 5 * index, 48), 22, 1, cv2.FILLED)
        picture[mask > 0] = (30, 200, 90)
        for folder, kind in ((pictures, "images"), (film, "frames")):
            cv2.imwrite(str(folder / kind / f"{index:05d}.png"), picture)
            cv2.imwrite(str(folder / "masks" / f"{index:05d}.png"), mask)
    return root


def test_every_phase_takes_over_from_the_one_before(data: Path, tmp_path: Path) -> None:
    start: Path | None = None
    for phase in PHASES:
        config = read_configuration(
            PropagationTraining,
            CONFIGS / f"{phase}.toml",
            data=data,
            run=tmp_path / phase,
            cache=tmp_path / "cache",
            steps=3,
            start=start,
        )
        small = replace(
            config,
            frames=6,
            sizes=tuple(64 + 32 * place for place in range(len(config.sizes))),
            pretrained=False,
        )
        last = train(small)
        weights = torch.load(last, weights_only=True)["network"]
        assert all(torch.isfinite(value).all() for value in weights.values())
        if start is not None:
            before = torch.load(start / "snapshots" / last.name, weights_only=True)["network"]
            moved = max(float((weights[name] - before[name]).abs().max()) for name in weights)
            assert 0 < moved < 0.05
        start = tmp_path / phase


def test_the_refinement_configuration_trains(data: Path, tmp_path: Path) -> None:
    config = read_configuration(
        RefinementTraining,
        CONFIGS / "refinement.toml",
        data=data,
        run=tmp_path / "run",
        cache=tmp_path / "cache",
        steps=3,
        batch=2,
        sizes=(64, 64, 96),
        judged=1,
        pretrained=False,
    )
    assert train_refinement(config).exists()
    onwards = replace(config, run=tmp_path / "next", start=config.run, steps=1)
    assert train_refinement(onwards).exists()


def test_a_field_that_does_not_exist_or_fit_is_named(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    given: dict[str, Any] = {"data": tmp_path, "run": tmp_path, "cache": tmp_path}
    for text, said in (
        ("bach = 3", "bach, which is no field"),
        ('batch = "many"', "does not fit at batch"),
        ("batch = ", "is not TOML"),
    ):
        file.write_text(text)
        with pytest.raises(InputError, match=said):
            read_configuration(RefinementTraining, file, **given)
    for text, said in (
        ("sizes = [256]", "does not fit: grow_at must rise"),
        ("sizes = [256, 320]\ngrow_at = [0.5, 0.8]", "does not fit: grow_at must rise"),
        ("sizes = [200]\ngrow_at = []", "multiples of 16"),
        ("minutes = 0", "more than 0"),
        ("steps = 0", "more than 0"),
    ):
        file.write_text(text)
        with pytest.raises(InputError, match=said):
            read_configuration(RefinementTraining, file, **given)
    file.write_text("orders = [[0, 1, 2]]")
    with pytest.raises(InputError, match="as many order_chances as orders"):
        read_configuration(PropagationTraining, file, **given)
    with pytest.raises(InputError, match="no configuration file"):
        read_configuration(RefinementTraining, tmp_path / "none.toml", **given)


def test_the_command_line_refuses_what_cannot_be_started_from(data: Path, tmp_path: Path) -> None:
    common = ["--data", str(data), "--run", str(tmp_path / "run"), "--steps", "1"]
    for network in ("refinement", "propagation"):
        start = ["--start", str(tmp_path / "nothing")]
        done = CliRunner().invoke(app, ["train", network, *common, *start])
        assert isinstance(done.exception, InputError)
        assert "no folder of exported weights" in str(done.exception)


def test_training_goes_on_from_the_weights_that_ship(tmp_path: Path) -> None:
    for network, weights in (
        (PropagationNetwork(), propagation_weights(DIRECTORY)),
        (RefinementNetwork(), refinement_weights(DIRECTORY)),
    ):
        random = {name: value.clone() for name, value in network.state_dict().items()}
        network.load_state_dict(weights)
        changed = [name for name, value in network.state_dict().items() if value.ndim > 1]
        assert all(not torch.equal(random[name], weights[name]) for name in changed)
    (tmp_path / "best.pt").write_bytes(b"half a fi")
    with pytest.raises(InputError, match="cannot be read as a checkpoint"):
        refinement_weights(tmp_path)


def test_cards_tell_the_runs_before(data: Path, tmp_path: Path) -> None:
    small: dict[str, Any] = {"data": data, "cache": tmp_path / "cache", "pretrained": False}
    first = RefinementTraining(
        run=tmp_path / "a", steps=2, batch=2, sizes=(64,), grow_at=(), judged=1, **small
    )
    second = replace(first, run=tmp_path / "b", steps=1, start=first.run)
    train_refinement(first)
    card = export_refinement(train_refinement(second), tmp_path / "out")[0].with_suffix(".json")
    told = json.loads(card.read_text())
    assert [run["steps"] for run in told["history"]] == [2]
    assert told["steps"] == 1
    assert set(told["scores"]["held_out"]) == {"IoU@1", "IoU@3", "IoU@5"}
    assert [run["steps"] for run in refinement_history(tmp_path / "out")] == [2, 1]
    clips: dict[str, Any] = {
        "frames": 3,
        "sizes": (64,),
        "orders": ((0, 1, 2),),
        "order_chances": (1.0,),
    }
    one = PropagationTraining(run=tmp_path / "c", steps=2, **small, **clips)
    two = replace(one, run=tmp_path / "d", steps=1, start=train(one))
    train(two)
    release(replace(two, held_out=()), tmp_path / "out")
    assert [run["steps"] for run in propagation_history(tmp_path / "out")] == [2, 1]
    assert propagation_history(tmp_path / "gone") == refinement_history(tmp_path / "gone") == []


def test_data_is_known_again_by_its_fingerprint(data: Path, tmp_path: Path) -> None:
    first = fingerprints(data)
    assert set(first) == {"images/disks", "sequences/films"}
    assert first["images/disks"]["files"] == 16
    assert json.loads(json.dumps(first)) == fingerprints(data)
    other = tmp_path / "images" / "disks"
    other.mkdir(parents=True)
    (other / "a.txt").write_text("a")
    one = fingerprints(tmp_path)
    (other / "a.txt").write_text("b")
    assert one != fingerprints(tmp_path)
