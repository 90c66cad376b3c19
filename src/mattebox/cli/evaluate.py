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
RobotName = Annotated[
    str, typer.Option("--robot", help="Who clicks: `standard` (error centres) or `realistic`.")
]
Rounds = Annotated[int, typer.Option("--rounds", min=1, help="Rounds a sequence.")]


@evaluate_app.command()
def refinement(
    data: Data, json_file: Output = None, robot: RobotName = "standard", engine: EngineName = "auto"
) -> None:
    """NoC@85, NoC@90 and IoU@1, @3, @5 over DIR/images and DIR/masks."""
    from mattebox.evaluation.refinement import evaluate

    _report(evaluate(data, robot=robot, engine=engine), json_file)


@evaluate_app.command()
def propagation(data: Data, json_file: Output = None, engine: EngineName = "auto") -> None:
    """DAVIS J, F and J&F over DIR/SEQUENCE, the first mask given, beside both baselines."""
    from mattebox.evaluation.propagation import evaluate

    _report(evaluate(data, engine=engine), json_file)


@evaluate_app.command()
def rounds(
    data: Data,
    json_file: Output = None,
    robot: RobotName = "standard",
    engine: EngineName = "auto",
    count: Rounds = 8,
) -> None:
    """Interactive rounds over DIR/SEQUENCE: the worst frame is clicked, all is applied again."""
    from mattebox.evaluation.rounds import evaluate

    _report(evaluate(data, robot=robot, engine=engine, rounds=count, progress=_say), json_file)


@evaluate_app.command()
def report(
    *,
    data: Annotated[
        Path, typer.Option("--data", help="The folder of sets: pictures, sequences, or both.")
    ],
    output: Annotated[
        Path, typer.Option("--output", help="Where the report goes; what is there is kept.")
    ],
    before: Annotated[
        Path | None,
        typer.Option("--before", help="The scores folder of an earlier report to compare with."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="Run only `clicks`, `propagation` or `rounds`; repeatable."),
    ] = None,
    robots: Annotated[
        list[str] | None, typer.Option("--robot", help="Who clicks; repeatable, by default both.")
    ] = None,
    items: Annotated[
        int | None, typer.Option("--items", min=1, help="Pictures of a set at most.")
    ] = None,
    sequences: Annotated[
        int | None, typer.Option("--sequences", min=1, help="Sequences of a set at most.")
    ] = None,
    count: Rounds = 8,
    causes: Annotated[
        Path | None,
        typer.Option("--causes", help="Causes of failures; by default OUTPUT/causes.toml."),
    ] = None,
    engine: EngineName = "auto",
    weights: Annotated[
        Path | None, typer.Option("--weights", help="Judge the weights of this folder.")
    ] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Do again what was done before.")] = False,
) -> None:
    """Everything at once: scores, contact sheets and the failure gallery as Markdown.

    Stopped and started again, it goes on where it was.
    """
    from mattebox.evaluation.cases import PARTS
    from mattebox.evaluation.report import Plan, make_report
    from mattebox.evaluation.robots import ROBOTS, robot_named
    from mattebox.inference.weights import DIRECTORY

    plan = Plan(
        data=data,
        output=output,
        parts=tuple(only or PARTS),
        robots=tuple(map(robot_named, robots or ROBOTS)),
        items=items,
        sequences=sequences,
        rounds=count,
        before=before,
        causes=causes,
        engine=engine,
        weights=weights or DIRECTORY,
        fresh=fresh,
    )
    typer.echo(make_report(plan, _say))


def _say(line: str) -> None:
    typer.echo(line, err=True)


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
