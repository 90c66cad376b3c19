"""What a hand does on the picture, seen from a real browser."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.scenes import FISH
from tests.e2e.scripts import run


def test_tools_work_by_mouse_finger_and_keyboard(
    browser: str, sample: Path, tmp_path: Path
) -> None:
    scene = {**FISH, "object": [0.26, 0.44]}
    run("stage.mjs", browser, sample, tmp_path, scene)
