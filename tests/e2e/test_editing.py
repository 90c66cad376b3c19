"""Objects, revisions, the timeline by keyboard, and what axe says, in a real browser."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from tests.e2e.test_journey import FISH
from tests.server.live import served

HERE = Path(__file__).parent


def test_keeps_objects_apart_and_brings_revisions_back(
    browser: str, sample: Path, tmp_path: Path
) -> None:
    run("objects.mjs", browser, sample, tmp_path)


def test_has_no_serious_accessibility_fault_in_any_state(
    browser: str, sample: Path, tmp_path: Path
) -> None:
    run("access.mjs", browser, sample, tmp_path)


def run(script: str, browser: str, clip: Path, folder: Path) -> None:
    """Run a script against a new server; its complaint fails the test."""
    with served(folder / "data") as client:
        options = {
            "url": client.server.address,
            "clip": str(clip),
            "scene": FISH,
            "shots": os.environ.get("MATTEBOX_SHOTS"),
        }
        result = subprocess.run(
            ["node", str(HERE / script), json.dumps(options)],
            env={**os.environ, "MATTEBOX_CHROMIUM": browser},
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )
    assert result.returncode == 0, result.stderr
