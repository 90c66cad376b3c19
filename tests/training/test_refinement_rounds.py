"""Which of the candidates is taught and shown."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from mattebox.training.refinement_rounds import STRAY, chosen, expected_overlap, taught  # noqa: E402


def square(low: int, high: int, size: int = 32) -> torch.Tensor:
    plane = torch.zeros(size, size)
    plane[low:high, low:high] = 1
    return plane


def test_overlap_of_candidates_is_that_of_their_masks() -> None:
    target = square(16, 48, 64)[None, None]
    half = torch.stack([square(8, 24), square(8, 16), torch.zeros(32, 32)])
    found = expected_overlap((half[None] * 2 - 1) * 5, target)
    assert found.tolist() == [[1.0, 0.25, 0.0]]


def test_of_an_ambiguous_click_the_best_reading_is_taught_and_elsewhere_any() -> None:
    overlaps = torch.tensor([[0.2, 0.9, 0.5]]).repeat(6000, 1)
    ambiguous = np.arange(6000) < 3000
    which = taught(overlaps, ambiguous, np.random.default_rng(1)).numpy()
    shares = [np.bincount(part, minlength=3) / 3000 for part in (which[:3000], which[3000:])]
    # A stray lesson falls on any candidate, the best one included.
    np.testing.assert_allclose(shares[0], [STRAY / 3, 1 - 2 * STRAY / 3, STRAY / 3], atol=0.02)
    np.testing.assert_allclose(shares[1], [1 / 3, 1 / 3, 1 / 3], atol=0.04)


def test_each_sample_gets_its_own_candidate_at_full_size() -> None:
    candidates = torch.arange(6.0).reshape(2, 3, 1, 1).expand(2, 3, 8, 8)
    found = chosen(candidates, torch.tensor([2, 0]))
    assert found.shape == (2, 1, 16, 16)
    assert found[:, 0, 5, 5].tolist() == [2.0, 3.0]
