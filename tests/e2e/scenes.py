"""Where things are in the clips, in 0..1 of the picture.

`later` is a frame that the first Apply makes, `box` goes around the object, and between the two
places of `empty` there is nothing to paint on.
"""

from __future__ import annotations

from typing import Any

Scene = dict[str, Any]

FISH: Scene = {
    "click": [0.241, 0.435],
    "object": [0.305, 0.43],
    "background": [0.8, 0.2],
    "exclude": [0.24, 0.68],
    "later": {"frame": 90, "object": [0.716, 0.49], "background": [0.2, 0.2]},
    "box": [0.13, 0.3, 0.38, 0.6],
    "empty": [[0.6, 0.2], [0.85, 0.2]],
}
WOMAN: Scene = {
    "click": [0.25, 0.56],
    "object": [0.25, 0.56],
    "background": [0.8, 0.9],
    "exclude": [0.1, 0.5],
    "later": {"frame": 48, "object": [0.215, 0.5], "background": [0.8, 0.9]},
}
