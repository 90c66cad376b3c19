"""`mattebox cut`: from clicks to an export, without a page."""

from __future__ import annotations

import hashlib
import json
import math
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from typer.core import TyperCommand

from mattebox.errors import InputError

if TYPE_CHECKING:
    from mattebox.api import ClipObject, Exported

_ORDER = "mattebox.cut.order"
_CANCELLED_EXIT = 130


@dataclass(frozen=True)
class Point:
    """One click of the command line.

    Attributes:
        frame: Frame index.
        x: 0..1 across.
        y: 0..1 down.
        include: Whether it was ``--click``.
    """

    frame: int
    x: float
    y: float
    include: bool


@dataclass(frozen=True)
class Order:
    """What the command line asks for.

    Attributes:
        source: The video file.
        points: The clicks, in order.
        out: The file to write.
        format_name: Its format.
        key_color: Colour behind the object.
        engine: What runs the networks.
    """

    source: Path
    points: Sequence[Point]
    out: Path
    format_name: str
    key_color: str
    engine: str


class CutCommand(TyperCommand):
    """Remembers how ``--click`` and ``--exclude`` alternate, which parsing would forget."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments, keeping the order of the clicks."""
        names = [argument.split("=", 1)[0] for argument in args]
        # `Any`: typer brings a click of its own, whose name is not public.
        ctx.meta[_ORDER] = [name == "--click" for name in names if name in _CLICK_OPTIONS]
        return super().parse_args(ctx, args)


_CLICK_OPTIONS = ("--click", "--exclude")


def cut(
    ctx: typer.Context,
    input_file: Annotated[Path, typer.Argument(metavar="INPUT", help="The video file.")],
    *,
    click: Annotated[
        list[str] | None,
        typer.Option(metavar="FRAME,X,Y", help="A point of the object; X, Y in 0..1. Repeatable."),
    ] = None,
    exclude: Annotated[
        list[str] | None,
        typer.Option(metavar="FRAME,X,Y", help="A point beside the object. Repeatable."),
    ] = None,
    export: Annotated[Path | None, typer.Option(metavar="OUT", help="The file to write.")] = None,
    format_name: Annotated[str, typer.Option("--format", help="Export format.")] = "mp4",
    key_color: Annotated[
        str, typer.Option(metavar="#RRGGBB", help="Colour behind the object.")
    ] = "#00ff00",
    engine: Annotated[str, typer.Option(help="What runs the networks.")] = "auto",
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="F", help="Where to write a report.")
    ] = None,
) -> None:
    """Take an object out of a video: click on it in one frame or several, get a file.

    Frames are counted from 0; X and Y go from 0 to 1 over the displayed picture. The clicks of a
    frame count in the order they are given.
    """
    points = ordered_points(click or [], exclude or [], ctx.meta.get(_ORDER, []))
    from mattebox.export import check_output, format_named
    from mattebox.matting import parse_color

    if export is None:
        raise InputError("There is nothing to write; name a file with --export.")
    format_named(format_name)
    parse_color(key_color)
    if not input_file.is_file():
        raise InputError(f"{input_file} does not exist or is no file; check the path.")
    for out in (export, json_file):
        if out is not None:
            check_output(out, input_file)
    with _interruptible() as interrupted:
        order = Order(input_file, points, export, format_name, key_color, engine)
        report = _run(order, interrupted)
    if json_file is not None:
        json_file.write_text(json.dumps(report, indent=2) + "\n")


def ordered_points(
    clicks: Sequence[str], excludes: Sequence[str], order: Sequence[bool]
) -> list[Point]:
    """Read the clicks, in the order they were given.

    Args:
        clicks: Values of ``--click``.
        excludes: Values of ``--exclude``.
        order: For each of both, in turn, whether it is a ``--click``.

    Raises:
        InputError: One is malformed or outside the picture, or a frame has no include click.
    """
    if len(order) != len(clicks) + len(excludes) or sum(order) != len(clicks):
        order = [True] * len(clicks) + [False] * len(excludes)
    included, excluded = iter(clicks), iter(excludes)
    points = [_point(next(included if kind else excluded), kind) for kind in order]
    if not points:
        raise InputError("There is no click; say where the object is with --click FRAME,X,Y.")
    lonely = {p.frame for p in points} - {p.frame for p in points if p.include}
    if lonely:
        raise InputError(
            f"Frame {min(lonely)} has only --exclude points; add a --click on the object there."
        )
    return points


