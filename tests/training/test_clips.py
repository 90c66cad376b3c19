"""Clips to train on: what they promise about objects, masks and where one looks."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from mattebox.errors import InputError
from mattebox.propagation.region import Region
from mattebox.training.clips import LEAST_SHOWN, StaticClips
from mattebox.training.framing import Clip, given_places, jittered_region
from mattebox.training.images import ImageBank, load_images, load_pictures
from mattebox.training.real_clips import real_clip
from mattebox.training.recipe import Recipe
from mattebox.training.sequences import Film, load_sequences
from tests.training.drawn import write_data

FORWARD, TWO_SIDED = (0, 1, 2), (0, 3, 1, 2)
LONG, LONG_TWO_SIDED = (0, 1, 2, 3, 4, 5), (0, 5, 1, 2, 3, 4)
Parts = tuple[ImageBank, list[NDArray[np.uint8]], list[NDArray[np.uint8]]]
ORDERS = [FORWARD, TWO_SIDED, LONG, LONG_TWO_SIDED]
BARE = Recipe(
    whole=0,
    drawn=0,
    plain=1,
    twin=0,
    kin=0,
    stranger=0,
    passer=0,
    smear=0,
    leaves=0,
    lost=0,
    light_drifts=0,
    noise=0,
    compression=0,
    shake=0,
    defocus=0,
)
"""One object over a background, and nothing else."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def film(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Film:
    (film,) = load_sequences(data / "sequences" / "films", tmp_path_factory.mktemp("films"))
    return film


@pytest.fixture(scope="module")
def parts(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Parts:
    bank = load_images(data / "images", tmp_path_factory.mktemp("bank"))
    backgrounds = load_pictures([data / "backgrounds" / "blue"])
    return bank, backgrounds, load_pictures([data / "cutouts" / "red"])


def made(parts: Parts, recipe: Recipe, size: int = 64) -> StaticClips:
    return StaticClips(*parts, size, recipe)


def in_time(clip: Clip, order: Sequence[int]) -> list[tuple[NDArray[np.uint8], NDArray[np.bool_]]]:
    places = [list(order).index(place) for place in range(len(order))]
    return [(clip.images[place], clip.masks[place] > 127) for place in places]


def green(image: NDArray[np.uint8]) -> NDArray[np.bool_]:
    red, strong, blue = (image[..., c].astype(int) for c in range(3))
    found: NDArray[np.bool_] = strong > np.maximum(red, blue) + 60
    return found


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [64, 90])
def test_masks_lie_on_the_object_in_every_kind_of_clip(
    parts: Parts,
    film: Film,
    order: tuple[int, ...],
    size: int,
) -> None:
    random = np.random.default_rng(4)
    source = made(parts, Recipe(drawn=0), size)
    clips = [source.draw(order, random) for _ in range(10)]
    clips += [real_clip(film, order, 2, size, random) for _ in range(3)]
    for clip in clips:
        assert clip.images.shape == (len(order), size, size, 3)
        assert clip.masks.shape == (len(order), size, size)
        assert clip.regions.shape == (len(order), 4)
        for image, inside in in_time(clip, order):
            if inside.sum() > 40:
                pixels = image[inside].astype(int).mean(0)
                assert pixels[1] > max(pixels[0], pixels[2]) + 40


@pytest.mark.parametrize("order", ORDERS)
def test_given_frames_show_the_object_and_enough_of_it(
    parts: Parts,
    order: tuple[int, ...],
) -> None:
    random = np.random.default_rng(1)
    source = made(parts, Recipe(passer=1, leaves=0.5, smallest=0.08))
    for _ in range(25):
        clip = source.draw(order, random)
        for number in range(len(given_places(order))):
            assert (clip.masks[number] > 127).mean() >= LEAST_SHOWN


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("hidden", [0, 1])
def test_an_object_that_leaves_is_wholly_gone_and_comes_back(
    parts: Parts,
    order: tuple[int, ...],
    hidden: int,
) -> None:
    random = np.random.default_rng(2)
    source = made(parts, replace(BARE, leaves=1, hidden=hidden, stays_away=0))
    for _ in range(15):
        frames = in_time(source.draw(order, random), order)
        gone = [place for place, (_, inside) in enumerate(frames) if not inside.any()]
        assert gone
        assert gone[0] > 0
        assert gone[-1] < len(order) - 1
        assert all(green(frames[place][0]).mean() < 0.001 for place in gone)
        assert any(inside.any() for _, inside in frames[gone[-1] + 1 :])


def test_an_object_may_stay_away_where_the_last_frame_is_not_given(
    parts: Parts,
) -> None:
    random = np.random.default_rng(3)
    source = made(parts, replace(BARE, leaves=1, stays_away=1))
    for _ in range(10):
        frames = in_time(source.draw(LONG, random), LONG)
        gone = [place for place, (_, inside) in enumerate(frames) if not inside.any()]
        assert gone == list(range(gone[0], len(LONG)))
        assert source.draw(LONG_TWO_SIDED, random).masks[1].max() > 127


def test_objects_leave_as_often_as_the_recipe_says(parts: Parts) -> None:
    random = np.random.default_rng(5)
    source = made(parts, replace(BARE, leaves=0.3, stays_away=0), 32)
    gone = [
        not all((mask > 127).any() for mask in source.draw(LONG, random).masks) for _ in range(400)
    ]
    assert np.mean(gone) == pytest.approx(0.3, abs=0.07)


