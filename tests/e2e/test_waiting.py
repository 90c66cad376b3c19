"""Edges that the server did not answer to, in a real browser."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.scripts import run


def test_an_edge_that_was_not_answered_to_is_set_later_or_told_of_as_lost(
    browser: str, sample: Path, tmp_path: Path
) -> None:
    run("waiting.mjs", browser, sample, tmp_path)
