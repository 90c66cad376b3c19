"""Cut-outs bring no fringe: what is transparent has a colour too, and it must not show."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mattebox.training.images import load_pictures, read_picture
from mattebox.training.refinement_data import _pasted

SIDE = 500


@pytest.fixture
def cutout(tmp_path: Path) -> Path:
    """A red disk; where it is transparent it is green."""
    pixels = np.zeros((SIDE, SIDE, 4), np.uint8)
    pixels[..., 1] = 255
    cv2.circle(pixels, (SIDE // 2, SIDE // 2), SIDE // 3, (0, 0, 255, 255), cv2.FILLED)
    folder = tmp_path / "cutouts" / "disks"
    folder.mkdir(parents=True)
    cv2.imwrite(str(folder / "disk.png"), pixels)
    return folder


def greenest(picture: NDArray[np.uint8]) -> int:
    return int((picture[..., 1].astype(int) - picture[..., 0]).max())


def test_a_cut_out_that_is_shrunk_keeps_its_colours_to_the_edge(cutout: Path) -> None:
    (picture,) = load_pictures([cutout], short_side=250)
    assert picture.shape == (250, 250, 4)
    seam = (picture[..., 3] > 8) & (picture[..., 3] < 247)
    assert seam.any()
    assert picture[seam][:, 0].min() > 240
    assert picture[seam][:, 1].max() < 15


def test_composites_show_nothing_of_what_was_transparent(cutout: Path) -> None:
    picture = read_picture(cutout / "disk.png")
    for seed in range(4):
        plate, labels = np.full((300, 400, 3), 128, np.uint8), np.zeros((300, 400), np.uint8)
        shown = _pasted(plate, labels, picture, 1, np.random.default_rng(seed))
        assert labels.any()
        assert greenest(shown) <= 2
