import numpy as np

from mattebox.segmentation.mend import heed, without_part


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


def test_a_part_that_a_click_excludes_goes_whole() -> None:
    before = np.zeros((60, 90), np.uint8)
    before[10:50, 10:50] = 255
    before[20:40, 60:80] = 200
    object_only = before.copy()
    object_only[:, 55:] = 0
    mask = without_part(before.copy(), before, [(20, 20, True), (70, 30, False)])
    np.testing.assert_array_equal(mask, object_only)


def test_a_part_stays_where_it_may_be_what_was_meant() -> None:
    before = np.zeros((60, 90), np.uint8)
    before[10:50, 10:50] = 255
    before[20:40, 60:80] = 255
    for clicks in (
        [(70, 30, True), (65, 25, False)],
        [(20, 20, False)],
        [(70, 30, True)],
        [(5, 5, False)],
    ):
        np.testing.assert_array_equal(without_part(before.copy(), before, clicks), before)
