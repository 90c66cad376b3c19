"""One decoding process, seen from the process that uses it."""

from __future__ import annotations

import json
import mmap
import os
import socket
import subprocess
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import mattebox

Array = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]

_STOP_S = 5.0
_END_S = 0.5
_LONGEST_MESSAGE = 256 << 20


class DecoderProcess:
    """One decoding process and the shared memory it delivers into.

    Args:
        memory_bytes: Address space it may take.
        cpu_seconds: Processor time it may take between two signs of life.

    Attributes:
        connection: The socket to it.
        serves: Which clip it read last.
        answered: Whether it has said anything yet.
    """

    def __init__(self, memory_bytes: int, cpu_seconds: int) -> None:
        ours, theirs = socket.socketpair()
        self._memory = _anonymous_file()
        self._map: mmap.mmap | None = None
        self._slot_bytes = 0
        self.serves: str | None = None
        self.answered = False
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "mattebox.media._worker", str(theirs.fileno()),
                 str(self._memory), str(memory_bytes), str(cpu_seconds)],
                pass_fds=(theirs.fileno(), self._memory),
                stdin=subprocess.DEVNULL,
                # Ctrl-C is for this process, which then ends its helpers in order.
                process_group=0,
                env=_environment(),
            )  # fmt: skip
        self.connection = Connection(ours.detach())

    def request(self, job: str, arguments: dict[str, Any], slots: int, slot_bytes: int) -> None:
        """Begin a job, with room for so many pictures of at most that size."""
        total = slots * slot_bytes
        if total != (len(self._map) if self._map else 0):
            if self._map is not None:
                self._map.close()
                self._map = None
            os.ftruncate(self._memory, total)
            self._map = mmap.mmap(self._memory, total) if total else None
        self._slot_bytes = slot_bytes
        message = {"job": job, "arguments": arguments, "slots": slots, "slot_bytes": slot_bytes}
        self.connection.send_bytes(json.dumps(message).encode())

    def receive(self) -> dict[str, Any]:
        """Wait for the next message."""
        message: dict[str, Any] = json.loads(self.connection.recv_bytes(_LONGEST_MESSAGE))
        self.answered = True
        return message

    def take(self, message: dict[str, Any]) -> tuple[Array, ...]:
        """Copy a frame out of its slot and give the slot back."""
        assert self._map is not None
        dtype = np.dtype(np.uint8) if message["bytes"] == 1 else np.dtype("<u2")
        at = int(message["slot"]) * self._slot_bytes
        end = at + self._slot_bytes
        arrays = []
        for shape in message["shapes"]:
            size = int(np.prod(shape)) * dtype.itemsize
            if not 0 <= at <= at + size <= end <= len(self._map):
                raise ValueError("a picture does not fit its slot")
            arrays.append(np.ndarray(shape, dtype, self._map, at).copy())
            at += size
        self.connection.send_bytes(str(message["slot"]).encode())
        return tuple(arrays)

    def stop(self) -> bool:
        """End the current job within a picture; whether the process can be used again."""
        try:
            self.connection.send_bytes(b"stop")
            deadline = time.monotonic() + _STOP_S
            while self.connection.poll(max(deadline - time.monotonic(), 0)):
                if self.receive()["kind"] not in {"frame", "progress", "alive"}:
                    return True
        except (OSError, EOFError, ValueError):
            return False
        return False

    def end(self) -> int:
        """Hang up, and kill the process if that does not end it; its exit status."""
        self.connection.close()
        try:
            status = self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        if self._map is not None:
            self._map.close()
        os.close(self._memory)
        return status

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def wait(self) -> None:
        """Wait until it has ended."""
        self._process.wait()

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None


def _environment() -> dict[str, str]:
    """What the process starts with: this very package, and no thread pools of numpy's.

    Those would only take address space. Our own settings, the server's token among them, stay
    here: the process exists because its input may be hostile.
    """
    places = [str(Path(mattebox.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("MATTEBOX_")},
        "PYTHONPATH": os.pathsep.join(place for place in places if place),
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


def _anonymous_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("mattebox-frames")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
