"""What pages are told of the network's confidence."""

from __future__ import annotations

from itertools import pairwise

import pytest

from mattebox.streaming.confidence import expected, expected_overlap, from_note, to_note


def test_a_keyframe_is_sure_and_nothing_is_sure_beyond_measure() -> None:
    assert expected([1.0, 0.0]) == [1.0, 0.0]
    overlaps = [expected_overlap(step / 200) for step in range(201)]
    assert all(0 <= one < other <= 1 for one, other in pairwise(overlaps))


@pytest.mark.parametrize(
    ("said", "true"), [(0.663, 0.03), (0.83, 0.564), (0.915, 0.809), (0.96, 0.913), (0.982, 0.974)]
)
def test_what_is_told_is_nearer_to_the_truth_than_what_the_network_said(
    said: float, true: float
) -> None:
    """Means of davis_dev's frames in bins, from the first mask and from two."""
    assert abs(expected_overlap(said) - true) < abs(said - true)


def test_a_note_tells_what_was_told_when_it_was_made() -> None:
    said = [0.98765432, 0.5, 1.0, 0.91249]
    assert from_note(to_note(said), 4) == expected(said)
    assert from_note(None, 3) == [None, None, None]
