"""Why cases fail, as a person wrote it down; kept when a report is made again."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

from mattebox.errors import InputError
from mattebox.files import write_whole

HEAD = """\
# What causes each failure in the gallery: "part/set/case" = "cause".
# Making the report again adds lines for new cases and leaves all others as they are.
"""


def read_causes(path: Path) -> dict[str, str]:
    """Return the causes by case; empty where the file is not there.

    Raises:
        InputError: The file is not a plain list of causes.
    """
    if not path.is_file():
        return {}
    try:
        causes = tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is not TOML ({error}); mend that line.") from error
    if not all(isinstance(cause, str) for cause in causes.values()):
        raise InputError(f'{path} must be a plain list of "part/set/case" = "cause" lines.')
    return causes


def add_cases(path: Path, cases: Iterable[str]) -> dict[str, str]:
    """Add a line for each case that has none yet, and return all causes.

    Raises:
        InputError: The file is not a plain list of causes.
    """
    causes = read_causes(path)
    fresh = [case for case in cases if case not in causes]
    if fresh:
        kept = path.read_text() if path.is_file() else HEAD
        lines = [f'{_quoted(case)} = ""\n' for case in fresh]
        joint = "" if kept.endswith("\n") else "\n"
        write_whole(path, (kept + joint + "".join(lines)).encode())
    return causes | dict.fromkeys(fresh, "")


def _quoted(case: str) -> str:
    return '"' + case.replace("\\", "\\\\").replace('"', '\\"') + '"'
