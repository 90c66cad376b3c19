"""`mattebox serve`: the server and its page."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder for everything that is kept.")] = None,
    engine: Annotated[
        str | None, typer.Option(help="What runs the networks, such as tensorrt or openvino.")
    ] = None,
) -> None:
    """Start the server and print the address of its page.

    Every other knob is a variable such as MATTEBOX_TOKEN; see docs/settings.md.
    """
    from pydantic import ValidationError

    from mattebox.errors import InputError
    from mattebox.server.run import run_server
    from mattebox.settings import Settings

    given: dict[str, Any] = {"host": host, "port": port, "data": data, "engine": engine}
    try:
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        knob = ".".join(str(part) for part in first["loc"])
        raise InputError(f"The setting {knob} is wrong: {first['msg']}.") from error
    run_server(settings, lambda address: typer.echo(f"Mattebox is ready at {address}"))
    # All is closed and on disk by now; the inference engine would take seconds to unload itself.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
