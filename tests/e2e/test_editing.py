"""Objects, revisions, history, the timeline by keyboard, and what axe says, in a real browser."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.scripts import run


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
