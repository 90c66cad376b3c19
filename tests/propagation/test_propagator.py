from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from mattebox.errors import InputError
from mattebox.propagation import (
    Cancelled,
    MaskFrame,
    MemoryAnchors,
    PropagationSettings,
    Propagator,
    Shot,
)
from mattebox.propagation.chains import PATIENCE
from tests.propagation.film import HEIGHT, WIDTH, Film, Leaving, ThereAndBack

Mask = NDArray[np.uint8]
COUNT = 40
HOUR = 86_400
SHOT = [Shot(0, COUNT)]
NOTHING = np.zeros((HEIGHT, WIDTH), np.uint8)


@pytest.fixture(scope="module")
def propagator() -> Propagator:
    return Propagator()


def overlap(mask: Mask, truth: Mask) -> float:
    a, b = mask >= 128, truth >= 128
    return float((a & b).sum() / (a | b).sum())


def run(
    propagator: Propagator, keyframes: Mapping[int, Mask], start: int, stop: int
) -> dict[int, MaskFrame]:
    found = propagator.propagate(Film(COUNT), keyframes, SHOT, start, stop)
    return {frame.index: frame for frame in found}


def same(first: Mapping[int, MaskFrame], second: Mapping[int, MaskFrame]) -> bool:
    return first.keys() == second.keys() and all(
        (first[i].mask == second[i].mask).all() and first[i].confidence == second[i].confidence
        for i in first
    )


@pytest.fixture(scope="module")
def keyframes() -> dict[int, Mask]:
    film = Film(COUNT)
    return {3: film.mask(3), 30: film.mask(30)}


@pytest.fixture(scope="module")
def whole(propagator: Propagator, keyframes: dict[int, Mask]) -> dict[int, MaskFrame]:
    return run(propagator, keyframes, 0, COUNT)


def test_the_object_is_followed_both_ways(whole: dict[int, MaskFrame]) -> None:
    film = Film(COUNT)
    assert list(whole) == list(range(COUNT))
    scores = [overlap(frame.mask, film.mask(i)) for i, frame in whole.items()]
    assert np.mean(scores) > 0.85
    assert min(scores) > 0.5
    assert all(0 <= frame.confidence <= 1 for frame in whole.values())


def test_keyframes_come_out_as_they_went_in(
    whole: dict[int, MaskFrame], keyframes: dict[int, Mask]
) -> None:
    for index, mask in keyframes.items():
        assert (whole[index].mask == mask).all()
        assert whole[index].confidence == 1


@pytest.mark.parametrize(("start", "stop"), [(0, 3), (4, 11), (16, 17), (13, 29), (31, 40)])
def test_a_segment_is_the_same_whatever_else_was_asked_for(
    propagator: Propagator,
    keyframes: dict[int, Mask],
    whole: dict[int, MaskFrame],
    start: int,
    stop: int,
) -> None:
    alone = run(propagator, keyframes, start, stop)
    assert same(alone, {i: whole[i] for i in range(start, stop)})


@pytest.mark.parametrize("sync", [(), (0, 9, 20, 31)])
def test_far_from_a_keyframe_it_is_the_same_too(sync: tuple[int, ...]) -> None:
    settings = PropagationSettings(stride=2, near=6, far_stride=6, second_look=False)
    near_sighted = Propagator(settings=settings)
    film = Film(COUNT, sync=sync)
    given = {0: film.mask(0), COUNT - 1: film.mask(COUNT - 1)}

    def part(start: int, stop: int) -> dict[int, MaskFrame]:
        found = near_sighted.propagate(film, given, SHOT, start, stop)
        return {frame.index: frame for frame in found}

    all_of_it = part(0, COUNT)
    for start, stop in ((16, 24), (5, 9), (30, 38)):
        assert same(part(start, stop), {i: all_of_it[i] for i in range(start, stop)})


def test_what_is_believed_of_a_keyframe_is_read_and_its_mask_shown() -> None:
    film = Film(COUNT)
    propagator = Propagator()
    belief = film.mask(8)

    def made(shown: Mask, beliefs: dict[int, Mask]) -> dict[int, MaskFrame]:
        found = propagator.propagate(film, {8: shown}, SHOT, 8, 12, beliefs=beliefs)
        return {frame.index: frame for frame in found}

    empty_but_for_a_corner = np.zeros_like(belief)
    empty_but_for_a_corner[:4, :4] = 255
    found, wanted = made(empty_but_for_a_corner, {8: belief}), made(belief, {})
    assert np.array_equal(found[8].mask, empty_but_for_a_corner)
    assert same({i: found[i] for i in (9, 10, 11)}, {i: wanted[i] for i in (9, 10, 11)})


