"""What the pictures of a report show."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from mattebox.evaluation.sheets import (
    CAPTION,
    CELL,
    EXCLUDE,
    GROUND,
    INCLUDE,
    LEAST,
    TRUTH,
    contact_sheet,
    grid,
    panel,
    save,
    view_of,
)
from mattebox.evaluation.simulated_user import Point


def square(top: int, left: int, side: int) -> np.ndarray:
    flags = np.zeros((300, 400), bool)
    flags[top : top + side, left : left + side] = True
    return flags


def test_a_panel_shows_mask_truth_and_clicks_in_their_places() -> None:
    frame = np.full((300, 400, 3), 100, np.uint8)
    clicks = (Point(120, 120, True), Point(320, 60, False))
    drawn = panel(frame, "", mask=square(100, 100, 100), truth=square(200, 250, 50), points=clicks)
    assert drawn.shape == (CELL[1] + CAPTION, CELL[0], 3)
    picture = drawn[CAPTION:]
    tinted = picture[150, 170].astype(int)
    assert tinted[0] > 130
    assert tinted[1] < 100
    assert tuple(picture[225, 250]) == TRUTH
    assert tuple(picture[225, 275]) == (100, 100, 100)
    assert tuple(picture[124, 122]) == INCLUDE
    assert tuple(picture[64, 322]) == EXCLUDE


def test_a_frame_of_another_shape_is_fitted_in() -> None:
    drawn = panel(np.full((400, 100, 3), 255, np.uint8), "tall")
    assert tuple(drawn[CAPTION + 150, 200]) == (255, 255, 255)
    assert tuple(drawn[CAPTION + 150, 10]) == GROUND


def test_a_view_is_drawn_larger_with_its_clicks() -> None:
    frame = np.zeros((300, 400, 3), np.uint8)
    frame[100:200, 200:] = 200
    drawn = panel(frame, "", points=(Point(250, 150, True),), view=(200, 75, 400, 225))
    picture = drawn[CAPTION:]
    assert tuple(picture[155, 103]) == INCLUDE
    assert tuple(picture[150, 300]) == (200, 200, 200)
    assert tuple(picture[20, 300]) == (0, 0, 0)


def test_a_view_holds_what_is_looked_at_and_lies_in_the_frame() -> None:
    left, top, right, bottom = view_of(square(10, 20, 30), square(50, 60, 20))
    assert left <= 20
    assert top <= 10
    assert right >= 80
    assert bottom >= 70
    assert left >= 0
    assert top >= 0
    assert bottom - top >= LEAST * 300
    assert abs((right - left) * CELL[1] - (bottom - top) * CELL[0]) <= CELL[0]
    assert view_of(np.zeros((300, 400), bool)) == (0, 0, 400, 300)
    assert view_of(square(0, 0, 300)) == (0, 0, 400, 300)


def test_a_grid_gives_each_panel_room() -> None:
    first, second, third = (np.full((10 + n, 20, 3), 50 * n, np.uint8) for n in (1, 2, 3))
    sheet = grid([first, second, third], 2)
    assert sheet.shape == (12 + 13, 40, 3)
    assert tuple(sheet[0, 25]) == (100, 100, 100)
    assert tuple(sheet[12, 0]) == (150, 150, 150)
    assert tuple(sheet[20, 30]) == GROUND


def test_a_contact_sheet_is_of_pictures_on_disk(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a b.jpg", "c.jpg", "d.jpg")]
    for shade, path in enumerate(paths):
        save(path, np.full((100, 200, 3), 60 * (shade + 1), np.uint8))
    sheet = contact_sheet(paths, ["one", "two", "three"], columns=2)
    assert sheet.shape[1] == 200
    save(tmp_path / "sheet.jpg", sheet)
    read = cv2.imread(str(tmp_path / "sheet.jpg"))
    assert read is not None
    assert read.shape == sheet.shape
    assert abs(int(sheet[60, 50, 0]) - 60) < 4
    assert abs(int(sheet[60, 150, 0]) - 120) < 4
