"""Configuration files of training runs: TOML whose keys are a configuration's fields."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from mattebox.errors import InputError
from mattebox.files import write_whole

PLAN = "config.json"
PLACES = frozenset({"data", "run", "cache", "start"})
"""Fields of a run's configuration that name folders of the machine it ran on."""

Configuration = TypeVar("Configuration")


def read_configuration(
    kind: type[Configuration],
    file: Path | None,
    *,
    defaults: Mapping[str, Any] | None = None,
    **given: Any,
) -> Configuration:
    """Build a run's configuration.

    Args:
        kind: A dataclass, such as `mattebox.training.refinement.RefinementTraining`.
        file: TOML file with some of its fields; those it leaves out keep their defaults.
        defaults: Fields that the file's win over, where the dataclass has none or others.
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
    values = {**(defaults or {}), **values}
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


def plan_of(config: Any) -> dict[str, Any]:
    """Return a configuration's fields as JSON holds them, its paths as text."""
    plain: dict[str, Any] = json.loads(json.dumps(asdict(config), default=str))
    return plain


def write_plan(config: Any) -> None:
    """Leave a run's configuration in its folder, as `config.json`."""
    write_whole(config.run / PLAN, (json.dumps(plan_of(config), indent=2) + "\n").encode())


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text())
    except OSError:
        raise InputError(f"There is no configuration file {file} that can be read.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{file} is not TOML: {error}.") from None
