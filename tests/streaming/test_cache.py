from pathlib import Path

from mattebox.streaming.cache import SegmentCache


def test_what_was_put_is_there_also_for_the_next_process(tmp_path: Path) -> None:
    SegmentCache(tmp_path, 100).put("aa1", b"one")
    again = SegmentCache(tmp_path, 100)
    assert "aa1" in again
    assert again.get("aa1") == b"one"
    assert again.get("bb2") is None


def test_the_least_recently_used_goes_when_space_runs_out(tmp_path: Path) -> None:
    cache = SegmentCache(tmp_path, 10)
    for address in ("aa", "bb"):
        cache.put(address, b"12345")
    assert cache.get("aa") == b"12345"
    cache.put("cc", b"12345")
    assert ["aa" in cache, "bb" in cache, "cc" in cache] == [True, False, True]
    assert sorted(path.stem for path in tmp_path.glob("*/*")) == ["aa", "cc"]


def test_one_segment_is_kept_even_if_it_is_larger_than_the_space(tmp_path: Path) -> None:
    cache = SegmentCache(tmp_path, 2)
    cache.put("aa", b"12345")
    assert cache.get("aa") == b"12345"


def test_a_file_that_somebody_removed_is_only_missing(tmp_path: Path) -> None:
    cache = SegmentCache(tmp_path, 100)
    cache.put("aa", b"1")
    (tmp_path / "aa" / "aa.m4s").unlink()
    assert cache.get("aa") is None
    assert "aa" not in cache
    cache.remove("aa")


def test_putting_a_segment_twice_counts_it_once(tmp_path: Path) -> None:
    cache = SegmentCache(tmp_path, 8)
    for _ in range(3):
        cache.put("aa", b"1234")
    cache.put("bb", b"1234")
    assert "aa" in cache
