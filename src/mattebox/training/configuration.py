"""Configuration files of training runs: TOML whose keys are a configuration's fields."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from mattebox.errors import InputError

Configuration = TypeVar("Configuration")


def read_configuration(kind: type[Configuration], file: Path | None, **given: Any) -> Configuration:
    """Build a run's configuration.

    Args:
        kind: A dataclass, such as `mattebox.training.refinement.Config`.
        file: TOML file with some of its fields; those it leaves out keep their defaults.
        **given: Fields that win over the file's; None counts as not given.

    Raises:
        InputError: The file cannot be read, or holds a field that does not exist or does not
            fit.
    """
    values = {} if file is None else _read(file)
    known = {field.name for field in fields(kind)}  # type: ignore[arg-type]
    for name in values:
        if name not in known:
            raise InputError(f"{file} sets {name}, which is no field; there are {sorted(known)}.")
    values |= {name: value for name, value in given.items() if value is not None}
    try:
        return TypeAdapter(kind).validate_python(values)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        where = "The configuration" if file is None else str(file)
        said = first["msg"].removeprefix("Value error, ").rstrip(".")
        at = f" at {field}" if field else ""
        raise InputError(f"{where} does not fit{at}: {said}.") from None


def check_schedule(
    sizes: Sequence[int], grow_at: Sequence[float], minutes: float, steps: int | None
) -> None:
    """Refuse a run that would fail, perhaps hours from its start.

    Args:
        sizes: Sides of the crops, used one after the other.
        grow_at: When each but the first is used.
        minutes: Length of the run.
        steps: Its length in steps, where given.

    Raises:
        InputError: The schedule cannot be followed.
    """
    if not sizes or any(size < 16 or size % 16 for size in sizes):
        raise InputError(f"sizes must be multiples of 16, not {list(sizes)}.")
    if len(grow_at) != len(sizes) - 1 or list(grow_at) != sorted(grow_at):
        raise InputError(
            f"grow_at must rise and hold one value less than sizes, not {list(grow_at)} for "
            f"{len(sizes)}."
        )
    if minutes <= 0 or (steps is not None and steps <= 0):
        raise InputError("minutes and steps must be more than 0.")


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text())
    except OSError:
        raise InputError(f"There is no configuration file {file} that can be read.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file} is not TOML: {error}.") from None
