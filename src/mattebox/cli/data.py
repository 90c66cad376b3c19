"""`mattebox data`: what the networks are trained on."""

from pathlib import Path
from typing import Annotated, Literal

import typer

data_app = typer.Typer(help="Look at the training data.", no_args_is_help=True)


@data_app.callback()
def _group() -> None:
    """Look at the training data."""


@data_app.command()
def preview(
    *,
    data: Annotated[
        Path,
        typer.Option("--data", help="The folder with images/, sequences/, cutouts/, backgrounds/."),
    ],
    output: Annotated[Path, typer.Option("--output", help="The PNG file to write.")] = Path(
        "preview.png"
    ),
    kind: Annotated[
        Literal["refinement", "propagation", "all"], typer.Option("--kind", help="What to show.")
    ] = "all",
    count: Annotated[
        int, typer.Option("--count", min=1, max=60, help="Samples, and clips of each source.")
    ] = 12,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed, other draws.")] = 0,
    size: Annotated[
        int, typer.Option("--size", min=64, max=512, help="Side of each picture, in pixels.")
    ] = 256,
    cache: Annotated[
        Path, typer.Option("--cache", help="Where decoded pictures are kept, as in training.")
    ] = Path("runs/cache"),
) -> None:
    """Write a contact sheet: samples with clicks, and clips with masks, as training draws them."""
    from mattebox.training.preview import Preview, write_preview

    asked = Preview(data=data, cache=cache, kind=kind, count=count, size=size, seed=seed)
    write_preview(asked, output)
    typer.echo(f"Wrote {output}.")
