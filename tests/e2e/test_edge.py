"""An object's edge in a real browser: set, undone, kept, and in the file as on the page."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest

from tests.e2e.scenes import FISH
from tests.e2e.scripts import run

# A hang guard, after those of the script and of whoever runs it: a busy machine takes its time.
pytestmark = pytest.mark.timeout(600)

MARGIN = 16
"""Pixels around the fitted picture, as in the page's viewport."""


def test_edges_are_set_undone_kept_and_exported_as_shown(
    browser: str, sample: Path, tmp_path: Path
) -> None:
    export, picture, plain = (tmp_path / name for name in ("e.mp4", "edge.png", "plain.png"))
    run(
        "edge.mjs",
        browser,
        sample,
        tmp_path,
        download=str(export),
        picture=str(picture),
        plain=str(plain),
    )
    with av.open(str(export)) as made:
        frames = enumerate(made.decode(video=0))
        later = FISH["later"]["frame"]
        picked = next(one for index, one in frames if index == later)
        frame = np.asarray(picked.to_ndarray(format="bgr24"), np.uint8)
    assert differing(picture, frame) < 0.002
    # The comparison can fail: without the edge far more differs.
    assert differing(plain, frame) > 0.01


def differing(photograph: Path, frame: npt.NDArray[np.uint8]) -> float:
    """The share of pixels that plainly differ between the page's stage and an exported frame."""
    stage = cv2.imread(str(photograph))
    assert stage is not None
    height, width = frame.shape[:2]
    scale = min((stage.shape[1] - 2 * MARGIN) / width, (stage.shape[0] - 2 * MARGIN) / height)
    size = (round(width * scale), round(height * scale))
    left, top = ((stage.shape[1] - size[0]) // 2, (stage.shape[0] - size[1]) // 2)
    # What the stage says in its corner lies over the picture's lowest rows.
    rows = size[1] * 9 // 10
    shown = stage[top : top + rows, left : left + size[0]]
    # Smoothed between four pixels, as the page does it.
    small = cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR)[:rows]
    # Both are compressed, each in its own way: a little blur takes that out.
    blurred = [cv2.GaussianBlur(one.astype(np.float32), (0, 0), 1.5) for one in (shown, small)]
    return float((np.abs(blurred[0] - blurred[1]).max(axis=2) > 24).mean())
