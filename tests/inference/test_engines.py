import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from mattebox.errors import InputError
from mattebox.inference import Interrupted, Stop, available, card, load
from mattebox.inference.attended import MOST_ENDED

pytest.importorskip("torch")
import torch

ENGINES = [name for name in ("openvino", "onnxruntime", "torch") if name in available()]


class Little(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Conv2d(3, 24, 3, padding=1, bias=False)
        self.norm = torch.nn.BatchNorm2d(24)
        self.second = torch.nn.Conv2d(24, 24, 3, padding=1)
        self.group = torch.nn.GroupNorm(4, 24)

    def forward(self, image: torch.Tensor, bias: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = torch.relu(self.norm(self.first(image)))
        return self.group(self.second(x)) + bias, x.mean((2, 3))


class Chain(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Conv2d(3, 24, 3, padding=1)
        self.second = torch.nn.Conv2d(24, 24, 3, padding=1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        second: torch.Tensor = self.second(torch.relu(self.first(image)))
        return second


class Doubling(torch.nn.Module):
    def forward(self, picture: torch.Tensor, kept: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (picture.float() * 2).round().to(torch.uint8), (kept.float() * 2).half()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from mattebox.training.export import export

    torch.manual_seed(3)
    module = Little().eval()
    torch.nn.init.uniform_(module.norm.bias)
    directory = tmp_path_factory.mktemp("weights")
    export(
        module,
        "little",
        directory=directory,
        inputs={"image": (1, 3, 16, 24), "bias": (1, 24, 1, 1)},
        outputs=["features", "mean"],
        about={"licence": "Apache-2.0"},
    )
    return directory


def feed() -> dict[str, np.ndarray]:
    random = np.random.default_rng(5)
    return {
        "image": random.random((1, 3, 16, 24), np.float32),
        "bias": random.random((1, 24, 1, 1), np.float32),
    }


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_agrees_with_the_reference(exported: Path, name: str) -> None:
    wanted = load("little", "torch", directory=exported).run(feed())
    engine = load("little", name, directory=exported)
    found = engine.run(feed())
    assert engine.name == name
    assert found.keys() == {"features", "mean"}
    tolerance = 0.05 if engine.precision == "bf16" else 1e-4
    for key, array in wanted.items():
        np.testing.assert_allclose(found[key], array, atol=tolerance)


@pytest.mark.parametrize("name", ENGINES)
def test_same_input_gives_same_output_from_many_threads(exported: Path, name: str) -> None:
    from concurrent.futures import ThreadPoolExecutor

    engine = load("little", name, directory=exported, threads=1)
    wanted = engine.run(feed())["features"]
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: engine.run(feed())["features"], range(16)):
            np.testing.assert_array_equal(found, wanted)


def test_each_engine_answers_for_its_own_bits(exported: Path) -> None:
    identities = {load("little", name, directory=exported).identity for name in ENGINES}
    assert len(identities) == len(ENGINES)
    again = load("little", ENGINES[0], directory=exported)
    assert again.identity in identities
    assert again.identity != card("little", exported).sha256


def test_outputs_belong_to_the_caller(exported: Path) -> None:
    for name in ENGINES:
        engine = load("little", name, directory=exported)
        first = engine.run(feed())["features"]
        kept = first.copy()
        engine.run({key: array * 0 for key, array in feed().items()})
        np.testing.assert_array_equal(first, kept)


@pytest.mark.parametrize("name", ENGINES)
def test_wrong_inputs_are_refused_before_the_back_end_sees_them(exported: Path, name: str) -> None:
    engine = load("little", name, directory=exported)
    with pytest.raises(ValueError, match="image must be"):
        engine.run(feed() | {"image": np.zeros((1, 3, 16, 16), np.float32)})
    with pytest.raises(ValueError, match="takes"):
        engine.run({"image": feed()["image"]})


def test_automatic_choice_prefers_openvino(exported: Path) -> None:
    assert load("little", directory=exported).name == "openvino"
    assert available()[:2] == ("openvino", "onnxruntime")


def test_unknown_engine_and_unknown_weights_are_told_plainly(exported: Path) -> None:
    with pytest.raises(InputError, match="no inference engine 'abacus'"):
        load("little", "abacus", directory=exported)
    with pytest.raises(InputError, match="no weights named 'big'"):
        load("big", directory=exported)


def test_missing_engine_names_what_to_install(
    exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mattebox import inference

    monkeypatch.setattr(inference, "find_spec", lambda module: None)
    with pytest.raises(InputError, match=r"pip install openvino\.$"):
        load("little", "openvino", directory=exported)
    with pytest.raises(InputError, match=r"pip install 'mattebox\[train\]'\.$"):
        load("little", "torch", directory=exported)
    with pytest.raises(InputError, match="No inference engine works here"):
        load("little", directory=exported)


def test_automatic_choice_falls_back_to_onnx_runtime(
    exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib.util

    from mattebox import inference

    monkeypatch.setattr(
        inference,
        "find_spec",
        lambda module: None if module == "openvino" else importlib.util.find_spec(module),
    )
    assert load("little", directory=exported).name == "onnxruntime"
    assert available()[0] == "onnxruntime"


def test_automatic_choice_passes_over_a_library_that_differs(
    exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mattebox import inference

    broken = ("_torch", "NameOfAnotherRelease", (("torch",),), "torch")
    monkeypatch.setitem(inference._ENGINES, "tensorrt", broken)
    assert load("little", directory=exported).name == "openvino"


@pytest.mark.skipif("tensorrt" not in available(), reason="needs TensorRT")
def test_tensorrt_without_a_gpu_says_what_to_choose_instead(exported: Path) -> None:
    cuda = pytest.importorskip("cuda.bindings.runtime")
    status, count = cuda.cudaGetDeviceCount()
    if int(status) == 0 and count:
        pytest.skip("there is a GPU")
    with pytest.raises(InputError, match="choose the engine openvino"):
        load("little", "tensorrt", directory=exported)


def test_thread_count_comes_from_the_environment(
    exported: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATTEBOX_INFERENCE_THREADS", "1")
    assert load("little", directory=exported).run(feed())["mean"].shape == (1, 24)
    monkeypatch.setenv("MATTEBOX_INFERENCE_THREADS", "many")
    with pytest.raises(InputError, match="MATTEBOX_INFERENCE_THREADS is 'many'"):
        load("little", directory=exported)


def test_damaged_weights_are_refused(exported: Path, tmp_path: Path) -> None:
    for suffix in (".onnx", ".json"):
        (tmp_path / f"little{suffix}").write_bytes((exported / f"little{suffix}").read_bytes())
    content = bytearray((tmp_path / "little.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "little.onnx").write_bytes(content)
    with pytest.raises(InputError, match=r"little\.onnx is damaged"):
        card("little", tmp_path)


@pytest.mark.skipif("openvino" not in ENGINES, reason="needs OpenVINO")
def test_a_network_that_needs_float32_gets_it(exported: Path, tmp_path: Path) -> None:
    from mattebox.training.export import export

    export(
        Little(),
        "little",
        directory=tmp_path,
        inputs={"image": (1, 3, 16, 24), "bias": (1, 24, 1, 1)},
        outputs=["features", "mean"],
        about={},
        precision="f32",
    )
    assert card("little", exported).precision == "bf16"
    engine = load("little", "openvino", directory=tmp_path)
    assert engine.precision == "f32"
    wanted = load("little", "torch", directory=tmp_path).run(feed())
    np.testing.assert_allclose(engine.run(feed())["features"], wanted["features"], atol=1e-4)


@pytest.mark.skipif("openvino" not in ENGINES, reason="needs OpenVINO")
def test_parts_of_a_network_keep_float32(tmp_path: Path) -> None:
    from mattebox.training.export import export

    torch.manual_seed(4)
    network = Chain()
    errors, identities, files = [], set(), set()
    for parts in ((), ("/first/", "/second/")):
        directory = tmp_path / str(len(parts))
        export(
            network,
            "chain",
            directory=directory,
            inputs={"image": (1, 3, 16, 24)},
            outputs=["features"],
            about={},
            float32=parts,
        )
        given = {"image": feed()["image"]}
        engine = load("chain", "openvino", directory=directory)
        wanted = load("chain", "torch", directory=directory).run(given)["features"]
        identities.add(engine.identity)
        files.add(card("chain", directory).sha256)
        errors.append(float(np.abs(engine.run(given)["features"] - wanted).max()))
    assert errors[1] < 1e-5
    # The same file, other bits: no mask of the one may be taken for a mask of the other.
    assert (len(files), len(identities)) == (1, 2)
    if engine.precision == "bf16":
        assert errors[0] > 1e-4


@pytest.mark.parametrize("name", ENGINES)
def test_bytes_and_half_precision_go_in_and_out_as_they_are(tmp_path: Path, name: str) -> None:
    from mattebox.training.export import export

    export(
        Doubling(),
        "doubling",
        directory=tmp_path,
        inputs={"picture": (1, 4, 4, 3), "kept": (1, 5)},
        types={"picture": "uint8", "kept": "float16"},
        outputs=["brighter", "twice"],
        about={},
        precision="f32",
    )
    engine = load("doubling", name, directory=tmp_path)
    given: dict[str, np.ndarray] = {
        "picture": np.arange(48, dtype=np.uint8).reshape(1, 4, 4, 3),
        "kept": np.linspace(-1, 1, 5, dtype=np.float16)[None],
    }
    found = engine.run(given)
    assert found["brighter"].dtype == np.uint8
    np.testing.assert_array_equal(found["brighter"], given["picture"] * 2)
    assert found["twice"].dtype == np.float16
    np.testing.assert_array_equal(found["twice"], given["kept"] * 2)
    with pytest.raises(ValueError, match="picture must be uint8"):
        engine.run(given | {"picture": given["picture"].astype(np.float32)})


def test_card_keeps_what_it_was_given(exported: Path) -> None:
    described = card("little", exported)
    assert described.about["licence"] == "Apache-2.0"
    assert described.inputs["image"] == (1, 3, 16, 24)
    assert json.loads((exported / "little.json").read_text())["sha256"] == described.sha256


def test_large_parameters_are_stored_as_float16(exported: Path) -> None:
    onnx = pytest.importorskip("onnx")
    stored = {
        entry.name: entry.data_type
        for entry in onnx.load(exported / "little.onnx").graph.initializer
    }
    assert stored["second.weight.float16"] == onnx.TensorProto.FLOAT16
    assert stored["first.weight"] == onnx.TensorProto.FLOAT


@pytest.mark.parametrize("name", ENGINES)
def test_a_call_can_be_ended_and_made_anew(name: str) -> None:
    engine = load("refinement-decode", name)
    random = np.random.default_rng(2)
    given = {
        key: random.random(shape, np.float32)
        for key, shape in card("refinement-decode").inputs.items()
    }
    wanted = engine.run(given, Stop())

    def ended(_: int) -> bool:
        stop = Stop()
        pulling = threading.Timer(0.002, stop.pull)
        pulling.start()
        try:
            engine.run(given, stop)
        except Interrupted:
            return True
        finally:
            pulling.join()
        return False

    # A call may be quicker than who ends it; those of torch always go on to their end.
    assert any(map(ended, range(100 if name != "torch" else 1))) == (name != "torch")
    found = engine.run(given)
    for key, array in wanted.items():
        np.testing.assert_array_equal(found[key], array)


@pytest.mark.parametrize("name", ENGINES)
def test_only_what_is_wanted_comes_out(exported: Path, name: str) -> None:
    engine = load("little", name, directory=exported, wanted=["mean"])
    everything = load("little", name, directory=exported).run(feed())
    assert everything.keys() == {"features", "mean"}
    found = engine.run(feed())
    assert found.keys() == {"mean"}
    np.testing.assert_allclose(found["mean"], everything["mean"], atol=0.05)


def test_an_attended_call_that_is_ended_again_and_again_goes_on_to_its_end(exported: Path) -> None:
    called: list[str] = []

    @contextmanager
    def attend(network: str) -> Iterator[Stop]:
        called.append(network)
        stop = Stop()
        stop.pull()
        yield stop

    found = load("little", "openvino", directory=exported, attend=attend).run(feed())
    wanted = load("little", "openvino", directory=exported).run(feed())
    assert called == ["little"] * (MOST_ENDED + 1)
    np.testing.assert_array_equal(found["features"], wanted["features"])
