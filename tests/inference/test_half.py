"""The float16 graphs that TensorRT gets, run where there is no GPU."""

from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from mattebox.errors import InputError
from mattebox.inference import TENSORRT, available, card, load
from mattebox.inference.weights import DIRECTORY
from mattebox.propagation.network import MEMORIZE, READ, Network
from mattebox.segmentation.refiner import DECODER, ENCODER
from tests.propagation.test_propagation_parity import found, subjects

onnx = pytest.importorskip("onnx")
from mattebox.inference.half import to_half  # noqa: E402


def halved(name: str) -> Any:
    return to_half(onnx.load(card(name).path))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The networks as float16 graphs, under cards of their own."""
    import hashlib
    import json

    made = tmp_path_factory.mktemp("half")
    for name in (READ, MEMORIZE):
        content = halved(name).SerializeToString()
        fields = json.loads((DIRECTORY / f"{name}.json").read_text())
        fields["sha256"] = hashlib.sha256(content).hexdigest()
        (made / f"{name}.onnx").write_bytes(content)
        (made / f"{name}.json").write_text(json.dumps(fields))
    return made


def test_propagated_masks_agree_with_float32(folder: Path) -> None:
    reference, network = Network("onnxruntime"), Network("onnxruntime", folder)
    for name, pictures, mask in subjects():
        for gap in (1, 8):
            wanted = found(reference, pictures, mask, gap)
            mine = found(network, pictures, mask, gap)
            agreement = np.count_nonzero(mine & wanted) / np.count_nonzero(mine | wanted)
            assert agreement >= 0.995, (name, gap)


def test_a_network_that_needs_float32_is_not_cast() -> None:
    from mattebox.inference._tensorrt import typed

    for name in (ENCODER, DECODER):
        assert card(name).precision == "f32"
        assert typed(card(name)) == onnx.load(card(name).path)
    assert typed(card(READ)) == halved(READ)


def test_products_are_half_and_what_rounds_badly_is_not() -> None:
    graph = onnx.shape_inference.infer_shapes(halved(READ)).graph
    types = {value.name: value.type.tensor_type.elem_type for value in graph.value_info}
    types |= {entry.name: entry.data_type for entry in graph.initializer}
    kinds = {
        node.op_type: {types[name] for name in node.input if name in types} for node in graph.node
    }
    assert kinds["Conv"] == {onnx.TensorProto.FLOAT16}
    assert kinds["Softmax"] == {onnx.TensorProto.FLOAT}
    assert kinds["MatMul"] == {onnx.TensorProto.FLOAT16}
    own = {value.name: value.type for value in onnx.load(card(READ).path).graph.output}
    assert {value.name: value.type for value in graph.output} == own


def test_what_is_named_stays_float32() -> None:
    described = card(READ)
    graph = to_half(onnx.load(described.path), ["/decoder/"]).graph
    cast = {name for node in graph.node if node.op_type == "Cast" for name in node.output}
    for node in graph.node:
        if node.op_type == "Conv" and "/decoder/" in node.name:
            assert not any(name.endswith(".half") for name in node.input), node.name
    assert cast


@pytest.mark.skipif("tensorrt" in available(), reason="TensorRT is installed")
def test_missing_tensorrt_is_told_plainly() -> None:
    with pytest.raises(InputError, match=r"'tensorrt' is not installed; pip install 'mattebox\["):
        load(READ, "tensorrt")


def test_an_engine_s_address_names_all_that_it_depends_on() -> None:
    from mattebox.inference import _tensorrt

    class Library:
        __name__ = "tensorrt"
        __version__ = "11.0"

    class Newer(Library):
        __version__ = "11.1"

    addresses = {
        _tensorrt.engine_address(card(name), library, device)
        for name in (READ, MEMORIZE)
        for library in (Library(), Newer())
        for device in ("NVIDIA L4 8.9", "NVIDIA A10G 8.6")
    }
    assert len(addresses) == 8


def test_engines_are_kept_where_the_user_says(monkeypatch: pytest.MonkeyPatch) -> None:
    from mattebox.inference import _tensorrt

    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert _tensorrt.cache_folder() == Path("/caches/mattebox/engines")
    monkeypatch.setenv("MATTEBOX_ENGINE_CACHE", "/engines")
    assert _tensorrt.cache_folder() == Path("/engines")


def test_tensorrt_takes_the_graphs() -> None:
    """Built for a GPU that need not be there: TensorRT for RTX can do that."""
    from mattebox.inference import _tensorrt

    installed = [name for name in TENSORRT if name.startswith("tensorrt_rtx")]
    library = next((import_module(n) for n in installed if _importable(n)), None)
    if library is None:
        pytest.skip("needs TensorRT for RTX")
    for name in (MEMORIZE, ENCODER):
        graph = _tensorrt.typed(card(name)).SerializeToString()
        assert len(_tensorrt.build(library, graph, name, architecture=89)) > 100_000


def _importable(name: str) -> bool:
    try:
        import_module(name)
    except ImportError:
        return False
    return True


def test_the_halved_graphs_run_as_they_are_called() -> None:
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    content = halved(MEMORIZE).SerializeToString()
    session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    assert [entry.name for entry in session.get_inputs()] == list(card(MEMORIZE).inputs)
    assert [entry.name for entry in session.get_outputs()] == list(card(MEMORIZE).outputs)
