"""Who gives way to whom, as the system tells it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mattebox.server.workspace import Workspace
from mattebox.settings import Settings
from mattebox.streaming.exports import ExportRequest
from tests.support import clips

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere threads are not nice by themselves"
)

PATIENCE_S = 60.0
GIVEN_WAY = min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10)

ALONE = """
import os
import cv2, numpy as np
from mattebox.streaming.niceness import share_no_threads

before = os.listdir("/proc/self/task")
share_no_threads()
cv2.resize(np.zeros((2160, 3840, 3), np.uint8), (384, 384), interpolation=cv2.INTER_AREA)
assert os.listdir("/proc/self/task") == before
"""


def test_opencv_starts_no_threads_that_clicks_would_wait_for() -> None:
    subprocess.run([sys.executable, "-c", ALONE], check=True, timeout=PATIENCE_S)


def niceness(name: str) -> int | None:
    """How nice the thread is whose name begins so."""
    for thread in threading.enumerate():
        if thread.name.startswith(name) and thread.native_id is not None:
            return os.getpriority(os.PRIO_PROCESS, thread.native_id)
    return None


def gives_way(name: str) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while niceness(name) != GIVEN_WAY and time.monotonic() < deadline:
        time.sleep(0.01)
    return niceness(name) == GIVEN_WAY


def test_exports_and_the_search_for_cuts_give_way(tmp_path: Path) -> None:
    clip = clips.write(tmp_path / "numbers", clips.Recipe(frames=24)).path
    workspace = Workspace(Settings(data=tmp_path / "data", click_hold_s=PATIENCE_S))
    try:
        with workspace.scheduler.click():
            opened = workspace.ingests.open_file(clip, "clip.mp4")
            assert gives_way("shots")
        workspace.shots.needed(workspace.clips.get(opened.clip)).result(PATIENCE_S)
        item = workspace.editing.add_object(opened.id, None, None).state.objects[0].id
        workspace.editing.mark_absent(opened.id, item, 0)
        workspace.apply(opened.id, 0)
        with workspace.scheduler.click():
            workspace.exports.start(opened.id, ExportRequest())
            assert gives_way("export")
    finally:
        workspace.close()
