"""Let somebody stand by whenever a network is called: to count the calls, or to say when."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from numpy.typing import NDArray

from mattebox.inference.engine import Engine, Tensors

Attend = Callable[[str], AbstractContextManager[None]]
"""Entered with the network's name before each call, left after it; may wait."""


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

    def run(self, inputs: Tensors) -> dict[str, NDArray[Any]]:
        """Run the network once; see `Engine.run`."""
        with self._attend(self._network):
            return self._engine.run(inputs)