def test_what_is_cached_changes_nothing(
    propagator: Propagator, keyframes: dict[int, Mask], whole: dict[int, MaskFrame]
) -> None:
    for capacity in (0, 600_000, 2**30):
        cache = MemoryAnchors(capacity)
        found: dict[int, MaskFrame] = {}
        for start in (24, 8, 32, 0, 16):
            part = propagator.propagate(
                Film(COUNT), keyframes, SHOT, start, start + 8, anchors=cache
            )
            found |= {frame.index: frame for frame in part}
        assert same(dict(sorted(found.items())), whole)


def test_anchors_of_another_route_are_not_taken() -> None:
    settings = PropagationSettings(stride=2, near=6, far_stride=6, second_look=False)
    near_sighted = Propagator(settings=settings)
    cache = MemoryAnchors()
    for sync in ((), (0, 9, 20, 31)):
        film = Film(COUNT, sync=sync)
        given = ({0: film.mask(0)}, SHOT, 30, 38)
        kept = list(near_sighted.propagate(film, *given, anchors=cache))
        alone = list(near_sighted.propagate(film, *given))
        assert same({f.index: f for f in kept}, {f.index: f for f in alone})


def test_threads_do_not_disturb_each_other(
    propagator: Propagator, keyframes: dict[int, Mask], whole: dict[int, MaskFrame]
) -> None:
    with ThreadPoolExecutor(4) as pool:
        parts = pool.map(lambda s: run(propagator, keyframes, s, s + 10), range(0, COUNT, 10))
        found = {index: frame for part in parts for index, frame in part.items()}
    assert same(found, whole)


def test_a_correction_changes_nothing_beyond_the_next_keyframe(
    propagator: Propagator, keyframes: dict[int, Mask], whole: dict[int, MaskFrame]
) -> None:
    corrected = run(propagator, {**keyframes, 35: NOTHING}, 0, COUNT)
    assert same({i: corrected[i] for i in range(31)}, {i: whole[i] for i in range(31)})
    assert not corrected[35].mask.any()


def test_nothing_crosses_a_cut(propagator: Propagator) -> None:
    film = Film(COUNT)
    shots = [Shot(0, 20), Shot(20, COUNT)]
    found = list(propagator.propagate(film, {5: film.mask(5)}, shots, 15, 25))
    assert [frame.mask.any() for frame in found] == [True] * 5 + [False] * 5
    assert max(film.reads) < 20


@pytest.mark.parametrize("keyframe", [0, COUNT - 1])
def test_a_cut_beyond_the_horizon_changes_nothing(keyframe: int) -> None:
    settings = PropagationSettings(stride=2, near=6, far_stride=4, second_look=False)
    near_sighted = Propagator(settings=settings)
    film = Film(COUNT)
    given = {keyframe: film.mask(keyframe)}
    start, stop = (8, 12) if keyframe == 0 else (29, 33)
    horizon = settings.horizon(max(abs(start - keyframe), abs(stop - 1 - keyframe)))
    near, gone = (stop, stop + horizon) if keyframe == 0 else (start, start - horizon)
    cache = MemoryAnchors()

    def made(cut: int | None, anchors: MemoryAnchors) -> dict[int, MaskFrame]:
        edges = [0, COUNT] if cut is None else [0, cut, COUNT]
        shots = [Shot(a, b) for a, b in pairwise(edges)]
        found = near_sighted.propagate(film, given, shots, start, stop, anchors=anchors)
        return {frame.index: frame for frame in found}

    wanted = made(None, MemoryAnchors())
    assert not same(made(near, cache), wanted)
    for cut in (gone, None):
        assert same(made(cut, cache), wanted)
        assert same(made(cut, MemoryAnchors()), wanted)
    assert same(made(near, cache), made(near, MemoryAnchors()))


def test_a_segment_reads_few_frames(propagator: Propagator) -> None:
    film = Film(COUNT)
    stride = propagator.settings.stride
    list(propagator.propagate(film, {0: film.mask(0)}, SHOT, 32, 40))
    assert len(film.reads) <= 1 + 32 // stride + 1 + 8 + 1
    again = Film(COUNT)
    cache = MemoryAnchors()
    for _ in range(2):
        again.reads.clear()
        list(propagator.propagate(again, {0: again.mask(0)}, SHOT, 32, 40, anchors=cache))
    assert set(again.reads) <= set(range(32, 40))


def test_no_keyframes_means_no_object(propagator: Propagator) -> None:
    found = list(propagator.propagate(Film(COUNT), {}, SHOT, 4, 7))
    assert [frame.index for frame in found] == [4, 5, 6]
    assert not any(frame.mask.any() for frame in found)


