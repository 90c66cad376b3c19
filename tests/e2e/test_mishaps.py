"""Refused files, broken uploads and a killed server, seen from a real browser."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.e2e.scenes import FISH
from tests.e2e.scripts import started
from tests.server.live import LiveServer

# A hang guard, after those of the script and of whoever runs it: a busy machine takes its time.
pytestmark = pytest.mark.timeout(600)


def test_keeps_its_head_when_things_go_wrong(browser: str, sample: Path, tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("These are notes and no video.\n" * 50)
    server = LiveServer(tmp_path / "data")
    port = server.address.rpartition(":")[2]
    options = {"url": server.address, "clip": str(sample), "text": str(text), "scene": FISH}
    try:
        with started("mishaps.mjs", browser, **options) as script:
            assert script.stdin is not None
            assert script.stdout is not None
            for word in script.stdout:
                if word.strip() == "stop":
                    server.stop(signal.SIGKILL)
                elif word.strip() == "start":
                    server = LiveServer(tmp_path / "data", None, "--port", port)
                else:
                    break
                script.stdin.write("done\n")
                script.stdin.flush()
            errors = script.stderr.read() if script.stderr else ""
            assert script.wait(60) == 0, errors
    finally:
        server.stop()
