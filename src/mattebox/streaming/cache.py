"""Finished segments on disk, bounded in bytes; the ones not asked for longest go first."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from pathlib import Path

from mattebox.files import write_whole

_SUFFIX = ".m4s"


class SegmentCache:
    """Segments by their address. What is missing can always be made again.

    Args:
        folder: Where the files are; made when missing.
        capacity: Bytes that may be kept.
    """

    def __init__(self, folder: Path, capacity: int) -> None:
        self._folder = folder
        self._capacity = capacity
        self._lock = threading.Lock()
        self._sizes: OrderedDict[str, int] = OrderedDict()
        folder.mkdir(parents=True, exist_ok=True)
        found = [(path.stat(), path.stem) for path in folder.glob(f"*/*{_SUFFIX}")]
        for status, address in sorted(found, key=lambda item: item[0].st_mtime):
            self._sizes[address] = status.st_size
        self._total = sum(self._sizes.values())

    def __contains__(self, address: str) -> bool:
        with self._lock:
            return address in self._sizes

    def get(self, address: str) -> bytes | None:
        """The segment's bytes, or None when they are not kept."""
        with self._lock:
            if address not in self._sizes:
                return None
            self._sizes.move_to_end(address)
        path = self._path(address)
        try:
            os.utime(path)
            return path.read_bytes()
        except FileNotFoundError:
            self.remove(address)
            return None

    def put(self, address: str, data: bytes) -> None:
        """Keep a segment, and make room for it.

        Raises:
            OSError: It could not be written; nothing is kept of it.
        """
        write_whole(self._path(address), data)
        with self._lock:
            self._total += len(data) - self._sizes.pop(address, 0)
            self._sizes[address] = len(data)
            surplus = []
            while self._total > self._capacity and len(self._sizes) > 1:
                oldest, size = self._sizes.popitem(last=False)
                self._total -= size
                surplus.append(oldest)
        for oldest in surplus:
            self._path(oldest).unlink(missing_ok=True)

    def remove(self, address: str) -> None:
        """Forget a segment."""
        with self._lock:
            self._total -= self._sizes.pop(address, 0)
        self._path(address).unlink(missing_ok=True)

    def _path(self, address: str) -> Path:
        return self._folder / address[:2] / f"{address}{_SUFFIX}"
