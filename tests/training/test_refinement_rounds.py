"""Which of the candidates is taught and shown."""

import numpy as np
import pytest

pytest.importorskip("torch")
import torch

from mattebox.training.refinement_rounds import (
    STRAY,
    chosen,
    expected_overlap,
    softened,
    taught,
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


def test_of_an_ambiguous_click_the_best_reading_is_taught_and_elsewhere_what_is_shown() -> None:
    overlaps = torch.tensor([[0.2, 0.9, 0.5]]).repeat(6000, 1)
    ambiguous = np.arange(6000) < 3000
    scores = torch.tensor([[0.1, 0.2, 0.7]]).repeat(6000, 1)
    which = taught(overlaps, scores, ambiguous, np.random.default_rng(1)).numpy()
    shares = [np.bincount(part, minlength=3) / 3000 for part in (which[:3000], which[3000:])]
    # A stray lesson falls on any candidate, the best one included.
    np.testing.assert_allclose(shares[0], [STRAY / 3, 1 - 2 * STRAY / 3, STRAY / 3], atol=0.02)
    np.testing.assert_allclose(shares[1], [STRAY / 3, STRAY / 3, 1 - 2 * STRAY / 3], atol=0.02)


def test_each_sample_gets_its_own_candidate_at_full_size() -> None:
    candidates = torch.arange(6.0).reshape(2, 3, 1, 1).expand(2, 3, 8, 8)
    found = chosen(candidates, torch.tensor([2, 0]))
    assert found.shape == (2, 1, 16, 16)
    assert found[:, 0, 5, 5].tolist() == [2.0, 3.0]


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
