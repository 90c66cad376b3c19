"""What is learnt from, and that what checkpoints are chosen by is kept away from it."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from mattebox.errors import InputError  # noqa: E402
from mattebox.training.propagation import PropagationTraining, train  # noqa: E402
from mattebox.training.refinement_data import HELD_OUT_SET, HELD_OUT_STEP, load_corpus  # noqa: E402


def write_pictures(folder: Path, kind: str, count: int) -> None:
    (folder / kind).mkdir(parents=True)
    (folder / "masks").mkdir()
    random = np.random.default_rng(5)
    for number in range(count):
        mask = np.zeros((48, 64), np.uint8)
        cv2.circle(mask, (20 + number, 24), 12, 1, cv2.FILLED)
        picture = cv2.resize(random.integers(0, 255, (6, 8, 3), np.uint8), (64, 48))
        cv2.imwrite(str(folder / kind / f"{number:05d}.png"), picture)
        cv2.imwrite(str(folder / "masks" / f"{number:05d}.png"), mask)


def test_pictures_that_choose_checkpoints_are_not_learnt_from(tmp_path: Path) -> None:
    write_pictures(tmp_path / "images" / HELD_OUT_SET, "images", 2 * HELD_OUT_STEP)
    corpus = load_corpus(tmp_path, tmp_path / "cache")
    kept = {instance.picture for _, instance in corpus.held_out}
    learnt = {instance.picture for each in corpus.folders.values() for _, instance in each}
    assert len(kept) == 2
    assert len(learnt) == 2 * HELD_OUT_STEP - 2
    assert not kept & learnt


def test_frames_of_sequences_are_pictures_too(tmp_path: Path) -> None:
    write_pictures(tmp_path / "images" / "disks", "images", 2)
    write_pictures(tmp_path / "sequences" / "films" / "rolling", "frames", 6)
    corpus = load_corpus(tmp_path, tmp_path / "cache")
    found = corpus.folders["films"]
    assert len(found) == 2
    bank, instance = found[1]
    source = np.asarray(cv2.imread(str(tmp_path / "sequences/films/rolling/frames/00004.png")))
    drawn = bank.image(instance.picture)
    assert np.abs(drawn[..., ::-1].astype(int) - source).mean() < 6
    truth = np.asarray(cv2.imread(str(tmp_path / "sequences/films/rolling/masks/00004.png"), 0))
    assert np.array_equal(bank.mask(instance) > 0, truth > 0)


def test_sequences_that_choose_snapshots_are_not_learnt_from(tmp_path: Path) -> None:
    write_pictures(tmp_path / "data" / "sequences" / "films" / "rolling", "frames", 6)
    config = PropagationTraining(
        data=tmp_path / "data",
        run=tmp_path / "run",
        cache=tmp_path / "cache",
        real_share=1.0,
        pretrained=False,
        steps=1,
        sizes=(64,),
        held_out=("rolling",),
    )
    with pytest.raises(InputError, match="neither images nor sequences"):
        train(config)
    assert train(replace(config, held_out=(), frames=3)).exists()
