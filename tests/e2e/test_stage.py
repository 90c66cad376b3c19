"""What a hand does on the picture, seen from a real browser."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.e2e.test_journey import FISH
from tests.server.live import served

HERE = Path(__file__).parent

# A box around the fish, and a place without anything to paint on: from, to.
SCENE: dict[str, Any] = {
    **FISH,
    "object": [0.26, 0.44],
    "box": [0.13, 0.3, 0.38, 0.6],
    "empty": [[0.6, 0.2], [0.85, 0.2]],
}


def test_tools_work_by_mouse_finger_and_keyboard(
    browser: str, sample: Path, tmp_path: Path
) -> None:
    with served(tmp_path / "data") as client:
        options = {
            "url": client.server.address,
            "clip": str(sample),
            "scene": SCENE,
            "shots": os.environ.get("MATTEBOX_SHOTS"),
        }
        result = subprocess.run(
            ["node", str(HERE / "stage.mjs"), json.dumps(options)],
            env={**os.environ, "MATTEBOX_CHROMIUM": browser},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    assert result.returncode == 0, result.stderr
