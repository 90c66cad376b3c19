"""A small clip with an object to cut out: a red ball that rolls over a mottled floor."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

WIDTH, HEIGHT, RATE = 256, 144, 25


def ball_at(frame: int, frame_count: int) -> tuple[float, float]:
    """Where the ball's middle is, 0..1 of the picture."""
    return 0.25 + 0.5 * frame / max(1, frame_count - 1), 0.55


def rolling_ball(path: Path, frame_count: int = 12) -> Path:
    """Write the clip."""
    draw = np.random.default_rng(1)
    floor = draw.integers(60, 120, (HEIGHT // 8, WIDTH // 8, 3)).repeat(8, 0).repeat(8, 1)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=RATE)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.options = {"preset": "ultrafast", "crf": "12"}
        for index in range(frame_count):
            x, y = ball_at(index, frame_count)
            picture = floor.copy()
            inside = np.hypot(columns - x * WIDTH, rows - y * HEIGHT) < HEIGHT / 5
            picture[inside] = (210, 40, 30)
            frame = av.VideoFrame.from_ndarray(picture.astype(np.uint8), "rgb24")
            frame.pts, frame.time_base = index, Fraction(1, RATE)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path
