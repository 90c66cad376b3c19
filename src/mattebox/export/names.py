"""What exported files are called."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mattebox.errors import InputError

FIELDS = ("project", "clip", "object", "revision", "format")
"""What a template may name in braces."""
_LONGEST = 120
_FIELD = re.compile(r"\{([^{}]*)\}")
# Names that Windows keeps for devices, whatever comes after the first dot.
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def usual(format_name: str, *, apart: bool) -> str:
    """The template where nobody gave one.

    Args:
        format_name: The format. A luma matte says so, for it ends like the chroma key beside it.
        apart: Whether each object has a file of its own.
    """
    words = ["{project}", "{object}" * apart, "{format}" * (format_name == "matte"), "r{revision}"]
    return " ".join(filter(None, words))


def stem(template: str, values: Mapping[str, str]) -> str:
    """Fill a template in, as a file name without a suffix that every system takes.

    Args:
        template: Text with fields such as ``{project}``.
        values: What stands for each of `FIELDS`; any text.

    Returns:
        At most 120 letters, digits, spaces and ``. ( ) + -``; never empty and never a path.

    Raises:
        InputError: The template names another field, or a brace stands alone (422).
    """
    bare = _FIELD.sub("", template)
    unknown = [name for name in _FIELD.findall(template) if name not in FIELDS]
    if unknown or "{" in bare or "}" in bare:
        wrong = f"{{{unknown[0]}}}" if unknown else "a brace that stands alone"
        known = ", ".join(f"{{{name}}}" for name in FIELDS)
        raise InputError(
            f"The file name has {wrong}; it may have {known} and plain text.", status=422
        )
    filled = _FIELD.sub(lambda field: values[field[1]], template)
    safe = re.sub(r"[^\w .()+-]+", "_", filled)[:_LONGEST].strip(" ._") or "export"
    return f"_{safe}" if _DEVICE.fullmatch(safe) else safe


def distinct(stems: list[str]) -> list[str]:
    """The same names with a number after those that came before, whatever their case."""
    taken: set[str] = set()
    found = []
    for name in stems:
        number, chosen = 1, name
        while chosen.casefold() in taken:
            number += 1
            chosen = f"{name} {number}"
        taken.add(chosen.casefold())
        found.append(chosen)
    return found
