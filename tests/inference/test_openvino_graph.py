"""Graphs rewritten for large pictures must give what they gave."""

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("openvino")

import openvino
import openvino.opset13 as op

from mattebox.inference import _openvino_graph, card, load
from mattebox.inference._openvino_graph import KEYS, LOGITS, MAP, rewritten

QUERIES, CHANNELS, VALUES = 600, 16, 24


def attention(keys: int) -> Any:
    shapes = {"query": (QUERIES, CHANNELS), "key": (keys, CHANNELS), "value": (keys, VALUES)}
    given = {name: op.parameter([1, 1, *shape], np.float32) for name, shape in shapes.items()}
    given["bias"] = op.parameter([1, 1, 1, keys], np.float32)
    for name, each in given.items():
        each.output(0).set_names({name})
    logits = op.add(op.matmul(given["query"], given["key"], False, True), given["bias"])
    found = op.matmul(op.softmax(logits, -1), given["value"], False, False)
    return openvino.Model([op.result(op.relu(found))], list(given.values()), "attention")


def unit(random: np.random.Generator, *shape: int) -> NDArray[np.float32]:
    drawn = random.normal(size=shape)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=-1, keepdims=True), np.float32)


def memory(keys: int, bias: NDArray[np.float32], length: float) -> dict[str, NDArray[np.float32]]:
    random = np.random.default_rng(3)
    return {
        "query": length * unit(random, 1, 1, QUERIES, CHANNELS),
        "key": unit(random, 1, 1, keys, CHANNELS),
        "value": random.random((1, 1, keys, VALUES)).astype(np.float32),
        "bias": bias.reshape(1, 1, 1, keys),
    }


def attended(inputs: dict[str, NDArray[np.float32]]) -> NDArray[np.float64]:
    query, key, value, bias = (inputs[name].astype(np.float64) for name in inputs)
    logits = query @ key.swapaxes(-1, -2) + bias
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(weights @ value / weights.sum(-1, keepdims=True))


def computed(model: Any, inputs: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    config = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1}
    found = openvino.Core().compile_model(model, "CPU", config)(inputs)
    return np.asarray(next(iter(found.values())))


@pytest.mark.parametrize("length", LOGITS)
@pytest.mark.parametrize("kind", ["all", "some", "none"])
def test_attention_to_many_keys_is_what_it_was(kind: str, length: float) -> None:
    keys = KEYS + 5
    bias = np.zeros(keys, np.float32)
    bias[{"all": keys, "some": keys // 3, "none": 0}[kind] :] = -1e4
    model = attention(keys)
    assert rewritten(model, length)
    assert not any(node.get_type_name() == "Softmax" for node in model.get_ops())
    inputs = memory(keys, bias, length)
    assert np.abs(computed(model, inputs) - attended(inputs)).max() < 1e-5


def test_attention_stays_where_keys_are_few_or_logits_not_bounded() -> None:
    assert not rewritten(attention(KEYS), LOGITS[0])
    assert not rewritten(attention(KEYS + 1), None)
    least, most = LOGITS
    assert not rewritten(attention(KEYS + 1), least - 0.1)
    assert not rewritten(attention(KEYS + 1), most + 0.1)


def test_the_bound_of_the_logits_is_part_of_what_was_changed() -> None:
    assert rewritten(attention(KEYS + 1), 9.5) != rewritten(attention(KEYS + 1), 9.6)


def block(side: int, channels: int) -> Any:
    """A convolution that widens, a depthwise one and one that narrows, as the encoder has them."""
    random = np.random.default_rng(5)

    def constant(*shape: int) -> Any:
        return op.constant(random.normal(size=shape).astype(np.float32))

    def limited(value: Any) -> Any:
        return op.minimum(op.maximum(value, op.constant(np.float32(0))), op.constant(np.float32(6)))

    picture = op.parameter([1, 8, side, side], np.float32)
    picture.output(0).set_names({"picture"})
    even = [[1, 1], [0, 0], [0, 0], [1, 1]]
    wide = op.convolution(picture, constant(channels, 8, 1, 1), *even)
    wide = limited(op.add(wide, constant(1, channels, 1, 1)))
    halved = [[2, 2], [0, 0], [1, 1], [1, 1]]
    deep = op.group_convolution(wide, constant(channels, 1, 1, 3, 3), *halved)
    deep.set_friendly_name("block/depthwise")
    deep = limited(op.add(deep, constant(1, channels, 1, 1)))
    narrow = op.convolution(deep, constant(8, channels, 1, 1), *even)
    return openvino.Model([op.result(narrow)], [picture], "block")


def test_wide_maps_are_taken_in_bands_to_the_same_bits() -> None:
    channels, side = 40, 322
    assert 2 * MAP < 4 * channels * side**2 < 3 * MAP
    model = block(side, channels)
    inputs = {"picture": np.random.default_rng(1).random((1, 8, side, side), np.float32)}
    before = computed(block(side, channels), inputs)
    assert rewritten(model, None)
    depthwise = [node for node in model.get_ops() if node.get_type_name() == "GroupConvolution"]
    assert len(depthwise) == 3
    assert all("block/depthwise" in node.get_friendly_name() for node in depthwise)
    assert np.array_equal(computed(model, inputs), before)


def test_narrow_maps_stay() -> None:
    assert not rewritten(block(64, 40), None)


@pytest.mark.parametrize("name", ["propagation-read", "propagation-memorize"])
def test_shipped_graphs_keep_their_bits(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(4)
    described = card(name)
    inputs = {
        each: (random.random(shape) * 200).astype(described.types.get(each, "float32"))
        for each, shape in described.inputs.items()
    }
    found = {True: load(name, "openvino", threads=1)}
    monkeypatch.setattr(_openvino_graph, "MAP", 1 << 40)
    found[False] = load(name, "openvino", threads=1)
    assert found[True].identity != found[False].identity
    with_bands, without = (found[bands].run(inputs) for bands in (True, False))
    for output in described.outputs:
        assert np.array_equal(with_bands[output], without[output])


def test_a_whole_frame_gives_the_mask_of_float32(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("onnx")
    from mattebox.inference.weights import DIRECTORY
    from mattebox.training.propagation_export import FLOAT32_WHOLE, export_again
    from tests.inference.test_parity import studio

    height, width = 480, 864
    export_again(DIRECTORY, tmp_path, (height, width), FLOAT32_WHOLE)
    picture = np.asarray(cv2.resize(studio(), (width, height)), np.uint8)
    mask = np.zeros((height, width), np.uint8)
    cv2.ellipse(mask, (432, 267), (81, 127), 0, 0, 360, 255, cv2.FILLED)
    moved = np.roll(picture, (6, 14), (0, 1))
    found = {}
    for engine in ("openvino", "torch"):
        memorize = load("propagation-memorize", engine, threads=1, directory=tmp_path)
        read = load("propagation-read", engine, threads=1, directory=tmp_path)
        kept = memorize.run({"image": picture[None], "mask": mask[None, None]})
        asked = {
            "image": moved[None],
            "previous": mask[None, None],
            "keys": np.repeat(kept["key"][:, None], 5, 1),
            "values": np.repeat(kept["value"][:, None], 5, 1),
            "valid": np.array([[1, 0, 1, 0, 1]], np.float32),
        }
        found[engine] = read.run(asked)["mask"][0, 0] >= 128
    shared = np.count_nonzero(found["openvino"] & found["torch"])
    assert shared >= 0.995 * np.count_nonzero(found["openvino"] | found["torch"]) > 0
