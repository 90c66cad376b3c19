"""Curves of training runs: CSV files with a column `step`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from mattebox.files import write_whole


def add_row(path: Path, row: Mapping[str, object]) -> None:
    """Add a line to a curve, after a line of names where it is the first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, row, lineterminator="\n")
        if fresh:
            writer.writeheader()
        writer.writerow(row)


def forget_after(path: Path, step: int) -> None:
    """Drop the lines of steps that a resumed run takes again."""
    if not path.exists():
        return
    names, *lines = path.read_text().splitlines()
    place = names.split(",").index("step")
    kept = [line for line in lines if int(line.split(",")[place]) <= step]
    if len(kept) < len(lines):
        write_whole(path, "".join(f"{line}\n" for line in (names, *kept)).encode())
