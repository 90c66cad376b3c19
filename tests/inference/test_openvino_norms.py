"""Group norms rewritten to be computed where they lie must give what they gave."""

from typing import Any

import numpy as np
import pytest

pytest.importorskip("openvino")

import openvino
import openvino.opset13 as op

from mattebox.inference._openvino_norms import rewritten

CHANNELS, GROUPS, SIDE = 12, 3, 10


def norm(scale: float = 1.0, *, turned: bool = False) -> Any:
    """A group norm as the exporter writes it."""
    picture = op.parameter([1, CHANNELS, SIDE, SIDE], np.float32)
    picture.output(0).set_names({"picture"})
    flat = op.reshape(picture, op.constant(np.array([1, GROUPS, -1])), False)
    made = op.mvn(flat, op.constant(np.array([2])), True, 1e-5, "inside_sqrt")
    made = op.multiply(made, op.constant(np.full((1, GROUPS, 1), scale, np.float32)))
    made = op.add(made, op.constant(np.zeros((1, GROUPS, 1), np.float32)))
    shape = [1, SIDE, SIDE, CHANNELS] if turned else [1, CHANNELS, SIDE, SIDE]
    made = op.reshape(made, op.constant(np.array(shape)), False)
    return openvino.Model([op.result(op.relu(made))], [picture], "norm")


def computed(model: Any) -> Any:
    # Far from 0, where a sum of squares would lose what differs.
    picture = 100 + np.random.default_rng(4).random((1, CHANNELS, SIDE, SIDE), np.float32)
    config = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    found = openvino.Core().compile_model(model, "CPU", config)({"picture": picture})
    return np.asarray(next(iter(found.values())))


def test_a_group_norm_gives_what_it_gave_without_being_flattened() -> None:
    model = norm()
    assert rewritten(model)
    assert not any(node.get_type_name() in {"MVN", "Reshape"} for node in model.get_ops())
    np.testing.assert_allclose(computed(model), computed(norm()), atol=1e-3)


@pytest.mark.parametrize("other", [{"scale": 2.0}, {"turned": True}], ids=str)
def test_what_only_looks_like_a_group_norm_stays(other: dict[str, Any]) -> None:
    assert not rewritten(norm(**other))
