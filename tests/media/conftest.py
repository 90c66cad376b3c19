"""Clips and pools that several tests of this folder use."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mattebox.media import DecoderPool, Ingested, ingest
from tests.support.clips import Recipe, Written, write


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Written, Ingested]:
    """120 frames of H.264 in groups of 24, with B-frames."""
    options = {"preset": "veryfast", "bf": "2", "g": "24", "threads": "1"}
    written = write(tmp_path_factory.mktemp("plain") / "clip", Recipe(frames=120, options=options))
    return written, ingest(written.path)


@pytest.fixture
def pool() -> Iterator[DecoderPool]:
    """One process, so that everything has to be shared."""
    pool = DecoderPool(processes=1, keep_s=0.01)
    yield pool
    pool.close()


@pytest.fixture(scope="session")
def footage() -> Path:
    """The folder of real clips; tests that need it are skipped where it is absent."""
    usual = Path(__file__).parents[2].parent / "shared" / "data"
    folder = Path(os.environ.get("MATTEBOX_DATA", usual)) / "clips"
    if not folder.is_dir():
        pytest.skip("no folder of real clips here")
    return folder
