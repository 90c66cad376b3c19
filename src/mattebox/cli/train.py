"""`mattebox train`: the networks from the data they were made of (needs the `train` extra)."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from mattebox.errors import InputError

train_app = typer.Typer(help="Train the networks.", no_args_is_help=True)

Data = Annotated[
    Path,
    typer.Option("--data", help="The folder with images/, sequences/, cutouts/, backgrounds/."),
]
Run = Annotated[
    Path | None,
    typer.Option("--run", help="Where checkpoints and the curve go; resumed where found."),
]
Minutes = Annotated[float, typer.Option("--minutes", help="Length of the run, resumes included.")]
Export = Annotated[
    Path | None, typer.Option("--export", help="Write the ONNX files and their cards here after.")
]
CACHE = Path("runs/cache")


@train_app.command()
def refinement(data: Data, run: Run = None, minutes: Minutes = 90, export: Export = None) -> None:
    """Train the Refinement Network on pictures with masks and simulated clicks."""
    _require_torch()
    from mattebox.training.refinement import Config, train
    from mattebox.training.refinement_export import export_refinement

    folder = run or Path("runs/refinement")
    best = train(Config(data=data, run=folder, cache=CACHE, minutes=minutes), progress=typer.echo)
    if export is not None:
        export_refinement(best, export)


@train_app.command()
def propagation(data: Data, run: Run = None, minutes: Minutes = 90, export: Export = None) -> None:
    """Train the Propagation Network on annotated clips and on pictures set in motion."""
    _require_torch()
    from mattebox.training.propagation import PropagationTraining, train
    from mattebox.training.propagation_export import release

    folder = run or Path("runs/propagation")
    config = PropagationTraining(data=data, run=folder, cache=CACHE, minutes=minutes)
    train(config, typer.echo)
    if export is not None:
        release(config, export, typer.echo)


def _require_torch() -> None:
    if find_spec("torch") is None:
        raise InputError(
            "Training needs PyTorch, which is not installed: run `pip install 'mattebox[train]'`."
        )
