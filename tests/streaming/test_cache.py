import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mattebox.streaming.cache import DiskCache


def test_what_was_put_is_there_also_for_the_next_process(tmp_path: Path) -> None:
    DiskCache(tmp_path, 100).put("aa1", b"one")
    again = DiskCache(tmp_path, 100)
    assert "aa1" in again
    assert again.get("aa1") == b"one"
    assert again.get("bb2") is None


def test_the_least_recently_used_goes_when_space_runs_out(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 10)
    for address in ("aa", "bb"):
        cache.put(address, b"12345")
    assert cache.get("aa") == b"12345"
    cache.put("cc", b"12345")
    assert ["aa" in cache, "bb" in cache, "cc" in cache] == [True, False, True]
    assert sorted(path.stem for path in tmp_path.glob("*/*")) == ["aa", "cc"]


def test_what_was_used_last_is_known_to_the_next_process(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 10)
    for age, address in ((20, "aa"), (10, "bb")):
        cache.put(address, b"12345")
        then = (tmp_path / address / f"{address}.m4s").stat().st_mtime - age
        os.utime(tmp_path / address / f"{address}.m4s", (then, then))
    assert cache.get("aa") == b"12345"
    DiskCache(tmp_path, 10).put("cc", b"12345")
    assert sorted(path.stem for path in tmp_path.glob("*/*")) == ["aa", "cc"]


def test_one_segment_is_kept_even_if_it_is_larger_than_the_space(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 2)
    cache.put("aa", b"12345")
    assert cache.get("aa") == b"12345"


def test_a_file_that_somebody_removed_is_only_missing(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 100)
    cache.put("aa", b"1")
    (tmp_path / "aa" / "aa.m4s").unlink()
    assert cache.get("aa") is None
    assert "aa" not in cache
    cache.remove("aa")


def test_putting_a_segment_twice_counts_it_once(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 8)
    for _ in range(3):
        cache.put("aa", b"1234")
    cache.put("bb", b"1234")
    assert "aa" in cache


def test_a_note_lives_as_long_as_what_it_is_about(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 8)
    cache.put("aa", b"12345", b"note")
    assert cache.note("aa") == b"note"
    assert DiskCache(tmp_path, 8).note("aa") == b"note"
    cache.put("bb", b"12345")
    assert cache.note("bb") is None
    assert cache.note("aa") is None
    assert not list(tmp_path.glob("aa/*"))


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """For as long as this lasts this process can write no file larger than this."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.skipif(sys.platform != "linux", reason="limits of files")
def test_content_that_cannot_be_written_leaves_nothing_and_takes_nothing_away(
    tmp_path: Path,
) -> None:
    cache = DiskCache(tmp_path, 100)
    cache.put("aa", b"123", b"old")
    for key in ("aa", "bb"):
        with largest_file(4), pytest.raises(OSError, match="large"):
            cache.put(key, b"12345", b"note")
    assert cache.get("aa") == b"123"
    assert "bb" not in cache
    assert sorted(path.name for path in tmp_path.glob("*/*")) == ["aa.m4s", "aa.note"]


def test_notes_take_room_and_are_not_left_behind(tmp_path: Path) -> None:
    for _ in range(2):
        cache = DiskCache(tmp_path, 10)
        cache.put("aa", b"123", b"note")
        assert "aa" in cache
    cache = DiskCache(tmp_path, 10)
    cache.put("bb", b"1234")
    assert ["aa" in cache, "bb" in cache] == [False, True]
    orphan = tmp_path / "cc" / "cc.note"
    orphan.parent.mkdir()
    orphan.write_bytes(b"note")
    DiskCache(tmp_path, 10)
    assert not orphan.exists()


def test_everything_with_a_prefix_can_be_forgotten(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path, 100, ".flac")
    for key in ("clip1-0", "clip1-1", "clip2-0"):
        cache.put(key, b"1")
    cache.remove_all("clip1-")
    assert sorted(path.name for path in tmp_path.glob("*/*")) == ["clip2-0.flac"]
