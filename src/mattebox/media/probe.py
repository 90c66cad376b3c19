"""Find out what a file is, before anything else is done with it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mattebox.media.clip import ClipInfo
from mattebox.media.frame_table import FrameTable
from mattebox.media.limits import Limits
from mattebox.media.pool import DecoderPool, shared_pool


@dataclass(frozen=True)
class Ingested:
    """What ingest found.

    Attributes:
        info: What the clip is.
        table: Which pictures it has, and when each is shown.
    """

    info: ClipInfo
    table: FrameTable


def ingest(
    path: str | os.PathLike[str],
    limits: Limits | None = None,
    *,
    name: str | None = None,
    decode_whole: bool = False,
    cancelled: Callable[[], bool] = lambda: False,
    pool: DecoderPool | None = None,
) -> Ingested:
    """Measure a file and make its frame table, in a process of its own.

    Args:
        path: The file.
        limits: What is accepted.
        name: How the person knows the file; its own name if not given.
        decode_whole: Decode every picture even where the packets could be trusted.
        cancelled: Asked a few times a second; true stops the work.
        pool: The processes to use.

    Raises:
        InputError: The file is not a video that can be used; the sentence says why.
        DecodingError: The decoder died of it.
        Cancelled: `cancelled` said so.
    """
    shown = name or Path(path).name
    arguments = {
        "path": str(Path(path).absolute()),
        "name": shown,
        "limits": (limits or Limits()).to_json(),
        "decode_whole": decode_whole,
    }
    result = (pool or shared_pool()).call(shown, "ingest", arguments, cancelled=cancelled)
    return Ingested(ClipInfo.from_json(result["info"]), FrameTable.from_json(result["table"]))
