"""The matte stream of all projects: what a revision consists of, and getting its segments."""

from __future__ import annotations

import sys
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from itertools import islice
from typing import Any

from mattebox.errors import InputError
from mattebox.media import Cuts
from mattebox.projects.clips import Clip, Shots
from mattebox.projects.library import Library
from mattebox.projects.masks import Mask
from mattebox.projects.revisions import Revision
from mattebox.projects.store import Project
from mattebox.streaming.bus import Bus
from mattebox.streaming.cache import DiskCache
from mattebox.streaming.confidence import Confidence, expected, from_note
from mattebox.streaming.manifest import UNDECIDED, Addresses, manifest
from mattebox.streaming.mattes import masks_of
from mattebox.streaming.networks import Networks
from mattebox.streaming.places import Places
from mattebox.streaming.plan import (
    Range,
    carrier_of,
    empty_recipe,
    grid_of,
    matte_recipes,
    matte_rendition,
    nothing_on,
    stale_ranges,
    video_recipes,
    video_rendition,
)
from mattebox.streaming.reach import Reach
from mattebox.streaming.recipes import EDITION, Recipe, RecipeBook
from mattebox.streaming.scheduler import Priority, Scheduler, Ticket
from mattebox.streaming.search_order import Focus
from mattebox.streaming.segments import SegmentMaker
from mattebox.streaming.shots import ShotFinder

# Of all revisions together: a two-hour film has 7,200 in each of its renditions.
_ADDRESSES_KEPT = 200_000


