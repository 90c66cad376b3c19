"""Puts generated clips into a library as an upload does."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from mattebox.media import ingest
from mattebox.projects.clips import Clip
from mattebox.projects.library import Library


def stored(library: Library, path: Path) -> Clip:
    """A copy of the file as a clip of the library."""
    name = hashlib.sha256(path.read_bytes()).hexdigest()
    stored = library.clips.path(name)
    stored.parent.mkdir(parents=True)
    shutil.copyfile(path, stored)
    found = ingest(path)
    library.clips.add(name, found.info, found.table)
    return library.clips.get(name)
