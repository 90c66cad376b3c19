import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mattebox.matting import crisp
from mattebox.segmentation import Box, Brush, Click, Lasso, Mark, Refiner, Replay
from mattebox.segmentation.paint import cover

Array = NDArray[np.uint8]
WIDTH, HEIGHT = 320, 180
BALLS = {"red": (100, 90, 45), "blue": (235, 70, 30)}


def scene() -> tuple[Array, dict[str, Array]]:
    """Two balls on a meadow, and their masks."""
    random = np.random.default_rng(2)
    frame = np.full((HEIGHT, WIDTH, 3), (70, 120, 60), np.uint8)
    frame += random.integers(0, 30, frame.shape, np.uint8)
    masks = {}
    for name, color in (("red", (200, 60, 50)), ("blue", (40, 60, 200))):
        x, y, radius = BALLS[name]
        masks[name] = np.zeros((HEIGHT, WIDTH), np.uint8)
        cv2.circle(masks[name], (x, y), radius, 255, cv2.FILLED)
        frame[masks[name] > 0] = color
    return np.asarray(cv2.GaussianBlur(frame, (0, 0), 1.0), np.uint8), masks


FRAME, MASKS = scene()
RED, BLUE = Click(100 / WIDTH, 90 / HEIGHT, True), Click(235 / WIDTH, 70 / HEIGHT, True)


class Counted(Refiner):
    """The shipped network, counting how often it looks."""

    looks = 0

    def _decode(self, *arguments: object) -> NDArray[np.float32]:
        self.looks += 1
        return super()._decode(*arguments)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def replay() -> Replay:
    return Replay(Refiner())


def iou(mask: Array, true: Array) -> float:
    one, two = mask >= 128, true >= 128
    return float(np.count_nonzero(one & two) / np.count_nonzero(one | two))


def box(ball: str, slack: int = 4) -> Box:
    x, y, radius = BALLS[ball]
    reach = radius + slack
    return Box(
        (
            (x - reach) / WIDTH,
            (y - reach) / HEIGHT,
            (x + reach) / WIDTH,
            (y + reach) / HEIGHT,
        )
    )


def ring(ball: str, *, include: bool, direct: bool, slack: int = 5) -> Lasso:
    x, y, radius = BALLS[ball]
    angles = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    points = (
        ((x + (radius + slack) * np.cos(a)) / WIDTH, (y + (radius + slack) * np.sin(a)) / HEIGHT)
        for a in angles
    )
    return Lasso(tuple((float(x), float(y)) for x, y in points), include, direct)


def stroke(*points: tuple[float, float], include: bool, direct: bool, radius: float = 6) -> Brush:
    return Brush(
        tuple((x / WIDTH, y / HEIGHT) for x, y in points), radius / HEIGHT, include, direct
    )


def test_clicks_alone_give_what_the_network_gives_made_solid(replay: Replay) -> None:
    clicks = [RED, Click(0.9, 0.9, False)]
    believed = Refiner().refine(FRAME, clicks)
    found = replay.mask(FRAME, clicks)
    np.testing.assert_array_equal(found.belief, believed)
    np.testing.assert_array_equal(found.mask, crisp(believed))
    assert np.array_equal(found.mask >= 128, believed >= 128)


def test_a_mask_from_elsewhere_is_shown_as_it_came_but_where_it_was_painted(
    replay: Replay,
) -> None:
    base = np.asarray(cv2.GaussianBlur(MASKS["red"], (0, 0), 12), np.uint8)
    untouched = replay.mask(FRAME, [], base)
    np.testing.assert_array_equal(untouched.mask, base)
    drawn = replay.mask(FRAME, [stroke((300, 20), (310, 20), include=True, direct=True)], base)
    np.testing.assert_array_equal(drawn.mask[:, :280], base[:, :280])
    np.testing.assert_array_equal(drawn.mask, drawn.belief)


@pytest.mark.parametrize("mark", [box("blue"), ring("blue", include=False, direct=False)])
def test_a_box_or_lasso_elsewhere_leaves_a_soft_mask_as_soft(replay: Replay, mark: Mark) -> None:
    base = np.asarray(cv2.GaussianBlur(MASKS["red"] | MASKS["blue"], (0, 0), 6), np.uint8)
    found = replay.mask(FRAME, [mark], base)
    np.testing.assert_array_equal(found.mask[:, :160], base[:, :160])


def test_of_an_empty_mask_nothing_is_believed(replay: Replay) -> None:
    ghost = np.zeros((HEIGHT, WIDTH), np.uint8)
    ghost[80:100, 20:40] = 80
    found = replay.mask(FRAME, [Click(0.1, 0.5, False)], ghost)
    assert not found.mask.any()
    assert not found.belief.any()


