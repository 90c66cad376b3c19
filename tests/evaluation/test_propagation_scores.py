from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mattebox.errors import InputError
from mattebox.evaluation.davis import boundary_accuracy, region_similarity, scores
from mattebox.evaluation.propagation import evaluate
from mattebox.evaluation.sequences import read_sequence


def blob(random: np.random.Generator, height: int = 90, width: int = 160) -> NDArray[np.bool_]:
    noise = random.normal(size=(height, width)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 9)) > 0.01


def test_scores_equal_the_reference_implementation() -> None:
    evaluator = pytest.importorskip("vos_benchmark.evaluator").Evaluator(name="reference")
    random = np.random.default_rng(3)
    truths = [blob(random) for _ in range(6)]
    masks = [truth ^ (blob(random) & blob(random)) for truth in truths]
    masks[2] = np.zeros_like(masks[2])
    for mask, truth in list(zip(masks, truths, strict=True))[1:-1]:
        evaluator.feed_frame(mask.astype(np.uint8), truth.astype(np.uint8))
    similarity, accuracy = evaluator.conclude()
    found = scores(masks, truths)
    assert found["J"] == pytest.approx(similarity[1] / 100, abs=1e-3)
    assert found["F"] == pytest.approx(accuracy[1] / 100, abs=1e-3)
    assert found["J&F"] == pytest.approx((found["J"] + found["F"]) / 2)


def test_empty_masks_agree_and_half_empty_ones_do_not() -> None:
    empty, full = np.zeros((20, 20), bool), np.zeros((20, 20), bool)
    full[5:15, 5:15] = True
    assert region_similarity(empty, empty) == boundary_accuracy(empty, empty) == 1
    assert region_similarity(full, empty) == boundary_accuracy(full, empty) == 0
    assert region_similarity(full, full) == boundary_accuracy(full, full) == 1


def write_sequence(root: Path, name: str, suffix: str, value: int) -> None:
    frames, masks = root / name / "frames", root / name / "masks"
    frames.mkdir(parents=True)
    masks.mkdir()
    random = np.random.default_rng(7)
    ground = cv2.resize(random.integers(0, 120, (9, 16, 3), np.uint8), (160, 96))
    for index in range(5):
        picture, mask = ground.copy(), np.zeros((96, 160), np.uint8)
        place = (40 + 14 * index, 48)
        cv2.circle(picture, place, 18, (60, 220, 240), -1)
        cv2.circle(mask, place, 18, value, -1)
        cv2.imwrite(str(frames / f"{index:05d}{suffix}"), picture)
        cv2.imwrite(str(masks / f"{index:05d}.png"), mask)


def test_a_folder_is_scored_beside_both_baselines(tmp_path: Path) -> None:
    write_sequence(tmp_path, "ball", ".jpg", 255)
    write_sequence(tmp_path, "disk", ".webp", 1)
    lines: list[str] = []
    found = evaluate(tmp_path, progress=lines.append)
    assert list(found["items"]) == ["ball", "disk"]
    assert len(lines) == 2
    assert set(found["baselines"]) == {"copy_first_mask", "label_propagation_imagenet"}
    for result in (found, *found["baselines"].values()):
        for key in ("J", "F", "J&F"):
            values = [item[key] for item in result["items"].values()]
            assert result["mean"][key] == pytest.approx(np.mean(values))
            assert all(0 <= value <= 1 for value in values)
    copied = found["baselines"]["copy_first_mask"]["mean"]["J"]
    assert found["mean"]["J"] > copied + 0.15


def test_a_folder_without_sequences_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no sequences"):
        evaluate(tmp_path)


def test_masks_of_another_size_are_refused(tmp_path: Path) -> None:
    write_sequence(tmp_path, "ball", ".jpg", 255)
    cv2.imwrite(str(tmp_path / "ball" / "masks" / "00002.png"), np.zeros((9, 9), np.uint8))
    with pytest.raises(InputError, match=r"00002\.png"):
        read_sequence(tmp_path / "ball")


def test_frames_may_be_a_film_and_are_needed(tmp_path: Path) -> None:
    write_sequence(tmp_path, "ball", ".jpg", 255)
    for path in (tmp_path / "ball" / "frames").iterdir():
        path.unlink()
    (tmp_path / "ball" / "frames").rmdir()
    with pytest.raises(InputError, match=r"frames\.mp4"):
        read_sequence(tmp_path / "ball")
