from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mattebox.media import Cuts, SegmentGrid
from mattebox.media.shots import joined
from mattebox.projects.clips import Clip
from mattebox.propagation import Shot, dependencies
from mattebox.streaming.manifest import changed_ranges
from mattebox.streaming.plan import (
    matte_recipes,
    nothing_on,
    outward,
    runs,
    stale_ranges,
    video_recipes,
)
from mattebox.streaming.playlist import media_playlist
from mattebox.streaming.recipes import Recipe
from tests.projects.facts import info, table

CLIP = Clip("c" * 64, Path("clip"), info(), table(100), ((0, 100),))
NOTHING = nothing_on(CLIP)
WHOLE = Cuts(100)

masks = st.dictionaries(st.integers(0, 99), st.sampled_from(["a", "b", NOTHING]), max_size=5)
cuts = st.lists(st.integers(1, 99), unique=True, max_size=3).map(
    lambda inner: list(pairwise([0, *sorted(inner), 100]))
)


def addresses(keyframes: dict[int, str], shots: list[tuple[int, int]]) -> list[str]:
    return [r.address for r in matte_recipes(CLIP, keyframes, Cuts.of(shots), "network").values()]


@given(applied=masks, present=masks, shots=cuts)
def test_segments_with_stale_frames_have_another_address(
    applied: dict[int, str], present: dict[int, str], shots: list[tuple[int, int]]
) -> None:
    before = addresses(applied, shots)
    after = addresses(present, shots)
    stale = {
        f
        for start, stop in stale_ranges(100, shots, applied, present, NOTHING)
        for f in range(start, stop)
    }
    changed = {s for start, stop in changed_ranges(before, after) for s in range(start, stop)}
    # A stale frame's segment always changes; a changed one may have no stale frame of its own
    # only where keyframes moved among the frames that it depends on.
    assert {frame // 24 for frame in stale} <= changed
    if applied == present:
        assert not changed


@given(keyframes=masks, shots=cuts)
def test_segments_that_nothing_reaches_do_not_depend_on_the_network(
    keyframes: dict[int, str], shots: list[tuple[int, int]]
) -> None:
    for recipe in matte_recipes(CLIP, keyframes, Cuts.of(shots), "network").values():
        assert bool(recipe.network) == bool(recipe.keyframes) == bool(recipe.shots)


def test_recipes_survive_as_json_and_differ_where_anything_differs() -> None:
    recipes = [
        *video_recipes(CLIP),
        *matte_recipes(CLIP, {3: "a"}, WHOLE, "network").values(),
        *matte_recipes(CLIP, {3: "b"}, WHOLE, "network").values(),
        *matte_recipes(CLIP, {3: "a"}, WHOLE, "another").values(),
        matte_recipes(CLIP, {3: "a"}, Cuts(100, (20,)), "network")[0],
    ]
    assert len({recipe.address for recipe in recipes}) == len(recipes)
    for recipe in recipes:
        assert Recipe.from_json(recipe.to_json()) == recipe


def test_mattes_are_elsewhere_where_the_route_to_far_frames_is_another() -> None:
    other = replace(CLIP, table=replace(CLIP.table, sync=np.array([0, 48])))
    here, there = (matte_recipes(c, {3: "a"}, WHOLE, "network").values() for c in (CLIP, other))
    assert not {r.address for r in here} & {r.address for r in there}
    assert video_recipes(CLIP) == video_recipes(other)


def test_a_stale_range_reaches_to_the_neighbouring_keyframes() -> None:
    shots = [(0, 60), (60, 100)]
    applied = {10: "a", 30: "a", 50: "a", 70: "a"}
    assert stale_ranges(100, shots, applied, applied | {30: "b"}) == [(11, 50)]
    assert stale_ranges(100, shots, applied, applied | {50: "b"}) == [(31, 60)]
    assert stale_ranges(100, shots, applied, {10: "a", 30: "a", 50: "a"}) == [(60, 100)]
    assert stale_ranges(100, shots, {}, {}) == []


def test_what_follows_an_absent_frame_depends_on_it_alone() -> None:
    shots = [(0, 100)]
    applied = {0: "a", 30: NOTHING, 75: "a"}
    assert stale_ranges(100, shots, applied, applied | {75: "b"}, NOTHING) == [(75, 100)]
    before, after = (
        matte_recipes(CLIP, keyframes, WHOLE, "network")
        for keyframes in (applied, applied | {75: "b"})
    )
    changed = [i for i in before if before[i] != after[i]]
    assert changed == [3, 4]
    assert before[2].keyframes == ((30, NOTHING),)


@given(applied=masks, present=masks, shots=cuts)
def test_stale_is_every_frame_that_other_keyframes_decide(
    applied: dict[int, str], present: dict[int, str], shots: list[tuple[int, int]]
) -> None:
    def sources(frame: int, keyframes: dict[int, str]) -> list[tuple[int, str]]:
        cuts = [Shot(start, stop) for start, stop in shots]
        absent = [k for k, mask in keyframes.items() if mask == NOTHING]
        needed = dependencies(frame, frame + 1, list(keyframes), cuts, absent)
        return [(k, keyframes[k]) for k in needed]

    wanted = runs(sources(frame, applied) != sources(frame, present) for frame in range(100))
    assert stale_ranges(100, shots, applied, present, NOTHING) == wanted


def test_ranges_are_as_long_as_they_can_be() -> None:
    assert joined([(0, 2), (2, 3), (5, 6)]) == [(0, 3), (5, 6)]
    assert runs([True, True, False, True]) == [(0, 2), (3, 4)]
    assert changed_ranges((), ("a", "b")) == [(0, 2)]
    assert changed_ranges(("a", "b"), ("a", "c")) == [(1, 2)]


def test_filling_goes_outward_and_looks_ahead_first() -> None:
    assert outward(6, 2) == [2, 3, 1, 4, 0, 5]


def test_a_playlist_adds_up_to_the_clip() -> None:
    clip_table = table(100)
    grid = SegmentGrid.for_rate(Fraction(24), 100)
    text = media_playlist(clip_table, grid, "/init.mp4", [f"/{n}.m4s" for n in range(grid.count)])
    assert text.splitlines()[2] == "#EXT-X-TARGETDURATION:1"
    lengths = [line for line in text.splitlines() if line.startswith("#EXTINF")]
    assert lengths == ["#EXTINF:1.000000,"] * 4 + ["#EXTINF:0.166667,"]
