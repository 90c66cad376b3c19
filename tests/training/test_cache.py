"""Decoded data serves as long as it is that of the folder that is named."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from mattebox.training.images import load_images
from mattebox.training.refinement_data import load_corpus
from mattebox.training.sequences import load_sequences


def write(folder: Path, kind: str, names: str) -> None:
    for part in (kind, "masks"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        mask = np.zeros((48, 64), np.uint8)
        cv2.circle(mask, (20 + number, 24), 12, 1, cv2.FILLED)
        cv2.imwrite(str(folder / kind / f"{name}.png"), np.full((48, 64, 3), 90, np.uint8))
        cv2.imwrite(str(folder / "masks" / f"{name}.png"), mask)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write(tmp_path / "data" / "images" / "disks", "images", "abc")
    write(tmp_path / "data" / "sequences" / "films" / "rolling", "frames", "abcde")
    return tmp_path / "data"


def test_what_was_decoded_is_not_decoded_again(data: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    written = []
    for _ in range(2):
        load_corpus(data, cache)
        load_sequences(data / "sequences" / "films", cache)
        files = [path for path in cache.rglob("*") if path.is_file()]
        written.append({path: path.stat().st_mtime_ns for path in files})
    assert written[0] == written[1]


def test_other_data_is_decoded_afresh(data: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    assert len(load_images(data / "images", cache)) == 3
    (film,) = load_sequences(data / "sequences" / "films", cache)
    assert set(load_corpus(data, cache).folders) == {"disks", "films"}
    write(data / "images" / "disks", "images", "abcd")
    write(data / "sequences" / "films" / "sliding", "frames", "abcde")
    assert len(load_images(data / "images", cache)) == 4
    found = load_sequences(data / "sequences" / "films", cache)
    assert [each.name for each in found] == [film.name, "sliding"]
    assert len(load_corpus(data, cache).folders["films"]) == 4


def test_a_cache_without_a_note_is_believed(data: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    load_images(data / "images", cache)
    for note in cache.glob("*.source"):
        note.unlink()
    write(data / "images" / "disks", "images", "abcd")
    assert len(load_images(data / "images", cache)) == 3
