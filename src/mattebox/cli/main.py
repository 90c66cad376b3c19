"""The commands, and how an error a person can mend leaves the program."""

import sys
from collections.abc import Sequence

import typer

import mattebox
from mattebox.cli.cut import CutCommand, cut
from mattebox.cli.data import data_app
from mattebox.cli.evaluate import evaluate_app
from mattebox.cli.serve import serve
from mattebox.cli.train import train_app
from mattebox.errors import InputError

app = typer.Typer(
    name="mattebox",
    help="Take an object out of a video with a few clicks.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command()(serve)
app.command(cls=CutCommand)(cut)
app.add_typer(evaluate_app, name="evaluate")
app.add_typer(train_app, name="train")
app.add_typer(data_app, name="data")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(mattebox.__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: bool = typer.Option(
        False, "--version", callback=_show_version, is_eager=True, help="Show the version."
    ),
) -> None:
    """Take an object out of a video with a few clicks."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line.

    Args:
        arguments: What to run instead of `sys.argv[1:]`.

    Raises:
        SystemExit: With 2 on bad input, told in one sentence without a traceback.
    """
    try:
        app(args=list(arguments) if arguments is not None else None)
    except InputError as error:
        typer.echo(f"mattebox: {error.detail}", err=True)
        sys.exit(2)
