"""Every engine must give the masks of the PyTorch reference."""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mattebox.inference import available
from mattebox.segmentation import Click, Refiner

pytest.importorskip("torch")

DATA = Path(os.environ.get("MATTEBOX_DATA") or Path(__file__).parents[3] / "shared" / "data")
CLIPS = {"01_dog.mp4": (0.5, 0.5), "02_cups.mp4": (0.5, 0.6), "03_blocks.mp4": (0.5, 0.5)}


def studio() -> NDArray[np.uint8]:
    """A shaded vase on a table before a wall, with grain: smooth, sharp and textured parts."""
    random = np.random.default_rng(8)
    across: NDArray[np.float32] = np.tile(np.arange(640, dtype=np.float32), (360, 1))
    down: NDArray[np.float32] = np.tile(np.arange(360, dtype=np.float32)[:, None], (1, 640))
    frame = np.dstack([90 + across / 8, 80 + down / 6, 120 - across / 12])
    waves = 25 * np.sin(across / 9 + down / 31)[240:, :, None]
    frame[240:] = np.array([110, 75, 50], np.float32) + waves
    vase = np.zeros((360, 640), np.float32)
    cv2.ellipse(vase, (320, 200), (60, 95), 0, 0, 360, 1.0, cv2.FILLED)
    cv2.rectangle(vase, (300, 70), (340, 130), 1.0, cv2.FILLED)
    inside = np.asarray(cv2.GaussianBlur(vase, (0, 0), 1.2), np.float32)[..., None]
    shade = (170 - np.abs(across - 300) * 0.9)[..., None] * np.array([1.1, 0.5, 0.35], np.float32)
    frame = frame * (1 - inside) + shade * inside + random.normal(0, 4, frame.shape)
    return np.asarray(np.clip(frame, 0, 255), np.uint8)


def iou(one: NDArray[np.uint8], two: NDArray[np.uint8]) -> float:
    first, second = one >= 128, two >= 128
    union = int(np.count_nonzero(first | second))
    return int(np.count_nonzero(first & second)) / max(1, union)


def first_frame(path: Path) -> NDArray[np.uint8]:
    import av

    with av.open(str(path)) as container:
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24")
    return np.asarray(picture, np.uint8)


def frames() -> list[tuple[NDArray[np.uint8], Click]]:
    found = [(studio(), Click(0.5, 0.55, True))]
    for name, (x, y) in CLIPS.items():
        path = DATA / "clips" / name
        if path.is_file():
            found.append((first_frame(path), Click(x, y, True)))
    return found


@pytest.mark.parametrize(
    "engine", [name for name in ("openvino", "onnxruntime") if name in available()]
)
def test_first_masks_agree_with_the_reference(engine: str) -> None:
    reference, refiner = Refiner("torch"), Refiner(engine)
    for frame, click in frames():
        wanted = reference.refine(frame, [click])
        assert wanted.any()
        assert iou(refiner.refine(frame, [click]), wanted) >= 0.995


@pytest.mark.parametrize(
    "engine", [name for name in ("openvino", "onnxruntime") if name in available()]
)
def test_refined_masks_agree_with_the_reference(engine: str) -> None:
    frame, click = frames()[0]
    clicks = [click, Click(0.5, 0.25, True), Click(0.2, 0.8, False)]
    wanted = Refiner("torch").refine(frame, clicks)
    assert iou(Refiner(engine).refine(frame, clicks), wanted) >= 0.995
