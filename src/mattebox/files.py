"""Files that are either whole or not there."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ASIDE = ".aside"


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """A path to write to; on leaving without an error the file appears as `path`, durably.

    Args:
        path: Final name; its folder is made when it is missing.

    Yields:
        A name beside it that does not exist yet.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}{ASIDE}")
    try:
        yield aside
        with aside.open("rb") as written:
            os.fsync(written.fileno())
        aside.replace(path)
        sync_folder(path.parent)
    finally:
        aside.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` aside, sync it and give it its final name."""
    with written_aside(path) as aside:
        aside.write_bytes(data)


def sync_folder(folder: Path) -> None:
    """Make renames in this folder durable, where the platform can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def clear_aside(folder: Path) -> None:
    """Remove what a killed process was writing."""
    for leftover in folder.rglob(f"*{ASIDE}"):
        leftover.unlink(missing_ok=True)
