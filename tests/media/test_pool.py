"""Decoding happens in processes that may die, wait and be shared."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from mattebox.media import (
    Cancelled,
    DecoderDiedError,
    DecoderPool,
    DecodingError,
    FrameReader,
    Ingested,
    Limits,
    ingest,
)
from tests.support import barcode
from tests.support.clips import Recipe, Written, write

Plain = tuple[Written, Ingested]


def reader(plain: Plain, pool: DecoderPool) -> FrameReader:
    written, found = plain
    return FrameReader(written.path, found.info, found.table, name="my clip", pool=pool)


def insistent(plain: Plain, pool: DecoderPool) -> FrameReader:
    """One that does not yield."""
    written, found = plain
    return FrameReader(written.path, found.info, found.table, pool=pool, yields=False)


def children(pool: DecoderPool) -> list[int]:
    return [process.pid for process in pool.idle()]


def test_many_readers_share_one_process_in_one_thread(plain: Plain, pool: DecoderPool) -> None:
    readers = [reader(plain, pool).read(range(start, 120, 7)) for start in range(5)]
    for step in range(17):
        for start, frames in enumerate(readers):
            index, frame = next(frames)
            assert index == start + 7 * step
            assert barcode.read(frame) == index
    for frames in readers:
        frames.close()
    assert len(children(pool)) == 1


def test_many_threads_share_one_process(plain: Plain, pool: DecoderPool) -> None:
    wrong: list[int] = []

    def work(seed: int) -> None:
        order = np.random.default_rng(seed).permutation(120)[:25].tolist()
        with reader(plain, pool) as frames:
            for index, frame in frames.read(order):
                if barcode.read(frame) != index:
                    wrong.append(index)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert wrong == []


def test_closing_early_stops_the_work_and_keeps_the_process(
    plain: Plain, pool: DecoderPool
) -> None:
    frames = reader(plain, pool).read(range(120))
    next(frames)
    frames.close()
    before = children(pool)
    assert len(before) == 1
    with reader(plain, pool) as again:
        assert [barcode.read(frame) for _, frame in again.read(range(120))] == list(range(120))
    assert children(pool) == before


@pytest.mark.parametrize("after", range(1, 12))
def test_a_read_that_was_cut_off_anywhere_leaves_the_next_one_right(
    plain: Plain, pool: DecoderPool, after: int
) -> None:
    with reader(plain, pool) as frames:
        first = frames.read(range(120))
        for _ in range(after):
            next(first)
        first.close()
        rest = [barcode.read(frame) for _, frame in frames.read(range(after, after + 40))]
    assert rest == list(range(after, after + 40))


def test_closing_a_reader_ends_its_reads_in_other_threads(plain: Plain, pool: DecoderPool) -> None:
    frames = reader(plain, pool)
    reading = frames.read(list(range(120)) * 50)
    next(reading)
    threading.Timer(0.2, frames.close).start()
    with pytest.raises(Cancelled):
        for _ in reading:
            pass
    assert len(children(pool)) == 1


def test_a_process_that_dies_fails_one_call_only(plain: Plain, pool: DecoderPool) -> None:
    frames = reader(plain, pool).read(range(120))
    next(frames)
    (process,) = pool.busy()
    os.kill(process.pid, signal.SIGSEGV)
    with pytest.raises(DecoderDiedError, match="my clip"):
        list(frames)
    with reader(plain, pool) as again:
        assert [barcode.read(frame) for _, frame in again.read([3, 99])] == [3, 99]


def test_a_process_that_dies_while_idle_is_replaced(plain: Plain, pool: DecoderPool) -> None:
    with reader(plain, pool) as frames:
        list(frames.read([0]))
        (process,) = pool.idle()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert [barcode.read(frame) for _, frame in frames.read([5])] == [5]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere threads are not nice by themselves")
def test_a_process_is_not_as_nice_as_the_thread_that_asked_for_it(
    plain: Plain, pool: DecoderPool
) -> None:
    usual = os.getpriority(os.PRIO_PROCESS, 0)

    def give_way_and_read() -> None:
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), usual + 1)
        with reader(plain, pool) as frames:
            list(frames.read([0]))

    thread = threading.Thread(target=give_way_and_read)
    thread.start()
    thread.join()
    (pid,) = children(pool)
    assert os.getpriority(os.PRIO_PROCESS, pid) == usual


def test_while_the_pool_is_held_only_those_read_on_that_do_not_yield(plain: Plain) -> None:
    pool = DecoderPool(processes=2, keep_s=0)
    try:
        frames = reader(plain, pool).read(range(120))
        next(frames)
        (process,) = pool.busy()
        pool.hold()
        assert process.stands
        began = threading.Event()

        def begin() -> None:
            began.set()
            found.append(next(reader(plain, pool).read([9])))

        found: list[tuple[int, np.ndarray]] = []
        thread = threading.Thread(target=begin)
        thread.start()
        began.wait()
        with insistent(plain, pool) as click:
            assert [barcode.read(frame) for _, frame in click.read([5, 40, 41])] == [5, 40, 41]
        assert process.stands
        assert not found
        pool.let_go()
        assert not process.stands
        thread.join()
        assert [barcode.read(frame) for _, frame in found] == [9]
        assert [barcode.read(frame) for _, frame in frames] == list(range(1, 120))
    finally:
        pool.close()


def test_a_process_that_stands_still_is_lent_to_those_that_do_not_yield(plain: Plain) -> None:
    pool = DecoderPool(processes=1, keep_s=0)
    try:
        frames = reader(plain, pool).read(range(120))
        next(frames)
        pool.hold()
        with insistent(plain, pool) as click:
            assert [barcode.read(frame) for _, frame in click.read([77])] == [77]
        pool.let_go()
        assert [barcode.read(frame) for _, frame in frames] == list(range(1, 120))
    finally:
        pool.close()


def test_a_process_that_stands_still_is_lent_even_where_somebody_waits_for_its_next_picture(
    plain: Plain,
) -> None:
    pool = DecoderPool(processes=1, keep_s=0)
    read: list[int | None] = []
    waited, answered = threading.Event(), threading.Event()

    def read_on() -> None:
        for _, frame in reader(plain, pool).read(range(120)):
            read.append(barcode.read(frame))
            waited.set()

    def click() -> None:
        with insistent(plain, pool) as frames:
            list(frames.read([77]))
        answered.set()

    threads = [threading.Thread(target=each, daemon=True) for each in (read_on, click)]
    try:
        threads[0].start()
        waited.wait()
        pool.hold()
        threads[1].start()
        assert answered.wait(30)
        assert len(read) < 120
        pool.let_go()
        threads[0].join(30)
        assert read == list(range(120))
    finally:
        pool.close()


def test_a_job_that_begins_as_the_pool_is_held_stands_still_too(plain: Plain) -> None:
    pool = DecoderPool(processes=1, keep_s=0)
    try:
        frames = insistent(plain, pool).read(range(120))
        next(frames)
        (process,) = pool.busy()
        pool.hold()
        assert not process.stands
        pool.yields(process)
        assert process.stands
        pool.let_go()
        assert not process.stands
    finally:
        pool.close()


@pytest.mark.skipif(not Path("/proc").exists(), reason="this system does not tell of processes")
def test_a_process_whose_user_was_killed_ends_even_if_it_stood_still(plain: Plain) -> None:
    written, _ = plain
    script = """
