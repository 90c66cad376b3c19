"""The whole way from pictures to weights that the product runs, in miniature."""

import csv
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")
import torch

from mattebox.errors import InputError
from mattebox.evaluation.simulated_user import overlap
from mattebox.inference import load
from mattebox.segmentation import Click, Refiner
from mattebox.training.refinement import RefinementTraining, train
from mattebox.training.refinement_data import load_corpus
from mattebox.training.refinement_export import export_refinement
from mattebox.training.refinement_rounds import edge_weight, mask_loss


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(0)
    for folder in ("images/shapes/images", "images/shapes/masks", "cutouts/a", "backgrounds/b"):
        (root / folder).mkdir(parents=True)
    for number in range(8):
        plate = random.integers(0, 120, (96, 120, 3), np.uint8)
        labels = np.zeros((96, 120), np.uint8)
        cv2.circle(labels, (40 + 5 * number, 48), 22, 1, cv2.FILLED)
        plate[labels > 0] += np.array([20, 60, 120], np.uint8)
        cv2.imwrite(str(root / f"images/shapes/images/{number}.png"), plate)
        cv2.imwrite(str(root / f"images/shapes/masks/{number}.png"), labels)
    return root


def config(data: Path, run: Path) -> RefinementTraining:
    return RefinementTraining(
        data=data,
        run=run,
        cache=run / "cache",
        steps=4,
        batch=2,
        sizes=(64, 96),
        grow_at=(0.5,),
        encoder_from=0.5,
        judge_minutes=0,
        judged=1,
        pretrained=False,
    )


@pytest.fixture(scope="module")
def run(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    lines: list[str] = []
    assert train(config(data, folder), lines.append) == folder / "best.pt"
    assert lines
    return folder


def test_a_run_leaves_checkpoints_and_a_curve(run: Path) -> None:
    rows = list(csv.DictReader((run / "curve.csv").open()))
    assert [row["size"] for row in rows] == ["64", "64", "96", "96"]
    assert all(float(row["IoU@5"]) >= 0 for row in rows)
    assert (run / "last.pt").exists()
    assert not list(run.glob("*.tmp"))


def test_a_run_goes_on_where_it_ended(data: Path, run: Path) -> None:
    lines: list[str] = []
    train(replace(config(data, run), steps=5), lines.append)
    assert lines[0].startswith("resumed at step 4")
    assert torch.load(run / "last.pt", weights_only=True)["step"] == 5


def test_exported_weights_run_and_name_no_folder_of_this_machine(run: Path, tmp_path: Path) -> None:
    paths = export_refinement(run / "best.pt", tmp_path, about={"machine": "a test"})
    for path in paths:
        for content in (path.read_bytes(), path.with_suffix(".json").read_bytes()):
            assert str(run).encode() not in content
            assert str(Path.home()).encode() + b"/" not in content
    engines = [
        load(name, directory=tmp_path) for name in ("refinement-encode", "refinement-decode")
    ]
    refiner = Refiner(engines=(engines[0], engines[1]))
    mask = refiner.refine(np.zeros((40, 50, 3), np.uint8), [Click(0.5, 0.5, True)])
    assert mask.shape == (40, 50)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no annotated pictures"):
        train(config(tmp_path, tmp_path / "run"))


def test_samples_show_their_object(data: Path, run: Path) -> None:
    corpus = load_corpus(data, run / "cache")
    random = np.random.default_rng(1)
    for _ in range(20):
        sample = corpus.draw(random, 64)
        assert sample.image.shape == (64, 64, 3)
        assert np.count_nonzero(sample.target) > 10
        assert overlap(sample.target, sample.others) == 0


def test_loss_falls_as_a_mask_gets_better_and_weighs_the_edge() -> None:
    target = torch.zeros(1, 1, 32, 32)
    target[..., 8:24, 8:24] = 1
    weight = edge_weight(target)
    right = (target * 2 - 1) * 6
    losses = [float(mask_loss(right * scale, target, weight)) for scale in (-0.5, 0, 0.3, 1)]
    assert losses == sorted(losses, reverse=True)
    assert weight[0, 0, 8, 16] > weight[0, 0, 16, 16]