def test_a_box_takes_the_object_in_it_and_nothing_outside(replay: Replay) -> None:
    for ball, (x, y, radius) in BALLS.items():
        mask = replay.mask(FRAME, [box(ball)]).mask
        assert iou(mask, MASKS[ball]) > 0.85
        mask[y - radius - 9 : y + radius + 10, x - radius - 9 : x + radius + 10] = 0
        assert not mask.any()


def test_a_second_box_adds_and_leaves_the_first_alone(replay: Replay) -> None:
    first = replay.mask(FRAME, [box("red")]).mask
    both = replay.mask(FRAME, [box("red"), box("blue")]).mask
    assert iou(both, MASKS["red"] | MASKS["blue"]) > 0.85
    np.testing.assert_array_equal(both[:, :170], first[:, :170])


def test_a_lasso_takes_what_is_in_it(replay: Replay) -> None:
    mask = replay.mask(FRAME, [ring("blue", include=True, direct=False)]).mask
    assert iou(mask, MASKS["blue"]) > 0.85


def test_an_exclude_lasso_takes_an_object_out(replay: Replay) -> None:
    base = MASKS["red"] | MASKS["blue"]
    mask = replay.mask(FRAME, [ring("blue", include=False, direct=False)], base).mask
    assert iou(mask, MASKS["red"]) > 0.9
    np.testing.assert_array_equal(mask[:, :170], base[:, :170])


def test_an_exclude_lasso_around_nothing_changes_nothing(replay: Replay) -> None:
    mask = replay.mask(FRAME, [ring("blue", include=False, direct=False)], MASKS["red"]).mask
    np.testing.assert_array_equal(mask, MASKS["red"])


def test_direct_marks_paint_what_was_drawn_without_the_network() -> None:
    refiner = Counted()
    replay = Replay(refiner)
    marks: list[Mark] = [
        ring("red", include=True, direct=True, slack=0),
        stroke((60, 90), (140, 90), include=False, direct=True),
    ]
    mask = replay.mask(FRAME, marks).mask
    assert (mask[60, 100], mask[90, 100], mask[10, 10]) == (255, 0, 0)
    assert refiner.looks == 0


def test_a_stroke_for_the_network_takes_more_than_it_passes_over(replay: Replay) -> None:
    mask = replay.mask(FRAME, [stroke((85, 90), (115, 90), include=True, direct=False)]).mask
    assert iou(mask, MASKS["red"]) > 0.8
    assert (mask[88:93, 85:115] == 255).all()


def test_what_was_painted_holds_against_later_clicks_elsewhere(replay: Replay) -> None:
    painted = stroke((200, 150), (260, 150), include=True, direct=True)
    erased = stroke((90, 60), (110, 60), include=False, direct=True)
    mask = replay.mask(FRAME, [RED, painted, erased, BLUE, Click(0.02, 0.02, False)]).mask
    assert (mask[148:153, 205:255] == 255).all()
    assert (mask[58:63, 92:108] == 0).all()
    assert mask[70, 235] >= 128
    assert mask[90, 100] >= 128


@pytest.mark.parametrize("include", [True, False])
def test_a_later_click_overrules_paint_and_a_later_stroke_a_click(
    replay: Replay, include: bool
) -> None:
    at = (100, 60)
    click = Click(at[0] / WIDTH, (at[1] + 0.5) / HEIGHT, include)
    paint = stroke((90, 60), (110, 60), include=not include, direct=True)
    after = replay.mask(FRAME, [RED, paint, click]).mask
    assert (after[at[1], at[0]] >= 128) == include
    before = replay.mask(FRAME, [RED, click, paint]).mask
    assert (before[at[1], at[0]] >= 128) != include
    later = replay.mask(FRAME, [RED, click, paint, BLUE]).mask
    assert (later[at[1], at[0]] >= 128) != include


def test_an_earlier_click_holds_against_a_later_box(replay: Replay) -> None:
    x, y, _ = BALLS["red"]
    out = Click((x + 20.5) / WIDTH, (y + 0.5) / HEIGHT, False)
    mask = replay.mask(FRAME, [RED, out, box("red")]).mask
    assert mask[y, x + 20] < 128


