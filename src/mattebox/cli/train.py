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
Cache = Annotated[
    Path | None,
    typer.Option("--cache", help="Folder for decoded pictures; runs/cache by default."),
]
Device = Annotated[
    str | None,
    typer.Option("--device", help="auto (CUDA where there is any), cpu, cuda or cuda:1."),
]


@train_app.command()
def refinement(
    *,
    data: Data,
    config: File = None,
    run: Run = None,
    cache: Cache = None,
    start: Start = None,
    minutes: Minutes = None,
    steps: Steps = None,
    threads: Threads = None,
    device: Device = None,
    export: Export = None,
) -> None:
    """Train the Refinement Network on pictures with masks and simulated clicks."""
    _require_torch()
    from mattebox.training.configuration import read_configuration
    from mattebox.training.refinement import RefinementTraining, train
    from mattebox.training.refinement_export import export_refinement

    plan = read_configuration(
        RefinementTraining,
        config,
        defaults=_folders(config, "refinement"),
        data=data,
        run=run,
        cache=cache,
        start=start,
        minutes=minutes,
        steps=steps,
        threads=threads,
        device=device,
    )
    best = train(plan, typer.echo)
    if export is not None:
        export_refinement(best, export, data=data)


@train_app.command()
def propagation(
    *,
    data: Data,
    config: File = None,
    run: Run = None,
    cache: Cache = None,
    start: Start = None,
    minutes: Minutes = None,
    steps: Steps = None,
    threads: Threads = None,
    device: Device = None,
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
        defaults=_folders(config, "propagation"),
        data=data,
        run=run,
        cache=cache,
        start=start,
        minutes=minutes,
        steps=steps,
        threads=threads,
        device=device,
    )
    train(plan, typer.echo)
    if export is not None:
        release(plan, export, typer.echo)


def _folders(config: Path | None, network: str) -> dict[str, Path]:
    runs = Path("runs")
    return {"run": runs / (config.stem if config else network), "cache": runs / "cache"}


def _require_torch() -> None:
    if find_spec("torch") is None:
        raise InputError(
            "Training needs PyTorch, which is not installed: run `pip install 'mattebox[train]'`."
        )
