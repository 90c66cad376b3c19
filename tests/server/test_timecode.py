"""A project says what its source calls the first frame."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.clips import make_clip
from tests.server.live import Client


@pytest.mark.parametrize(
    ("label", "told"), [("10:00:00:20", "10:00:00:20"), ("10:00:00;20", None), (None, None)]
)
def test_a_project_tells_the_timecode_that_fits_its_rate(
    server: Client, tmp_path: Path, label: str | None, told: str | None
) -> None:
    project = server.open(make_clip(tmp_path / "clip.mkv", timecode=label))
    assert server.get(f"/projects/{project}")["clip"]["timecode"] == told
