"""What the bits of a result depend on beside the input, as one hash."""

from __future__ import annotations

import hashlib
import json
import platform
from functools import cache
from pathlib import Path

_CPU_FACTS = Path("/proc/cpuinfo")
_VECTORS = ("sse", "ssse", "avx", "amx", "fma", "f16c", "asimd", "sve", "bf16", "i8mm", "neon")


def identity_of(*facts: str | list[str]) -> str:
    """Return a hash of what is computed, by what, and with which instructions of this CPU.

    Args:
        facts: Such as the weights' hash, a library's version and its precision.
    """
    return hashlib.sha256(json.dumps([*facts, instruction_sets()]).encode()).hexdigest()


@cache
def instruction_sets() -> list[str]:
    """Return the vector instructions that a library may choose from, as the system names them."""
    if not _CPU_FACTS.is_file():
        return [platform.machine(), platform.processor()]
    for line in _CPU_FACTS.read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() in {"flags", "Features"}:
            found = sorted(flag for flag in value.split() if flag.startswith(_VECTORS))
            return [platform.machine(), *found]
    return [platform.machine()]
