"""Content on disk that can be made again, bounded in bytes; the least recently used goes first."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from pathlib import Path

from mattebox.files import write_whole

_NOTE = ".note"


class DiskCache:
    """Content by its key. What is missing can always be made again.

    Args:
        folder: Where the files are; made when missing.
        capacity: Bytes that may be kept, notes included.
        suffix: What file names end with.
    """

    def __init__(self, folder: Path, capacity: int, suffix: str = ".m4s") -> None:
        self._folder = folder
        self._capacity = capacity
        self._suffix = suffix
        self._lock = threading.Lock()
        self._sizes: OrderedDict[str, int] = OrderedDict()
        folder.mkdir(parents=True, exist_ok=True)
        found = [(path.stat(), path.stem) for path in folder.glob(f"*/*{suffix}")]
        for status, key in sorted(found, key=lambda item: item[0].st_mtime):
            self._sizes[key] = status.st_size
        for note in folder.glob(f"*/*{_NOTE}"):
            if note.stem in self._sizes:
                self._sizes[note.stem] += note.stat().st_size
            else:
                # Its writer was killed before the content was there.
                note.unlink(missing_ok=True)
        self._total = sum(self._sizes.values())

    def __contains__(self, key: str) -> bool:
        with self._lock:
            return key in self._sizes

    def get(self, key: str) -> bytes | None:
        """What was put under this key, or None when it is not kept."""
        with self._lock:
            if key not in self._sizes:
                return None
            self._sizes.move_to_end(key)
        path = self._path(key)
        try:
            os.utime(path)
            return path.read_bytes()
        except FileNotFoundError:
            self.remove(key)
            return None

    def note(self, key: str) -> bytes | None:
        """The note that was put beside the content, as long as that is kept."""
        if key not in self:
            return None
        try:
            return self._path(key).with_suffix(_NOTE).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, key: str, data: bytes, note: bytes = b"") -> None:
        """Keep content, and make room for it.

        Args:
            key: Its name: letters, digits and hyphens.
            data: The content.
            note: A few bytes about it that live as long as it does.

        Raises:
            OSError: It could not be written; nothing is kept of it.
        """
        if note:
            # First, so that kept content is never without its note.
            write_whole(self._path(key).with_suffix(_NOTE), note)
        try:
            write_whole(self._path(key), data)
        except OSError:
            if key not in self:
                self._unlink(key)
            raise
        size = len(data) + len(note)
        with self._lock:
            self._total += size - self._sizes.pop(key, 0)
            self._sizes[key] = size
            surplus = []
            while self._total > self._capacity and len(self._sizes) > 1:
                oldest, size = self._sizes.popitem(last=False)
                self._total -= size
                surplus.append(oldest)
        for oldest in surplus:
            self._unlink(oldest)

    def remove(self, key: str) -> None:
        """Forget what is under a key."""
        with self._lock:
            self._total -= self._sizes.pop(key, 0)
        self._unlink(key)

    def remove_all(self, prefix: str) -> None:
        """Forget everything whose key begins so."""
        with self._lock:
            keys = [key for key in self._sizes if key.startswith(prefix)]
        for key in keys:
            self.remove(key)

    def _unlink(self, key: str) -> None:
        path = self._path(key)
        path.unlink(missing_ok=True)
        path.with_suffix(_NOTE).unlink(missing_ok=True)

    def _path(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}{self._suffix}"
