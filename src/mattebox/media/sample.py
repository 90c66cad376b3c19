"""The sample clip that comes with the install: made here, not downloaded."""

from __future__ import annotations

import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.container import OutputContainer
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from mattebox.media import _fish, _scene

RATE = 24
FRAME_COUNT = 8 * RATE
_SOUND_RATE = 48_000
_PAN = 90  # pixels the camera travels


def sample_clip(path: str | os.PathLike[str]) -> None:
    """Write the sample clip: eight seconds of a clownfish on a reef, 1280 x 720, with sound.

    The same bytes every time on one version of the codecs. Takes about ten seconds.

    Args:
        path: Where; the file appears there only when it is complete.
    """
    target = Path(path)
    aside = target.with_name(f".{target.name}.part")
    try:
        with av.open(str(aside), "w", format="mp4", options={"movflags": "faststart"}) as container:
            _write(container)
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)


def frames() -> Iterator[npt.NDArray[np.uint8]]:
    """The clip's pictures, `(720, 1280, 3) uint8` RGB."""
    for picture, _ in frames_and_mattes():
        yield picture


def frames_and_mattes() -> Iterator[tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]]:
    """The clip's pictures with the true matte of the fish, `(720, 1280) uint8`."""
    rng = np.random.default_rng(20)
    water = _scene.Water(rng)
    far = _scene.ridge(rng, 520, 210, 0.25, (64, 132, 160))
    middle = _scene.ridge(rng, 640, 150, 0.5, (52, 92, 98))
    left = _scene.Grass(rng, [90, 130, 180], 0.8)
    right = _scene.Grass(rng, [1130, 1180, 1250], 0.8)
    rock = _scene.boulder(rng, 700, 620, (150, 290), 1.05)
    grass = _scene.Grass(rng, [600, 630, 820], 1.1)
    near = _scene.boulder(rng, 1290, 760, (260, 190), 1.4)
    fish = _fish.Fish(rng)
    grain = _scene.grain(rng)
    for index in range(FRAME_COUNT):
        seconds = index / RATE
        shift = _PAN * (0.5 - 0.5 * float(np.cos(np.pi * seconds / 8)))
        picture = water.picture(seconds, shift)
        matte = np.zeros(picture.shape[:2], np.float32)
        far.over(picture, matte, shift)
        middle.over(picture, matte, shift)
        left.over(picture, matte, seconds, shift)
        right.over(picture, matte, seconds, shift)
        pose = _fish.pose_at(seconds)
        # It goes behind the rock, turns, and comes back before it.
        if pose.facing > 0:
            fish.over(picture, matte, pose)
        rock.over(picture, matte, shift)
        grass.over(picture, matte, seconds, shift)
        if pose.facing <= 0:
            fish.over(picture, matte, pose)
        near.over(picture, matte, shift)
        picture += np.roll(grain, (137 * index % 720, 311 * index % 1280), (0, 1))
        np.clip(picture, 0, 255, out=picture)
        yield picture.astype(np.uint8), np.round(matte * 255).astype(np.uint8)


def sound() -> npt.NDArray[np.float32]:
    """A quiet chord over the wash of the sea, `(2, samples) float32` in [-1, 1]."""
    count = _SOUND_RATE * FRAME_COUNT // RATE
    seconds = np.arange(count, dtype=np.float32) / _SOUND_RATE
    rng = np.random.default_rng(21)
    wash = np.cumsum(rng.normal(0, 1, (2, count)).astype(np.float32), axis=1)
    kernel = _SOUND_RATE // 20
    wash -= np.stack([np.convolve(side, np.ones(kernel) / kernel, "same") for side in wash])
    wash *= 0.05 / np.abs(wash).max() * (1.5 + np.sin(0.9 * seconds))
    chord = np.zeros_like(wash)
    for number, pitch in enumerate((110.0, 164.81, 220.0, 277.18, 329.63)):
        swell = 0.5 - 0.5 * np.cos(2 * np.pi * np.clip(seconds / 8, 0, 1) * (1 + number % 2))
        tone = np.sin(2 * np.pi * pitch * seconds) * swell * 0.05
        pan = 0.3 + 0.1 * number
        chord += np.stack([tone * (1 - pan), tone * pan])
    return np.asarray(chord + wash, np.float32)


def _write(container: OutputContainer) -> None:
    video = container.add_stream("libx264", rate=RATE)
    video.width, video.height, video.pix_fmt = _scene.WIDTH, _scene.HEIGHT, "yuv420p"
    video.options = {"preset": "veryfast", "crf": "20", "threads": "2", "g": "48"}
    context = video.codec_context
    context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
    context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
    audio = container.add_stream("aac", rate=_SOUND_RATE, layout="stereo")
    for index, picture in enumerate(frames()):
        frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            threads=1,
        )
        frame.pts, frame.time_base = index, Fraction(1, RATE)
        container.mux(video.encode(frame))
    container.mux(video.encode(None))
    samples = sound()
    for start in range(0, samples.shape[1], 1024):
        block = av.AudioFrame.from_ndarray(samples[:, start : start + 1024], "fltp", "stereo")
        block.sample_rate, block.pts = _SOUND_RATE, start
        block.time_base = Fraction(1, _SOUND_RATE)
        container.mux(audio.encode(block))
    container.mux(audio.encode(None))
