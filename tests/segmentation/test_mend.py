import numpy as np

from mattebox.segmentation.mend import heed


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
