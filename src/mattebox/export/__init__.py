"""From mattes to a file: formats that can be exported, and how an export runs.

A format is one module with one `ExportFormat`; nothing else knows about it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from mattebox.errors import InputError
from mattebox.export import luma, mp4, png, prores, webm
from mattebox.export.job import ExportFormat, ExportResult, Job, Matte, Mattes, Progress, unheard
from mattebox.files import written_aside
from mattebox.matting import Edge, KeyColor, parse_color
from mattebox.media.clip import ClipInfo
from mattebox.media.frame_table import FrameTable
from mattebox.media.pool import Cancelled

__all__ = [
    "FORMATS",
    "Cancelled",
    "ExportFormat",
    "ExportResult",
    "Matte",
    "Mattes",
    "Progress",
    "check_output",
    "export_chroma_key",
    "export_clip",
    "format_for",
    "format_named",
    "frames_of",
]

FORMATS: dict[str, ExportFormat] = {
    known.name: known for known in (mp4.FORMAT, prores.FORMAT, webm.FORMAT, luma.FORMAT, png.FORMAT)
}


def format_named(name: str) -> ExportFormat:
    """Look a format up.

    Raises:
        InputError: There is none of that name.
    """
    if name not in FORMATS:
        raise InputError(
            f"{name!r} is no export format; choose one of {', '.join(FORMATS)}.", status=422
        )
    return FORMATS[name]


def format_for(out: Path, name: str | None) -> ExportFormat:
    """The format of a file that is to be written.

    Args:
        out: The file.
        name: What was asked for; None takes the first format whose files end like this one.

    Raises:
        InputError: There is no such format, or its files end otherwise.
    """
    suffix = out.suffix.lower()
    if name is not None:
        chosen = format_named(name)
        if chosen.suffix != suffix:
            raise InputError(
                f"{out.name} does not end like {name}, which is {chosen.suffix}; name it"
                f" {out.stem}{chosen.suffix}, or choose another format."
            )
        return chosen
    for known in FORMATS.values():
        if known.suffix == suffix:
            return known
    endings = ", ".join(dict.fromkeys(known.suffix for known in FORMATS.values()))
    raise InputError(f"{out.name} ends like no export format; end it in one of {endings}.")


def frames_of(table: FrameTable, start: int, stop: int | None) -> range:
    """The frames from ``start`` to before ``stop``, by default to the end.

    Raises:
        InputError: There are none.
    """
    stop = table.frame_count if stop is None else stop
    if not 0 <= start < stop <= table.frame_count:
        raise InputError(
            f"The range {start} to {stop} holds no frames of this clip; choose it within 0 to"
            f" {table.frame_count}."
        )
    return range(start, stop)


def export_clip(
    source: Path,
    info: ClipInfo,
    table: FrameTable,
    mattes: Mattes,
    out: Path,
    *,
    format: str = "mp4",
    key_color: KeyColor | str = "#00ff00",
    edges: Sequence[Edge] = (),
    start: int = 0,
    stop: int | None = None,
    progress: Progress = unheard,
    cancelled: Callable[[], bool] = lambda: False,
) -> ExportResult:
    """Write the clip, or a range of it, with its background taken out.

    The file is written under another name beside ``out`` and renamed when it is whole.

    Args:
        source: The clip's file.
        info: What the clip is.
        table: Its frame table.
        mattes: ``(index, [(height, width) uint8, ...])``, a matte at working size for each object,
            for each frame from ``start`` to ``stop``, in order. Read in a thread of its own; closed
            when it is a generator.
        out: The file to write; one that exists is replaced.
        format: Name of one of `FORMATS`.
        key_color: What stands where the matte is 0, as a colour or as ``#rrggbb``.
        edges: Each object's edge, in the order of its mattes; without any all are neutral.
        start: First frame.
        stop: One past the last frame; by default the end of the clip.
        progress: Told ``(done, total)`` frames after each frame.
        cancelled: Asked before each frame.

    Raises:
        InputError: The range, format, colour, an edge or the output folder is none; or the disk
            is full.
        Cancelled: ``cancelled`` said yes; nothing is left of the export.
    """
    chosen = format_named(format)
    color = parse_color(key_color) if isinstance(key_color, str) else key_color
    frames = frames_of(table, start, stop)
    check_output(out, source)
    for edge in edges:
        edge.check(info.source_height)
    job = Job(
        source, info, table, frames.start, frames.stop, color, progress, cancelled, tuple(edges)
    )
    try:
        with written_aside(out) as aside:
            warnings = chosen.write(job, mattes, aside)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise InputError(
                f"The disk is full, so {out.name} could not be written; free some space and export"
                " again.",
                status=507,
            ) from error
        raise
    return ExportResult(out, job.frame_count, warnings)


def export_chroma_key(
    source: Path,
    info: ClipInfo,
    table: FrameTable,
    mattes: Mattes,
    out: Path,
    *,
    key_color: KeyColor | str = "#00ff00",
    edges: Sequence[Edge] = (),
    start: int = 0,
    stop: int | None = None,
    progress: Progress = unheard,
    cancelled: Callable[[], bool] = lambda: False,
) -> ExportResult:
    """`export_clip` to the chroma-key MP4."""
    return export_clip(
        source,
        info,
        table,
        mattes,
        out,
        key_color=key_color,
        edges=edges,
        start=start,
        stop=stop,
        progress=progress,
        cancelled=cancelled,
    )


def check_output(out: Path, source: Path) -> None:
    """Refuse a place that cannot be written to.

    Raises:
        InputError: The folder is missing, or the place is a folder or the clip itself.
    """
    if not out.parent.is_dir():
        raise InputError(f"The folder {out.parent} does not exist; make it, or choose another.")
    if out.is_dir():
        raise InputError(f"{out} is a folder; name a file to export to.")
    if out.exists() and source.exists() and out.samefile(source):
        raise InputError(f"{out} is the clip itself; choose another file to export to.")
    if not os.access(out.parent, os.W_OK):
        raise InputError(f"The folder {out.parent} cannot be written to; choose another.")
