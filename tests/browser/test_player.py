"""The player in the system's Chromium: scripts drive it, a running server feeds it.

Each script prints a summary as one line of JSON and fails with the first thing that is wrong.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser.support.fixture import write_all

# A hang guard, after the scripts' own: a busy machine takes its time.
pytestmark = pytest.mark.timeout(600)

HERE = Path(__file__).parent
READY = re.compile(r"ready at (http://\S+?)/?\s*$")


@pytest.fixture(scope="module")
def fixture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clip, its masks and the ready-made streams."""
    folder = tmp_path_factory.mktemp("player") / "fixture"
    write_all(folder)
    return folder


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server of its own, on a free port and an empty data folder."""
    data = tmp_path_factory.mktemp("player-data")
    start = "from mattebox.cli import main; main()"
    command = [sys.executable, "-c", start, "serve", "--port", "0", "--data", str(data)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONUNBUFFERED": "1"}
    ) as process:
        assert process.stdout is not None
        try:
            found = next((m for line in process.stdout if (m := READY.search(line))), None)
            assert found is not None, "the server ended before it was ready"
            yield found.group(1)
        finally:
            process.terminate()


def run(script: str, *arguments: str | Path) -> dict[str, Any]:
    """Run a script of this folder and return its summary."""
    node = shutil.which("node")
    assert node is not None, "Node.js is needed for the browser tests; run make setup"
    done = subprocess.run(
        [node, str(HERE / script), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=580,
        check=False,
    )
    assert done.returncode == 0, done.stderr or done.stdout
    summary: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return summary


def test_platform_does_what_the_player_relies_on(fixture: Path) -> None:
    assert all(value is True for value in run("assumptions.mjs", fixture).values())


def test_plate_and_matte_are_of_one_frame_and_revision(fixture: Path, server: str) -> None:
    summary = run("pairing.mjs", fixture, server)
    for decoder in ("webcodecs", "wasm"):
        assert summary[decoder]["paired"] >= 1000
        assert summary[decoder]["mismatched"] == 0
        assert summary[decoder]["seenInRevision2"] > 0
    # The test can fail: with mattes one frame late it notices every single picture.
    assert summary["shifted"]["noticed"] == summary["shifted"]["paired"] > 0


def test_pairs_hold_through_random_use_of_a_bad_network(fixture: Path) -> None:
    summary = run("soak.mjs", fixture)
    for decoder in ("webcodecs", "wasm"):
        assert summary[decoder]["mismatched"] == 0
        assert summary[decoder]["paired"] > 100
        assert summary[decoder]["compared"] > 0
        assert summary[decoder]["cut"] + summary[decoder]["gone"] > 0


def test_an_hour_plays_in_flat_memory(fixture: Path) -> None:
    summary = run("hour.mjs", fixture)
    assert summary["hours"] > 1
    assert max(summary["soundMb"]) < 8


def test_sound_and_picture_are_within_a_frame(fixture: Path, server: str) -> None:
    summary = run("sound.mjs", fixture, server)
    for played in ("played", "sought", "looped", "unlocked"):
        assert summary[played]["counted"] > 0
        assert abs(summary[played]["worstMs"]) <= 1000 / 24


def test_both_decoders_give_the_same_composite(fixture: Path) -> None:
    summary = run("agreement.mjs", fixture)
    assert summary["worst"]["decoders"] <= 2
    assert summary["worst"]["matte"] == 0


def test_faults_are_survived_and_told(fixture: Path) -> None:
    assert len(run("resilience.mjs", fixture)["passed"]) == 11


def test_what_the_browser_takes_away_is_done_without(fixture: Path) -> None:
    assert len(run("platform.mjs", fixture)["passed"]) == 5


def test_lost_graphics_come_back_with_the_right_picture(fixture: Path) -> None:
    assert len(run("graphics.mjs", fixture)["passed"]) == 4


def test_a_wipe_pairs_both_revisions_and_stays_on_the_picture(fixture: Path) -> None:
    assert len(run("wipe.mjs", fixture)["passed"]) == 5


def test_edges_are_what_the_export_makes_of_them(fixture: Path) -> None:
    assert len(run("edge.mjs", fixture)["passed"]) == 6


def test_hls_js_plays_video_and_matte(fixture: Path, server: str) -> None:
    summary = run("hls.mjs", fixture, server)
    assert summary["video"]["ended"]
    assert summary["matte"]["ended"]
