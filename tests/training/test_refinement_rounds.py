"""Which mask is taught and shown."""

import numpy as np
import pytest

pytest.importorskip("torch")
import torch

from mattebox.training.refinement_rounds import (
    APART,
    STRAY,
    expected_overlap,
    lesson,
    shown,
    softened,
)


def square(low: int, high: int, size: int = 32) -> torch.Tensor:
    plane = torch.zeros(size, size)
    plane[low:high, low:high] = 1
    return plane


def test_overlap_of_candidates_is_that_of_their_masks() -> None:
    target = square(16, 48, 64)[None, None]
    half = torch.stack([square(8, 24), square(8, 16), torch.zeros(32, 32)])
    found = expected_overlap((half[None] * 2 - 1) * 5, target)
    assert found.tolist() == [[1.0, 0.25, 0.0]]


def test_what_is_shown_is_taught_and_of_an_ambiguous_click_as_often_the_best_reading() -> None:
    candidates = torch.tensor([0.0, 1.0, 5.0]).reshape(1, 3, 1, 1).expand(6000, 3, 2, 2)
    right = torch.tensor([[0.2, 0.9, 0.5]]).repeat(6000, 1)
    unclear = np.arange(6000) < 3000
    found = lesson(candidates, right, unclear, np.random.default_rng(1))
    assert found.shape == (6000, 1, 4, 4)
    taught = found[:, 0, 1, 1].numpy()
    shares = [np.mean(taught[:3000] == value) for value in (0, 1, 5, 2)]
    # A stray lesson falls on any candidate, the best one included; 2 is the mean.
    stray = APART * STRAY / 3
    wanted = [stray, APART * (1 - STRAY) + stray, stray, 1 - APART]
    np.testing.assert_allclose(shares, wanted, atol=0.03)
    assert (taught[3000:] == 2).all()


def test_the_mean_of_the_candidates_is_shown_at_full_size() -> None:
    candidates = torch.arange(6.0).reshape(2, 3, 1, 1).expand(2, 3, 8, 8)
    found = shown(candidates)
    assert found.shape == (2, 1, 16, 16)
    assert found[:, 0, 5, 5].tolist() == [1.0, 4.0]


def test_half_of_the_previous_masks_are_softened_and_none_is_moved() -> None:
    mask = np.zeros((64, 64), np.float32)
    mask[16:48, 16:48] = 1
    found = softened([mask, None] * 200, np.random.default_rng(2))
    assert all(each is None for each in found[1::2])
    masks = [each for each in found[::2] if each is not None]
    changed = [each for each in masks if not np.array_equal(each, mask)]
    assert 70 < len(changed) < 130
    for each in changed:
        assert np.array_equal(each[20:44, 20:44] > 0.5, mask[20:44, 20:44] > 0.5)
        assert 0 < each[15, 32] < 0.5
