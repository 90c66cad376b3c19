"""Runs the scripts that drive the page, in a browser and against a real server."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.scenes import FISH, Scene
from tests.server.live import served

_HERE = Path(__file__).parent
_PATIENCE_S = 580


def run(
    script: str, browser: str, clip: Path, folder: Path, scene: Scene = FISH, **options: str
) -> None:
    """Run a script against a new server; its complaint fails the test.

    Args:
        script: File name of the script.
        browser: Path of Chromium.
        clip: What it uploads.
        folder: Where the server's data goes.
        scene: What is where in the clip.
        options: What it is told besides.
    """
    with (
        served(folder / "data") as client,
        started(
            script, browser, url=client.server.address, clip=str(clip), scene=scene, **options
        ) as process,
    ):
        _, errors = process.communicate(timeout=_PATIENCE_S)
    assert process.returncode == 0, errors


@contextmanager
def started(script: str, browser: str, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """A script under way, to talk with over its standard input and output; killed in the end."""
    told = {**options, "shots": os.environ.get("MATTEBOX_SHOTS")}
    process = subprocess.Popen(
        ["node", str(_HERE / script), json.dumps(told)],
        env={**os.environ, "MATTEBOX_CHROMIUM": browser},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()
