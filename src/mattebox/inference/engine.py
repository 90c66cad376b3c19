"""What every back end that runs a network has in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mattebox.inference.weights import Card

Tensors = Mapping[str, NDArray[Any]]


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

    def run(self, inputs: Tensors) -> dict[str, NDArray[Any]]:
        """Run the network once.

        Args:
            inputs: One array per input of the network, by name, of exactly its shape and dtype.

        Returns:
            One array per output, by name; the caller owns them.

        Raises:
            ValueError: An input is missing, unknown, or of another shape.
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
