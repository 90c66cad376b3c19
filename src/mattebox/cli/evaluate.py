"""`mattebox evaluate`: the networks' scores on a folder of annotated pictures or sequences."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

evaluate_app = typer.Typer(help="Score the networks on annotated data.", no_args_is_help=True)

Data = Annotated[Path, typer.Option("--data", help="The folder to score on.")]
Output = Annotated[Path | None, typer.Option("--json", help="Where to write the scores as JSON.")]
EngineName = Annotated[str, typer.Option("--engine", help="The inference engine.")]


@evaluate_app.command()
def refinement(
    data: Data,
    json_file: Output = None,
    robot: Annotated[
        str, typer.Option(help="Who clicks: `standard` (error centres) or `realistic`.")
    ] = "standard",
    engine: EngineName = "auto",
) -> None:
    """NoC@85, NoC@90 and IoU@1, @3, @5 over DIR/images and DIR/masks."""
    from mattebox.evaluation.refinement import evaluate

    _report(evaluate(data, robot=robot, engine=engine), json_file)


@evaluate_app.command()
def propagation(data: Data, json_file: Output = None, engine: EngineName = "auto") -> None:
    """DAVIS J, F and J&F over DIR/SEQUENCE, the first mask given, beside both baselines."""
    from mattebox.evaluation.propagation import evaluate

    _report(evaluate(data, engine=engine), json_file)


def _report(scores: Mapping[str, Any], json_file: Path | None) -> None:
    if json_file is not None:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps(scores, indent=2) + "\n")
    keys = list(scores["mean"])
    table = Table("", *keys)
    for name, values in scores["items"].items():
        table.add_row(name, *(_figure(values[key]) for key in keys))
    table.add_section()
    table.add_row("mean", *(_figure(scores["mean"][key]) for key in keys), style="bold")
    for name, baseline in scores.get("baselines", {}).items():
        table.add_row(name, *(_figure(baseline["mean"].get(key)) for key in keys), style="dim")
    Console().print(table)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"
