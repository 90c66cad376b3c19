"""Small drawn data to train on: green discs on red and blue noise, and one that rolls."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

HEIGHT, WIDTH = 96, 128
GREEN = (20, 220, 30)
Pixels = NDArray[np.uint8]


def scene(seed: int, place: tuple[int, int], radius: int = 18) -> tuple[Pixels, Pixels]:
    """A picture, `(H, W, 3) uint8` RGB without any green in it but one disc, and its mask."""
    random = np.random.default_rng(seed)
    rough = random.integers(0, 200, (6, 8, 3), np.uint8)
    rough[..., 1] = 0
    picture = np.asarray(cv2.resize(rough, (WIDTH, HEIGHT)), np.uint8)
    mask = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.circle(mask, place, radius, 1, cv2.FILLED)
    picture[mask > 0] = GREEN
    return picture, mask


def write(folder: Path, kind: str, name: str, picture: Pixels, mask: Pixels) -> None:
    """Write a picture and its mask side by side."""
    for part, pixels in ((kind, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR)), ("masks", mask)):
        (folder / part).mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / part / f"{name}.png"), pixels)


def write_data(root: Path) -> Path:
    """Write a training folder with pictures, a sequence, cut-outs and backgrounds."""
    for number in range(6):
        place = (45 + 7 * number, 40 + 3 * number)
        write(root / "images" / "discs", "images", f"{number}", *scene(number, place))
    film = root / "sequences" / "films" / "rolling"
    for number in range(12):
        write(film, "frames", f"{number:05d}", *scene(50, (25 + 7 * number, 48)))
    for number in range(3):
        red = np.zeros((40, 40, 4), np.uint8)
        cv2.circle(red, (20, 20), 17, (30, 10, 230, 255), cv2.FILLED)
        (root / "cutouts" / "red").mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(root / "cutouts" / "red" / f"{number}.png"), red)
        (root / "backgrounds" / "blue").mkdir(parents=True, exist_ok=True)
        blue = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        blue[..., 0] = np.linspace(60, 200, WIDTH)
        cv2.imwrite(str(root / "backgrounds" / "blue" / f"{number}.png"), blue)
    return root
