import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from mattebox.errors import InputError  # noqa: E402
from mattebox.propagation import Propagator, Shot  # noqa: E402
from mattebox.training.clips import StaticClips  # noqa: E402
from mattebox.training.framing import finish  # noqa: E402
from mattebox.training.images import load_images  # noqa: E402
from mattebox.training.layers import Layer  # noqa: E402
from mattebox.training.propagation import (  # noqa: E402
    CURVE,
    PropagationTraining,
    train,
)
from mattebox.training.propagation_export import release  # noqa: E402
from mattebox.training.propagation_step import damaged, mask_loss, overlap, seen_through  # noqa: E402
from mattebox.training.real_clips import real_clip  # noqa: E402
from mattebox.training.sequences import load_sequences  # noqa: E402

HEIGHT, WIDTH = 96, 128
FORWARD = (0, 1, 2)
TWO_SIDED = (0, 3, 1, 2)


def draw(index: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(index // 100)
    picture = cv2.resize(random.integers(0, 200, (6, 8, 3), np.uint8), (WIDTH, HEIGHT))
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    place = (30 + 7 * (index % 100), 40 + index % 7)
    cv2.circle(mask, place, 20, 1, -1)
    picture[mask > 0] = (30, 220, 90)
    return picture, mask


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    pictures = root / "images" / "balls"
    film = root / "sequences" / "films" / "rolling"
    for folder in (pictures / "images", pictures / "masks", film / "frames", film / "masks"):
        folder.mkdir(parents=True)
    for index in range(6):
        for folder, kind, number in ((pictures, "images", 100 * index), (film, "frames", index)):
            picture, mask = draw(number)
            cv2.imwrite(str(folder / kind / f"{index:05d}.png"), picture)
            cv2.imwrite(str(folder / "masks" / f"{index:05d}.png"), mask)
    return root


@pytest.fixture
def config(data: Path, tmp_path: Path) -> PropagationTraining:
    return PropagationTraining(
        data=data,
        run=tmp_path / "run",
        cache=data.parent / f"{data.name}-cache",
        steps=2,
        frames=8,
        sizes=(64,),
        pretrained=False,
    )


def test_a_run_resumes_and_its_weights_serve_the_product(
    config: PropagationTraining, tmp_path: Path
) -> None:
    train(config)
    last = train(replace(config, steps=4))
    assert last.name == "0000004.pt"
    rows = (config.run / CURVE).read_text().splitlines()
    assert [row.split(",")[0] for row in rows] == ["step", "2", "4"]
    assert (config.run / "config.json").exists()
    release(replace(config, held_out=("rolling",)), tmp_path / "weights")
    described = json.loads((tmp_path / "weights" / "propagation-read.json").read_text())
    assert set(described["data"]) == {"images/balls", "sequences/films"}
    assert 0 <= described["scores"]["held_out"]["J"] <= 1
    propagator = Propagator(weights=tmp_path / "weights")
    frames = [draw(index)[0] for index in range(3)]

    class Source:
        sync_frames = ()

        def read(self, indices):  # type: ignore[no-untyped-def]
            return ((index, frames[index]) for index in indices)

    first = draw(0)[1] * np.uint8(255)
    found = list(propagator.propagate(Source(), {0: first}, [Shot(0, 3)], 0, 3))
    assert [frame.index for frame in found] == [0, 1, 2]
    assert (found[0].mask == first).all()


def test_nothing_to_train_on_is_said(config: PropagationTraining, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither images"):
        train(replace(config, data=tmp_path / "empty"))


@pytest.mark.parametrize("order", [FORWARD, TWO_SIDED])
def test_clips_show_the_object_their_masks_say(data: Path, order: tuple[int, ...]) -> None:
    random = np.random.default_rng(4)
    cache = data.parent / f"{data.name}-cache"
    (film,) = load_sequences(data / "sequences" / "films", cache)
    clip = real_clip(film, order, 2, 64, random)
    assert clip.images.shape == (len(order), 64, 64, 3)
    for image, mask in zip(clip.images, clip.masks, strict=True):
        inside = image[mask > 250].astype(int)
        outside = image[mask < 5].astype(int)
        greenness = inside[:, 1] - inside[:, 2]
        assert greenness.mean() > (outside[:, 1] - outside[:, 2]).mean() + 40


def test_pictures_are_set_in_motion(data: Path) -> None:
    bank = load_images(data / "images", data.parent / f"{data.name}-cache")
    assert len(bank.instances) == len(bank) == 6
    clips = StaticClips(bank, [], [], 64)
    random = np.random.default_rng(1)
    drawn = [clips.draw(FORWARD, random) for _ in range(12)]
    assert all(clip.images.shape == (3, 64, 64, 3) for clip in drawn)
    assert np.mean([(clip.masks[0] > 128).mean() for clip in drawn]) > 0.05
    assert any((clip.masks[0] != clip.masks[2]).mean() > 0.05 for clip in drawn)


def test_mirroring_keeps_pictures_masks_and_regions_together() -> None:
    from mattebox.propagation.region import Region

    image = np.zeros((8, 8, 3), np.uint8)
    image[:, :2] = 255
    mask = np.where(image[..., 0] > 0, 255, 0).astype(np.uint8)
    layer = Layer(image, mask)
    for seed in range(8):
        random = np.random.default_rng(seed)
        clip = finish([layer.image], [layer.alpha], [Region(4, 0, 8, 8)], 32, random)
        mirrored = clip.masks[0][0, -1] == 255
        assert clip.regions[0, 0] == (20 if mirrored else 4)
        bright = clip.images[0].mean(axis=(0, 2))
        assert (bright[-1] > bright[0]) == mirrored


def test_a_mask_is_seen_from_another_crop_as_it_lies() -> None:
    whole = torch.zeros(1, 1, 64, 64)
    whole[:, :, 16:32, 32:48] = 1
    seen = seen_through(
        whole, torch.tensor([[0.0, 0, 128, 128]]), torch.tensor([[64.0, 32, 32, 32]])
    )
    assert float(seen.mean()) > 0.95
    away = seen_through(
        whole, torch.tensor([[0.0, 0, 128, 128]]), torch.tensor([[0.0, 70, 50, 50]])
    )
    assert float(away.max()) == 0


def test_the_loss_falls_as_masks_get_better() -> None:
    target = torch.zeros(1, 1, 16, 16)
    target[..., 4:12, 4:12] = 1
    right, wrong = (target * 2 - 1) * 8, (1 - target * 2) * 8
    assert float(mask_loss(right, target, 0.15)) < 0.1
    assert float(mask_loss(wrong, target, 0.15)) > 5
    assert float(overlap(right, target)) == 1
    assert float(overlap(wrong, target)) == 0
    empty = torch.zeros(1, 1, 4, 4)
    assert float(overlap(empty - 5, empty)) == 1


def test_damage_takes_parts_away_or_adds_some_as_often_as_it_says() -> None:
    mask = torch.zeros(400, 1, 64, 64)
    mask[:, :, 16:48, 16:48] = 1
    found = damaged(mask, 0.4, np.random.default_rng(5))
    smaller = ((found < mask).flatten(1).any(1)).float().mean()
    larger = ((found > mask).flatten(1).any(1)).float().mean()
    assert 0.15 < float(smaller) < 0.26
    assert 0.13 < float(larger) < 0.24
    assert float(found[(found < mask).flatten(1).any(1)].sum()) > 0
    assert torch.equal(damaged(mask, 0.0, np.random.default_rng(5)), mask)
