"""Which threads go first where the cores are wanted by more of them."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

import cv2
import numpy as np

# How much less of the cores they get than those that answer clicks, which have what the server was
# started with.
_NICE = min(19, os.getpriority(os.PRIO_PROCESS, 0) + 10) if sys.platform == "linux" else None


def share_threads() -> None:
    """Have the threads that OpenCV shares among all who call it be as nice as this one.

    They are started by the first call that uses them, and for good: begun by one that had given way
    they would give way in the middle of a click.
    """
    cv2.resize(np.zeros((512, 512, 3), np.uint8), (1024, 1024))


def give_way() -> None:
    """Have this thread, and those that it starts from now on, leave the cores to others."""
    # Elsewhere this would be said of the whole process.
    if _NICE is not None:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
