"""A browser, the built page, and a clip to bring along."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from mattebox.media import sample_clip
from tests.e2e.clips import shorten

_PAGE = Path(__file__).parents[2] / "src/mattebox/server/page/index.html"


@pytest.fixture(scope="session")
def browser() -> str:
    """The path of Chromium."""
    named = os.environ.get("MATTEBOX_CHROMIUM")
    names = ("chromium", "chromium-browser", "google-chrome")
    found = named or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip("needs Chromium; make test installs it, MATTEBOX_CHROMIUM names another one")
    assert _PAGE.is_file(), "The page is not built; run make setup."
    return found


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first half of the sample clip, 96 frames with sound."""
    folder = tmp_path_factory.mktemp("clips")
    sample_clip(folder / "whole.mp4")
    return shorten(folder / "whole.mp4", folder / "fish.mp4", 96)
