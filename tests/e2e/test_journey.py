"""The whole journey in a real browser: upload, click, apply, correct, export, reload."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from tests.e2e.clips import data_folder, shorten
from tests.e2e.scenes import FISH, WOMAN, Scene
from tests.e2e.scripts import run

# A hang guard, after those of the script and of whoever runs it: a busy machine takes its time.
pytestmark = pytest.mark.timeout(600)


@pytest.mark.parametrize("decoder", ["webcodecs", "wasm"])
def test_cuts_the_fish_out_of_the_sample_clip(
    decoder: str, browser: str, sample: Path, tmp_path: Path
) -> None:
    export = tmp_path / "export.mp4"
    run("journey.mjs", browser, sample, tmp_path, decoder=decoder, download=str(export))
    check_export(export, sample, FISH)


def test_cuts_a_person_out_of_real_footage(browser: str, tmp_path: Path) -> None:
    folder = data_folder()
    source = folder / "clips/01_dog.mp4" if folder else None
    if source is None or not source.is_file():
        pytest.skip("needs the real footage; MATTEBOX_DATA names its folder")
    clip = shorten(source, tmp_path / "dog.mp4", 60)
    export = tmp_path / "export.mp4"
    run("journey.mjs", browser, clip, tmp_path, WOMAN, decoder="auto", download=str(export))
    check_export(export, clip, WOMAN)


def check_export(export: Path, source: Path, scene: Scene) -> None:
    """The file has the source's frames, times and sound, and green where the matte is 0."""
    with av.open(str(export)) as made, av.open(str(source)) as original:
        assert bool(made.streams.audio) == bool(original.streams.audio)
    assert np.allclose(frame_times(export), frame_times(source), atol=1e-4)
    later = scene["later"]
    with av.open(str(export)) as made:
        frames = enumerate(made.decode(video=0))
        frame = next(frame for index, frame in frames if index == later["frame"])
        picture = frame.to_ndarray(format="rgb24").astype(int)
    behind, front = (color_at(picture, *later[what]) for what in ("background", "object"))
    assert np.abs(behind - [0, 255, 0]).max() <= 6, f"The background is {behind}, not green."
    assert np.abs(front - [0, 255, 0]).max() > 40, "The object is green, too."


def frame_times(path: Path) -> list[float]:
    """Presentation times in seconds, the first 0."""
    with av.open(str(path)) as container:
        times = [frame.time or 0.0 for frame in container.decode(video=0)]
    return [time - times[0] for time in times]


def color_at(picture: npt.NDArray[np.int_], x: float, y: float) -> npt.NDArray[np.int_]:
    color: npt.NDArray[np.int_] = picture[int(y * len(picture)), int(x * picture.shape[1])]
    return color
