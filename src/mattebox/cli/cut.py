"""`mattebox cut`: from clicks to an export, without a page."""

from __future__ import annotations

import hashlib
import json
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from typer.core import TyperCommand

from mattebox.cli.marks import BOX, EXCLUDE, SHAPES, Said, ordered
from mattebox.cli.stages import Stages
from mattebox.errors import InputError

if TYPE_CHECKING:
    from mattebox.api import ClipObject, Exported
    from mattebox.matting import Edge

_ORDER = "mattebox.cut.order"
_CANCELLED_EXIT = 130


@dataclass(frozen=True)
class Order:
    """What the command line asks for.

    Attributes:
        source: The video file.
        said: Clicks and boxes, in order.
        out: The file to write.
        format_name: Its format.
        start: First frame to export.
        stop: One past the last, or None for the end.
        key_color: Colour behind the object.
        edge: How its matte is composited.
        engine: What runs the networks.
    """

    source: Path
    said: Sequence[Said]
    out: Path
    format_name: str
    start: int
    stop: int | None
    key_color: str
    edge: Edge
    engine: str


class CutCommand(TyperCommand):
    """Remembers how clicks and boxes alternate, which parsing would forget."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Parse the arguments, keeping the order of the clicks."""
        names = [argument.split("=", 1)[0] for argument in args]
        # `Any`: typer brings a click of its own, whose name is not public.
        ctx.meta[_ORDER] = [name for name in names if name in SHAPES]
        return super().parse_args(ctx, args)


def _share(told: str) -> Any:
    return typer.Option(metavar="SHARE", help=told)


def _pixels(told: str) -> Any:
    return typer.Option(metavar="PIXELS", help=told)


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
    box: Annotated[
        list[str] | None,
        typer.Option(metavar="FRAME,L,T,R,B", help="A box around the object. Repeatable."),
    ] = None,
    export: Annotated[Path | None, typer.Option(metavar="OUT", help="The file to write.")] = None,
    format_name: Annotated[
        str | None,
        typer.Option(
            "--format", help="mp4, prores4444, webm, matte or png; by default what OUT ends in."
        ),
    ] = None,
    start: Annotated[int, typer.Option(metavar="FRAME", help="First frame to export.")] = 0,
    stop: Annotated[
        int | None, typer.Option(metavar="FRAME", help="One past the last; by default the end.")
    ] = None,
    key_color: Annotated[
        str, typer.Option(metavar="#RRGGBB", help="Colour behind the object.")
    ] = "#00ff00",
    clip_black: Annotated[float, _share("Matte values up to this become 0.")] = 0.0,
    clip_white: Annotated[float, _share("Matte values from this on become 1.")] = 1.0,
    smooth: Annotated[float, _pixels("Even the contour out, and keep it hard.")] = 0.0,
    grow: Annotated[float, _pixels("Move the edge outwards; below 0 inwards.")] = 0.0,
    feather: Annotated[float, _pixels("Let the edge fade this far to both sides.")] = 0.0,
    despill: Annotated[float, _share("Take the background's colours out of the edge.")] = 0.0,
    engine: Annotated[str, typer.Option(help="What runs the networks.")] = "auto",
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="F", help="Where to write a report.")
    ] = None,
) -> None:
    """Take an object out of a video: click on it in one frame or several, get a file.

    Frames are counted from 0; X and Y go from 0 to 1 over the displayed picture.
    What is said about a frame counts in the order it is given.
    SHARE goes from 0 to 1, PIXELS are the clip's own.
    """
    given = dict(zip(SHAPES, (click or [], exclude or [], box or []), strict=True))
    said = ordered(given, ctx.meta.get(_ORDER, []))
    from mattebox.export import check_output, format_for
    from mattebox.matting import Edge, parse_color

    if export is None:
        raise InputError("There is nothing to write; name a file with --export.")
    chosen = format_for(export, format_name)
    parse_color(key_color)
    edge = Edge(clip_black, clip_white, smooth, grow, feather, despill)
    edge.check_shares()
    if start < 0 or (stop is not None and stop <= start):
        raise InputError(f"--start {start} --stop {stop} holds no frames; stop after the start.")
    if not input_file.is_file():
        raise InputError(f"{input_file} does not exist or is no file; check the path.")
    for out in (export, json_file):
        if out is not None:
            with _writing(out):
                check_output(out, input_file)
    if json_file is not None and json_file.resolve() == export.resolve():
        raise InputError(f"{json_file} is to be the export; name another file with --json.")
    with _interruptible() as interrupted:
        order = Order(input_file, said, export, chosen.name, start, stop, key_color, edge, engine)
        with _writing(export):
            report = _run(order, interrupted)
    if json_file is not None:
        with _writing(json_file):
            json_file.write_text(json.dumps(report, indent=2) + "\n")


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    """Tell what the system refuses as what it is: no fault of ours, and mended by another place."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"{file} cannot be written ({reason}); choose another place.") from error


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
    from mattebox.media import Cancelled, DecodingError

    console = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)
    times = [time.perf_counter()]
    try:
        with Stages(console) as stages:
            chosen, exported = _cut(order, stages, interrupted.is_set, times)
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


def _cut(
    order: Order, stages: Stages, cancelled: Callable[[], bool], times: list[float]
) -> tuple[ClipObject, Exported]:
    from mattebox.api import open_clip
    from mattebox.export import frames_of
    from mattebox.media import Cancelled

    stages.begin("Reading")
    clip = open_clip(order.source, engine=order.engine, cancelled=cancelled)
    frames = frames_of(clip.table, order.start, order.stop)
    _check_frames(order.said, clip.frame_count, order.source.name)
    times.append(time.perf_counter())
    stages.begin("Clicking")
    chosen = clip.object(order.edge)
    for one in order.said:
        if cancelled():
            raise Cancelled
        _say(chosen, one)
    times.append(time.perf_counter())
    stages.begin("Finding cuts", clip.frame_count)
    clip.find_shots(progress=stages.progress, cancelled=cancelled)
    stages.begin("Cutting", len(frames))
    exported = chosen.export(
        order.out,
        format=order.format_name,
        key_color=order.key_color,
        start=frames.start,
        stop=frames.stop,
        progress=stages.progress,
        cancelled=cancelled,
    )
    times.append(time.perf_counter())
    return chosen, exported


def _say(chosen: ClipObject, one: Said) -> None:
    if one.option == BOX:
        left, top, right, bottom = one.place
        chosen.box(one.frame, left, top, right, bottom)
    else:
        x, y = one.place
        chosen.click(one.frame, x, y, include=one.option != EXCLUDE)


def _check_frames(said: Sequence[Said], frame_count: int, name: str) -> None:
    for one in said:
        if one.frame >= frame_count:
            raise InputError(
                f"There is no frame {one.frame}; {name} has the frames 0 to {frame_count - 1}."
            )


def _report(
    order: Order, chosen: ClipObject, exported: Exported, times: Sequence[float]
) -> dict[str, Any]:
    from mattebox.segmentation import Box

    keyframes = [
        {
            "frame": frame,
            "clicks": [{"x": c.x, "y": c.y, "include": c.include} for c in clicks],
            "boxes": [list(mark.box) for mark in chosen.marks[frame] if isinstance(mark, Box)],
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
        "edge": asdict(order.edge),
        "keyframes": keyframes,
        "mattes_sha256": exported.mattes_sha256,
        "seconds": {"open": opened, "clicks": clicked, "export": cut_out},
        "warnings": list(exported.warnings),
    }