class MatteStream:
    """Addresses, manifests and segments.

    Attributes:
        places: Where segments are shown at present.

    Args:
        library: Projects and footage.
        recipes: Where recipes are recorded.
        maker: Makes segments.
        cache: Finished segments.
        scheduler: Who may compute.
        networks: Whose identity is part of addresses.
        bus: Where changes are announced.
        shots: Finds the cuts of clips.
    """

    def __init__(
        self,
        library: Library,
        recipes: RecipeBook,
        maker: SegmentMaker,
        *,
        cache: DiskCache,
        scheduler: Scheduler,
        networks: Networks,
        bus: Bus,
        shots: ShotFinder,
    ) -> None:
        self._projects = library.projects
        self._clips = library.clips
        self._recipes = recipes
        self._maker = maker
        self._cache = cache
        self._scheduler = scheduler
        self._networks = networks
        self._bus = bus
        self._shots = shots
        self._lock = threading.Lock()
        # By revision, with the cuts by which they were decided.
        self._known: OrderedDict[tuple[str, int], tuple[Addresses, Cuts]] = OrderedDict()
        self.places = Places()

    def manifest(self, project_id: str, number: int | None) -> dict[str, Any]:
        """The manifest of a revision, or of the present one; waits for the shots if it must.

        Raises:
            InputError: There is no such project or revision (404).
        """
        project = self._projects.get(project_id)
        revision = self._projects.revision(
            project_id, project.state.revision if number is None else number
        )
        addresses = self.addresses(project, revision)
        clip = self._clips.get(project.clip)
        return manifest(
            project_id,
            clip,
            revision,
            state=project.state,
            addresses=addresses,
            is_ready=self._cache.__contains__,
        )

    def addresses(self, project: Project, revision: Revision) -> Addresses:
        """Where the segments of a revision are; they can be asked for once this returned.

        Those that cuts may yet decide otherwise are left open; none that is told ever changes.
        """
        key = (project.id, revision.number)
        clip = self._clips.get(project.clip)
        cuts = self._shots.cuts(clip)
        with self._lock:
            known, cuts_before = self._known.get(key, (None, None))
            if known is not None and (known.is_whole or cuts is cuts_before):
                self._known.move_to_end(key)
                return known
            same_clip = (a.video for (p, _), (a, _) in self._known.items() if p == project.id)
            video = next(same_clip, ())
        recipes: dict[str, Recipe] = {}
        if not video:
            by_segment = _named(dict(enumerate(video_recipes(clip))), recipes)
            video = tuple(by_segment.values())
        mattes = {}
        for item in revision.snapshot.objects:
            if item.keyframes:
                before = known.mattes[item.id] if known else (UNDECIDED,) * len(video)
                propagator = self._networks.propagator()
                made = matte_recipes(
                    clip,
                    item.masks,
                    cuts,
                    propagator.identity,
                    settings=propagator.settings,
                    segments=[at for at, address in enumerate(before) if not address],
                )
                decided = _named(made, recipes)
                mattes[item.id] = tuple(decided.get(at, a) for at, a in enumerate(before))
        spare = _named({0: empty_recipe(clip)}, recipes)[0]
        self._recipes.add(project.id, recipes)
        found = Addresses(video, mattes, spare)
        with self._lock:
            self._known[key] = found, cuts
            kept = sum(each.count for each, _ in self._known.values())
            while kept > _ADDRESSES_KEPT and len(self._known) > 1:
                kept -= self._known.popitem(last=False)[1][0].count
        if revision.number == project.state.revision:
            self.places.put(project.id, found, 0)
        return found

    def look_for_cuts(self, project: Project, revision: Revision, playhead: int) -> None:
        """Have cuts looked for where they decide what is under the playhead, and from there on."""
        clip = self._clips.get(project.clip)
        cuts, grid, nothing = self._shots.cuts(clip), grid_of(clip), nothing_on(clip)
        keyframes: set[int] = set()
        first: list[Range] = []
        for item in revision.snapshot.objects:
            if item.keyframes and cuts.open:
                keyframes |= item.masks.keys()
                reach = Reach(cuts, item.masks, nothing, self._networks.propagator().settings)
                awaited = reach.decided_by(*grid.cell(grid.segment_of(playhead)))
                first += [awaited] if awaited else []
        self._shots.look(clip, Focus(tuple(sorted(keyframes)), tuple(first)), project.id)

    def shots_needed(self, project_id: str, number: int | None) -> Future[Shots] | None:
        """What has to come before all addresses of a revision, or of the present one, are decided.

        Raises:
            InputError: There is no such project or revision (404).
        """
        project = self._projects.get(project_id)
        clip = self._clips.get(project.clip)
        revision = self._projects.revision(
            project_id, project.state.revision if number is None else number
        )
        needed = clip.shots is None and any(item.keyframes for item in revision.snapshot.objects)
        return self._shots.needed(clip) if needed else None

    def check(self, address: str) -> None:
        """Refuse an address that no project has announced.

        Raises:
            InputError: It is unknown (404).
        """
        self._recipes.get(address)

    def cached(self, address: str) -> bytes | None:
        """A segment that is made already."""
        return self._cache.get(address)

    def request(self, address: str, priority: Priority, project: str | None = None) -> Ticket:
        """Have a segment made, or share in its making.

        Args:
            address: Which segment.
            priority: How urgent it is.
            project: Who asks, where that is known.

        Raises:
            InputError: No project has announced the address, or this server has other weights or
                another encoder than the one that did (404).
        """
        recipe = self._recipes.get(address)
        self._check_current(recipe)
        return self._scheduler.request(
            address,
            lambda turn: self._maker.make(recipe, turn),
            priority,
            project or self.places.owner(address),
        )

    def request_matte(self, address: str, frame: int) -> Ticket:
        """Have the matte of one frame made before the segment that it is in.

        Args:
            address: Which segment.
            frame: One of its frames.

        Raises:
            InputError: As for `request`, or there is no such matte (404).
        """
        recipe = self._recipes.get(address)
        self._check_current(recipe)
        if recipe.kind != "matte" or not recipe.start <= frame < recipe.stop:
            raise InputError(
                f"There is no matte of frame {frame} in this segment; read the manifest.",
                status=404,
            )
        return self._scheduler.request(
            f"{address}/{frame}",
            lambda turn: self._maker.make_matte(recipe, frame, turn),
            Priority.MATTE,
            self.places.owner(address),
        )

    def init(self, address: str) -> bytes:
        """The initialisation segment that goes with a segment.

        Raises:
            InputError: No project has announced the address (404).
        """
        recipe = self._recipes.get(address)
        clip = self._clips.get(recipe.clip)
        return init_of(clip, recipe.kind)

    def shown(self, project: Project, object_id: str, frame: int) -> Mask | None:
        """The matte the present revision shows on a frame, or None where none is made.

        It is never made for this: a click corrects what is seen, and must not wait. Of a segment
        that is not made, a matte that was asked for by itself is seen already; of one that is being
        made, its first mattes are.
        """
        clip = self._clips.get(project.clip)
        revision = self._projects.revision(project.id, project.state.revision)
        if not revision.snapshot.masks(object_id):
            return None
        addresses = self.addresses(project, revision)
        grid = grid_of(clip)
        segment = grid.segment_of(frame)
        address = addresses.mattes[object_id][segment]
        if address == UNDECIDED:
            return None
        alone = self._maker.kept_matte(address, frame)
        if alone is not None:
            return alone
        place = frame - grid.cell(segment)[0]
        # In this order: what ends between the two is kept before it is forgotten as a work.
        for data in (self._scheduler.so_far(address), self._cache.get(address)):
            masks = masks_of(matte_rendition(clip).init, data) if data else iter(())
            mask = next(islice(masks, place, None), None)
            if mask is not None:
                return mask
        return None

    def stale(self, project: Project) -> dict[str, list[Range]]:
        """Per object, the frames whose keyframes changed since the present revision."""
        clip = self._clips.get(project.clip)
        snapshot = self._projects.revision(project.id, project.state.revision).snapshot
        frames = clip.table.frame_count
        shots, nothing = clip.shots or ((0, frames),), nothing_on(clip)
        return {
            item.id: stale_ranges(frames, shots, snapshot.masks(item.id), item.masks, nothing)
            for item in project.state.objects
        }

    def confidence(self, project_id: str, object_id: str, number: int | None) -> Confidence:
        """The overlap with the true masks to expect of an object's matte, frame by frame.

        Raises:
            InputError: There is no such project, revision or object in it (404).
        """
        project = self._projects.get(project_id)
        revision = self._projects.revision(
            project_id, project.state.revision if number is None else number
        )
        known = {item.id for item in revision.snapshot.objects}
        if object_id not in known | {item.id for item in project.state.objects}:
            raise InputError(
                f"There is no object {object_id!r} in this project; read the project.", status=404
            )
        clip = self._clips.get(project.clip)
        mattes: tuple[str, ...] = ()
        if revision.snapshot.masks(object_id):
            mattes = self.addresses(project, revision).mattes[object_id]
        grid = grid_of(clip)
        frames: list[float | None] = []
        for segment in range(grid.count):
            start, stop = grid.cell(segment)
            made = mattes and mattes[segment] != UNDECIDED
            note = self._cache.note(mattes[segment]) if made else None
            frames += from_note(note, stop - start)
        return Confidence(revision.number, frames)

    def segment_made(self, address: str, confidence: Sequence[float]) -> None:
        """Tell pages that a segment became ready, and the overlap to expect of its frames."""
        for place in self.places.find(address):
            told: dict[str, Any] = {
                "object": place.object,
                "segment": place.segment,
                "address": address,
            }
            if confidence:
                told["confidence"] = expected(confidence)
            self._bus.publish(place.project, "segment", told)

    def forget(self, project_id: str) -> None:
        """Drop what is kept of a deleted project."""
        self.places.forget(project_id)
        self._shots.forget(project_id)
        with self._lock:
            for key in [key for key in self._known if key[0] == project_id]:
                del self._known[key]

    def _check_current(self, recipe: Recipe) -> None:
        clip = self._clips.get(recipe.clip)
        video = recipe.kind == "video"
        rendition = video_rendition(clip) if video else matte_rendition(clip)
        current = recipe.edition == EDITION and recipe.encoder == rendition.settings
        if recipe.network:
            current &= recipe.network == carrier_of(clip, self._networks.propagator().identity)
        if not current:
            raise InputError(
                "This segment was announced by another version; read the manifest again.",
                status=404,
            )


def init_of(clip: Clip, kind: str) -> bytes:
    """The initialisation segment of a clip's plate (`video`) or mattes (`matte`)."""
    return (video_rendition(clip) if kind == "video" else matte_rendition(clip)).init


def _named(recipes: Mapping[int, Recipe], by_address: dict[str, Recipe]) -> dict[int, str]:
    """The addresses of recipes; adds those to the recipes by address."""
    # Most are those of the revision before; equal ones are kept once.
    addresses = {at: sys.intern(recipe.address) for at, recipe in recipes.items()}
    by_address.update(zip(addresses.values(), recipes.values(), strict=True))
    return addresses
