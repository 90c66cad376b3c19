"""What every back end that runs a network has in common."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mattebox.inference.weights import Card

Tensors = Mapping[str, NDArray[Any]]


class Interrupted(Exception):  # noqa: N818 - not an error: it is what was asked for
    """A call of a network was ended by its `Stop`."""


class Stop:
    """Ends one call of a network before it is done, from another thread.

    Where a back end cannot do that the call goes on to its end.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._end: Callable[[], None] | None = None
        self._pulled = False

    def pull(self) -> None:
        """End the call, or let it not begin."""
        with self._lock:
            self._pulled = True
            if self._end is not None:
                self._end()

    @contextmanager
    def ending(self, end: Callable[[], None]) -> Iterator[None]:
        """For back ends: what is called inside can be ended by calling `end`.

        Raises:
            Interrupted: It was pulled.
        """
        with self._lock:
            if self._pulled:
                raise Interrupted
            self._end = end
        try:
            yield
        except Exception:
            if self._pulled:
                raise Interrupted from None
            raise
        finally:
            with self._lock:
                self._end = None


class Engine(Protocol):
    """One network, compiled and ready; safe to call from several threads at once.

    The same inputs give the same outputs, bit for bit, whatever ran before and beside them.

    Attributes:
        name: The back end, such as ``"openvino"``.
        precision: What it computes in, such as ``"bf16"`` or ``"f32"``.
        identity: Hash of all that the bits of an answer depend on beside the input: the weights,
            or what was built from them, the library's version and precision, the instructions
            of this CPU.
    """

    @property
    def name(self) -> str:
        """The back end."""
        ...

    @property
    def precision(self) -> str:
        """The number format it computes in."""
        ...

    @property
    def identity(self) -> str:
        """Hash of what computes the answers."""
        ...

    def run(self, inputs: Tensors, stop: Stop | None = None) -> dict[str, NDArray[Any]]:
        """Run the network once.

        Args:
            inputs: One array per input of the network, by name, of exactly its shape and dtype.
            stop: Ends the call before it is done.

        Returns:
            One array per output, by name; the caller owns them.

        Raises:
            ValueError: An input is missing, unknown, or of another shape.
            Interrupted: It was stopped.
        """
        ...


def check_inputs(card: Card, inputs: Tensors) -> dict[str, NDArray[Any]]:
    """Check that ``inputs`` are what a network takes, and lay them out contiguously.

    Back ends differ in what they forgive (one broadcasts, one reshapes the graph, one converts),
    so a wrong shape or type is refused here, before any of them sees it.
    """
    if inputs.keys() != card.inputs.keys():
        raise ValueError(f"{card.name} takes {sorted(card.inputs)}, not {sorted(inputs)}")
    for name, shape in card.inputs.items():
        given, kind = inputs[name], np.dtype(card.types.get(name, "float32"))
        if given.shape != shape:
            raise ValueError(f"{card.name}: {name} must be {shape}, not {given.shape}")
        if given.dtype != kind:
            raise ValueError(f"{card.name}: {name} must be {kind}, not {given.dtype}")
    return {name: np.ascontiguousarray(inputs[name]) for name in card.inputs}
