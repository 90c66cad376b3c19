"""A few decoding processes, kept warm and shared by everyone who reads clips.

A process that crashes, hangs or runs out of memory fails the one call it worked for and is
replaced. A reader that is not being read at the moment lends its process to one that is, so any
number of readers may be open at once, in one thread or in many, without waiting for each other
for ever.
"""

from __future__ import annotations

import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NoReturn

from mattebox.errors import InputError
from mattebox.media._process import DecoderProcess

_POLL_S = 0.05
# What a fresh process may take to start on a machine that has much else to do.
_START_S = 30.0


class Cancelled(Exception):  # noqa: N818 - not an error
    """The caller wanted no more of the work."""


class DecodingError(RuntimeError):
    """A decoding process failed on a clip; told in one sentence."""


class DecoderDiedError(DecodingError):
    """A decoding process ended in the middle of its work; another one may well do it."""


@dataclass(frozen=True)
class Job:
    """What a process is to do.

    Attributes:
        name: How the person knows the clip.
        arguments: Makes the job's name and arguments, told what the process had served before;
            called again when the job was interrupted.
        slots: How many pictures may wait in shared memory.
        slot_bytes: The size of the largest.
        affinity: What the process had best served before.
        lendable: Whether the job can be interrupted and resumed.
        urgent: Whether it goes before others that wait.
    """

    name: str
    arguments: Callable[[str | None], tuple[str, dict[str, Any]]]
    slots: int = 0
    slot_bytes: int = 0
    affinity: str | None = None
    lendable: bool = False
    urgent: bool = False


