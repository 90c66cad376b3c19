"""A server that reads a clip, and another one that goes on with it.

The search for cuts looks at every frame: minutes for hours of footage. A measurement that does not
want to wait for its end stops the server, writes down that there is no cut, and starts another.
"""

from __future__ import annotations

import contextlib
import operator
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.latency import Subject
from mattebox.projects.library import Library
from tests.server.live import Client, served, wait_for


def wait_for_shots(client: Client, project: str, seconds: float) -> bool:
    """Wait until the clip's shots are known, no longer than so; whether they are."""
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        if client.get(f"/projects/{project}")["clip"]["shots"]:
            return True
        time.sleep(0.25)
    return False


def wait_for_mattes(client: Client, goal: float) -> None:
    """Wait until the server has made so many segments of mattes since it started."""
    made = client.count("mattebox_segments_made", "matte")
    while made < goal:
        # Patience begins anew with each of them.
        made = wait_for(
            lambda: client.count("mattebox_segments_made", "matte"), partial(operator.lt, made)
        )


@contextlib.contextmanager
def going_on(data: Path, project: str, loop: int) -> Iterator[Subject]:
    """A server on a stopped one's data folder, where the clip has no cut that is not known yet."""
    library = Library.open(data)
    for clip in library.clips.without_shots():
        count = library.clips.get(clip).table.frame_count
        library.clips.set_shots(clip, ((0, count),))
    library.engine.dispose()
    with served(data) as client:
        yield known(client, project, loop)


def known(client: Client, project: str, loop: int) -> Subject:
    """The project of a clip whose shots are known."""
    grid = client.get(f"/projects/{project}/manifest")["grid"]
    return Subject(client, project, grid["frame_count"], grid["length"], loop)
