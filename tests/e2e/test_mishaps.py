"""Refused files, broken uploads and a killed server, seen from a real browser."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

from tests.e2e.test_journey import FISH
from tests.server.live import LiveServer

HERE = Path(__file__).parent


def test_keeps_its_head_when_things_go_wrong(browser: str, sample: Path, tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("These are notes and no video.\n" * 50)
    server = LiveServer(tmp_path / "data")
    port = server.address.rpartition(":")[2]
    options = {
        "url": server.address,
        "clip": str(sample),
        "text": str(text),
        "scene": FISH,
        "shots": os.environ.get("MATTEBOX_SHOTS"),
    }
    script = subprocess.Popen(
        ["node", str(HERE / "mishaps.mjs"), json.dumps(options)],
        env={**os.environ, "MATTEBOX_CHROMIUM": browser},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert script.stdin is not None
    assert script.stdout is not None
    try:
        for word in script.stdout:
            if word.strip() == "stop":
                server.stop(signal.SIGKILL)
            else:
                server = LiveServer(tmp_path / "data", None, "--port", port)
            script.stdin.write("done\n")
            script.stdin.flush()
        errors = script.stderr.read() if script.stderr else ""
        assert script.wait(60) == 0, errors
    finally:
        script.kill()
        server.stop()
