"""The manifest: what a revision consists of and where it is (protocol section 2); pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mattebox.media.segments import Rendition
from mattebox.projects.clips import Clip
from mattebox.projects.revisions import Revision
from mattebox.projects.state import ProjectState
from mattebox.streaming.plan import Range, grid_of, matte_rendition, runs, video_rendition

API = "/api/v1"


UNDECIDED = ""
"""Stands for the address of a segment whose masks depend on cuts that are still looked for."""


@dataclass(frozen=True)
class Addresses:
    """Where the segments of one revision are.

    Attributes:
        video: One address per segment.
        mattes: The same per object, as far as they are decided; objects without a keyframe have
            none.
        spare: A segment with the initialisation segment of all mattes.
    """

    video: tuple[str, ...]
    mattes: dict[str, tuple[str, ...]]
    spare: str

    @property
    def is_whole(self) -> bool:
        """Whether all segments are decided."""
        return not any(UNDECIDED in matte for matte in self.mattes.values())

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self.video) + sum(len(matte) for matte in self.mattes.values())


def segment_uri(address: str) -> str:
    """Where a segment is fetched."""
    return f"{API}/segments/{address}.m4s"


def matte_uri(address: str, frame: int | str) -> str:
    """Where the matte of one frame of a segment is fetched."""
    return f"{API}/segments/{address}/{frame}.png"


def init_uri(address: str) -> str:
    """Where the initialisation segment of a segment's rendition is fetched."""
    return f"{API}/segments/{address}/init.mp4"


def manifest(
    project_id: str,
    clip: Clip,
    revision: Revision,
    *,
    state: ProjectState,
    addresses: Addresses,
    is_ready: Callable[[str], bool],
) -> dict[str, object]:
    """The manifest of a revision as JSON values.

    Args:
        project_id: The project.
        clip: Its clip.
        revision: Which revision; number 0 takes its objects from `state`.
        state: The project as it is now.
        addresses: Where the segments are.
        is_ready: Whether the segment with an address answers without new work.
    """
    grid = grid_of(clip)
    shown = revision.snapshot.objects if revision.number else ()
    objects = [(o.id, o.name, o.color, [frame for frame, _ in o.keyframes]) for o in shown]
    if not revision.number:
        objects = [(o.id, o.name, o.color, sorted(o.masks)) for o in state.objects]
    matte = matte_rendition(clip)
    return {
        "version": 1,
        "project": project_id,
        "revision": revision.number,
        "frame_table": {
            "uri": f"{API}/projects/{project_id}/frame-table",
            "hash": clip.table.hash,
        },
        "timescale": clip.table.timescale,
        "grid": {
            "length": grid.length,
            "segment_count": grid.count,
            "frame_count": grid.frame_count,
        },
        "shots": clip.shots,
        "video": {
            **_rendition(video_rendition(clip), addresses.video, addresses.video[0], is_ready),
            "matrix": "bt709",
            "range": "limited",
        },
        "objects": [
            {
                "id": object_id,
                "name": name,
                "color": color,
                "keyframes": keyframes,
                "matte": (
                    {
                        **_rendition(matte, addresses.mattes[object_id], addresses.spare, is_ready),
                        "range": "full",
                        "frame_template": matte_uri("{address}", "{frame}"),
                    }
                    if object_id in addresses.mattes
                    else None
                ),
            }
            for object_id, name, color, keyframes in objects
        ],
    }


def changed_ranges(before: Sequence[str], after: Sequence[str]) -> list[Range]:
    """Ranges of segments whose address is another one than before."""
    if len(before) != len(after):
        return [(0, len(after))] if after else []
    return runs(a != b for a, b in zip(before, after, strict=True))


def _rendition(
    rendition: Rendition, addresses: Sequence[str], first: str, is_ready: Callable[[str], bool]
) -> dict[str, object]:
    return {
        "codec": rendition.codec,
        "width": rendition.width,
        "height": rendition.height,
        "init": init_uri(first),
        "template": segment_uri("{address}"),
        "addresses": list(addresses),
        "ready": runs(address != UNDECIDED and is_ready(address) for address in addresses),
    }
