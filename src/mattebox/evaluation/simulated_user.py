"""A probabilistic model of a person who clicks, for training and for judging.

Everything is drawn from the generator that is passed in, so the same seed gives the same
person. The numbers, all fields of `User`:

- How many clicks there are at once is geometric (each further click has .8 of the chance of the
  one before, at most 24); two samples in five have the first click alone, because that is the
  moment that people judge a tool by.
- The first click lies inside the object, biased to its centre but not at it: the chance of a
  pixel grows with its distance to the edge to the power 1.5.
- Exclude clicks come from the border around the object (.5), another object (.4) or anywhere in
  the background (.1).
- A corrective click lies inside the largest error of the network's own mask, anywhere in the
  eroded region and not at its centre: centre clicks flatter a model.
- One click in ten slips to within 3 pixels of the edge of the region that was meant.
- A previous mask that is not the network's own is the true mask with parts of its contour
  dropped, grown or shrunk, to an IoU of .6 to .95, all about alike likely; three in ten are wrong
  by a whole part instead: half of those hold another object too, where there is one, the others
  lack a tenth to a half of their own. One sample in five starts from such a mask, three in five
  where the picture is seen from closer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

CORRUPTIONS = 6
"""How often a wrong mask is drawn until it is about as wrong as it should be."""

Mask = NDArray[np.uint8]
"""`(H, W) uint8`, 0 or anything else."""


class Point(NamedTuple):
    """A click on a pixel.

    Attributes:
        x: Column.
        y: Row.
        include: Whether the pixel belongs to the object.
    """

    x: int
    y: int
    include: bool


@dataclass(frozen=True)
class User:
    """How the simulated person clicks; see the module's text.

    Attributes:
        alone: Chance that the first click comes alone.
        decay: Chance of each further click relative to the one before.
        most: Largest number of include clicks, and of exclude clicks.
        centre_bias: Power of the distance to the edge in the first click's density.
        from_border: Chance that an exclude click is on the border around the object.
        from_others: Chance that it is on another object, where there is one.
        slip: Chance that a click lands near the edge of its region.
        slip_width: How near, in pixels.
        border_width: Width of the border, as a share of the root of the object's area.
        corrects: Chance that a person starts from a mask that is there already, seen as a whole.
        corrects_closer: The same where the picture is seen from closer: that is done around a
            mask, so there mostly is one.
        wrong_part: Chance that this mask is wrong by a whole part, not along its contour.
    """

    alone: float = 0.4
    decay: float = 0.8
    most: int = 24
    centre_bias: float = 1.5
    from_border: float = 0.5
    from_others: float = 0.4
    slip: float = 0.1
    slip_width: float = 3.0
    border_width: float = 0.2
    corrects: float = 0.2
    corrects_closer: float = 0.6
    wrong_part: float = 0.3


DEFAULT_USER = User()


def start(
    target: Mask,
    random: np.random.Generator,
    *,
    others: Mask | None = None,
    zoomed: bool = False,
    user: User = DEFAULT_USER,
) -> tuple[list[Point], Mask | None]:
    """Draw what the network is first asked: clicks, and the mask that they correct, if any.

    Args:
        target: The object that is meant; not empty.
        random: Where the draws come from.
        others: Other objects in the picture.
        zoomed: Whether the picture is seen from closer, around the object.
        user: How the person clicks.

    Returns:
        The clicks, at least one, and a wrong mask that was there before, 0 or 255.
    """
    if random.random() >= (user.corrects_closer if zoomed else user.corrects):
        return opening_clicks(target, random, others=others, user=user), None
    if random.random() < user.wrong_part:
        previous = mistaken_mask(target, random, others=others)
    else:
        previous = corrupted_mask(target, random)
    point = corrective_click(previous, target, random, user=user)
    return [point or first_click(target, random, user=user)], previous


def opening_clicks(
    target: Mask,
    random: np.random.Generator,
    *,
    others: Mask | None = None,
    user: User = DEFAULT_USER,
) -> list[Point]:
    """Draw the clicks a person has made before the network first answers.

    Args:
        target: The object that is meant; not empty.
        random: Where the draws come from.
        others: Other objects in the picture.
        user: How the person clicks.

    Returns:
        At least one include click, the first one first.
    """
    inside = _Spots(target)
    first = Point(*_first(inside, random, user), True)
    if random.random() < user.alone:
        return [first]
    includes = 1 + geometric(random, user)
    points = [first]
    points += [Point(*inside.draw(random, user), True) for _ in range(min(includes, user.most) - 1)]
    outside: dict[str, _Spots] = {}
    for _ in range(min(geometric(random, user), user.most)):
        kind = _exclude_kind(others, random, user)
        if kind not in outside:
            outside[kind] = _Spots(_exclude_region(kind, target, others, user))
        if outside[kind]:
            points.append(Point(*outside[kind].draw(random, user), False))
    return points


def first_click(target: Mask, random: np.random.Generator, *, user: User = DEFAULT_USER) -> Point:
    """Draw the first click on an object: towards its middle, not at it."""
    return Point(*_first(_Spots(target), random, user), True)


def corrective_click(
    predicted: Mask, target: Mask, random: np.random.Generator, *, user: User = DEFAULT_USER
) -> Point | None:
    """Draw a click that corrects the largest error of a mask.

    Args:
        predicted: The network's mask.
        target: The object that is meant.
        random: Where the draws come from.
        user: How the person clicks.

    Returns:
        The click, or nothing where the mask is right everywhere.
    """
    wrong, include = largest_error(predicted, target)
    if wrong is None:
        return None
    return Point(*_Spots(wrong).draw(random, user), include)


def centre_click(
    predicted: Mask, target: Mask, *, ignore: Mask | None = None, taken: Sequence[Point] = ()
) -> Point | None:
    """The standard robot of the literature: click the centre of the largest error.

    Of false negatives and false positives it takes the kind whose deepest point is farther from
    the edge (the picture's edge included), and clicks that point; never the same pixel twice.

    Args:
        predicted: The network's mask.
        target: The object that is meant.
        ignore: Pixels that count for neither.
        taken: Clicks made before.

    Returns:
        The click, or nothing where there is no error left to click.
    """
    inside, marked = target > 0, predicted > 0
    judged = np.ones_like(inside) if ignore is None else ignore == 0
    deepest = []
    for region, include in (
        (inside & ~marked & judged, True),
        (~inside & marked & judged, False),
    ):
        distance = edge_distance(region.astype(np.uint8))
        for point in taken:
            distance[point.y, point.x] = 0
        y, x = np.unravel_index(int(distance.argmax()), distance.shape)
        deepest.append((float(distance[y, x]), Point(int(x), int(y), include)))
    depth, point = max(deepest, key=lambda entry: entry[0])
    return point if depth > 0 else None


def corrupted_mask(target: Mask, random: np.random.Generator) -> Mask:
    """Draw a wrong mask of an object, as a propagation might have left it.

    Args:
        target: The true mask; not empty.
        random: Where the draws come from.

    Returns:
        A mask, 0 or 255, whose IoU with ``target`` is between .6 and .95, or ``target`` itself
        where it is too small to be made wrong.
    """
    true = np.where(target > 0, 255, 0).astype(np.uint8)
    breadth = float(np.sqrt(np.count_nonzero(true)))
    wanted = random.uniform(0.6, 0.95)
    best, nearest = true, 1.0
    for _ in range(CORRUPTIONS):
        # A compact shape that grows by a share of its breadth gains 3.5 times that of its area.
        strength = (1 - wanted) / 3.5 * random.uniform(1, 2.5)
        drop = random.random() < 0.5
        wrong = _contour_dropped(true, breadth * strength, random) if drop else true
        wrong = _grown_or_shrunk(wrong, breadth * strength * (0.5 if drop else 1), random)
        reached = overlap(wrong, true)
        if 0.6 <= reached <= 0.95 and abs(reached - wanted) < nearest:
            best, nearest = wrong, abs(reached - wanted)
        if nearest < 0.03:
            break
    return best


def mistaken_mask(target: Mask, random: np.random.Generator, *, others: Mask | None = None) -> Mask:
    """Draw a mask that holds another object too, or lacks a part of its own.

    Args:
        target: The true mask; not empty.
        random: Where the draws come from.
        others: Other objects in the picture.

    Returns:
        A mask, 0 or 255: where there are others, as often as not ``target`` and one connected
        part of them; else ``target`` less a tenth to a half of its pixels, beyond a line.
    """
    true = np.where(target > 0, 255, 0).astype(np.uint8)
    joins = random.random() < 0.5
    if joins and others is not None and others.any():
        count, labels = cv2.connectedComponents((others > 0).astype(np.uint8))
        true[labels == random.integers(1, count)] = 255
        return true
    rows, columns = np.nonzero(true)
    angle = random.uniform(0, 2 * np.pi)
    along = columns * np.cos(angle) + rows * np.sin(angle)
    lost = along > np.quantile(along, 1 - random.uniform(0.1, 0.5))
    true[rows[lost], columns[lost]] = 0
    return true


def largest_error(predicted: Mask, target: Mask) -> tuple[Mask | None, bool]:
    """The largest connected region where a mask is wrong, and whether it must be included."""
    best: Mask | None = None
    best_area, best_include = 0, True
    for include in (True, False):
        inner, outer = (target, predicted) if include else (predicted, target)
        wrong = ((inner > 0) & (outer == 0)).astype(np.uint8)
        x, y, width, height = cv2.boundingRect(wrong)
        if width * height <= best_area:
            continue
        part = wrong[y : y + height, x : x + width]
        _, labels, stats, _ = cv2.connectedComponentsWithStats(part, connectivity=4)
        label = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
        area = int(stats[label, cv2.CC_STAT_AREA])
        if area > best_area:
            best = np.zeros_like(wrong)
            best[y : y + height, x : x + width] = labels == label
            best_area, best_include = area, include
    return best, best_include


def overlap(first: Mask, second: Mask, ignore: Mask | None = None) -> float:
    """Intersection over union of two masks, outside of ``ignore``; 1 where both are empty."""
    one, two = first > 0, second > 0
    if ignore is not None:
        one, two = one & (ignore == 0), two & (ignore == 0)
    union = np.count_nonzero(one | two)
    return np.count_nonzero(one & two) / union if union else 1.0


def edge_distance(region: Mask) -> NDArray[np.float32]:
    """Distance of each pixel to the outside of ``region``; the picture's rim is outside."""
    padded = np.pad((region > 0).astype(np.uint8), 1)
    distance = cv2.distanceTransform(padded, cv2.DIST_L2, 5)
    return np.asarray(distance[1:-1, 1:-1], np.float32)


def geometric(random: np.random.Generator, user: User) -> int:
    """Draw 0, 1, 2... with each ``user.decay`` times as likely as the one before."""
    return int(random.geometric(1 - user.decay)) - 1


class _Spots:
    """Where in a region a hand may land; only the region's box is looked at."""

    def __init__(self, region: Mask) -> None:
        solid = (region > 0).astype(np.uint8)
        self._x, self._y, width, height = cv2.boundingRect(solid)
        self.distance = edge_distance(solid[self._y : self._y + height, self._x : self._x + width])

    def __bool__(self) -> bool:
        return self.distance.size > 0

    def draw(self, random: np.random.Generator, user: User) -> tuple[int, int]:
        """Anywhere in the eroded region, or near its edge where the hand slips."""
        if random.random() < user.slip:
            return self.near_edge(random, user)
        return self.pick(self._steady, None, random)

    def near_edge(self, random: np.random.Generator, user: User) -> tuple[int, int]:
        near = (self.distance > 0) & (self.distance <= user.slip_width)
        return self.pick(np.flatnonzero(near), None, random)

    def pick(
        self,
        places: NDArray[np.intp],
        density: NDArray[np.float32] | None,
        random: np.random.Generator,
    ) -> tuple[int, int]:
        """Draw one of some places in the box, all alike or by their density."""
        if density is None:
            index = int(random.random() * len(places))
        else:
            total = np.cumsum(density, dtype=np.float64)
            index = int(np.searchsorted(total, random.random() * total[-1], side="right"))
        y, x = divmod(int(places[min(index, len(places) - 1)]), self.distance.shape[1])
        return self._x + x, self._y + y

    @cached_property
    def _steady(self) -> NDArray[np.intp]:
        # A third of the greatest depth leaves room to be off centre in any shape.
        return np.flatnonzero(self.distance > self.distance.max() / 3)


def _first(spots: _Spots, random: np.random.Generator, user: User) -> tuple[int, int]:
    if random.random() < user.slip:
        return spots.near_edge(random, user)
    places = np.flatnonzero(spots.distance)
    return spots.pick(places, spots.distance.ravel()[places] ** user.centre_bias, random)


def _exclude_kind(others: Mask | None, random: np.random.Generator, user: User) -> str:
    draw = random.random()
    if draw < user.from_border:
        return "border"
    if draw < user.from_border + user.from_others and others is not None and others.any():
        return "others"
    return "background"


def _exclude_region(kind: str, target: Mask, others: Mask | None, user: User) -> Mask:
    background: Mask = np.where(target == 0, 1, 0).astype(np.uint8)
    if kind == "border":
        width = max(3, round(user.border_width * float(np.sqrt(np.count_nonzero(target)))))
        away = cv2.distanceTransform(background, cv2.DIST_L2, 5)
        return np.where(np.asarray(away) <= width, background, 0).astype(np.uint8)
    if kind == "others" and others is not None:
        return np.where(others > 0, background, 0).astype(np.uint8)
    return background


def _contour_dropped(true: Mask, tolerance: float, random: np.random.Generator) -> Mask:
    """Draw the contours again with fewer points, some runs of them left out."""
    contours, _ = cv2.findContours(true, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    drawn = np.zeros_like(true)
    for contour in contours:
        kept = cv2.approxPolyDP(contour, tolerance * float(random.uniform(0.1, 0.5)), True)
        if len(kept) > 6:
            start, length = random.integers(len(kept)), random.integers(1, 1 + len(kept) // 4)
            kept = np.delete(kept, (start + np.arange(length)) % len(kept), axis=0)
        cv2.drawContours(drawn, [kept], -1, 255, cv2.FILLED)
    return drawn


def _grown_or_shrunk(mask: Mask, width: float, random: np.random.Generator) -> Mask:
    radius = max(1, round(width * float(random.uniform(0.3, 1))))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    change = cv2.dilate if random.random() < 0.5 else cv2.erode
    return np.asarray(change(mask, kernel), np.uint8)
