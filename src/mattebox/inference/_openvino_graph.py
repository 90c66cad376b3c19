"""What graphs are rewritten to before OpenVINO compiles them, for the sake of caches.

The encoder widens maps sixfold for its depthwise convolutions, and attention holds a weight for
each pair of a query and a key. Where those are larger than a cache, time goes by waiting for
memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import openvino.opset13 as op

REVISION = 1
"""Raised by every change to what comes out; part of an engine's identity."""

MAP = 7 << 20
"""Bytes of a float32 map that are still in the cache when the next layer reads them."""

KEYS = 4096
"""Keys whose logits for one block of queries still fit the cache of a core."""

QUERIES = 512
"""Queries whose weights are held at a time."""

LOGITS = (9.0, 25.0)
"""Bounds of logits between which a sigmoid stands for the exponential, see `_do_without_maximum`.

With less it bends; with 29 the exponential of minus three times as much is no float32 any more, and
what is multiplied by it needs some room, too.
"""


def rewritten(model: Any, logits: float | None) -> list[str]:
    """Rewrite a graph in place; say what was changed, which is nothing where nothing is too large.

    Bands of rows keep every bit; attention to many keys is rounded elsewhere.

    Args:
        model: OpenVINO's model.
        logits: No logit of the network's attention is further from 0; None where that is not known.
    """
    wide = [node for node in model.get_ordered_ops() if _is_wide(node)]
    for node in wide:
        _take_in_bands(node)
    changes = [f"rewritten {REVISION}"] if wide else []
    if logits is not None and LOGITS[0] <= logits <= LOGITS[1]:
        many = [node for node in model.get_ordered_ops() if _attends_to_many(node)]
        for node in many:
            _do_without_maximum(node, logits)
        if many:
            changes = [f"rewritten {REVISION}", f"logits {logits}"]
    if changes:
        model.validate_nodes_and_infer_types()
    return changes


def _is_wide(node: Any) -> bool:
    """Say whether this is a depthwise convolution of a map that no cache holds."""
    return (
        _is(node, "GroupConvolution")
        and 4 * np.prod(node.input_value(0).shape) > MAP
        and _is(_widening(node), "Convolution")
    )


def _widening(depthwise: Any) -> Any:
    """Return the node whose results, limited and so on, a depthwise convolution takes."""
    node = depthwise.input_value(0).get_node()
    while len(taken := _variables(node)) == 1:
        node = taken[0].get_node()
    return node


