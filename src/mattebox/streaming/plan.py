"""From a revision to the recipes of its segments; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from itertools import pairwise

import numpy as np

from mattebox.media import Cuts, SegmentGrid
from mattebox.media.segments import Rendition
from mattebox.media.shots import joined
from mattebox.projects.clips import Clip
from mattebox.projects.masks import mask_hash
from mattebox.propagation import PropagationSettings, shared
from mattebox.streaming.reach import Brackets, Reach
from mattebox.streaming.recipes import Recipe

Range = tuple[int, int]


def grid_of(clip: Clip) -> SegmentGrid:
    """The segment grid of a clip."""
    return SegmentGrid.for_rate(clip.info.rate, clip.table.frame_count)


def video_rendition(clip: Clip) -> Rendition:
    """How the plate of a clip is encoded."""
    info = clip.info
    return Rendition("video", info.width, info.height, clip.table.timescale, info.rate)


def matte_rendition(clip: Clip) -> Rendition:
    """How the mattes of a clip are encoded."""
    info = clip.info
    return Rendition("matte", info.width, info.height, clip.table.timescale, info.rate)


def video_recipes(clip: Clip) -> list[Recipe]:
    """One recipe per segment of the plate."""
    grid, encoder = grid_of(clip), video_rendition(clip).settings
    return [
        Recipe("video", clip.hash, *grid.cell(segment), encoder) for segment in range(grid.count)
    ]


def carrier_of(clip: Clip, network: str) -> str:
    """What carries masks over a clip, as recipes name it.

    Which frames decode by themselves is part of it: the way to far frames goes over them, and the
    clip's hash does not tell which of them ingest found.

    Args:
        clip: The footage.
        network: Identity of the network and its settings.
    """
    return sha256(network.encode() + clip.table.sync.tobytes()).hexdigest()


def matte_recipes(
    clip: Clip,
    keyframes: Mapping[int, str],
    cuts: Cuts,
    network: str,
    *,
    settings: PropagationSettings = PropagationSettings(),
    segments: Iterable[int] | None = None,
) -> dict[int, Recipe]:
    """The recipes of an object's matte, by segment, as far as they are decided.

    Args:
        clip: The footage.
        keyframes: Frame index to mask hash.
        cuts: What is known of the clip's cuts.
        network: Identity of the network and its settings.
        settings: How masks are carried.
        segments: Those asked for; all without them.
    """
    grid, encoder = grid_of(clip), matte_rendition(clip).settings
    reach = Reach(cuts, keyframes, nothing_on(clip), settings)
    carrier = carrier_of(clip, network)
    recipes = {}
    for segment in range(grid.count) if segments is None else segments:
        start, stop = grid.cell(segment)
        on = reach.of(start, stop)
        if on is None:
            continue
        recipes[segment] = Recipe(
            "matte",
            clip.hash,
            start,
            stop,
            encoder,
            # A segment nothing reaches is empty whatever the network and the cuts are.
            network=carrier if on.keyframes else "",
            keyframes=tuple((frame, keyframes[frame]) for frame in on.keyframes),
            shots=on.shots,
        )
    return recipes


def empty_recipe(clip: Clip) -> Recipe:
    """That of a matte's first segment where nothing reaches it.

    It can be named before any cut is known, and all segments of a rendition have one initialisation
    segment.
    """
    return Recipe("matte", clip.hash, *grid_of(clip).cell(0), matte_rendition(clip).settings)


def stale_ranges(
    frame_count: int,
    shots: Sequence[Range],
    applied: Mapping[int, str],
    present: Mapping[int, str],
    nothing: str = "",
) -> list[Range]:
    """Frames whose present keyframes differ from those they were applied with.

    Args:
        frame_count: Frames in the clip.
        shots: The clip's shots.
        applied: Frame index to mask hash in the revision.
        present: Frame index to mask hash now.
        nothing: Hash of the mask of a frame where the object is absent.

    Returns:
        Half-open frame ranges, in order, as long as they can be.
    """
    before, after = (Brackets(shots, masks, nothing) for masks in (applied, present))

    def sources(frame: int, plan: Brackets) -> list[tuple[int, str]]:
        return [(index, plan.masks[index]) for index in plan.needed(frame, frame + 1)]

    # Between two neighbouring edges all frames have the same brackets.
    edges = {0, frame_count, *(edge for shot in shots for edge in shot)}
    for keyframe in (*applied, *present):
        edges |= {keyframe, keyframe + 1}
    for masks in (applied, present):
        edges |= {edge for pair in pairwise(sorted(masks)) for edge in shared(*pair)}
    ordered = sorted(edge for edge in edges if edge <= frame_count)
    stale = [
        (start, stop)
        for start, stop in pairwise(ordered)
        if sources(start, before) != sources(start, after)
    ]
    return joined(stale)


def nothing_on(clip: Clip) -> str:
    """Hash of the mask of a frame where an object is absent."""
    return _nothing(clip.info.width, clip.info.height)


@cache
def _nothing(width: int, height: int) -> str:
    return mask_hash(np.zeros((height, width), np.uint8))


def runs(flags: Iterable[bool]) -> list[Range]:
    """Half-open ranges of the positions that are true."""
    return joined((index, index + 1) for index, flag in enumerate(flags) if flag)


def outward(count: int, start: int) -> list[int]:
    """The numbers below `count`, beginning at `start`, nearest first and ahead before behind."""
    return sorted(range(count), key=lambda n: (abs(n - start), n < start))
