"""Read an object's mattes as numpy arrays, frame by frame, without writing any video.

    python examples/read_mattes.py in.mp4 0,0.5,0.4
    python examples/read_mattes.py in.mp4 0,0.5,0.4 --grow -1.5

Prints how much of each frame the object covers, and where its middle is.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np

import mattebox


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the example."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("click", help="FRAME,X,Y of a point of the object")
    parser.add_argument("--grow", type=float, default=0, help="pixels to move the edge outwards")
    chosen = parser.parse_args(arguments)
    frame, x, y = chosen.click.split(",")

    with mattebox.open_clip(chosen.clip) as clip:
        thing = clip.object(mattebox.Edge(grow=chosen.grow))
        thing.include(int(frame), float(x), float(y))
        for index, matte in thing.mattes():
            seconds = int(clip.table.ticks[index]) / clip.table.timescale
            rows, columns = np.nonzero(matte > 127)
            middle = f"{columns.mean():.0f}, {rows.mean():.0f}" if len(rows) else "-"
            print(f"{index:5d} {seconds:8.3f} s {100 * np.mean(matte / 255):6.2f} %  {middle}")


if __name__ == "__main__":
    main()
