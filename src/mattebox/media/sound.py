"""A clip's sound, cut to a range and ready to be put beside new pictures."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from mattebox.errors import InputError
from mattebox.media._sound import PIECE, SoundKind
from mattebox.media.pool import DecoderPool, DecodingError, Job, shared_pool

_SLOTS = 4


__all__ = ["Sound", "SoundKind", "extract_sound"]


@dataclass(frozen=True)
class Sound:
    """What could be kept of a clip's sound.

    Attributes:
        files: A file for each track.
        warnings: A sentence for each track that was left out or is not whole.
    """

    files: tuple[Path, ...] = ()
    warnings: tuple[str, ...] = ()


def extract_sound(
    path: Path,
    folder: Path,
    start_s: Fraction,
    stop_s: Fraction | None,
    *,
    kind: SoundKind = "mp4",
    name: str | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    pool: DecoderPool | None = None,
) -> Sound:
    """Write each sound track of a file to a file of its own, in a process of its own.

    A track that MP4 (MOV) takes is copied, another becomes AAC (PCM); for WebM all become Opus.
    Sound that cannot be read is left out with a warning; it never raises.

    Args:
        path: The clip's file.
        folder: Where the tracks are written.
        start_s: The time in the source that becomes 0.
        stop_s: Where the sound ends, or None for all that is there.
        kind: What the tracks are for; both their codecs and their files are of that kind.
        name: How the person knows the clip.
        cancelled: Asked a few times a second; true stops the work.
        pool: The processes to use.

    Raises:
        Cancelled: ``cancelled`` said so.
        OSError: The folder cannot be written to.
    """
    shown = name or path.name
    arguments: dict[str, Any] = {
        "path": str(path.absolute()),
        "name": shown,
        "start": start_s.as_integer_ratio(),
        "kind": kind,
        "stop": stop_s.as_integer_ratio() if stop_s is not None else None,
    }
    job = Job(shown, lambda _served: ("sound", arguments), slots=_SLOTS, slot_bytes=PIECE)
    work = (pool or shared_pool()).work(job)
    files: dict[int, Path] = {}
    try:
        while True:
            message = work.next(cancelled)
            if message["kind"] == "frame":
                number = int(message["index"])
                file = files.setdefault(number, folder / f"sound-{number}.{kind}")
                with file.open("ab") as track:
                    track.write(message["arrays"][0].tobytes())
            elif message["kind"] == "done":
                warnings = message["result"]["warnings"]
                return Sound(tuple(files[number] for number in sorted(files)), tuple(warnings))
    except (DecodingError, InputError) as reason:
        return Sound(warnings=(f"The sound could not be read ({reason}); the export has none.",))
    finally:
        work.close()
