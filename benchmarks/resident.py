"""What a process and its children take: memory and processor time (Linux)."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

_MIB = 1 << 20
_EVERY_S = 0.25


def resident_mib(process: int) -> float:
    """Memory of a process and all below it; what they share is counted once."""
    return sum(_proportional(each) for each in _family(process)) / _MIB


def own_mib(process: int) -> float:
    """Memory of a process alone."""
    return _proportional(process) / _MIB


def processor_s(process: int) -> float:
    """Seconds of processor time that a process and all below it have taken so far.

    Unlike the clock it hardly depends on what else the machine does.
    """
    return sum(own_processor_s(each) for each in _family(process))


def own_processor_s(process: int) -> float:
    """The same of a process alone."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load() -> float:
    """How many processes wanted a core on average over the last quarter of an hour.

    Written beside every waiting time: on a machine that has other work to do, those say little.
    """
    return round(os.getloadavg()[2], 1)


def _family(process: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [process]
    for each in found:
        found += parents.get(each, [])
    return found


def _proportional(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


class Watch:
    """Follows the memory of a process until it is stopped; a context manager.

    Args:
        process: Its number.

    Attributes:
        peak_mib: The most that was seen.
        last_mib: What was seen last.
    """

    def __init__(self, process: int) -> None:
        self._process = process
        self.peak_mib = self.last_mib = 0.0
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopped.set()
        self._thread.join()
        self._look()

    def _follow(self) -> None:
        while not self._stopped.wait(_EVERY_S):
            self._look()

    def _look(self) -> None:
        self.last_mib = resident_mib(self._process)
        self.peak_mib = max(self.peak_mib, self.last_mib)


def settled_mib(process: int, seconds: float = 3) -> float:
    """Memory after it was left alone for a while."""
    time.sleep(seconds)
    return resident_mib(process)
