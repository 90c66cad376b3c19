from pathlib import Path

import cv2
import numpy as np
import pytest

from mattebox.errors import InputError
from mattebox.evaluation.refinement import evaluate, read_items, scores


def write(root: Path, name: str, labels: np.ndarray) -> None:
    (root / "images").mkdir(exist_ok=True, parents=True)
    (root / "masks").mkdir(exist_ok=True)
    picture = np.full((*labels.shape, 3), (60, 110, 70), np.uint8)
    picture[labels > 0] = (40, 50, 200)
    cv2.imwrite(str(root / "images" / f"{name}.jpg"), picture)
    cv2.imwrite(str(root / "masks" / f"{name}.png"), labels)


def disk(value: int = 1, x: int = 60) -> np.ndarray:
    labels = np.zeros((90, 120), np.uint8)
    cv2.circle(labels, (x, 45), 24, value, cv2.FILLED)
    return labels


def test_scores_of_a_curve() -> None:
    found = scores([0.5, 0.86, 0.8, 0.88, 0.89, 0.91])
    assert found == {"NoC@85": 2, "NoC@90": 6, "IoU@1": 0.5, "IoU@3": 0.8, "IoU@5": 0.89}
    assert scores([0.4] * 20)["NoC@85"] == 20
    assert scores([0.95, 1.0]) == {
        "NoC@85": 1,
        "NoC@90": 1,
        "IoU@1": 0.95,
        "IoU@3": 1.0,
        "IoU@5": 1.0,
    }


@pytest.mark.parametrize("robot", ["standard", "realistic"])
def test_a_folder_is_scored_and_two_runs_agree(tmp_path: Path, robot: str) -> None:
    for number, x in enumerate((40, 60)):
        write(tmp_path, f"item{number}", disk(x=x))
    lines: list[str] = []
    first = evaluate(tmp_path, robot=robot, progress=lines.append)
    assert list(first["items"]) == ["item0", "item1"]
    assert first["mean"].keys() == {"NoC@85", "NoC@90", "IoU@1", "IoU@3", "IoU@5"}
    assert first["mean"]["IoU@5"] > 0.7
    assert len(lines) == 2
    assert evaluate(tmp_path, robot=robot) == first


def test_255_is_object_where_it_is_the_only_value(tmp_path: Path) -> None:
    write(tmp_path, "a", disk(255))
    (item,) = read_items(tmp_path)
    assert np.count_nonzero(item.target) == np.count_nonzero(disk())
    assert not item.ignore.any()


def test_255_does_not_count_where_a_mask_of_the_set_has_other_values(tmp_path: Path) -> None:
    trimap = disk()
    cv2.circle(trimap, (60, 45), 26, 255, 3)
    write(tmp_path, "a", trimap)
    write(tmp_path, "b", np.maximum(disk(1, 30), disk(255, 90)))
    first, second = read_items(tmp_path)
    assert first.ignore.any()
    assert np.array_equal(second.ignore > 0, disk(1, 90) > 0)
    assert np.array_equal(second.target > 0, (disk(1, 30) > 0) & (disk(1, 90) == 0))


def test_several_labels_are_one_object_and_empty_masks_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "a", np.maximum(disk(1, 30), disk(2, 90)))
    write(tmp_path, "b", np.zeros((90, 120), np.uint8))
    (item,) = read_items(tmp_path)
    assert item.name == "a"
    assert item.target[45, 30] == item.target[45, 90] == 255


def test_bad_folders_are_told_plainly(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="must hold images/ and masks"):
        evaluate(tmp_path)
    write(tmp_path, "a", np.zeros((90, 120), np.uint8))
    with pytest.raises(InputError, match="nothing to score"):
        evaluate(tmp_path)
    with pytest.raises(InputError, match="no robot 'magic'"):
        evaluate(tmp_path, robot="magic")
    write(tmp_path, "b", disk())
    (tmp_path / "images" / "b.jpg").unlink()
    with pytest.raises(InputError, match=r"b\.png has no picture"):
        evaluate(tmp_path)
    (tmp_path / "images" / "b.jpg").write_bytes(b"not a picture")
    with pytest.raises(InputError, match="not a picture that can be read"):
        evaluate(tmp_path)
