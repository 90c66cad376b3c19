"""What is made first: around the playhead, or what is sure to be of use."""

from __future__ import annotations

from mattebox.media import SegmentGrid
from mattebox.projects.revisions import Revision, Snapshot, SnapshotObject
from mattebox.streaming.announcer import wanted_segments
from mattebox.streaming.manifest import UNDECIDED, Addresses

GRID = SegmentGrid(24, 6 * 24)


def wanted(addresses: str, keyframe: int, playhead: int) -> tuple[str, int]:
    """The order in which segments are made whose addresses are single letters."""
    told = tuple(UNDECIDED if each == "?" else each for each in addresses)
    item = SnapshotObject("o", "Object", "#ffffff", ((keyframe, "mask"),))
    revision = Revision(1, "2026-11-23T10:00:00Z", Snapshot((item,)))
    found, undecided = wanted_segments(
        Addresses(("v",) * 6, {"o": told}, "e"), revision, GRID, playhead
    )
    return "".join(found), undecided


def test_what_is_made_begins_at_the_playhead() -> None:
    assert wanted("abcdef", 0, 60) == ("cdbeaf", 0)


def test_what_is_undecided_is_left_out_and_counted() -> None:
    assert wanted("??cdef", 130, 60) == ("cdef", 2)


def test_while_the_playhead_is_undecided_it_begins_at_the_keyframe() -> None:
    assert wanted("???def", 130, 60) == ("fed", 3)
