"""Which threads go first where the cores are wanted by more of them."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

import cv2

# How much less of the cores they get than those that answer clicks, which have what the server was
# started with.
_NICE = min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10) if sys.platform == "linux" else None


def share_no_threads() -> None:
    """Have OpenCV compute in the threads that call it, and in no others.

    All who call it would share its own ones, and a click wait until these get a core, be it for a
    millisecond of work.
    """
    cv2.setNumThreads(1)


def give_way() -> None:
    """Have this thread, and those that it starts from now on, leave the cores to others."""
    # Elsewhere this would be said of the whole process.
    if _NICE is not None:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
