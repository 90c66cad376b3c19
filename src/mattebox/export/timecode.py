"""Source timecode: which label the first frame of an export bears.

A file states the label of its first frame only (SMPTE 12M); all others are counted from it, and at
29.97 and 59.94 frames a second a drop-frame count leaves some numbers out to stay with the clock.
"""

from __future__ import annotations

import re
from fractions import Fraction

_LABEL = re.compile(r"(\d\d):([0-5]\d):([0-5]\d)([:;.])(\d{2,3})")
_NOMINAL = Fraction(1, 2000)
"""How far a rate may be from a whole number, or from 1000/1001 of one, in parts of itself."""


def shifted(label: str, frames: int, rate: Fraction) -> str | None:
    """The timecode of a later frame.

    Args:
        label: Timecode of the first frame, ``HH:MM:SS:FF``; a ``;`` before the frames says that
            numbers are dropped.
        frames: How many frames later, at least 0.
        rate: Frames per second.

    Returns:
        The label, written like the first one; None where the text is no timecode of such a rate,
        or one of the numbers that are left out.
    """
    base = max(1, round(rate))
    near = min(abs(rate / nominal - 1) for nominal in (Fraction(base), Fraction(base * 1000, 1001)))
    found = _LABEL.fullmatch(label.strip())
    if found is None or near > _NOMINAL:
        return None
    hours, minutes, seconds, first = (int(found[group]) for group in (1, 2, 3, 5))
    # A dot instead of a semicolon is the older way of writing the same.
    dropped = base // 15 if found[4] in ";." else 0
    if first >= base or (dropped and base % 30):
        return None
    elapsed = hours * 60 + minutes
    if seconds == 0 and elapsed % 10 and first < dropped:
        return None
    count = (elapsed * 60 + seconds) * base + first - dropped * (elapsed - elapsed // 10)
    return _written(count + frames, base, dropped)


def _written(count: int, base: int, dropped: int) -> str:
    ten_minutes = 600 * base - 9 * dropped
    count %= 144 * ten_minutes
    tens, rest = divmod(count, ten_minutes)
    # The first minute of ten is whole; each of the others begins by leaving its numbers out.
    skipped = max(0, rest - 60 * base) // (60 * base - dropped) + 1 if rest >= 60 * base else 0
    number = tens * 600 * base + rest + skipped * dropped
    seconds, frame = divmod(number, base)
    mark = ";" if dropped else ":"
    width = len(str(base - 1))
    return (
        f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{mark}"
        f"{frame:0{max(2, width)}d}"
    )
