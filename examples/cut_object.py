"""Cut an object out of a clip: one include click, one exclude click, one file.

python examples/cut_object.py in.mp4 out.mp4 --click 0,0.5,0.4 --exclude 0,0.1,0.9 --feather 2
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import mattebox


def point(text: str) -> tuple[int, float, float]:
    """Read ``FRAME,X,Y``."""
    frame, x, y = text.split(",")
    return int(frame), float(x), float(y)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the example."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--click", type=point, action="append", required=True)
    parser.add_argument("--exclude", type=point, action="append", default=[])
    parser.add_argument("--feather", type=float, default=0.0, help="pixels of the clip")
    chosen = parser.parse_args(arguments)

    with mattebox.open_clip(chosen.clip) as clip:
        thing = clip.object(mattebox.Edge(feather=chosen.feather))
        for frame, x, y in chosen.click:
            thing.include(frame, x, y)
        for frame, x, y in chosen.exclude:
            thing.exclude(frame, x, y)
        result = thing.export(chosen.out)
    print(f"{result.path}: {result.frame_count} frames")
    for warning in result.warnings:
        print(warning)


if __name__ == "__main__":
    main()