class Work:
    """One job under way: its messages, fetched from whichever process does it at the moment.

    Args:
        pool: Where processes come from.
        job: What to do.
    """

    def __init__(self, pool: DecoderPool, job: Job) -> None:
        self._pool, self.job = pool, job
        self._lock = threading.Lock()
        self.process: DecoderProcess | None = None
        self._taken = 0.0
        self.closed = False

    def next(self, cancelled: Callable[[], bool] = lambda: False) -> dict[str, Any]:
        """The next message; a frame's arrays are in it as `arrays`.

        Raises:
            InputError: The file is refused.
            DecodingError: The process died, hung or ran out of memory.
            Cancelled: `cancelled` said so, or the work was closed from elsewhere.
        """

        def over() -> bool:
            return self.closed or cancelled()

        with self._lock:
            if self._has_to_lend() and self._pool.is_wanted():
                self._give_back(stop=True)
            if self.process is None:
                self.process = self._pool.acquire(self, over)
                self._taken = time.monotonic()
                self._begin(self.process)
            return self._receive(self.process, over)

    def close(self) -> None:
        """Stop the work, if any is under way, and give the process back."""
        self.closed = True
        with self._lock:
            self._give_back(stop=True)

    def lend(self) -> None:
        """Give the process back for now, if nobody waits on this work at the moment."""
        if self._has_to_lend() and self._lock.acquire(blocking=False):
            try:
                self._give_back(stop=True)
            finally:
                self._lock.release()

    def _has_to_lend(self) -> bool:
        return self.job.lendable and time.monotonic() - self._taken > self._pool.keep_s

    def _begin(self, process: DecoderProcess) -> None:
        job = self.job
        name, arguments = job.arguments(process.serves)
        process.serves = job.affinity
        try:
            process.request(name, arguments, job.slots, job.slot_bytes)
        except OSError:
            self._fail(process)

    def _receive(self, process: DecoderProcess, over: Callable[[], bool]) -> dict[str, Any]:
        starting = 0.0 if process.answered else _START_S
        deadline = time.monotonic() + self._pool.timeout_s + starting
        try:
            while not over():
                if not process.connection.poll(_POLL_S):
                    if time.monotonic() > deadline:
                        self._fail(process, hung=True)
                    continue
                message = process.receive()
                if message["kind"] != "alive":
                    return self._understood(process, message)
                deadline = time.monotonic() + self._pool.timeout_s
        except InputError:
            raise
        except (OSError, EOFError, ValueError, KeyError, TypeError):
            self._fail(process)
        self._give_back(stop=True)
        raise Cancelled

    def _understood(self, process: DecoderProcess, message: dict[str, Any]) -> dict[str, Any]:
        kind, name = message["kind"], self.job.name
        if kind == "frame":
            message["arrays"] = process.take(message)
            return message
        if kind == "progress":
            return message
        if kind == "memory":
            # What is left of a process that ran out of memory is not to be trusted.
            self._drop(process)
            raise DecodingError(_out_of_memory(name))
        self._give_back(stop=False)
        if kind == "refused":
            raise InputError(message["detail"], status=message["status"])
        if kind == "failed":
            raise DecodingError(f"{name} could not be decoded ({message['detail']}).")
        return message

    def _fail(self, process: DecoderProcess, *, hung: bool = False) -> NoReturn:
        status, name = self._drop(process), self.job.name
        if hung or status == -signal.SIGXCPU:
            raise DecodingError(
                f"Decoding {name} made no progress for {self._pool.timeout_s:.0f} s and was"
                " stopped; convert the file to MP4 (H.264), or raise decode_timeout_s."
            )
        if status == -signal.SIGKILL:
            # By somebody else: what needs more than its process may have is told by that process.
            raise DecoderDiedError(_out_of_memory(name))
        raise DecoderDiedError(
            f"The decoder crashed on {name}; convert the file to MP4 (H.264) first."
        )

    def _drop(self, process: DecoderProcess) -> int:
        self.process = None
        status = process.end()
        self._pool.release(self, None)
        return status

    def _give_back(self, *, stop: bool) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        if stop and not process.stop():
            process.end()
            process = None
        self._pool.release(self, process)


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
        keep_s: Seconds a reader keeps its process before it has to lend it to one that waits.
    """

    def __init__(
        self,
        processes: int = 2,
        memory_bytes: int = 4 << 30,
        timeout_s: float = 60,
        keep_s: float = 0.25,
    ) -> None:
        self.processes, self.memory_bytes = processes, memory_bytes
        self.timeout_s, self.keep_s = timeout_s, keep_s
        self._idle: list[DecoderProcess] = []
        self._busy: list[Work] = []
        self._queue: deque[Work] = deque()
        self._closed = False
        self._changed = threading.Condition()
        # Its thread is there from now on: a process is as nice as the thread that starts it, and
        # those who ask for one may have given way to others for good.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="start decoder")
        self._starter.submit(int).result()

    def work(self, job: Job) -> Work:
        """A job that starts when its first message is asked for."""
        return Work(self, job)

    def call(
        self,
        name: str,
        job: str,
        arguments: dict[str, Any],
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Any:
        """Do a job that has one result.

        Raises:
            InputError: The file is refused.
            DecodingError: The process died, hung or ran out of memory.
            Cancelled: `cancelled` said so.
        """
        work = self.work(Job(name, lambda _served: (job, arguments)))
        try:
            return work.next(cancelled)["result"]
        finally:
            work.close()

    def warm(self) -> None:
        """Start the processes now, so that nobody waits for one later."""
        with self._changed:
            missing = self.processes - len(self._idle) - len(self._busy)
            self._idle += [self._start() for _ in range(missing)]

    def close(self) -> None:
        """End all processes; work under way ends with an error."""
        with self._changed:
            self._closed = True
            idle, self._idle = self._idle, []
            busy = list(self._busy)
        for work in busy:
            work.close()
        for process in idle:
            process.end()
        self._starter.shutdown(wait=False)

    def idle(self) -> list[DecoderProcess]:
        """The processes that wait for work."""
        with self._changed:
            return list(self._idle)

    def busy(self) -> list[DecoderProcess]:
        """The processes that are at work."""
        with self._changed:
            return [work.process for work in self._busy if work.process is not None]

    def is_wanted(self) -> bool:
        """Whether anybody waits for a process."""
        return bool(self._queue)

    def acquire(self, work: Work, over: Callable[[], bool]) -> DecoderProcess:
        """Wait for a process. Those who came first get theirs first, urgent work before that.

        Raises:
            Cancelled: `over` said so.
            DecodingError: The pool was closed.
        """
        with self._changed:
            if work.job.urgent:
                self._queue.appendleft(work)
            else:
                self._queue.append(work)
        try:
            while not over():
                with self._changed:
                    if self._closed:
                        raise DecodingError("The server is shutting down; try again later.")
                    process = self._take(work) if self._queue[0] is work else None
                    if process is not None:
                        self._busy.append(work)
                        return process
                    others = list(self._busy)
                for other in others:
                    other.lend()
                with self._changed:
                    if not self._idle:
                        self._changed.wait(_POLL_S)
            raise Cancelled
        finally:
            with self._changed:
                self._queue.remove(work)
                self._changed.notify_all()

    def release(self, work: Work, process: DecoderProcess | None) -> None:
        """Take a process back; None when it had to be ended."""
        with self._changed:
            self._busy.remove(work)
            if process is not None and self._closed:
                process.end()
            elif process is not None:
                self._idle.append(process)
            self._changed.notify_all()

    def _take(self, work: Work) -> DecoderProcess | None:
        for process in [p for p in self._idle if not p.alive]:
            self._idle.remove(process)
            process.end()
        affinity = work.job.affinity
        same = [p for p in self._idle if affinity is not None and p.serves == affinity]
        fresh = [p for p in self._idle if p.serves is None]
        # Of several the one that worked last: it stands where the one who asks likely goes on.
        for process in (*reversed(same), *fresh):
            self._idle.remove(process)
            return process
        if len(self._idle) + len(self._busy) < self.processes:
            return self._start()
        return self._idle.pop(0) if self._idle else None

    def _start(self) -> DecoderProcess:
        seconds = max(int(self.timeout_s), 1)
        return self._starter.submit(DecoderProcess, self.memory_bytes, seconds).result()


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
