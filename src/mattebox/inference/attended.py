"""Let somebody stand by whenever a network is called: to count the calls, or to say when."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from numpy.typing import NDArray

from mattebox.inference.engine import Engine, Interrupted, Stop, Tensors

Attend = Callable[[str], AbstractContextManager[Stop | None]]
"""Entered with the network's name before each call, left after it; may wait.

A call that ends by the `Stop` which it gives is made anew, the last time to its end: others may go
first, but nobody can keep a call from ever being answered.
"""

MOST_ENDED = 3
"""So many times a call may be ended by those who attend."""


class AttendedEngine:
    """An engine whose every call is attended.

    Args:
        engine: What runs.
        network: The network's name.
        attend: Who attends.
    """

    def __init__(self, engine: Engine, network: str, attend: Attend) -> None:
        self._engine = engine
        self._network = network
        self._attend = attend

    @property
    def name(self) -> str:
        """The back end."""
        return self._engine.name

    @property
    def precision(self) -> str:
        """The number format it computes in."""
        return self._engine.precision

    @property
    def identity(self) -> str:
        """Hash of what computes the answers."""
        return self._engine.identity

    def run(self, inputs: Tensors, stop: Stop | None = None) -> dict[str, NDArray[Any]]:
        """Run the network once, and anew where the call was ended; see `Engine.run`."""
        for _ in range(MOST_ENDED):
            try:
                with self._attend(self._network) as others:
                    return self._engine.run(inputs, stop or others)
            except Interrupted:
                if stop is not None:
                    raise
        with self._attend(self._network):
            return self._engine.run(inputs)
