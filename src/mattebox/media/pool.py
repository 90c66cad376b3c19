"""A few decoding processes, kept warm and shared by everyone who reads clips.

A process that crashes, hangs or runs out of memory fails the one call it worked for and is
replaced. A reader that is not being read at the moment lends its process to one that is, so any
number of readers may be open at once, in one thread or in many, without waiting for each other
for ever.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from mattebox.errors import InputError

Array = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]

_POLL_S = 0.05
# How long a reader keeps its process before it has to lend it to one that waits.
_QUIET_S = 0.25
_STOP_S = 5.0


class Cancelled(Exception):  # noqa: N818 - not an error
    """The caller wanted no more of the work."""


class DecodingError(RuntimeError):
    """A decoding process failed on a clip; told in one sentence."""


class _Process:
    """One decoding process and the shared memory it delivers into."""

    def __init__(self, memory_bytes: int, cpu_seconds: int) -> None:
        ours, theirs = socket.socketpair()
        self._memory = _anonymous_file()
        self._map: mmap.mmap | None = None
        self._slot_bytes = 0
        self.serves: str | None = None
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "mattebox.media._worker", str(theirs.fileno()),
                 str(self._memory), str(memory_bytes), str(cpu_seconds)],
                pass_fds=(theirs.fileno(), self._memory),
                stdin=subprocess.DEVNULL,
                # Ctrl-C is for this process, which then ends its helpers in order.
                process_group=0,
                # A thread pool per process would only take address space.
                env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            )  # fmt: skip
        self.connection = Connection(ours.detach())

    def request(self, job: str, arguments: dict[str, Any], slots: int, slot_bytes: int) -> None:
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
        message: dict[str, Any] = json.loads(self.connection.recv_bytes())
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
                raise DecodingError("A decoding process sent a picture that does not fit.")
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

    def end(self) -> int | None:
        """Kill the process; its exit status, negative for a signal that had killed it before."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(0.2)
        status = self._process.poll()
        if status is None:
            self._process.kill()
            self._process.wait()
        self.connection.close()
        if self._map is not None:
            self._map.close()
        os.close(self._memory)
        return status

    @property
    def alive(self) -> bool:
        return self._process.poll() is None


def _anonymous_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("mattebox-frames")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


class Work:
    """One job: its messages, fetched from whichever process does it at the moment.

    Args:
        pool: Where processes come from.
        name: How the person knows the clip.
        resume: Makes job and arguments; called again when the job was interrupted.
        slots: How many pictures may wait in shared memory.
        slot_bytes: The size of the largest.
        affinity: What the process had best served before.
    """

    def __init__(
        self,
        pool: DecoderPool,
        name: str,
        resume: Callable[[str | None], tuple[str, dict[str, Any]]],
        *,
        slots: int = 0,
        slot_bytes: int = 0,
        affinity: str | None = None,
        lendable: bool = False,
    ) -> None:
        self._pool, self._name, self._resume = pool, name, resume
        self._slots, self._slot_bytes = slots, slot_bytes
        self._affinity = affinity
        self._lock = threading.Lock()
        self._process: _Process | None = None
        self._used = 0.0
        self.lendable = lendable

    def next(self, cancelled: Callable[[], bool] | None = None) -> dict[str, Any]:
        """The next message; a frame's arrays are in it as `arrays`.

        Raises:
            InputError: The file is refused.
            DecodingError: The process died, hung or ran out of memory.
            Cancelled: `cancelled` said so.
        """
        with self._lock:
            if self._process is None:
                self._process = self._pool._acquire(self, self._affinity, cancelled)
                job, arguments = self._resume(self._process.serves)
                self._process.serves = self._affinity
                self._used = time.monotonic()
                try:
                    self._process.request(job, arguments, self._slots, self._slot_bytes)
                except OSError:
                    self._fail(self._process)
            return self._receive(self._process, cancelled)

    def close(self) -> None:
        """Stop the work, if any is under way, and give the process back."""
        with self._lock:
            self._give_back(stop=True)

    def lend(self) -> bool:
        """Give the process back for now if nobody waits on this work at the moment."""
        if not self.lendable or time.monotonic() - self._used < _QUIET_S:
            return False
        if not self._lock.acquire(blocking=False):
            return False
        try:
            had = self._process is not None
            self._give_back(stop=True)
            return had
        finally:
            self._lock.release()

    def _receive(self, process: _Process, cancelled: Callable[[], bool] | None) -> dict[str, Any]:
        deadline = time.monotonic() + self._pool.timeout_s
        try:
            while True:
                if cancelled is not None and cancelled():
                    self._give_back(stop=True)
                    raise Cancelled
                wait = _POLL_S if cancelled is not None else self._pool.timeout_s
                if not process.connection.poll(wait):
                    if time.monotonic() > deadline:
                        self._fail(process, hung=True)
                    continue
                message = process.receive()
                if message["kind"] == "alive":
                    deadline = time.monotonic() + self._pool.timeout_s
                    continue
                return self._understood(process, message)
        except (OSError, EOFError, ValueError, KeyError) as reason:
            if isinstance(reason, InputError):
                raise
            self._fail(process)

    def _understood(self, process: _Process, message: dict[str, Any]) -> dict[str, Any]:
        kind = message["kind"]
        if kind == "frame":
            message["arrays"] = process.take(message)
            return message
        if kind == "progress":
            return message
        if kind == "memory":
            # What is left of a process that ran out of memory is not to be trusted.
            self._drop(process)
            raise DecodingError(_out_of_memory(self._name))
        self._give_back(stop=False)
        if kind == "refused":
            raise InputError(message["detail"], status=message["status"])
        if kind == "failed":
            raise DecodingError(f"{self._name} could not be decoded ({message['detail']}).")
        return message

    def _fail(self, process: _Process, *, hung: bool = False) -> NoReturn:
        status = self._drop(process)
        if hung or status == -signal.SIGXCPU:
            detail = (
                f"Decoding {self._name} made no progress for {self._pool.timeout_s:.0f} s and was"
                " stopped; convert the file to MP4 (H.264), or raise decode_timeout_s."
            )
        elif status == -signal.SIGKILL:
            detail = _out_of_memory(self._name)
        else:
            detail = f"The decoder crashed on {self._name}; convert the file to MP4 (H.264) first."
        raise DecodingError(detail)

    def _drop(self, process: _Process) -> int | None:
        self._process = None
        status = process.end()
        self._pool._release(self, None)
        return status

    def _give_back(self, *, stop: bool) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if stop and not process.stop():
            process.end()
            self._pool._release(self, None)
        else:
            self._pool._release(self, process)


