"""The Propagation Network as the product calls it: frames and masks in, estimates out."""

from collections.abc import Sequence
from hashlib import sha256
from json import dumps
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mattebox.inference import Attend, card, load
from mattebox.inference.weights import DIRECTORY
from mattebox.propagation.anchors import Estimate, Remembered
from mattebox.propagation.region import Region, crop

MEMORIZE = "propagation-memorize"
READ = "propagation-read"


class Network:
    """Both exported graphs, ready to run; safe to call from several threads.

    Args:
        engine: Name of the inference engine.
        directory: Folder with the weights.
        attend: Who stands by at each call.
    """

    def __init__(
        self,
        engine: str = "auto",
        directory: Path = DIRECTORY,
        attend: Attend | None = None,
    ) -> None:
        described = card(READ, directory)
        self._memorize = load(MEMORIZE, engine, directory=directory, attend=attend)
        self._read = load(READ, engine, directory=directory, attend=attend)
        self._size = described.inputs["image"][1]
        self._keys = described.inputs["keys"]
        self._values = described.inputs["values"]
        self.slots = self._keys[1]
        engines = (self._read, self._memorize)
        facts = [[each.identity, each.name, each.precision] for each in engines]
        self.identity = sha256(dumps(facts).encode()).hexdigest()

    def memorize(
        self, frame: NDArray[np.uint8], mask: NDArray[np.uint8], region: Region
    ) -> Remembered:
        """Return what is remembered of a frame under a mask.

        Args:
            frame: `(H, W, 3) uint8` RGB.
            mask: `(H, W) uint8`.
            region: The part of it to look at.
        """
        found = self._memorize.run(
            {
                "image": crop(frame, region, self._size)[None],
                "mask": crop(mask, region, self._size)[None, None],
            }
        )
        return Remembered(found["key"][0], found["value"][0])

    def read(
        self,
        frame: NDArray[np.uint8],
        previous: NDArray[np.uint8],
        region: Region,
        memory: Sequence[Remembered | None],
    ) -> Estimate:
        """Find the object in a frame.

        Args:
            frame: `(H, W, 3) uint8` RGB.
            previous: The mask of the frame before, `(H, W) uint8`.
            region: The part of the frame to look at.
            memory: As many entries as the network has slots, None where a slot is empty.
        """
        keys = np.zeros(self._keys, np.float16)
        values = np.zeros(self._values, np.float16)
        valid = np.zeros((1, self.slots), np.float32)
        for slot, remembered in enumerate(memory):
            if remembered is not None:
                keys[0, slot] = remembered.key
                values[0, slot] = remembered.value
                valid[0, slot] = 1
        found = self._read.run(
            {
                "image": crop(frame, region, self._size)[None],
                "previous": crop(previous, region, self._size)[None, None],
                "keys": keys,
                "values": values,
                "valid": valid,
            }
        )
        mask = placed(found["mask"][0, 0], region, frame.shape[:2])
        remembered = Remembered(found["key"][0], found["value"][0])
        return Estimate(mask, float(found["confidence"][0]), region, remembered)


def placed(mask: NDArray[np.uint8], region: Region, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return a crop's mask, `(S, S) uint8`, in its frame, `(H, W) uint8`."""
    size = (region.width, region.height)
    way = cv2.INTER_AREA if min(size) < mask.shape[0] else cv2.INTER_LINEAR
    whole = np.zeros(shape, np.uint8)
    rows = slice(region.y, region.y + region.height)
    columns = slice(region.x, region.x + region.width)
    whole[rows, columns] = cv2.resize(mask, size, interpolation=way)
    return whole
