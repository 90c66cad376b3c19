"""What both trainings share: devices, batches drawn ahead, and runs that cannot go on."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from shutil import rmtree
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
import torch
from typer.testing import CliRunner

from mattebox.cli.main import app
from mattebox.errors import InputError
from mattebox.networks.encoder import Encoder
from mattebox.training import propagation, refinement
from mattebox.training.batches import batches
from mattebox.training.checkpoints import require_finite
from mattebox.training.configuration import read_configuration
from mattebox.training.devices import described, device_named
from mattebox.training.frozen import FrozenEncoder, features, trained_parameters
from mattebox.training.propagation import PropagationTraining
from mattebox.training.propagation_data import Clips, DrawnClips
from mattebox.training.refinement import RefinementRun, RefinementTraining
from mattebox.training.refinement_data import evenly, load_corpus
from mattebox.training.refinement_export import export_refinement
from tests.training.drawn import write_data

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = write_data(tmp_path_factory.mktemp("data"))
    # Composing pictures of cut-outs takes longer than all the rest.
    rmtree(root / "cutouts")
    return root


@pytest.fixture(scope="module")
def clips(data: Path, tmp_path_factory: pytest.TempPathFactory) -> PropagationTraining:
    """A run of the Propagation Network that was trained for a step."""
    root = tmp_path_factory.mktemp("clips")
    config = PropagationTraining(
        data=data,
        run=root / "run",
        cache=data.parent / f"{data.name}-cache",
        steps=1,
        frames=6,
        sizes=(64,),
        held_out=(),
        pretrained=False,
    )
    propagation.train(config, len)
    return config


@pytest.fixture(scope="module")
def clicks(data: Path, tmp_path_factory: pytest.TempPathFactory) -> RefinementTraining:
    """A run of the Refinement Network that was trained for a step."""
    root = tmp_path_factory.mktemp("clicks")
    config = RefinementTraining(
        data=data,
        run=root / "run",
        cache=data.parent / f"{data.name}-cache",
        steps=1,
        batch=2,
        sizes=(64,),
        grow_at=(),
        judged=1,
        pretrained=False,
    )
    refinement.train(config, len)
    return config


def test_a_file_wins_over_defaults_and_what_is_given_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text('run = "there"\ncache = "near"\nminutes = 3')
    defaults = {"run": Path("runs/plan"), "cache": Path("runs/cache"), "start": Path("before")}
    config = read_configuration(
        RefinementTraining, file, defaults=defaults, data=tmp_path, cache=Path("far"), run=None
    )
    assert (config.run, config.cache) == (Path("there"), Path("far"))
    assert (config.start, config.minutes) == (Path("before"), 3)


def test_the_command_line_keeps_the_folders_of_the_file(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(
        f'run = "{tmp_path / "there"}"\nsizes = [64]\ngrow_at = []\nbatch = 1\npretrained = false'
    )
    arguments = ["--data", str(data), "--config", str(file), "--cache", str(tmp_path / "cache")]
    done = CliRunner().invoke(
        app, ["train", "refinement", *arguments, "--steps", "1", "--device", "cpu"]
    )
    assert done.exit_code == 0, done.output
    assert (tmp_path / "there" / "best.pt").exists()
    assert (tmp_path / "there" / "config.json").exists()
    assert (tmp_path / "cache").is_dir()


def test_devices_are_chosen_by_name() -> None:
    assert device_named("cpu") == CPU
    assert device_named("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    assert described("cpu", 2).startswith("2 thread(s) of ")
    for name in ("tpu", "mps", "cuda:99"):
        with pytest.raises(InputError, match=name):
            device_named(name)


@pytest.mark.skipif(torch.cuda.is_available(), reason="has a GPU")
def test_a_gpu_that_is_not_there_is_said(
    clips: PropagationTraining, clicks: RefinementTraining
) -> None:
    for train, config in ((propagation.train, clips), (refinement.train, clicks)):
        moved: Any = replace(config, device="cuda")
        with pytest.raises(InputError, match="'cuda' is not there: PyTorch sees 0 GPUs"):
            train(moved)


def moments() -> Iterator[tuple[int, float]]:
    for step in range(5):
        yield 3 + step, step / 5


def test_loaders_draw_the_same_clips(clips: PropagationTraining) -> None:
    source = Clips(replace(clips, sizes=(64, 96), grow_at=(0.5,)))
    drawn: list[list[tuple[DrawnClips, np.random.Generator]]] = [
        list(batches(source.draw, 4, moments(), loaders)) for loaders in (0, 2)
    ]
    assert [one.images.shape[2] for one, _ in drawn[0]] == [64, 64, 64, 96, 96]
    for (one, left), (other, too) in zip(*drawn, strict=True):
        assert one.order == other.order
        for name in ("images", "masks", "regions"):
            assert np.array_equal(getattr(one, name), getattr(other, name))
        assert left.random() == too.random()


def test_loaders_lead_to_the_same_weights(clicks: RefinementTraining, tmp_path: Path) -> None:
    found = []
    for loaders in (0, 2):
        config = replace(clicks, run=tmp_path / str(loaders), loaders=loaders, steps=2)
        refinement.train(config, len)
        found.append(torch.load(config.run / "last.pt", weights_only=True)["network"])
    assert all(torch.equal(value, found[1][name]) for name, value in found[0].items())


def test_time_tells_how_far_a_run_is_where_steps_are_not_given(
    clicks: RefinementTraining, tmp_path: Path
) -> None:
    config = replace(clicks, run=tmp_path, steps=None, minutes=10.0)
    run = RefinementRun(config, load_corpus(config.data, config.cache), len)
    run.seconds, run.steps = 150.0, 7
    assert run.progress == 0.25
    assert list(islice(run.moments(), 2)) == [(7, 0.25), (8, 0.25)]


def test_blocks_of_the_encoder_are_trained_from_where_it_is_said() -> None:
    encoder, images = Encoder(), torch.rand(1, 3, 64, 64)
    encoder.requires_grad_(False)
    expected = encoder(images)
    for frozen in (0, 4, len(encoder.blocks)):
        part = FrozenEncoder(encoder, device=CPU, threads=1, blocks=frozen)
        parameters = trained_parameters(encoder, frozen)
        for parameter in parameters:
            parameter.requires_grad_(True)
        found = features(encoder, part, images)
        for one, other in zip(found, expected, strict=True):
            torch.testing.assert_close(one, other)
        assert found.f16.requires_grad == bool(parameters)
        if parameters:
            found.f16.sum().backward()  # type: ignore[no-untyped-call]
        assert all(parameter.grad is not None for parameter in parameters)
        assert sum(p.grad is not None for p in encoder.parameters()) == len(parameters)
        encoder.zero_grad()
        encoder.requires_grad_(False)
    with pytest.raises(InputError, match="must be 0 to 11"):
        trained_parameters(encoder, 12)


def test_both_networks_train_their_whole_encoder(
    clips: PropagationTraining, clicks: RefinementTraining, tmp_path: Path
) -> None:
    whole: dict[str, Any] = {"encoder_blocks_frozen": 0, "encoder_from": 0.0, "steps": 2}
    propagation.train(replace(clips, run=tmp_path / "clips", **whole), len)
    refinement.train(replace(clicks, run=tmp_path / "clicks", **whole), len)
    for before, run, name, part in (
        (clips.run, "clips", "checkpoint.pt", "encoder."),
        (clicks.run, "clicks", "last.pt", "encoder.backbone."),
    ):
        one, other = (
            torch.load(file, weights_only=True)["network"]
            for file in (before / name, tmp_path / run / name)
        )
        key = f"{part}blocks.0.depthwise.weight"
        assert not torch.equal(one[key], other[key])
        assert torch.equal(one[f"{part}stem.weight"], other[f"{part}stem.weight"])


def test_lost_numbers_stop_a_run_before_its_weights(
    clips: PropagationTraining, clicks: RefinementTraining
) -> None:
    for config, train, name in (
        (clips, propagation.train, "checkpoint.pt"),
        (clicks, refinement.train, "last.pt"),
    ):
        before = (config.run / name).read_bytes()
        broken: Any = replace(config, steps=5, learning_rate=float("inf"))
        with pytest.raises(InputError, match=rf"stopped in step \d.*{name} is kept as it is"):
            train(broken, len)
        assert (config.run / name).read_bytes() == before


def test_what_was_never_saved_is_not_named(tmp_path: Path) -> None:
    good, bad = torch.tensor(1.0), torch.tensor(float("nan"))
    require_finite(good, good, checkpoint=tmp_path / "last.pt", step=3)
    with pytest.raises(InputError, match=r"step 3 because its gradient is nan.*none was saved"):
        require_finite(good, bad, checkpoint=tmp_path / "last.pt", step=3)


def test_checkpoints_that_do_not_fit_are_said(
    clips: PropagationTraining, clicks: RefinementTraining, tmp_path: Path
) -> None:
    own = {"clips": clips.run / "checkpoint.pt", "clicks": clicks.run / "last.pt"}
    for train, config, name, other in (
        (propagation.train, clips, "checkpoint.pt", own["clicks"]),
        (refinement.train, clicks, "last.pt", own["clips"]),
    ):
        for content, said in ((b"half a fi", "cannot be read"), (other.read_bytes(), "not fit")):
            run = tmp_path / name
            run.mkdir(exist_ok=True)
            (run / name).write_bytes(content)
            moved: Any = replace(config, run=run)
            with pytest.raises(InputError, match=said):
                train(moved, len)
    whole: Any = replace(clicks, encoder_blocks_frozen=0)
    with pytest.raises(InputError, match="of another network or configuration"):
        refinement.train(whole, len)


def test_a_run_does_not_start_from_the_other_network(
    clips: PropagationTraining, clicks: RefinementTraining, tmp_path: Path
) -> None:
    for train, config, start in (
        (propagation.train, clips, clicks.run / "best.pt"),
        (refinement.train, clicks, next((clips.run / "snapshots").glob("*.pt"))),
        (refinement.train, clicks, clips.run / "checkpoint.pt"),
    ):
        moved: Any = replace(config, run=tmp_path / "run", start=start)
        with pytest.raises(InputError, match="start from a run of the same network"):
            train(moved, len)


def test_cards_hold_typed_fields_of_new_checkpoints_and_old(
    clicks: RefinementTraining, tmp_path: Path
) -> None:
    state = torch.load(clicks.run / "best.pt", weights_only=True)
    assert state["config"]["sizes"] == [64]
    assert state["config"]["start"] is None
    state["config"] = {key: str(value) for key, value in state["config"].items()} | {
        "sizes": "(64, 96)"
    }
    torch.save(state, tmp_path / "old.pt")
    for checkpoint, sizes in ((clicks.run / "best.pt", [64]), (tmp_path / "old.pt", [64, 96])):
        card = export_refinement(checkpoint, tmp_path / "out")[0].with_suffix(".json")
        config = json.loads(card.read_text())["config"]
        assert config["sizes"] == sizes
        assert config["pretrained"] is False
        assert config["learning_rate"] == 6e-4
        assert not {"data", "run", "cache", "start"} & config.keys()


def test_a_curve_holds_means_since_its_last_line(
    clicks: RefinementTraining, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = []
    for every in (1, 2):
        monkeypatch.setattr(refinement, "CURVE_STEPS", every)
        refinement.train(replace(clicks, run=tmp_path / str(every), steps=2), len)
        lines = (tmp_path / str(every) / "curve.csv").read_text().splitlines()
        place = lines[0].split(",").index("loss last")
        rows.append([float(line.split(",")[place]) for line in lines[1:]])
    assert [len(each) for each in rows] == [2, 1]
    assert rows[1][0] == pytest.approx(np.mean(rows[0]), abs=2e-4)


def test_about_as_many_are_judged_as_is_said() -> None:
    assert evenly(range(10), 4) == [0, 2, 5, 7]
    assert evenly(range(3), 8) == [0, 1, 2]
    assert evenly([], 8) == []
