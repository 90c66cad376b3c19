import cv2
import numpy as np

from mattebox.segmentation.mend import GAP, NOTHING, heed, keep_seeded


def test_heeding_is_local_and_the_later_click_wins() -> None:
    mask = np.zeros((40, 40), np.uint8)
    heed(mask, [(20, 20, True)], reach=5)
    assert mask[20, 20] == 255
    assert not mask[:15].any()
    assert not mask[:, 26:].any()
    heed(mask, [(20, 20, True), (20, 20, False)], reach=5)
    assert mask[20, 20] == 0


def test_a_mask_that_agrees_is_left_alone() -> None:
    mask = np.full((20, 20), 200, np.uint8)
    mask[:, 10:] = 60
    kept = mask.copy()
    np.testing.assert_array_equal(heed(mask, [(3, 3, True), (15, 3, False)], reach=4), kept)


def test_clicks_in_corners_are_heeded() -> None:
    mask = np.zeros((9, 13), np.uint8)
    heed(mask, [(0, 0, True), (12, 8, True), (12, 0, True), (0, 8, True)], reach=3)
    assert mask[0, 0] == mask[8, 12] == mask[0, 12] == mask[8, 0] == 255


def test_only_parts_with_a_seed_are_kept() -> None:
    logits = np.full((96, 96), -3, np.float32)
    for x in (20, 70):
        cv2.circle(logits, (x, 48), 12, 4.0, cv2.FILLED)
    seeds = np.zeros((96, 96), bool)
    seeds[50, 22] = True
    kept = keep_seeded(logits, seeds)
    assert kept[48, 20] == 4
    assert kept[48, 70] == NOTHING
    assert kept[5, 5] == NOTHING
    assert kept[48, 20 + 12 + GAP // 2] == -3


def test_parts_a_hair_apart_are_one() -> None:
    logits = np.full((96, 96), -3, np.float32)
    logits[20:60, 20:40] = 4
    logits[62:80, 20:40] = 4
    seeds = np.zeros((96, 96), bool)
    seeds[30, 30] = True
    assert keep_seeded(logits, seeds)[70, 30] == 4


def test_nothing_is_kept_where_nothing_is_seeded() -> None:
    logits = np.full((32, 32), 4, np.float32)
    assert (keep_seeded(logits, np.zeros((32, 32), bool)) == NOTHING).all()
