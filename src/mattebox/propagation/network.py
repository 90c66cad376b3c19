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
        self._size = described.inputs["image"][-1]
        self._keys = described.inputs["keys"]
        self._values = described.inputs["values"]
        self.slots = self._keys[1]
        facts = [described.sha256, card(MEMORIZE, directory).sha256]
        facts += [self._read.name, self._read.precision]
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
                "image": self._image(frame, region),
                "mask": self._mask(mask, region),
            }
        )
        return _remembered(found)

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
        keys = np.zeros(self._keys, np.float32)
        values = np.zeros(self._values, np.float32)
        valid = np.zeros((1, self.slots), np.float32)
        for slot, remembered in enumerate(memory):
            if remembered is not None:
                keys[0, slot] = remembered.key
                values[0, slot] = remembered.value
                valid[0, slot] = 1
        found = self._read.run(
            {
                "image": self._image(frame, region),
                "previous": self._mask(previous, region),
                "keys": keys,
                "values": values,
                "valid": valid,
            }
        )
        mask = placed(found["mask"][0, 0], region, frame.shape[:2])
        return Estimate(mask, float(found["confidence"][0]), region, _remembered(found))

    def _image(self, frame: NDArray[np.uint8], region: Region) -> NDArray[np.float32]:
        part = crop(frame, region, self._size).astype(np.float32) / np.float32(255)
        return np.ascontiguousarray(part.transpose(2, 0, 1))[None]

    def _mask(self, mask: NDArray[np.uint8], region: Region) -> NDArray[np.float32]:
        part = crop(mask, region, self._size).astype(np.float32) / np.float32(255)
        return part[None, None]


def _remembered(found: dict[str, NDArray[np.float32]]) -> Remembered:
    # Half precision, whether it is then kept or not: results must not depend on what was cached.
    return Remembered(found["key"][0].astype(np.float16), found["value"][0].astype(np.float16))


def placed(mask: NDArray[np.float32], region: Region, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return a crop's mask, `(S, S) float32` in [0, 1], in its frame, `(H, W) uint8`."""
    size = (region.width, region.height)
    way = cv2.INTER_AREA if min(size) < mask.shape[0] else cv2.INTER_LINEAR
    part = np.rint(cv2.resize(mask, size, interpolation=way) * 255)
    whole = np.zeros(shape, np.uint8)
    rows = slice(region.y, region.y + region.height)
    whole[rows, region.x : region.x + region.width] = np.clip(part, 0, 255)
    return whole
