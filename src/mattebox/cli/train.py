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
File = Annotated[
    Path | None,
    typer.Option("--config", help="TOML file with the run's fields, such as those in configs/."),
]
Run = Annotated[
    Path | None,
    typer.Option("--run", help="Where checkpoints and the curve go; resumed where found."),
]
Start = Annotated[
    Path | None,
    typer.Option("--start", help="A run, or a checkpoint of one, whose weights to start from."),
]
Minutes = Annotated[
    float | None, typer.Option("--minutes", help="Length of the run, resumes included.")
]
Steps = Annotated[int | None, typer.Option("--steps", help="Length of the run in steps instead.")]
Threads = Annotated[int | None, typer.Option("--threads", help="CPU threads.")]
Export = Annotated[
    Path | None, typer.Option("--export", help="Write the ONNX files and their cards here after.")
]
CACHE = Path("runs/cache")


@train_app.command()
def refinement(
    *,
    data: Data,
    config: File = None,
    run: Run = None,
    start: Start = None,
    minutes: Minutes = None,
    steps: Steps = None,
    threads: Threads = None,
    export: Export = None,
) -> None:
    """Train the Refinement Network on pictures with masks and simulated clicks."""
    _require_torch()
    from mattebox.training.configuration import read_configuration
    from mattebox.training.refinement import Config, train
    from mattebox.training.refinement_export import export_refinement

    plan = read_configuration(
        Config,
        config,
        data=data,
        run=run or _folder(config, "refinement"),
        cache=CACHE,
        start=start,
        minutes=minutes,
        steps=steps,
        threads=threads,
    )
    best = train(plan, progress=typer.echo)
    if export is not None:
        export_refinement(best, export, data=data)


@train_app.command()
def propagation(
    *,
    data: Data,
    config: File = None,
    run: Run = None,
    start: Start = None,
    minutes: Minutes = None,
    steps: Steps = None,
    threads: Threads = None,
    export: Export = None,
) -> None:
    """Train the Propagation Network on annotated clips and on pictures set in motion."""
    _require_torch()
    from mattebox.training.configuration import read_configuration
    from mattebox.training.propagation import PropagationTraining, train
    from mattebox.training.propagation_export import release

    plan = read_configuration(
        PropagationTraining,
        config,
        data=data,
        run=run or _folder(config, "propagation"),
        cache=CACHE,
        start=start,
        minutes=minutes,
        steps=steps,
        threads=threads,
    )
    train(plan, typer.echo)
    if export is not None:
        release(plan, export, typer.echo)


def _folder(config: Path | None, network: str) -> Path:
    return Path("runs") / (config.stem if config else network)


def _require_torch() -> None:
    if find_spec("torch") is None:
        raise InputError(
            "Training needs PyTorch, which is not installed: run `pip install 'mattebox[train]'`."
        )
