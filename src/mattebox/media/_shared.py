"""The decoding processes that whoever reads clips uses unless given others."""

from __future__ import annotations

import threading

from mattebox.media.pool import DecoderPool

_shared: DecoderPool | None = None
_shared_lock = threading.Lock()


def shared_pool() -> DecoderPool:
    """The pool that readers use unless they are given another."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = DecoderPool()
        return _shared


def configure_pool(
    processes: int = 2, memory_bytes: int = 4 << 30, timeout_s: float = 60
) -> DecoderPool:
    """Replace the shared pool by one with these limits and start its processes."""
    global _shared
    with _shared_lock:
        before, _shared = _shared, DecoderPool(processes, memory_bytes, timeout_s)
        after = _shared
    if before is not None:
        before.close()
    after.warm()
    return after
