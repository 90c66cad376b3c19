"""What a person can say about a frame beside clicks: a box, a brush stroke, a lasso."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from mattebox.errors import InputError

Point = tuple[float, float]
"""x and y in [0, 1] of the displayed picture, from its top left corner."""

MOST_POINTS = 4096
"""How many points a stroke or lasso may be drawn with."""
STRAYS = 0.25
"""What is kept of it strays from what was drawn by no more than so many pixels."""


@dataclass(frozen=True)
class Box:
    """A rectangle around the object.

    Attributes:
        box: Left, top, right and bottom, each in [0, 1] of the displayed picture.

    Raises:
        InputError: It holds nothing, or lies outside of the picture (422).
    """

    box: tuple[float, float, float, float]

    def __post_init__(self) -> None:
        """Check the values."""
        left, top, right, bottom = self.box
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            raise InputError(
                f"The box {left:g}, {top:g}, {right:g}, {bottom:g} holds nothing of the picture;"
                " give left, top, right and bottom, each in 0 to 1.",
                status=422,
            )


@dataclass(frozen=True)
class Brush:
    """A stroke of a round brush.

    Attributes:
        points: Where it went; one point is a dab.
        radius: Radius of the brush, as a fraction of the picture's shorter side.
        include: Whether what it passed over belongs to the object.
        direct: Whether it paints the mask itself and nothing else.

    Raises:
        InputError: It has no point or too many, leaves the picture, or the radius is none (422).
    """

    points: tuple[Point, ...]
    radius: float
    include: bool
    direct: bool

    def __post_init__(self) -> None:
        """Check the values."""
        _check_points("stroke", self.points, 1)
        if not 0 < self.radius <= 1:
            raise InputError(
                f"The brush's radius {self.radius:g} is none; it must lie above 0 and up to 1.",
                status=422,
            )


@dataclass(frozen=True)
class Lasso:
    """A closed line around something.

    Attributes:
        points: Its corners, in order; the last one is joined to the first.
        include: Whether what is inside belongs to the object.
        direct: Whether all inside is meant; otherwise it is what the network finds there.

    Raises:
        InputError: It has too few points or too many, or leaves the picture (422).
    """

    points: tuple[Point, ...]
    include: bool
    direct: bool

    def __post_init__(self) -> None:
        """Check the values."""
        _check_points("lasso", self.points, 3)


Shape = Box | Brush | Lasso


def thin(shape: Shape, width: int, height: int) -> Shape:
    """The same shape without the points that its form on a picture does not need.

    Args:
        shape: What was drawn.
        width: The picture's, in pixels.
        height: The picture's, in pixels.
    """
    if isinstance(shape, Box):
        return shape
    places = np.array(shape.points, np.float32) * np.array([width, height], np.float32)
    kept = cv2.approxPolyDP(places, STRAYS, closed=False)
    # The points as they were said, found again by their pixels: those come in the same order.
    said = zip(places.tolist(), shape.points, strict=True)
    points = [
        next(point for place, point in said if place == corner) for corner in kept[:, 0].tolist()
    ]
    least = 3 if isinstance(shape, Lasso) else 1
    return replace(shape, points=(*points, *points[-1:] * (least - len(points))))


def _check_points(what: str, points: tuple[Point, ...], least: int) -> None:
    if not least <= len(points) <= MOST_POINTS:
        raise InputError(
            f"The {what} has {len(points)} points; it must have {least} to {MOST_POINTS}.",
            status=422,
        )
    for x, y in points:
        if not (0 <= x <= 1 and 0 <= y <= 1):
            raise InputError(
                f"The {what} passes {x:g}, {y:g}, which is outside the picture; x and y must lie"
                " between 0 and 1.",
                status=422,
            )
