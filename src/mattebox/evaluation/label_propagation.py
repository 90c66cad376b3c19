"""The baseline that needs no training: labels carried along by frozen ImageNet features."""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from mattebox.evaluation.sequences import AnnotatedSequence
from mattebox.inference import Engine, card, load

WEIGHTS = "imagenet-lite0"
STRIDE = 16
NEAREST = 10
TEMPERATURE = 0.05
RADIUS = 12
"""How far, in feature cells, the frame before is searched."""


class LabelPropagation:
    """Every cell takes the labels of its most similar cells in the first frame and the last.

    Args:
        engine: Name of the inference engine.
    """

    def __init__(self, engine: str = "auto") -> None:
        self._engine: Engine = load(WEIGHTS, engine)
        self._height, self._width = card(WEIGHTS).inputs["images"][-2:]

    def masks(self, sequence: AnnotatedSequence) -> Iterator[NDArray[np.bool_]]:
        """Yield every frame's mask, `(H, W) bool`, given the first one's."""
        height, width = sequence.truths[0].shape
        rows, columns = self._height // STRIDE, self._width // STRIDE
        near = _near(rows, columns)
        first = self._features(sequence.frames[0])
        start = cv2.resize(
            sequence.truths[0].astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA
        ).reshape(-1)
        before, labels = first, start
        yield sequence.truths[0]
        for frame in sequence.frames[1:]:
            features = self._features(frame)
            likeness = np.concatenate(
                [features @ first.T, np.where(near, features @ before.T, -1)], axis=1
            )
            best = np.argpartition(-likeness, NEAREST, axis=1)[:, :NEAREST]
            weights = np.exp((np.take_along_axis(likeness, best, 1) - 1) / TEMPERATURE)
            known = np.concatenate([start, labels])[best]
            labels = (weights * known).sum(1) / weights.sum(1)
            before = features
            soft = labels.reshape(rows, columns).astype(np.float32)
            yield cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR) > 0.5

    def _features(self, frame: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return L2-normalised features, `(cells, channels)`."""
        size = (self._width, self._height)
        picture = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
        image = picture.astype(np.float32).transpose(2, 0, 1)[None] / np.float32(255)
        found = self._engine.run({"images": np.ascontiguousarray(image)})["f16"][0]
        cells: NDArray[np.float32] = found.reshape(len(found), -1).T.astype(np.float32)
        return np.asarray(cells / np.linalg.norm(cells, axis=1, keepdims=True), np.float32)


def _near(rows: int, columns: int) -> NDArray[np.bool_]:
    y, x = np.divmod(np.arange(rows * columns), columns)
    far = np.maximum(abs(y[:, None] - y), abs(x[:, None] - x))
    near: NDArray[np.bool_] = far <= RADIUS
    return near
