"""The contact sheet of training data, and the command that writes it."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from mattebox.cli.main import main
from mattebox.errors import InputError
from mattebox.evaluation.sheets import EXCLUDE, GREEN, INCLUDE, YELLOW, outline
from mattebox.evaluation.simulated_user import Point
from mattebox.training.marks import BAR, captioned, mark, sheet
from mattebox.training.preview import COLUMNS, Preview, draw_preview
from tests.training.drawn import write_data

SIZE = 64
TILE = SIZE + BAR


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def annotated(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Without cut-outs and backgrounds, of which two thousand pictures would be composed."""
    root = tmp_path_factory.mktemp("annotated")
    for name in ("images", "sequences"):
        (root / name).symlink_to(data / name)
    return root


def shows(picture: np.ndarray, colour: tuple[int, int, int]) -> bool:
    return bool((picture == np.array(colour, np.uint8)).all(-1).any())


def test_clips_are_shown_a_row_each_real_ones_first(data: Path, cache: Path) -> None:
    drawn = draw_preview(Preview(data, cache, "propagation", count=2, size=SIZE))
    assert drawn.shape == (2 * (BAR + 2 * TILE), COLUMNS * SIZE, 3)
    for top in (BAR, BAR + TILE, 2 * BAR + 2 * TILE, 2 * BAR + 3 * TILE):
        assert shows(drawn[top + BAR : top + TILE, :SIZE], GREEN)


def test_samples_are_shown_with_clicks_and_masks_to_correct(annotated: Path, cache: Path) -> None:
    drawn = draw_preview(Preview(annotated, cache, "refinement", count=24, size=SIZE))
    assert drawn.shape == (BAR + 4 * TILE, COLUMNS * SIZE, 3)
    assert shows(drawn, GREEN)
    assert shows(drawn, INCLUDE)
    assert shows(drawn, YELLOW)


def test_everything_is_shown_and_a_seed_repeats_it(annotated: Path, cache: Path) -> None:
    preview = Preview(annotated, cache, count=1, size=SIZE, seed=3)
    one = draw_preview(preview)
    assert one.shape == (3 * (BAR + TILE), COLUMNS * SIZE, 3)
    assert (one == draw_preview(preview)).all()
    other = draw_preview(Preview(annotated, cache, count=1, size=SIZE, seed=4))
    assert (one != other).any()


def test_what_is_missing_is_done_without(data: Path, cache: Path, tmp_path: Path) -> None:
    films = tmp_path / "films"
    films.mkdir()
    (films / "sequences").symlink_to(data / "sequences")
    drawn = draw_preview(Preview(films, tmp_path / "a", "propagation", count=1, size=SIZE))
    assert drawn.shape[0] == BAR + TILE
    stills = tmp_path / "stills"
    stills.mkdir()
    (stills / "images").symlink_to(data / "images")
    drawn = draw_preview(Preview(stills, tmp_path / "b", "propagation", count=1, size=SIZE))
    assert drawn.shape[0] == BAR + TILE
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match="neither images nor sequences"):
        draw_preview(Preview(empty, tmp_path / "c", "propagation"))
    with pytest.raises(InputError, match="no annotated pictures"):
        draw_preview(Preview(empty, tmp_path / "c", "refinement"))


def test_the_command_writes_a_png(
    annotated: Path, cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "sheets" / "look.png"
    given = ["--data", str(annotated), "--cache", str(cache), "--output", str(output)]
    with pytest.raises(SystemExit) as ended:
        main(["data", "preview", *given, "--count", "1", "--size", str(SIZE), "--seed", "5"])
    assert ended.value.code == 0
    assert "look.png" in capsys.readouterr().out
    written = cv2.imread(str(output))
    assert written is not None
    shown = draw_preview(Preview(annotated, cache, count=1, size=SIZE, seed=5))
    assert (written[..., ::-1] == shown).all()


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--data", "nowhere"], "nowhere is not a folder"),
        (["--data", ".", "--kind", "matting"], "matting"),
        (["--data", ".", "--output", "sheet.jpg"], "sheet.jpg does not end in .png"),
        (["--data", ".", "--count", "0"], "--count"),
        ([], "--data"),
    ],
)
def test_the_command_says_what_is_wrong(
    options: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["data", "preview", *options])
    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err


def test_marks_say_which_click_includes() -> None:
    picture = np.zeros((40, 40, 3), np.uint8)
    mark(picture, [Point(10, 10, True), Point(30, 30, False)])
    assert shows(picture[:20, :20], INCLUDE)
    assert not shows(picture[:20, :20], EXCLUDE)
    assert shows(picture[20:, 20:], EXCLUDE)


def test_outlines_follow_holes_too() -> None:
    ring = np.zeros((40, 40), np.uint8)
    cv2.circle(ring, (20, 20), 15, 255, 6)
    picture = np.zeros((40, 40, 3), np.uint8)
    outline(picture, ring > 0, GREEN)
    assert shows(picture[18:23, 28:34], GREEN)
    assert shows(picture[18:23, 34:40], GREEN)


def test_sheets_and_captions_have_room_for_all() -> None:
    pictures = [np.full((10, 8, 3), value, np.uint8) for value in (50, 100, 150)]
    laid = sheet(pictures, 2)
    assert laid.shape == (20, 16, 3)
    assert (laid[10:, :8] == 150).all()
    assert captioned(pictures[0], "a").shape == (10 + BAR, 8, 3)
