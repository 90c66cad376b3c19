"""Make the sample clip, take the fish out of it, and put it on blue.

python examples/sample_key.py FOLDER
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import mattebox
from mattebox.media import sample_clip


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the example."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--stop", type=int, help="one past the last frame to export")
    chosen = parser.parse_args(arguments)

    chosen.folder.mkdir(parents=True, exist_ok=True)
    source = chosen.folder / "sample.mp4"
    if not source.exists():
        sample_clip(source)
    with mattebox.open_clip(source) as clip:
        fish = clip.object()
        fish.include(0, 0.25, 0.45)
        result = fish.export(chosen.folder / "fish.mp4", key_color="#0000ff", stop=chosen.stop)
    print(f"{result.path}: {result.frame_count} frames")


if __name__ == "__main__":
    main()
