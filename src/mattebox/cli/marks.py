"""What the command line says about frames: clicks, and boxes around the object."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mattebox.errors import InputError

CLICK, EXCLUDE, BOX = "--click", "--exclude", "--box"
SHAPES = {CLICK: "FRAME,X,Y", EXCLUDE: "FRAME,X,Y", BOX: "FRAME,LEFT,TOP,RIGHT,BOTTOM"}
"""The options and what each takes."""
_EXAMPLES = {CLICK: "0,0.5,0.4", EXCLUDE: "0,0.5,0.4", BOX: "0,0.2,0.1,0.6,0.9"}


@dataclass(frozen=True)
class Said:
    """One option about a frame.

    Attributes:
        option: One of `SHAPES`.
        frame: Frame index.
        place: ``(x, y)``, or ``(left, top, right, bottom)`` of a box; 0..1 of the picture.
    """

    option: str
    frame: int
    place: tuple[float, ...]


def ordered(values: Mapping[str, Sequence[str]], order: Sequence[str]) -> list[Said]:
    """Read what was said, in the order it was given.

    Args:
        values: The values of each option.
        order: The options as they came; where it does not fit the values, they go one after the
            other.

    Raises:
        InputError: One is malformed or outside the picture, or a frame is only told what is not
            the object.
    """
    if any(list(order).count(option) != len(given) for option, given in values.items()):
        order = [option for option, given in values.items() for _ in given]
    coming = {option: iter(given) for option, given in values.items()}
    said = [_read(option, next(coming[option])) for option in order]
    if not said:
        raise InputError(
            f"There is no click; say where the object is with {CLICK} {SHAPES[CLICK]}."
        )
    lonely = {one.frame for one in said} - {one.frame for one in said if one.option != EXCLUDE}
    if lonely:
        raise InputError(
            f"Frame {min(lonely)} has only {EXCLUDE} points; add a {CLICK} on the object there."
        )
    return said


def _read(option: str, text: str) -> Said:
    parts = text.split(",")
    try:
        frame, place = int(parts[0]), tuple(float(part) for part in parts[1:])
        if len(parts) != SHAPES[option].count(",") + 1:
            raise ValueError
    except ValueError:
        raise InputError(
            f"{option} {text} is not {SHAPES[option]}; write it like {option} {_EXAMPLES[option]}."
        ) from None
    if not all(math.isfinite(part) and 0 <= part <= 1 for part in place):
        names = "X and Y" if option != BOX else "its sides"
        raise InputError(f"{option} {text} is outside the picture; {names} go from 0 to 1.")
    if option == BOX and not (place[0] < place[2] and place[1] < place[3]):
        raise InputError(
            f"{option} {text} holds nothing; write left before right, top before bottom."
        )
    if frame < 0:
        raise InputError(f"{option} {text} names frame {frame}; frames are counted from 0.")
    return Said(option, frame, place)
