"""`mattebox train`: the networks from the data they were made of (needs the `train` extra)."""

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from mattebox.errors import InputError

train_app = typer.Typer(help="Train the networks.", no_args_is_help=True)

Data = Annotated[Path, typer.Option("--data", help="The folder with images/ and sequences/.")]
Run = Annotated[Path, typer.Option("--run", help="Where checkpoints and curves are kept.")]
Minutes = Annotated[float, typer.Option("--minutes", help="How long to train at most.")]


def _require_torch() -> None:
    if find_spec("torch") is None:
        raise InputError(
            "Training needs PyTorch, which is not installed: run `pip install 'mattebox[train]'`."
        )