def _take_in_bands(depthwise: Any) -> None:
    """Go from a narrow map over a wide one to the next narrow one in bands of rows.

    Every sum stays what it was; rows at which bands meet are computed twice.
    """
    source = _widening(depthwise).input_value(0)
    last = _end(depthwise, source)
    if _is(narrowing := _only_follower(last), "Convolution"):
        last = _end(narrowing, source)
    rows = last.output(0).shape[2]
    count = -(-4 * int(np.prod(depthwise.input_value(0).shape)) // MAP)
    bounds = [rows * band // count for band in range(count + 1)]
    bands = [_band(last.output(0), source, *each) for each in pairwise(bounds)]
    _replace(last, op.concat(bands, 2))


def _end(node: Any, source: Any) -> Any:
    """Return the last of the nodes that change each element of a convolution's results."""
    while True:
        follower = _only_follower(node)
        others = [each for each in _variables(follower) if not _is_same(each, source)]
        if len(others) != 1:
            return node
        node = follower


def _variables(node: Any) -> list[Any]:
    """Return what changes from call to call of a node's inputs, if it changes each element."""
    inputs = node.input_values() if _is(node, *_BY_ELEMENT) else []
    return [each for each in inputs if not _is_constant(each)]


def _band(value: Any, source: Any, first: int, last: int) -> Any:
    """Return what computes the rows first..last-1 of a value from those of the source."""
    node = value.get_node()
    if _is_constant(value):
        # What several nodes share is not merged into any of them.
        return _copied(value)
    name = node.get_type_name()
    if _is_same(value, source):
        made = _cut(value, first, last, 2).get_node()
    elif name in _BY_ELEMENT:
        given = (_band(each, source, first, last) for each in node.input_values())
        made = _BY_ELEMENT[name](*given)
    else:
        below, weights = node.input_values()
        facts = node.get_attributes()
        (stride, _), (top, left) = facts["strides"], facts["pads_begin"]
        right = facts["pads_end"][1]
        low, height = first * stride - top, below.shape[2]
        high = (last - 1) * stride - top + weights.shape[-2]
        made = _CONVOLUTIONS[name](
            _band(below, source, max(0, low), min(high, height)),
            _copied(weights),
            facts["strides"],
            [max(0, -low), left],
            [max(0, high - height), right],
            facts["dilations"],
        )
    # By its name a node is kept in float32.
    made.set_friendly_name(f"{node.get_friendly_name()}/{first}")
    return made.output(0)


def _is_constant(value: Any) -> bool:
    node = value.get_node()
    while _is(node, "Reshape", "Convert"):
        node = node.input_value(0).get_node()
    return _is(node, "Constant")


def _is_same(value: Any, other: Any) -> bool:
    return bool(value.get_node().get_friendly_name() == other.get_node().get_friendly_name())


def _copied(value: Any) -> Any:
    node = value.get_node()
    while not _is(node, "Constant"):
        node = node.input_value(0).get_node()
    return op.constant(np.array(node.get_data(), np.float32).reshape(list(value.shape)))


def _attends_to_many(node: Any) -> bool:
    """Say whether this is attention with a bias that is the same for all queries."""
    if not _is(node, "Softmax") or node.output(0).shape[-1] <= KEYS:
        return False
    biased = node.input_value(0).get_node()
    return (
        _is(biased, "Add")
        and _is(biased.input_value(0).get_node(), "MatMul")
        and biased.input_value(1).shape[-2] == 1
        and _is(_only_follower(node), "MatMul")
    )


def _do_without_maximum(softmax: Any, logits: float) -> None:
    """Write attention as two products with an exponential between them, which is all it needs.

    Where logits are bounded nobody has to look for their maximum first. The weights are divided
    by their sum at the end: it is one more column of the second product, and weighing a key by
    its bias is weighing its value and that column. Of all that OpenVINO computes on the way out
    of a product the sigmoid, far from where it bends, is the exponential.
    """
    biased, second = softmax.input_value(0).get_node(), _only_follower(softmax)
    first, bias = biased.input_value(0).get_node(), biased.input_value(1)
    queries, keys = first.input_values()
    turned = first.get_attributes()
    highest = op.reduce_max(bias, _integers(-1), True)
    weights = op.transpose(op.exp(op.subtract(bias, highest)), _integers(0, 1, 3, 2))
    values = second.input_value(1)
    wide = op.concat([op.multiply(values, weights), weights], -1)
    far = op.constant(np.full((1, 1, 1, 1), 2 * logits, np.float32))
    rows, channels = softmax.output(0).shape[-2], values.shape[-1]
    count = -(-rows // QUERIES)
    bounds = [rows * part // count for part in range(count + 1)]
    found = []
    for low, high in pairwise(bounds):
        some = _cut(queries, low, high, 2)
        product = op.matmul(some, keys, turned["transpose_a"], turned["transpose_b"])
        found.append(op.matmul(op.sigmoid(op.subtract(product, far)), wide, False, False))
    sums = op.concat(found, 2).output(0)
    total = _cut(sums, channels, channels + 1, 3)
    _replace(second, op.divide(_cut(sums, 0, channels, 3), total))


_BY_ELEMENT = {"Add": op.add, "Maximum": op.maximum, "Minimum": op.minimum}
_CONVOLUTIONS = {"Convolution": op.convolution, "GroupConvolution": op.group_convolution}


def _is(node: Any, *kinds: str) -> bool:
    return node is not None and node.get_type_name() in kinds


def _only_follower(node: Any) -> Any:
    """Return the one node that takes what a node gives; None where there are several."""
    takers = [each.get_node() for each in node.output(0).get_target_inputs()]
    # Its shape is known; who asks for it takes nothing.
    followers = [taker for taker in takers if not _is(taker, "ShapeOf")]
    return followers[0] if len(followers) == 1 else None


def _replace(old: Any, new: Any) -> None:
    new.set_friendly_name(old.get_friendly_name())
    for taker in old.output(0).get_target_inputs():
        taker.replace_source_output(new.output(0))


def _cut(value: Any, first: int, last: int, axis: int) -> Any:
    bounds: Sequence[Any] = [_integers(each) for each in (first, last, 1, axis)]
    return op.slice(value, *bounds).output(0)


def _integers(*numbers: int) -> Any:
    return op.constant(np.array(numbers, np.int64))