import sys
from mattebox.media import DecoderPool, FrameReader, ingest
pool = DecoderPool(processes=1)
found = ingest(sys.argv[1], pool=pool)
frames = FrameReader(sys.argv[1], found.info, found.table, pool=pool).read(range(120))
next(frames)
pool.hold()
(process,) = pool.busy()
print(process.pid, process.stands, flush=True)
sys.stdin.read()
"""
    user = subprocess.Popen(
        [sys.executable, "-c", script, str(written.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert user.stdout is not None
    pid, stands = user.stdout.readline().split()
    assert stands == "True"
    user.kill()
    user.communicate()
    status = Path(f"/proc/{pid}/status")
    for _ in range(600):
        if not status.exists() or "zombie" in status.read_text():
            return
        threading.Event().wait(0.05)
    os.kill(int(pid), signal.SIGKILL)
    pytest.fail("it stands still for ever")


def test_a_process_that_hangs_is_ended(plain: Plain) -> None:
    pool = DecoderPool(processes=1, timeout_s=1)
    try:
        frames = reader(plain, pool).read(range(120))
        next(frames)
        (process,) = pool.busy()
        os.kill(process.pid, signal.SIGSTOP)
        with pytest.raises(DecodingError, match="no progress for 1 s") as hung:
            list(frames)
        assert not isinstance(hung.value, DecoderDiedError)
        with reader(plain, pool) as again:
            assert [barcode.read(frame) for _, frame in again.read([7])] == [7]
    finally:
        pool.close()


def test_a_picture_too_large_for_the_memory_fails_with_a_clear_sentence(tmp_path: Path) -> None:
    recipe = Recipe(
        ".mov", "mjpeg", frames=2, size=(6000, 6000), pix_fmt="yuvj444p", full_range=True
    )
    large = write(tmp_path / "large", recipe)
    pool = DecoderPool(processes=1, memory_bytes=560 << 20)
    try:
        with pytest.raises(DecodingError, match=r"large\.mov needs more memory") as short:
            ingest(large.path, Limits(max_pixels=1 << 27), pool=pool)
        assert not isinstance(short.value, DecoderDiedError)
        small = write(tmp_path / "small", Recipe(frames=3))
        assert ingest(small.path, pool=pool).table.frame_count == 3
    finally:
        pool.close()


def test_a_process_cannot_write_files_and_takes_no_more_than_its_memory(
    plain: Plain, pool: DecoderPool
) -> None:
    with reader(plain, pool) as frames:
        list(frames.read([0]))
    (pid,) = children(pool)
    limits = Path(f"/proc/{pid}/limits")
    if not limits.exists():
        pytest.skip("this system does not tell the limits of a process")
    told = {line[:25].strip(): line[25:].split()[0] for line in limits.read_text().splitlines()}
    assert told["Max file size"] == "0"
    assert told["Max core file size"] == "0"
    assert int(told["Max address space"]) == pool.memory_bytes


def test_ingest_can_be_cancelled(plain: Plain, pool: DecoderPool) -> None:
    with pytest.raises(Cancelled):
        ingest(plain[0].path, pool=pool, cancelled=lambda: True)
    assert ingest(plain[0].path, pool=pool).table.frame_count == 120


def test_a_closed_pool_refuses_work(plain: Plain, pool: DecoderPool) -> None:
    frames = reader(plain, pool).read(range(120))
    next(frames)
    pool.close()
    with pytest.raises((Cancelled, DecodingError)):
        list(frames)
    with pytest.raises(DecodingError, match="shutting down"):
        ingest(plain[0].path, pool=pool)


def test_a_frame_that_is_not_there_is_refused_before_any_work(
    plain: Plain, pool: DecoderPool
) -> None:
    with reader(plain, pool) as frames:
        for wrong in (-1, 120):
            with pytest.raises(IndexError, match="my clip has no frame"):
                next(frames.read([0, wrong]))
    assert children(pool) == []
