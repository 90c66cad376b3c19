"""Cutie-small as a yardstick: eager PyTorch in float32 with random weights, only ever timed.

It comes from the package `rf-cutie`, which `make bench` installs into a folder of its own beside
the environment; nothing of the product depends on it.
"""

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
FOLDER = Path(os.environ.get("MATTEBOX_BENCH_PACKAGES") or ROOT / ".venv" / "bench")
"""Where `make bench` puts it."""


def installed() -> bool:
    """Say whether Cutie can be measured here."""
    with _reachable():
        return all(find_spec(name) is not None for name in ("cutie", "omegaconf", "einops"))


class CutieSmall:
    """Cutie-small with the settings of its own DAVIS evaluation.

    Args:
        frame: The first picture, `(H, W, 3) uint8` RGB.
        mask: The object on it, `(H, W) uint8`.
    """

    def __init__(self, frame: NDArray[np.uint8], mask: NDArray[np.uint8]) -> None:
        with _reachable():
            core = import_module("cutie.inference.inference_core").InferenceCore
            network = import_module("cutie.model.cutie").CUTIE
            resnet: Any = import_module("cutie.model.utils.resnet")
            torch.manual_seed(0)
            # Random weights: nothing is fetched, and time does not depend on them.
            resnet.load_weights_add_extra_dim = lambda *_, **__: None
            resnet.model_zoo = _NoZoo
            settings = _settings()
            self._core = core(network(settings).eval(), settings)
        # It asks for an automatic casting that PyTorch would rather have asked for differently.
        warnings.filterwarnings("ignore", category=FutureWarning)
        with torch.inference_mode():
            given = torch.from_numpy((mask >= 128).astype(np.int64))
            self._core.step(_image(frame), given, objects=[1])

    @property
    def frames_until_full(self) -> int:
        """After how many frames its memory holds all that it ever will."""
        return int(self._core.mem_every * self._core.memory.max_mem_frames)

    def step(self, frame: NDArray[np.uint8]) -> None:
        """Find the object on the next picture."""
        with torch.inference_mode():
            self._core.step(_image(frame))


class _NoZoo:
    @staticmethod
    def load_url(*_: object, **__: object) -> dict[str, Any]:
        return {}


def _image(frame: NDArray[np.uint8]) -> torch.Tensor:
    return torch.from_numpy(frame).permute(2, 0, 1).float() / 255


def _settings() -> Any:
    load, merge = (getattr(import_module("omegaconf").OmegaConf, x) for x in ("load", "merge"))
    folder = Path(str(import_module("cutie.config").__file__)).parent
    evaluation = load(folder / "eval_config.yaml")
    model = [load(folder / "model" / f"{name}.yaml") for name in ("base", "small")]
    davis = {"mem_every": 5, "use_long_term": False}
    return merge(evaluation, {"model": merge(*model)}, davis)


@contextmanager
def _reachable() -> Iterator[None]:
    sys.path.append(str(FOLDER))
    try:
        yield
    finally:
        sys.path.remove(str(FOLDER))
