"""Mattes, edges, and what the product makes of them: for comparing the player's shaders with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from mattebox.matting import Edge, EdgeStage, cover, despill
from tests.browser.support.picture import matte

Plane = npt.NDArray[np.uint8]

# Width and height: tiny, odd, portrait, beside and across the tiles that the shaders work in.
SIZES = [(1, 1), (2, 1), (3, 5), (7, 8), (8, 9), (33, 17), (40, 71), (64, 48), (102, 182)]
LARGE = (320, 180)
EDGES = [
    Edge(clip_black=0.1),
    Edge(clip_black=0.3, clip_white=0.7),
    Edge(feather=3),
    Edge(feather=0.7),
    Edge(smooth=1.3),
    Edge(grow=0.4),
    Edge(grow=1),
    Edge(grow=-1),
    Edge(grow=9),
    Edge(grow=-6.3),
    Edge(grow=1, feather=3),
    Edge(0.02, 0.97, 2, -1.5, 4.4),
    Edge(0, 0.6, 0.8, 2.6, 0.2),
]
# Several objects each, for their colours; planes of 4:2:0 have even sides.
GROUPS = [
    [Edge(despill=1)],
    [Edge(grow=2.5, feather=6, despill=0.6)],
    [Edge(despill=1), Edge(feather=3)],
    [Edge(feather=2, despill=0.3), Edge(grow=-1, despill=1), Edge(0.1, 0.8, 1.5, despill=0.8)],
]
# The last one is as tall as large pictures, whose estimates reach further.
COLOUR_SIZES = [(2, 2), (6, 10), (34, 18), (64, 48), (102, 182), LARGE, (50, 1280)]
# What the player is shown with, on a frame whose matte is another one in each revision.
PLAYED = Edge(clip_white=0.9, smooth=0.6, grow=-1.2, feather=3)
PLAYED_FRAME = 30


def random_matte(width: int, height: int, seed: int) -> Plane:
    """Blobs with soft and with hard contours, holes, lone pixels, some across the border."""
    random = np.random.default_rng(seed)
    drawn: Plane = np.zeros((height, width), np.uint8)
    for _ in range(5):
        centre = [int(random.integers(0, side + 1)) for side in (width, height)]
        axes = [int(random.integers(1, max(2, side // 3))) for side in (width, height)]
        code = int(random.choice([0, 255, 255, 255, int(random.integers(256))]))
        cv2.ellipse(drawn, centre, axes, float(random.integers(180)), 0, 360, code, -1)
    if seed % 2:
        drawn = np.asarray(cv2.GaussianBlur(drawn, (0, 0), random.uniform(0.4, 3)), np.uint8)
    for _ in range(3):
        drawn[random.integers(height), random.integers(width)] = random.integers(256)
    return drawn


def random_planes(width: int, height: int, seed: int) -> tuple[Plane, Plane, Plane]:
    """Y', Cb and Cr of 4:2:0, of every code, with steps and with noise."""
    random = np.random.default_rng(seed)

    def plane(rows: int, columns: int) -> Plane:
        coarse = random.integers(256, size=(1 + rows // 9, 1 + columns // 9), dtype=np.uint8)
        large = cv2.resize(coarse, (columns, rows), interpolation=cv2.INTER_NEAREST)
        noise = random.normal(0, 9, (rows, columns))
        return np.asarray((large + noise).clip(0, 255), np.uint8)

    half = (height // 2, width // 2)
    return plane(height, width), plane(*half), plane(*half)


def write_edges(folder: Path) -> None:
    """The cases as JSON, and beside it the planes of each and what becomes of them."""
    folder.mkdir(parents=True)
    write_coverage(folder / "coverage")
    write_colours(folder / "colours")
    (folder / "played.json").write_text(json.dumps({"frame": PLAYED_FRAME, "edge": asdict(PLAYED)}))
    for revision in (1, 2):
        drawn = matte(PLAYED_FRAME, revision)
        (folder / f"drawn-{revision}.bin").write_bytes(drawn.tobytes())
        (folder / f"played-{revision}.bin").write_bytes(cover(drawn, PLAYED).tobytes())


def write_coverage(folder: Path) -> None:
    """A matte and its edge each."""
    cases: list[dict[str, Any]] = []
    for number, (width, height) in enumerate([*SIZES, LARGE]):
        for seed, edge in enumerate(EDGES, start=100 * number):
            drawn = random_matte(width, height, seed)
            _write(folder, len(cases), [drawn, cover(drawn, edge)])
            cases.append({"width": width, "height": height, "edges": [asdict(edge)]})
    (folder / "cases.json").write_text(json.dumps(cases))


def write_colours(folder: Path) -> None:
    """Mattes with their edges and a plate each; chroma in pairs, as the player has it."""
    cases: list[dict[str, Any]] = []
    for number, (width, height) in enumerate(COLOUR_SIZES):
        for seed, edges in enumerate(GROUPS, start=10 * number):
            mattes = [random_matte(width, height, 1000 + 7 * seed + i) for i in range(len(edges))]
            y, u, v = random_planes(width, height, seed)
            stage = EdgeStage(edges, (height, width), (height, width))
            cutout = stage.cut_out(mattes)
            clean = despill((y, u, v), cutout.plain, cutout.despill, stage.reach)
            pairs = [np.stack(chroma, axis=-1) for chroma in ((u, v), clean[1:])]
            _write(folder, len(cases), [*mattes, y, pairs[0], cutout.matte, clean[0], pairs[1]])
            about = {"width": width, "height": height, "edges": [asdict(edge) for edge in edges]}
            cases.append(about)
    (folder / "cases.json").write_text(json.dumps(cases))


def _write(folder: Path, number: int, planes: Sequence[npt.NDArray[Any]]) -> None:
    folder.mkdir(exist_ok=True)
    (folder / f"{number}.bin").write_bytes(b"".join(plane.tobytes() for plane in planes))
