"""What this machine is, for records of what was measured or trained on it."""

from __future__ import annotations

import os
import platform
from pathlib import Path


def machine() -> str:
    """Return how many logical cores there are, and the processor's name as the system tells it."""
    return f"{os.cpu_count() or '?'} x {_processor()}"


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    for line in listing.read_text().splitlines() if listing.is_file() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
