"""Small annotated pictures and films: a yellow disk over mottled ground."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

HEIGHT, WIDTH = 96, 160
RADIUS = 18


def ground(seed: int = 7, grain: int = 10) -> NDArray[np.uint8]:
    """A picture of soft blotches, `(HEIGHT, WIDTH, 3) uint8` RGB."""
    coarse = np.random.default_rng(seed).integers(
        0, 120, (HEIGHT // grain, WIDTH // grain, 3), np.uint8
    )
    return np.asarray(cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC))


def disk_at(place: tuple[int, int], radius: int = RADIUS) -> NDArray[np.bool_]:
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    return np.asarray(cv2.circle(mask, place, radius, 1, cv2.FILLED)) > 0


def write_pictures(folder: Path, places: dict[str, tuple[int, int]]) -> Path:
    """A click set with one disk a picture."""
    (folder / "images").mkdir(parents=True)
    (folder / "masks").mkdir()
    for seed, (name, place) in enumerate(places.items()):
        picture, mask = ground(seed), disk_at(place)
        picture[mask] = (240, 220, 60)
        cv2.imwrite(str(folder / "images" / f"{name}.png"), picture[..., ::-1])
        cv2.imwrite(str(folder / "masks" / f"{name}.png"), mask.astype(np.uint8))
    return folder


def write_film(folder: Path, frames: int = 8, step: int = 8) -> Path:
    """A sequence of a set: the disk moves to the right, the film is H.264."""
    (folder / "masks").mkdir(parents=True)
    with av.open(str(folder / "frames.mp4"), "w") as output:
        stream = output.add_stream("libx264", rate=25)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.options = {"preset": "ultrafast", "crf": "10"}
        for index in range(frames):
            picture, mask = ground(), disk_at((40 + step * index, 48))
            picture[mask] = (240, 220, 60)
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 25)
            output.mux(stream.encode(frame))
            cv2.imwrite(str(folder / "masks" / f"{index:05d}.png"), mask.astype(np.uint8))
        output.mux(stream.encode(None))
    return folder
