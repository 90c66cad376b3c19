"""From a checkpoint of the Refinement Network to the two graphs that the product runs."""

from __future__ import annotations

import ast
import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mattebox.errors import InputError
from mattebox.networks.refinement import SIZE, WIDTHS, RefinementNetwork
from mattebox.training.checkpoints import fill, load
from mattebox.training.configuration import PLACES
from mattebox.training.devices import described
from mattebox.training.export import export
from mattebox.training.fingerprint import fingerprints
from mattebox.training.refinement import CURVE, MEASURES
from mattebox.training.starting import earlier, refinement_history

ABOUT = {
    "licence": "Apache-2.0",
    "encoder": "EfficientNet-Lite0 started from ImageNet weights (Apache-2.0)",
    "data_note": (
        "Still pictures with masks from ECSSD, PASCAL VOC (SBD, 2007, co-segmentation), COCO "
        "samples, clothed and other people, cats, horses, flowers, balloons; tomatoes in the first "
        "weights alone; frames "
        "of the DAVIS 2016 training sequences and of five Xiph sequences; cut-outs composed over "
        "photographs. Research terms for most; none of it is shipped."
    ),
    "clicks": "mattebox.evaluation.simulated_user, default user",
}


def export_refinement(
    checkpoint: Path,
    directory: Path,
    *,
    data: Path | None = None,
    about: Mapping[str, Any] | None = None,
) -> tuple[Path, Path]:
    """Write `refinement-encode` and `refinement-decode`, each an ONNX file with a card.

    Args:
        checkpoint: A checkpoint of `mattebox.training.refinement.train`; its averaged weights
            are taken.
        directory: Folder to write into.
        data: The folder it was trained on; the cards then hold its sets' hashes.
        about: Further fields of the cards, or better ones, such as machine and scores.

    Returns:
        Paths of the two ONNX files.

    Raises:
        InputError: It is damaged, or no checkpoint of this network.
    """
    state = load(checkpoint)
    if "average" not in state:
        raise InputError(f"{checkpoint} holds no average weights; name a run's best.pt.")
    network = RefinementNetwork()
    fill(network, state["average"], checkpoint)
    plan = {key: _typed(value) for key, value in sorted(state["config"].items())}
    fields = {
        **ABOUT,
        "data": fingerprints(data) if data is not None else {},
        "steps": state["step"],
        "hours": round(state["seconds"] / 3600, 2),
        "history": refinement_history(earlier(state["config"])),
        "machine": described(plan.get("device", "cpu"), plan["threads"]),
        "config": {key: value for key, value in plan.items() if key not in PLACES},
        "scores": {"held_out": _held_out(checkpoint.parent / CURVE, state["step"])},
        **(about or {}),
    }
    return export_network(network, directory, about=fields)


def export_network(
    network: RefinementNetwork, directory: Path, *, about: Mapping[str, Any]
) -> tuple[Path, Path]:
    """Write both halves of a network; see `export_refinement`.

    Both want float32. In bfloat16 the encoder's narrow linear bottlenecks move masks by up to .13
    of IoU, the decoder moves them by up to .01, and a click can spare the milliseconds.
    """
    names = [f"f{stride}" for stride in WIDTHS]
    shapes = {
        f"f{stride}": (1, width, SIZE // stride, SIZE // stride) for stride, width in WIDTHS.items()
    }
    picture = (1, 3, SIZE, SIZE)
    encoder = export(
        network.encoder,
        "refinement-encode",
        directory=directory,
        inputs={"image": picture},
        outputs=names,
        about=about,
        precision="f32",
    )
    decoder = export(
        network.decoder,
        "refinement-decode",
        directory=directory,
        inputs={**shapes, "hints": picture},
        outputs=["logits", "scores"],
        about=about,
        precision="f32",
    )
    return encoder, decoder


def _held_out(curve: Path, step: int) -> dict[str, float]:
    """What a run's curve says of the held-out pictures at a step, where it is still there."""
    if not curve.is_file():
        return {}
    with curve.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["step"] == str(step) and row["IoU@1"]]
    return {name: float(rows[-1][name]) for name in MEASURES} if rows else {}


def _typed(value: Any) -> Any:
    """A field of a checkpoint's configuration; older ones hold all of them as text."""
    if not isinstance(value, str):
        return value
    try:
        return ast.literal_eval(value)
    except (ValueError, SyntaxError):
        return value
