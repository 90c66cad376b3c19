import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mattebox.segmentation.window import (
    ELONGATION,
    Window,
    around,
    box,
    follow,
    whole,
)

SHAPE = (720, 1280, 3)


@given(st.integers(0, 1279), st.integers(0, 719), st.integers(1, 1280), st.integers(1, 720))
def test_window_holds_what_it_is_for_and_stays_in_the_frame(
    left: int, top: int, width: int, height: int
) -> None:
    inner = Window(left, top, min(1280, left + width), min(720, top + height))
    outer = around(inner, SHAPE)
    assert outer.contains(inner)
    assert whole(SHAPE).contains(outer)
    long, short = max(outer.width, outer.height), min(outer.width, outer.height)
    assert long <= ELONGATION * short + 2 or outer.height == 720


def test_tiny_frames_have_windows_too() -> None:
    assert around(Window(0, 0, 1, 1), (1, 1)) == Window(0, 0, 1, 1)
    assert around(Window(3, 2, 4, 3), (8, 16)) == Window(0, 0, 16, 8)


def test_box_covers_mask_and_points() -> None:
    mask = np.zeros((50, 60), np.uint8)
    assert box(mask, []) is None
    assert box(mask, [(7, 9)]) == Window(7, 9, 8, 10)
    mask[10:20, 30:40] = 200
    mask[0, 0] = 127
    assert box(mask, []) == Window(30, 10, 40, 20)
    assert box(mask, [(5, 45)]) == Window(5, 10, 40, 46)


def test_window_stays_while_it_serves() -> None:
    inner = Window(400, 200, 600, 400)
    kept = around(inner, SHAPE)
    assert follow(kept, Window(405, 210, 610, 405), SHAPE) == kept
    assert follow(kept, Window(300, 200, 700, 400), SHAPE) != kept
    assert follow(whole(SHAPE), inner, SHAPE) == kept
    assert follow(None, inner, SHAPE) == kept