def test_a_twin_has_the_same_pixels_and_is_not_the_object(
    parts: Parts,
) -> None:
    random = np.random.default_rng(6)
    alone: list[int] = []
    beside: list[int] = []
    for twin, found in ((0, alone), (1, beside)):
        source = made((parts[0], parts[1], []), replace(BARE, twin=twin, largest=0.4))
        for _ in range(30):
            clip = source.draw(FORWARD, random)
            image, inside = clip.images[0], clip.masks[0] > 250
            elsewhere = green(image) & (clip.masks[0] < 5)
            found.append(int(elsewhere.sum()))
            if elsewhere.sum() > 100:
                twins = np.median(image[elsewhere], axis=0)
                assert np.abs(twins - np.median(image[inside], axis=0)).max() <= 4
    assert not any(alone)
    assert np.mean(np.array(beside) > 100) > 0.4


def test_kin_come_from_the_same_set_and_strangers_from_any(parts: Parts) -> None:
    random = np.random.default_rng(12)
    for chances in (replace(BARE, largest=0.4, kin=1), replace(BARE, largest=0.4, stranger=1)):
        clips = [made(parts, chances).draw(FORWARD, random) for _ in range(30)]
        beside = [(green(clip.images[0]) & (clip.masks[0] < 5)).sum() > 100 for clip in clips]
        assert sum(beside) > 10
    bank, backgrounds, cutouts = parts
    red_only = replace(BARE, drawn=1, kin=1)
    for _ in range(20):
        # A cut-out belongs to no set, so it has no kin.
        clip = made((bank, backgrounds, cutouts), red_only).draw(FORWARD, random)
        assert not green(clip.images[0]).any()


def test_what_passes_in_front_is_taken_out_of_the_mask(
    parts: Parts,
) -> None:
    random = np.random.default_rng(7)
    hidden = 0
    source = made(parts, replace(BARE, passer=1, drawn=1, whole=1))
    for _ in range(40):
        clip = source.draw(FORWARD, random)
        for image, mask in zip(clip.images, clip.masks, strict=True):
            red = image[..., 0].astype(int) > image[..., 1].astype(int) + 60
            assert (red & (mask > 250)).sum() <= 0.02 * mask.size
            hidden += int((red & (mask < 5)).sum())
    assert hidden > 1000


def test_the_same_seed_makes_the_same_clip(parts: Parts, film: Film) -> None:
    source = made(parts, Recipe())
    for film_it in (False, True):
        one, other = (
            real_clip(film, LONG, 2, 64, random) if film_it else source.draw(LONG, random)
            for random in (np.random.default_rng(8), np.random.default_rng(8))
        )
        assert (one.images == other.images).all()
        assert (one.masks == other.masks).all()
        assert (one.regions == other.regions).all()


def test_a_region_follows_the_object_and_grows_where_it_is_lost() -> None:
    random = np.random.default_rng(9)
    for _ in range(50):
        found = jittered_region((40, 30, 60, 50), 200, 160, random, lost=0)
        assert found.width == found.height >= 26
        assert found.x < 45
        assert found.x + found.width > 55
    before = Region(50, 40, 60, 60)
    grown = jittered_region(None, 200, 160, random, before=before)
    assert grown.width == 90
    assert (grown.x, grown.y) == (35, 25)
    assert jittered_region(None, 200, 160, random) == Region(0, 0, 200, 160)


def test_regions_stay_in_the_picture(
    parts: Parts,
) -> None:
    random = np.random.default_rng(10)
    for _ in range(20):
        x, y, width, height = made(parts, Recipe()).draw(LONG, random).regions.T
        assert (x >= 0).all()
        assert (y >= 0).all()
        assert (x + width <= 128).all()
        assert (y + height <= 96).all()


def test_a_film_is_cut_where_the_object_is_there(film: Film) -> None:
    boxes = tuple(None if number in (0, 1, 5) else box for number, box in enumerate(film.boxes))
    partly = Film(film.name, film.frames, boxes)
    random = np.random.default_rng(11)
    for order in ORDERS:
        for _ in range(15):
            clip = real_clip(partly, order, 2, 64, random)
            for number in range(len(given_places(order))):
                assert (clip.masks[number] > 127).mean() > LEAST_SHOWN


def test_a_film_shorter_than_the_clip_is_refused(film: Film) -> None:
    short = Film("short", film.frames[:4], film.boxes[:4])
    with pytest.raises(InputError, match="short has 4 frames"):
        real_clip(short, LONG, 2, 64, np.random.default_rng(0))


def test_a_share_of_the_pictures_is_read_where_few_are_asked_for(data: Path) -> None:
    folder = data / "images" / "discs" / "images"
    assert len(load_pictures([folder])) == 6
    assert len(load_pictures([folder], most=3)) == 3
    assert load_pictures([folder], short_side=48)[0].shape == (48, 64, 3)


def test_a_set_with_wrong_masks_is_left_out(data: Path, tmp_path: Path) -> None:
    images = tmp_path / "images"
    for name in ("discs", "laboro_tomato"):
        (images / name).parent.mkdir(exist_ok=True)
        (images / name).symlink_to(data / "images" / "discs")
    bank = load_images(images, tmp_path / "cache")
    assert {instance.folder for instance in bank.instances} == {"discs"}
