"""How the C library hands out memory, and gives it back (glibc)."""

from __future__ import annotations

import ctypes
import os

_ARENA_MAX = -8  # M_ARENA_MAX of malloc.h
_ARENAS = 2


def share_arenas() -> None:
    """Have all threads take memory from the same two places; call it before there are many.

    By default threads get up to eight arenas a core of their own, and what one gives back the
    others cannot take: pictures of many works, each in a thread of its own, left hundreds of
    megabytes lying about. Who sets ``MALLOC_ARENA_MAX`` is left alone; so are other C libraries.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None and "MALLOC_ARENA_MAX" not in os.environ:
        mallopt(_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Give the system back what is free; worth its milliseconds after work that took a lot once."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