def _out_of_memory(name: str) -> str:
    return (
        f"Decoding {name} needs more memory than is allowed; make the picture smaller, or raise"
        " decode_memory_bytes in the settings."
    )


class DecoderPool:
    """Decoding processes, at most a few, started when first needed and kept.

    Args:
        processes: How many at most.
        memory_bytes: Address space of each.
        timeout_s: Seconds, of processor or of waiting, after which one that shows no sign of life
            is killed.
    """

    def __init__(
        self, processes: int = 2, memory_bytes: int = 4 << 30, timeout_s: float = 60
    ) -> None:
        self.processes, self.memory_bytes, self.timeout_s = processes, memory_bytes, timeout_s
        self._idle: list[_Process] = []
        self._busy: list[Work] = []
        self._waiting = 0
        self._closed = False
        self._changed = threading.Condition()

    def work(
        self,
        name: str,
        resume: Callable[[str | None], tuple[str, dict[str, Any]]],
        *,
        slots: int = 0,
        slot_bytes: int = 0,
        affinity: str | None = None,
        lendable: bool = False,
    ) -> Work:
        """Describe a job; it starts when its first message is asked for."""
        return Work(
            self,
            name,
            resume,
            slots=slots,
            slot_bytes=slot_bytes,
            affinity=affinity,
            lendable=lendable,
        )

    def call(
        self,
        name: str,
        job: str,
        arguments: dict[str, Any],
        *,
        cancelled: Callable[[], bool] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> Any:
        """Do a job that has one result.

        Raises:
            InputError: The file is refused.
            DecodingError: The process died, hung or ran out of memory.
            Cancelled: `cancelled` said so.
        """
        work = self.work(name, lambda _served: (job, arguments))
        try:
            while True:
                message = work.next(cancelled)
                if message["kind"] == "done":
                    return message["result"]
                if progress is not None and message["kind"] == "progress":
                    progress(message["done"], message["total"])
        finally:
            work.close()

    def warm(self) -> None:
        """Start the processes now, so that nobody waits for one later."""
        with self._changed:
            missing = self.processes - len(self._idle) - len(self._busy)
            self._idle += [self._start() for _ in range(missing)]

    def close(self) -> None:
        """End all processes."""
        with self._changed:
            self._closed = True
            idle, self._idle = self._idle, []
            busy = list(self._busy)
        for work in busy:
            work.close()
        for process in idle:
            process.end()

    def _start(self) -> _Process:
        return _Process(self.memory_bytes, max(int(self.timeout_s), 1))

    def _acquire(
        self, work: Work, affinity: str | None, cancelled: Callable[[], bool] | None
    ) -> _Process:
        while True:
            with self._changed:
                if self._closed:
                    raise DecodingError("The server is shutting down; try again later.")
                process = self._take_idle(affinity)
                if process is None and len(self._busy) < self.processes:
                    process = self._start()
                if process is not None:
                    self._busy.append(work)
                    return process
                others = list(self._busy)
            if cancelled is not None and cancelled():
                raise Cancelled
            if not any(other.lend() for other in others):
                with self._changed:
                    if not self._idle:
                        self._changed.wait(_POLL_S)

    def _take_idle(self, affinity: str | None) -> _Process | None:
        for process in [p for p in self._idle if not p.alive]:
            self._idle.remove(process)
            process.end()
        if not self._idle:
            return None
        same = [p for p in self._idle if affinity is not None and p.serves == affinity]
        free = [p for p in self._idle if p.serves is None]
        process = (same or free or self._idle)[0]
        self._idle.remove(process)
        return process

    def _release(self, work: Work, process: _Process | None) -> None:
        with self._changed:
            self._busy.remove(work)
            if process is not None and self._closed:
                process.end()
            elif process is not None:
                self._idle.append(process)
            self._changed.notify()


_shared: DecoderPool | None = None
_shared_lock = threading.Lock()


def shared_pool() -> DecoderPool:
    """The pool that readers use unless they are given another."""
    global _shared
    with _shared_lock:
        if _shared is None:
            _shared = DecoderPool()
        return _shared


def configure_pool(
    processes: int = 2, memory_bytes: int = 4 << 30, timeout_s: float = 60
) -> DecoderPool:
    """Replace the shared pool by one with these limits and start its processes."""
    global _shared
    with _shared_lock:
        before, _shared = _shared, DecoderPool(processes, memory_bytes, timeout_s)
        after = _shared
    if before is not None:
        before.close()
    after.warm()
    return after