def test_an_absent_object_stays_absent_without_work(propagator: Propagator) -> None:
    film = Film(COUNT)
    found = list(propagator.propagate(film, {2: NOTHING}, SHOT, 0, COUNT))
    assert len(found) == COUNT
    assert not any(frame.mask.any() for frame in found)
    assert film.reads == []


def test_an_object_is_absent_from_an_empty_keyframe_to_the_next_without_work(
    propagator: Propagator,
) -> None:
    film = Film(COUNT)
    keyframes = {2: film.mask(2), 6: NOTHING, 30: film.mask(30)}
    found = list(propagator.propagate(film, keyframes, SHOT, 6, 30))
    assert not any(frame.mask.any() for frame in found)
    assert film.reads == []
    after = list(propagator.propagate(film, keyframes, SHOT, 30, 34))
    assert all(overlap(frame.mask, film.mask(frame.index)) > 0.7 for frame in after)


def test_an_object_that_leaves_is_followed_out_and_not_looked_for_again(
    propagator: Propagator,
) -> None:
    class Returning(Leaving):
        def frame(self, index: int) -> Mask:
            return super().frame(index if index < 24 else index - 24)

    film = Returning(COUNT)
    keyframes = {0: film.mask(0), 36: NOTHING}
    found = list(propagator.propagate(film, keyframes, SHOT, 0, COUNT))
    assert all(overlap(frame.mask, film.mask(frame.index)) > 0.8 for frame in found[:17])
    assert not any(frame.mask.any() for frame in found[20:])
    parts = [propagator.propagate(film, keyframes, SHOT, s, s + 8) for s in (32, 16, 24, 0, 8)]
    pieces = {frame.index: frame for part in parts for frame in part}
    assert same(dict(sorted(pieces.items())), {frame.index: frame for frame in found})


def test_cancelling_stops_within_a_frame(propagator: Propagator) -> None:
    film = Film(COUNT)
    asked = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 12

    masks = propagator.propagate(film, {0: film.mask(0)}, SHOT, 0, COUNT, cancelled=cancelled)
    with pytest.raises(Cancelled):
        list(masks)
    assert len(asked) == 13


def test_a_mask_of_another_size_is_refused(propagator: Propagator) -> None:
    small = {0: np.full((10, 20), 255, np.uint8)}
    with pytest.raises(InputError, match="working size"):
        list(propagator.propagate(Film(COUNT), small, SHOT, 0, 5))
    mixed = {0: Film(COUNT).mask(0), **{5: small[0]}}
    with pytest.raises(InputError, match="differ in size"):
        list(propagator.propagate(Film(COUNT), mixed, SHOT, 0, 5))


@pytest.mark.parametrize(("start", "most_calls"), [(8, 20), (HOUR - 24, 30)])
def test_what_a_frame_costs_does_not_depend_on_a_keyframe_an_hour_away(
    start: int, most_calls: int
) -> None:
    calls: list[str] = []

    @contextmanager
    def counted(network: str) -> Iterator[None]:
        calls.append(network)
        yield

    propagator = Propagator(attend=counted)
    film = ThereAndBack(HOUR)
    given = {0: film.mask(0), HOUR - 1: film.mask(HOUR - 1)}

    def made(keyframes: Mapping[int, Mask]) -> dict[int, MaskFrame]:
        calls.clear()
        shot = [Shot(0, HOUR)]
        found = propagator.propagate(film, keyframes, shot, start, start + 8)
        return {frame.index: frame for frame in found}

    nearer = min(given, key=lambda keyframe: abs(keyframe - start))
    alone = made({nearer: given[nearer]})
    cost = len(calls)
    assert same(made(given), alone)
    assert len(calls) == cost <= most_calls


def test_an_hour_from_its_keyframe_a_frame_costs_little_more_than_a_minute_from_it() -> None:
    counts: list[str] = []

    @contextmanager
    def count(network: str) -> Iterator[None]:
        counts.append(network)
        yield

    counting = Propagator(attend=count)
    film = ThereAndBack(HOUR, sync=range(0, HOUR, 48))

    def cost(frame: int) -> int:
        counts.clear()
        list(counting.propagate(film, {0: film.mask(0)}, [Shot(0, HOUR)], frame, frame + 1))
        return len(counts)

    # The ball never rests, so that next to no leap goes: each doubling of the way from a minute on
    # adds no more looks than leaps are halved into.
    assert cost(HOUR - 24) <= cost(1440) + 6 * PATIENCE


def test_identity_names_the_settings(propagator: Propagator) -> None:
    assert len(propagator.identity) == 64
    other = Propagator(settings=PropagationSettings(stride=5))
    assert other.identity != propagator.identity
    assert Propagator().identity == propagator.identity
