import pytest

pytest.importorskip("torch")
import torch

from mattebox.networks.refinement import CANDIDATES, WIDTHS, RefinementNetwork


@pytest.fixture(scope="module")
def network() -> RefinementNetwork:
    torch.manual_seed(0)
    return RefinementNetwork()


def hints(batch: int, size: int) -> torch.Tensor:
    planes = torch.zeros(batch, 3, size, size)
    planes[:, 0, 20:30, 20:30] = 1
    return planes


def test_training_and_evaluation_agree_with_and_without_previous_mask(
    network: RefinementNetwork,
) -> None:
    image = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    for filled in (False, True):
        planes = hints(2, 64)
        if filled:
            planes[:, 2, 10:50, 10:50] = 1
        with torch.no_grad():
            trained, evaluated = (network.train(mode)(image, planes) for mode in (True, False))
        torch.testing.assert_close(trained, evaluated)


def test_one_picture_alone_gives_what_it_gives_in_a_batch(network: RefinementNetwork) -> None:
    image = torch.rand(3, 3, 64, 64, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        together = network.eval()(image, hints(3, 64))
        alone = network(image[1:2], hints(1, 64))
    for batched, single in zip(together, alone, strict=True):
        torch.testing.assert_close(batched[1:2], single, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("size", [64, 96])
def test_shapes(network: RefinementNetwork, size: int) -> None:
    with torch.no_grad():
        features = network.encoder(torch.rand(1, 3, size, size))
        logits, scores = network.decoder(*features, hints(1, size))
    for feature, (stride, width) in zip(features, WIDTHS.items(), strict=True):
        assert feature.shape == (1, width, size // stride, size // stride)
    assert logits.shape == (1, CANDIDATES, size, size)
    assert logits.dtype == torch.float32
    assert scores.shape == (1, CANDIDATES)
    assert ((scores >= 0) & (scores <= 1)).all()


def test_clicks_and_previous_mask_matter(network: RefinementNetwork) -> None:
    image = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(3))
    empty = torch.zeros(1, 3, 64, 64)
    answers = []
    with torch.no_grad():
        for plane in range(3):
            planes = empty.clone()
            planes[:, plane, 20:30, 20:30] = 1
            answers.append(network(image, planes)[0])
        answers.append(network(image, empty)[0])
    for one in range(4):
        for other in range(one):
            assert (answers[one] - answers[other]).abs().max() > 1e-4
