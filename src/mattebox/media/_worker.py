"""The process that decodes: it alone lets libav touch a file, and it may die of it.

Started by `mattebox.media.pool` as `python -m mattebox.media._worker SOCKET MEMORY BYTES SECONDS`.
It speaks JSON over the socket (never pickles: what a hostile file made of this process must not
reach the server) and hands pictures over in shared memory.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import resource
import sys
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import av.logging
import numpy as np

from mattebox.allocator import give_back
from mattebox.errors import InputError
from mattebox.media._jobs import JOBS, Stopped
from mattebox.media._picture import Array

_HEARTBEAT_S = 1.0


class Channel:
    """What a job says to the process that asked for it.

    Args:
        connection: The socket.
        memory: File descriptor of the shared memory.
        cpu_seconds: Processor time allowed between two signs of life.
    """

    def __init__(self, connection: Connection, memory: int, cpu_seconds: int) -> None:
        self._connection = connection
        self._descriptor = memory
        self._cpu_seconds = cpu_seconds
        self._memory: mmap.mmap | None = None
        self._slot_bytes = 0
        self._free: list[int] = []
        self._spoke = 0.0

    def begin(self, slots: int, slot_bytes: int) -> None:
        """Map the shared memory afresh when its layout changed."""
        if slots * slot_bytes != (len(self._memory) if self._memory else 0):
            if self._memory is not None:
                self._memory.close()
            self._memory = mmap.mmap(self._descriptor, slots * slot_bytes) if slots else None
        self._slot_bytes = slot_bytes
        self._free = list(range(slots))
        self.check()

    def send(self, message: dict[str, Any]) -> None:
        """Say something."""
        self._connection.send_bytes(json.dumps(message).encode())
        self._spoke = time.monotonic()

    def check(self) -> None:
        """Show that the work goes on; raises `Stopped` when it should not."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        allowed = int(used.ru_utime + used.ru_stime) + 1 + self._cpu_seconds
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, hard))
        while self._connection.poll():
            self._receive()
        if time.monotonic() - self._spoke > _HEARTBEAT_S:
            self.send({"kind": "alive"})

    def progress(self, done: int, total: int) -> None:
        """Say how far the work is."""
        self.send({"kind": "progress", "done": done, "total": total})

    def deliver(self, index: int, arrays: tuple[Array, ...]) -> None:
        """Hand over the arrays of one frame; waits while all slots are full."""
        self.check()
        while not self._free:
            self._receive()
        slot = self._free.pop()
        assert self._memory is not None
        at = slot * self._slot_bytes
        end = at + self._slot_bytes
        for array in arrays:
            if at + array.nbytes > end:
                raise ValueError("a picture is larger than its slot")
            target = np.ndarray(array.shape, array.dtype, self._memory, at)
            np.copyto(target, array)
            at += array.nbytes
            del target
        shapes = [array.shape for array in arrays]
        depth = arrays[0].dtype.itemsize
        self.send({"kind": "frame", "index": index, "slot": slot, "shapes": shapes, "bytes": depth})

    def _receive(self) -> None:
        message = self._connection.recv_bytes()
        if message == b"stop":
            raise Stopped
        self._free.append(int(message))


def _confine(memory_bytes: int) -> None:
    """Bound what a hostile file can make this process take or write."""
    for kind, value in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        _, hard = resource.getrlimit(kind)
        limit = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # macOS knows the limit of address space but refuses to set it.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (limit, limit))


def _perform(request: dict[str, Any], channel: Channel) -> dict[str, Any]:
    job: Callable[..., dict[str, Any] | None] = JOBS[request["job"]]
    try:
        channel.begin(request["slots"], request["slot_bytes"])
        result = job(channel, **request["arguments"])
        return {"kind": "done", "result": result}
    except Stopped:
        return {"kind": "stopped"}
    except InputError as reason:
        return {"kind": "refused", "detail": reason.detail, "status": reason.status}
    except MemoryError:
        return {"kind": "memory"}
    except (BrokenPipeError, ConnectionResetError):
        raise
    except Exception as reason:
        # Whatever a hostile file brings about is told to the caller, who names the clip.
        return {"kind": "failed", "detail": f"{type(reason).__name__}: {reason}"}


def main() -> None:
    """Serve jobs until the other side hangs up."""
    socket, memory, memory_bytes, cpu_seconds = (int(value) for value in sys.argv[1:5])
    # PyAV's own log callback takes the interpreter's lock in libav's threads, and freeing a decoder
    # then waits for ever: no log at all.
    av.logging.set_level(None)
    _confine(memory_bytes)
    connection = Connection(socket)
    channel = Channel(connection, memory, cpu_seconds)
    try:
        while True:
            message = connection.recv_bytes()
            if not message.startswith(b"{"):
                # A late acknowledgement or stop of a job that is over.
                continue
            request = json.loads(message)
            channel.send(_perform(request, channel))
            if request["job"] == "ingest":
                # Of every packet something was noted.
                give_back()
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


if __name__ == "__main__":
    main()
