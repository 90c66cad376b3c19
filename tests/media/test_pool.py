"""Decoding happens in processes that may die, wait and be shared."""

from __future__ import annotations

import os
import signal
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
