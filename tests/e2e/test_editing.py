"""Objects, revisions, history, the timeline by keyboard, and what axe says, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.scripts import run

# A hang guard, after those of the script and of whoever runs it: a busy machine takes its time.
pytestmark = pytest.mark.timeout(600)


def test_keeps_objects_apart_and_brings_revisions_back(
    browser: str, sample: Path, tmp_path: Path
) -> None:
    run("objects.mjs", browser, sample, tmp_path)


def test_goes_to_any_step_of_the_history(browser: str, sample: Path, tmp_path: Path) -> None:
    run("history.mjs", browser, sample, tmp_path)


def test_has_no_serious_accessibility_fault_in_any_state(
    browser: str, sample: Path, tmp_path: Path
) -> None:
    run("access.mjs", browser, sample, tmp_path)
