import numpy as np

from mattebox.propagation.anchors import Estimate, MemoryAnchors, Remembered, from_bytes, to_bytes
from mattebox.propagation.region import Region, grown, mask_box, moved, region_around, steady_box


def test_an_estimate_survives_being_kept() -> None:
    random = np.random.default_rng(1)
    key = random.normal(size=(9, 64)).astype(np.float16)
    value = random.normal(size=(9, 128)).astype(np.float16)
    mask = random.integers(0, 256, (30, 50)).astype(np.uint8)
    given = Estimate(mask, 0.3, Region(1, 2, 30, 40), Remembered(key, value), (-1.5, 0.25))
    kept = from_bytes(to_bytes(given))
    assert (kept.mask == mask).all()
    assert (kept.remembered.key == key).all()
    assert (kept.remembered.value == value).all()
    assert (kept.confidence, kept.region) == (given.confidence, given.region)
    assert kept.motion == given.motion


def test_the_cache_forgets_what_was_not_used_and_stays_within_its_size() -> None:
    cache = MemoryAnchors(capacity=100)
    cache.put("a", bytes(40))
    cache.put("b", bytes(40))
    assert cache.get("a") == bytes(40)
    cache.put("c", bytes(40))
    assert cache.get("b") is None
    assert cache.get("a") is not None
    cache.put("huge", bytes(1000))
    assert cache.size <= 100


def test_a_region_stays_inside_the_frame() -> None:
    assert region_around((0, 0, 10, 10), 200, 100, 40) == Region(0, 0, 40, 40)
    assert region_around((190, 90, 200, 100), 200, 100, 40) == Region(160, 60, 40, 40)
    assert region_around((80, 40, 90, 50), 200, 100, 150) == Region(10, 0, 150, 100)


def test_a_lost_object_is_looked_for_in_ever_larger_regions() -> None:
    region = Region(100, 50, 20, 20)
    for _ in range(6):
        region = grown(region, 200, 100)
    assert region == Region(0, 0, 200, 100)


def test_a_region_moves_on_with_the_object_but_not_out_of_the_frame() -> None:
    region = Region(100, 50, 20, 30)
    assert moved(region, (2.0, -0.5), 10, (100, 200)) == Region(120, 45, 20, 30)
    assert moved(region, (2.0, -0.5), -10, (100, 200)) == Region(80, 55, 20, 30)
    assert moved(region, (2.0, 5.0), 60, (100, 200)) == Region(180, 70, 20, 30)


def test_specks_do_not_steer_the_region() -> None:
    mask = np.zeros((100, 200), np.uint8)
    mask[20:60, 30:80] = 255
    mask[90:92, 190:192] = 255
    assert mask_box(mask) == (30, 20, 192, 92)
    assert steady_box(mask, 0.05) == (30, 20, 80, 60)
    assert steady_box(np.zeros((5, 5), np.uint8), 0.05) is None
