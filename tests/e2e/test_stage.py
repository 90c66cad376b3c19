"""What a hand does on the picture, seen from a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.scenes import FISH
from tests.e2e.scripts import run

# A hang guard, after those of the script and of whoever runs it: a busy machine takes its time.
pytestmark = pytest.mark.timeout(600)


def test_tools_work_by_mouse_finger_and_keyboard(
    browser: str, sample: Path, tmp_path: Path
) -> None:
    scene = {**FISH, "object": [0.26, 0.44]}
    run("stage.mjs", browser, sample, tmp_path, scene)


def test_menus_come_by_mouse_keys_and_a_resting_finger(
    browser: str, sample: Path, tmp_path: Path
) -> None:
    run("menus.mjs", browser, sample, tmp_path)


def test_windows_of_all_sizes_have_room_for_everything(
    browser: str, sample: Path, tmp_path: Path
) -> None:
    run("windows.mjs", browser, sample, tmp_path)
