"""What every back end that runs a network has in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Tensors = Mapping[str, NDArray[Any]]


class Engine(Protocol):
    """One network, compiled and ready; safe to call from several threads at once.

    The same inputs give the same outputs, bit for bit, whatever ran before and beside them.

    Attributes:
        name: The back end, such as ``"openvino"``.
        precision: What it computes in, such as ``"bf16"`` or ``"f32"``.
    """

    @property
    def name(self) -> str:
        """The back end."""
        ...

    @property
    def precision(self) -> str:
        """The number format it computes in."""
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


def check_inputs(
    network: str, inputs: Tensors, shapes: Mapping[str, tuple[int, ...]]
) -> dict[str, NDArray[Any]]:
    """Check that ``inputs`` are what ``network`` takes, and lay them out contiguously.

    Back ends differ in what they forgive (one broadcasts, one reshapes the graph), so a wrong
    shape is refused here, before any of them sees it.
    """
    if inputs.keys() != shapes.keys():
        raise ValueError(f"{network} takes {sorted(shapes)}, not {sorted(inputs)}")
    for name, shape in shapes.items():
        if inputs[name].shape != shape:
            raise ValueError(f"{network}: {name} must be {shape}, not {inputs[name].shape}")
    return {name: np.ascontiguousarray(inputs[name]) for name in shapes}
