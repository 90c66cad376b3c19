"""What a run was trained on, as hashes that a later reader, or a cache, can compare."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any


def fingerprint(folder: Path) -> dict[str, Any]:
    """Return how many files a folder holds, and one hash over their names and contents.

    Args:
        folder: Read with all folders below it.

    Returns:
        ``{"files": count, "sha256": hex}``; the hash is of each file's path below the folder and
        the hash of its content, in order of path.
    """
    whole = hashlib.sha256()
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    for path in paths:
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        whole.update(f"{path.relative_to(folder).as_posix()} {content}\n".encode())
    return {"files": len(paths), "sha256": whole.hexdigest()}


def listing(*folders: Path) -> str:
    """Return a hash, in hex, over the names and sizes of all files in some folders: at once."""
    whole = hashlib.sha256()
    for folder in folders:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            line = f"{folder.name}/{path.relative_to(folder).as_posix()} {path.stat().st_size}\n"
            whole.update(line.encode())
    return whole.hexdigest()


def is_made_of(note: Path, *folders: Path) -> bool:
    """Say whether what a cache holds was made of what some folders now hold.

    Args:
        note: File with the `listing` of then; where there is none, or nothing in it, the cache is
            believed.
        *folders: Where it came from.
    """
    known = note.read_text() if note.is_file() else ""
    return not known or known == listing(*folders)


def fingerprints(data: Path) -> dict[str, dict[str, Any]]:
    """Return the fingerprint of each set, ``KIND/SET``, of a folder of training data."""
    return {
        folder.relative_to(data).as_posix(): fingerprint(folder)
        for folder in sorted(path for path in data.glob("*/*") if path.is_dir())
    }
