"""Masks on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mattebox.errors import InputError
from mattebox.projects.masks import Mask, MaskStore

SHOWN: Mask = np.zeros((9, 16), np.uint8)
SHOWN[3:6, 4:9] = 255
UNSURE: Mask = np.where(SHOWN > 0, 180, 60).astype(np.uint8)


def test_a_mask_is_kept_with_what_was_believed_of_it(tmp_path: Path) -> None:
    name = MaskStore(tmp_path).put(SHOWN, UNSURE)
    again = MaskStore(tmp_path)
    assert np.array_equal(again.get(name), SHOWN)
    assert np.array_equal(again.belief(name), UNSURE)


def test_of_a_mask_from_elsewhere_itself_is_believed(tmp_path: Path) -> None:
    store = MaskStore(tmp_path)
    assert np.array_equal(store.belief(store.put(SHOWN)), SHOWN)
    assert store.put(SHOWN, SHOWN.copy()) == store.put(SHOWN)


def test_one_mask_believed_in_two_ways_has_two_names(tmp_path: Path) -> None:
    store = MaskStore(tmp_path)
    assert len({store.put(SHOWN), store.put(SHOWN, UNSURE), store.put(SHOWN, 255 - UNSURE)}) == 3


def test_nothing_is_left_of_a_mask_that_is_forgotten(tmp_path: Path) -> None:
    store = MaskStore(tmp_path)
    name = store.put(SHOWN, UNSURE)
    store.remove([name], lambda _name: False)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    with pytest.raises(InputError):
        store.belief(name)


def test_what_was_believed_is_missed_and_put_back_when_it_is_lost(tmp_path: Path) -> None:
    store = MaskStore(tmp_path)
    name = store.put(SHOWN, UNSURE)
    next(tmp_path.rglob("*.belief.png")).unlink()
    with pytest.raises(InputError, match="believed"):
        store.belief(name)
    assert store.put(SHOWN, UNSURE) == name
    assert np.array_equal(store.belief(name), UNSURE)
