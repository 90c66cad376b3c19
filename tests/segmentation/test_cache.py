"""What is kept is made once, also where several ask for it at the same moment."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mattebox.segmentation.cache import Recent

MANY = 4
PATIENCE = 30.0


def test_who_asks_while_it_is_made_gets_what_is_made() -> None:
    kept: Recent[object] = Recent(1)
    asking = threading.Barrier(MANY)
    made: list[object] = []

    def make() -> object:
        made.append(object())
        return made[-1]

    def ask(_: int) -> object:
        asking.wait(PATIENCE)
        return kept.get_or_make("a", make)

    with ThreadPoolExecutor(MANY) as pool:
        found = list(pool.map(ask, range(MANY)))
    assert found == MANY * made
    assert len(made) == 1


def test_others_are_made_meanwhile() -> None:
    kept: Recent[str] = Recent(2)
    both = threading.Barrier(2)

    def ask(key: str) -> str:
        def make() -> str:
            both.wait(PATIENCE)
            return key

        return kept.get_or_make(key, make)

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(ask, ["a", "b"])) == ["a", "b"]


def test_a_failure_is_told_and_not_kept() -> None:
    kept: Recent[int] = Recent(1)

    def fail() -> int:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        kept.get_or_make("a", fail)
    assert kept.get("a") is None
    assert kept.get_or_make("a", lambda: 1) == kept.get("a") == 1
