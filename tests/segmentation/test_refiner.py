import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mattebox.errors import InputError
from mattebox.segmentation import Click, Refiner

Array = NDArray[np.uint8]


def scene(width: int = 320, height: int = 180) -> tuple[Array, Array]:
    """A patterned ball on a meadow, and its mask."""
    random = np.random.default_rng(2)
    frame = np.full((height, width, 3), (70, 120, 60), np.uint8)
    frame += random.integers(0, 30, frame.shape, np.uint8)
    mask = np.zeros((height, width), np.uint8)
    centre, radius = (width // 3, height // 2), height // 4
    cv2.circle(mask, centre, radius, 255, cv2.FILLED)
    frame[mask > 0] = (200, 60, 50)
    return np.asarray(cv2.GaussianBlur(frame, (0, 0), 1.0), np.uint8), mask


@pytest.fixture(scope="module")
def refiner() -> Refiner:
    return Refiner()


def iou(mask: Array, true: Array) -> float:
    one, two = mask >= 128, true >= 128
    return float(np.count_nonzero(one & two) / np.count_nonzero(one | two))


def test_one_click_finds_a_plain_object(refiner: Refiner) -> None:
    frame, true = scene()
    mask = refiner.refine(frame, [Click(1 / 3, 0.5, True)])
    assert mask.shape == true.shape
    assert mask.dtype == np.uint8
    assert iou(mask, true) > 0.85


CLICKS = [
    Click(1 / 3, 0.5, True),
    Click(0.30, 0.40, True),
    Click(0.8, 0.8, False),
    Click(0.5, 0.1, False),
]


def test_adding_a_click_gives_what_replaying_all_gives(refiner: Refiner) -> None:
    frame, _ = scene()
    grown = [refiner.refine(frame, CLICKS[:count]) for count in range(1, 5)]
    fresh = Refiner()
    for count in (4, 2, 3, 1):
        np.testing.assert_array_equal(fresh.refine(frame, CLICKS[:count]), grown[count - 1])


@pytest.mark.parametrize("corrected", [False, True], ids=["nothing yet", "a mask"])
def test_a_click_that_was_expected_finds_its_picture_encoded(*, corrected: bool) -> None:
    called: list[str] = []

    @contextmanager
    def attend(network: str) -> Iterator[None]:
        called.append(network)
        yield

    frame, mask = scene()
    previous = mask if corrected else None
    clicks = [Click(1 / 3, 0.5, not corrected)]
    refiner = Refiner(attend=attend)
    refiner.expect(frame, [], previous)
    assert called == ["refinement-encode"]
    found = refiner.refine(frame, clicks, previous)
    assert called[:2] == ["refinement-encode", "refinement-decode"]
    np.testing.assert_array_equal(found, Refiner().refine(frame, clicks, previous))


def test_a_picture_that_is_being_encoded_is_not_encoded_beside_it() -> None:
    frame, _ = scene()
    called: list[str] = []

    @contextmanager
    def attend(network: str) -> Iterator[None]:
        called.append(network)
        yield

    refiner, many = Refiner(attend=attend), 6
    barrier = threading.Barrier(many)

    def expect(_: int) -> None:
        barrier.wait(30)
        refiner.expect(frame, [])

    with ThreadPoolExecutor(many) as pool:
        list(pool.map(expect, range(many)))
    assert called == ["refinement-encode"]


def test_it_waits_before_each_call_and_never_within_one() -> None:
    told: list[str] = []

    @contextmanager
    def attend(network: str) -> Iterator[None]:
        told.append(network)
        yield
        told.append("done")

    frame, _ = scene()
    refiner = Refiner(attend=attend, wait=lambda: told.append("wait"))
    refiner.refine(frame, CLICKS[:1])
    calls = [told[at : at + 3] for at in range(0, len(told), 3)]
    look = [["wait", "refinement-encode", "done"], ["wait", "refinement-decode", "done"]]
    assert calls == 2 * look


def test_moving_and_removing_a_click_leaves_no_trace(refiner: Refiner) -> None:
    frame, _ = scene()
    wanted = refiner.refine(frame, CLICKS[:2])
    refiner.refine(frame, [CLICKS[0], Click(0.9, 0.9, True)])
    refiner.refine(frame, [CLICKS[1], CLICKS[0]])
    np.testing.assert_array_equal(refiner.refine(frame, CLICKS[:2]), wanted)


def test_answers_do_not_depend_on_what_other_threads_ask() -> None:
    frame, _ = scene()
    other = frame[:, ::-1].copy()
    shared, alone = Refiner(), Refiner()
    asked = [(picture, CLICKS[:count]) for count in (1, 2, 3) for picture in (frame, other)]
    wanted = [alone.refine(*question) for question in asked]
    barrier = threading.Barrier(3)

    def ask(index: int) -> Array:
        if index < 3:
            barrier.wait(30)
        return shared.refine(*asked[index])

    with ThreadPoolExecutor(3) as pool:
        for found, right in zip(pool.map(ask, range(len(asked))), wanted, strict=True):
            np.testing.assert_array_equal(found, right)


def test_the_caller_may_change_what_it_got(refiner: Refiner) -> None:
    frame, _ = scene()
    first = refiner.refine(frame, CLICKS[:1])
    kept = first.copy()
    first[:] = 7
    np.testing.assert_array_equal(refiner.refine(frame, CLICKS[:1]), kept)


def test_without_clicks_the_previous_mask_stays(refiner: Refiner) -> None:
    frame, true = scene()
    assert not refiner.refine(frame, []).any()
    np.testing.assert_array_equal(refiner.refine(frame, [], true), true)


def test_previous_mask_is_where_correcting_starts(refiner: Refiner) -> None:
    frame, true = scene()
    half = true.copy()
    half[:90] = 0
    mask = refiner.refine(frame, [Click(1 / 3, 0.35, True)], half)
    assert iou(mask, true) > iou(half, true)
    assert not np.array_equal(mask, refiner.refine(frame, [Click(1 / 3, 0.35, True)]))


@pytest.mark.parametrize("seed", range(4))
def test_every_click_is_heeded(refiner: Refiner, seed: int) -> None:
    random = np.random.default_rng(seed)
    frame = random.integers(0, 256, (120, 160, 3), np.uint8)
    cells = random.permutation(48)[:5]
    clicks = [
        Click((cell % 8 + 0.5) / 8, (cell // 8 + 0.5) / 6, number % 2 == 0)
        for number, cell in enumerate(cells.tolist())
    ]
    mask = refiner.refine(frame, clicks)
    for click in clicks:
        inside = mask[int(click.y * 120), int(click.x * 160)] >= 128
        assert inside == click.include


def test_exclude_click_on_nothing_leaves_nothing(refiner: Refiner) -> None:
    frame, _ = scene()
    assert not refiner.refine(frame, [Click(0.5, 0.5, False)]).any()


@pytest.mark.parametrize("shape", [(1, 1), (2, 500), (37, 23), (16, 16)])
def test_odd_frames_work(refiner: Refiner, shape: tuple[int, int]) -> None:
    frame = np.full((*shape, 3), 90, np.uint8)
    mask = refiner.refine(frame, [Click(0, 0, True), Click(1, 1, True)])
    assert mask.shape == shape
    assert mask[0, 0] >= 128


@pytest.mark.parametrize(("x", "y"), [(-0.01, 0.5), (0.5, 1.01), (float("nan"), 0.5)])
def test_clicks_outside_the_picture_are_refused(refiner: Refiner, x: float, y: float) -> None:
    frame, _ = scene()
    with pytest.raises(InputError, match="outside the picture"):
        refiner.refine(frame, [Click(x, y, True)])


def test_wrong_frames_and_masks_are_refused(refiner: Refiner) -> None:
    frame, true = scene()
    with pytest.raises(InputError, match="A frame must be"):
        refiner.refine(frame[..., 0], [])
    with pytest.raises(InputError, match="previous mask must be"):
        refiner.refine(frame, [], true[:-1])


def test_identity_is_a_hash_that_names_engine_and_weights(refiner: Refiner) -> None:
    assert len(refiner.identity) == 64
    assert refiner.identity == Refiner().identity
    assert refiner.identity != Refiner("onnxruntime").identity