def _point(text: str, include: bool) -> Point:
    option = "--click" if include else "--exclude"
    parts = text.split(",")
    try:
        frame, x, y = int(parts[0]), float(parts[1]), float(parts[2])
        if len(parts) != 3:
            raise ValueError
    except (ValueError, IndexError):
        raise InputError(
            f"{option} {text} is not FRAME,X,Y; write it like {option} 0,0.5,0.4."
        ) from None
    if not (math.isfinite(x) and math.isfinite(y) and 0 <= x <= 1 and 0 <= y <= 1):
        raise InputError(f"{option} {text} is outside the picture; X and Y go from 0 to 1.")
    if frame < 0:
        raise InputError(f"{option} {text} names frame {frame}; frames are counted from 0.")
    return Point(frame, x, y, include)


@contextmanager
def _interruptible() -> Iterator[threading.Event]:
    """Turn the first Ctrl-C (or SIGTERM) into a request to stop; a second one ends at once."""
    interrupted = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield interrupted
        return

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def interrupt(_number: int, _frame: object) -> None:
        interrupted.set()
        restore()

    before = {
        number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield interrupted
    finally:
        restore()


def _run(order: Order, interrupted: threading.Event) -> dict[str, Any]:
    from mattebox.api import open_clip
    from mattebox.media import Cancelled, DecodingError

    console = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)
    times = [time.perf_counter()]
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    )  # fmt: skip
    try:
        with Progress(*columns, console=console, transient=True) as bar:
            task = bar.add_task("Reading", total=None)
            clip = open_clip(order.source, engine=order.engine, cancelled=interrupted.is_set)
            _check_frames(order.points, clip.frame_count, order.source.name)
            times.append(time.perf_counter())
            bar.update(task, description="Clicking")
            chosen = clip.object()
            for point in order.points:
                if interrupted.is_set():
                    raise Cancelled
                chosen.click(point.frame, point.x, point.y, include=point.include)
            times.append(time.perf_counter())
            bar.update(task, description="Finding cuts", total=clip.frame_count)
            clip.find_shots(
                progress=lambda done, _total: bar.update(task, completed=done),
                cancelled=interrupted.is_set,
            )
            bar.update(task, description="Cutting", completed=0)
            exported = chosen.export(
                order.out,
                format=order.format_name,
                key_color=order.key_color,
                progress=lambda done, _total: bar.update(task, completed=done),
                cancelled=interrupted.is_set,
            )
            times.append(time.perf_counter())
    except Cancelled:
        console.print("Cancelled; nothing was written.")
        raise typer.Exit(_CANCELLED_EXIT) from None
    except DecodingError as error:
        raise InputError(str(error)) from error
    for warning in exported.warnings:
        console.print(warning, style="yellow")
    seconds = times[-1] - times[-2]
    rate = exported.frame_count / seconds
    console.print(
        f"{order.out}: {exported.frame_count} frames in {seconds:.1f} s ({rate:.1f} per second)"
    )
    return _report(order, chosen, exported, times)


def _check_frames(points: Sequence[Point], frame_count: int, name: str) -> None:
    for point in points:
        if point.frame >= frame_count:
            raise InputError(
                f"There is no frame {point.frame}; {name} has the frames 0 to {frame_count - 1}."
            )


def _report(
    order: Order, chosen: ClipObject, exported: Exported, times: Sequence[float]
) -> dict[str, Any]:
    keyframes = [
        {
            "frame": frame,
            "clicks": [{"x": c.x, "y": c.y, "include": c.include} for c in clicks],
            "mask_sha256": hashlib.sha256(chosen.keyframes[frame].tobytes()).hexdigest(),
        }
        for frame, clicks in sorted(chosen.clicks.items())
    ]
    opened, clicked, cut_out = (round(after - before, 3) for before, after in pairwise(times))
    return {
        "input": str(order.source),
        "output": str(exported.path),
        "format": order.format_name,
        "frames": exported.frame_count,
        "keyframes": keyframes,
        "mattes_sha256": exported.mattes_sha256,
        "seconds": {"open": opened, "clicks": clicked, "export": cut_out},
        "warnings": list(exported.warnings),
    }