@pytest.mark.parametrize("include", [True, False])
def test_marks_elsewhere_leave_the_soft_edge_of_a_stroke_as_it_was_drawn(
    replay: Replay, include: bool
) -> None:
    base = MASKS["red"] | MASKS["blue"]
    drawn: list[Mark] = [stroke((85, 82), (112, 97), include=include, direct=True, radius=9)]
    if include:
        drawn = [stroke((20, 22), (45, 31), include=True, direct=True, radius=9)]
    first = replay.mask(FRAME, drawn, base).mask
    assert len(np.unique(first)) > 5
    elsewhere: list[Mark] = [
        *(stroke((300, 20 * n), include=True, direct=True, radius=4) for n in range(1, 8)),
        ring("blue", include=False, direct=False),
        box("blue"),
    ]
    after = replay.mask(FRAME, [*drawn, *elsewhere], base).mask
    np.testing.assert_array_equal(after[:, :170], first[:, :170])


MARKS: list[Mark] = [
    RED,
    stroke((60, 60), (70, 70), include=False, direct=True),
    BLUE,
    Click(0.5, 0.95, False),
    box("blue"),
    stroke((80, 100), (120, 100), include=True, direct=False),
    ring("blue", include=False, direct=False),
    Click(0.3, 0.4, True),
]


def test_the_mask_depends_on_the_marks_alone_not_on_what_was_asked_before(replay: Replay) -> None:
    grown = [replay.mask(FRAME, MARKS[:count]).mask for count in range(len(MARKS) + 1)]
    fresh = Replay(Refiner())
    for count in (8, 3, 7, 5, 1, 6, 4, 2, 0):
        np.testing.assert_array_equal(fresh.mask(FRAME, MARKS[:count]).mask, grown[count])


def test_one_more_click_costs_one_look() -> None:
    refiner = Counted()
    replay = Replay(refiner)
    replay.mask(FRAME, MARKS)
    before = refiner.looks
    replay.mask(FRAME, [*MARKS, Click(0.35, 0.55, True)])
    assert refiner.looks == before + 1
    replay.mask(FRAME, [*MARKS, stroke((10, 10), (20, 10), include=True, direct=True)])
    assert refiner.looks == before + 1


def test_a_box_or_lasso_that_the_object_fills_costs_two_looks_and_no_other_more_than_four() -> None:
    refiner = Counted()
    filled: list[Mark] = [box("red"), ring("blue", include=True, direct=False)]
    for mark in filled:
        before = refiner.looks
        Replay(refiner).mask(FRAME, [mark])
        assert refiner.looks == before + 2
    before = refiner.looks
    Replay(refiner).mask(FRAME, [Box((0.02, 0.02, 0.98, 0.98))])
    assert before + 2 < refiner.looks <= before + 4


def test_the_base_is_neither_changed_nor_forgotten(replay: Replay) -> None:
    base = MASKS["blue"].copy()
    mask = replay.mask(FRAME, [stroke((20, 20), (30, 20), include=True, direct=True)], base).mask
    np.testing.assert_array_equal(base, MASKS["blue"])
    assert mask[20, 25] == 255
    np.testing.assert_array_equal(mask[:, 100:], base[:, 100:])


CELL = 40


@st.composite
def apart(draw: st.DrawFn) -> list[Mark]:
    """Clicks and strokes far from each other, with boxes between them."""
    cells = st.tuples(st.integers(0, WIDTH // CELL - 1), st.integers(0, HEIGHT // CELL - 1))
    marks: list[Mark] = []
    for column, row in draw(st.lists(cells, min_size=2, max_size=7, unique=True)):
        x, y = (column + 0.5) * CELL, (row + 0.5) * CELL
        include = draw(st.booleans())
        kind = draw(st.sampled_from(["click", "click", "brush", "paint", "box"]))
        if kind == "click":
            marks.append(Click(x / WIDTH, y / HEIGHT, include))
        elif kind == "box":
            marks.append(box(draw(st.sampled_from(sorted(BALLS)))))
        else:
            marks.append(stroke((x - 6, y), (x + 6, y), include=include, direct=kind == "paint"))
    return marks


@settings(max_examples=12, deadline=None)
@given(marks=apart())
def test_whatever_else_is_said_every_click_and_stroke_holds(
    replay: Replay, marks: list[Mark]
) -> None:
    mask = replay.mask(FRAME, marks).mask
    for mark in marks:
        if isinstance(mark, Click):
            seen = mask[int(mark.y * HEIGHT), int(mark.x * WIDTH)]
            assert (seen >= 128) == mark.include
        elif isinstance(mark, Brush):
            passed = cover(mark, FRAME.shape)
            under = mask[passed.window.slices][passed.share == 255]
            assert ((under >= 128) == mark.include).all()
