"""How much work a segment takes, in operations counted, on a clip that is easy to follow.

The numbers follow from how propagation goes about it (docs/decisions/propagation-anchors.md); a
change that makes them larger makes everybody wait longer.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import threading
from collections.abc import Callable, Generator, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from mattebox.inference.attended import MOST_ENDED
from mattebox.media import Cuts, DecodingError, configure_pool, ingest, shared_pool
from mattebox.projects.clips import Clip
from mattebox.projects.frames import Frames
from mattebox.projects.library import Library
from mattebox.propagation import MemoryAnchors
from mattebox.segmentation import Click
from mattebox.settings import Settings
from mattebox.streaming.cache import DiskCache
from mattebox.streaming.counters import Counters
from mattebox.streaming.networks import Networks
from mattebox.streaming.plan import matte_recipes, video_recipes
from mattebox.streaming.recipes import Recipe
from mattebox.streaming.scheduler import Priority, Scheduler, Turn
from mattebox.streaming.segments import SegmentMaker, rest
from tests.propagation.film import HEIGHT, WIDTH, Film

PICTURES, REPEATS = 40, 8
FRAMES = PICTURES * REPEATS
SHOTS = ((0, FRAMES),)
LOOKS = 2
PATIENCE_S = 300
# For each frame: an outline, lossless; and a ground whose pictures stand for eight frames.
MOST_BYTES, MOST_PLATE_BYTES = 600, 1000
DEFAULT_ANCHOR_BYTES: int = Settings.model_fields["anchor_cache_bytes"].default

READ, MEMORIZE = "network_calls:propagation-read", "network_calls:propagation-memorize"
DECODED, ENCODED, BYTES = "frames_decoded:matte", "frames_encoded:matte", "bytes_encoded:matte"


class Studio:
    """Makes segments of a ball that slides slowly over a textured ground, and counts."""

    def __init__(self, folder: Path) -> None:
        # A workspace that was closed before took the shared pool with it.
        configure_pool()
        self._film = Film(PICTURES)
        self._library = Library.open(folder)
        self.clip = self._stored(self._written(folder / "ball.mp4"))
        self._counters = Counters()
        self.scheduler = Scheduler(1, longest_hold_s=0.5)
        self.networks = Networks("auto", self._called, self.scheduler)
        # Done whenever propagation calls a network.
        self.beside: Callable[[], None] = lambda: None
        self._folder = folder
        self.forget()

    def forget(self, *looked_at: int) -> None:
        """Begin anew, with nothing made or remembered but the pictures of some frames."""
        frames = Frames(lambda: None)
        for frame in looked_at:
            frames.get(self.clip, frame)
        cache = DiskCache(self._folder / "segments", 1 << 30)
        self.anchors = MemoryAnchors(DEFAULT_ANCHOR_BYTES)
        self._maker = SegmentMaker(
            self._library,
            cache,
            self.networks,
            self._counters,
            lambda _address, _sure: None,
            anchors=self.anchors,
            seen=frames.kept,
        )

    def close(self) -> None:
        self.scheduler.close()

    def mattes(self, *keyframes: int, corrected: int | None = None, rim: int = 0) -> list[Recipe]:
        """The segments of an object with the ball's mask on these frames.

        Args:
            keyframes: The frames.
            corrected: One of them whose mask is made a little smaller.
            rim: By how many pixels all of them are made smaller.
        """
        masks = {}
        for frame in keyframes:
            mask = self._film.mask(frame // REPEATS)
            side = 2 * (rim + (frame == corrected)) + 1
            mask = np.asarray(cv2.erode(mask, np.ones((side, side), np.uint8)), np.uint8)
            masks[frame] = self._library.masks.put(mask)
        identity = self.networks.propagator().identity
        return list(matte_recipes(self.clip, masks, Cuts.of(SHOTS), identity).values())

    def made(self, recipe: Recipe) -> tuple[bytes, dict[str, float]]:
        """A segment, and what was counted for it."""
        before = self._counted()
        with self.scheduler.request(
            recipe.address, lambda turn: self._maker.make(recipe, turn), Priority.PLAYHEAD
        ) as ticket:
            data = ticket.result.result(PATIENCE_S)
        after = self._counted()
        return data, {key: after[key] - before.get(key, 0) for key in after}

    def made_without_decoders(self, recipe: Recipe, times: int) -> bytes:
        """A segment whose decoders are killed at each of its first chunks, so many times."""
        kills = iter(range(times))

        def make(turn: Turn) -> Generator[bytes]:
            for chunk in self._maker.make(recipe, turn):
                if next(kills, None) is not None:
                    for process in shared_pool().busy():
                        if process.alive:
                            os.kill(process.pid, signal.SIGKILL)
                yield chunk

        with self.scheduler.request("killed", make, Priority.PLAYHEAD) as ticket:
            return ticket.result.result(PATIENCE_S)

    def _called(self, network: str) -> None:
        self._counters.calls.labels(network).inc()
        if network.startswith("propagation"):
            self.beside()

    def _counted(self) -> dict[str, float]:
        found = {}
        for metric in self._counters.registry.collect():
            for sample in metric.samples:
                name = sample.name.removeprefix("mattebox_").removesuffix("_total")
                found[":".join([name, *sample.labels.values()])] = sample.value
        return found

    def _written(self, path: Path) -> Path:
        with av.open(str(path), "w") as container:
            stream = container.add_stream("libx264", rate=24)
            stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
            stream.options = {"preset": "ultrafast", "crf": "12", "g": "48", "threads": "1"}
            for index in range(FRAMES):
                frame = av.VideoFrame.from_ndarray(self._film.frame(index // REPEATS), "rgb24")
                frame.pts, frame.time_base = index, Fraction(1, 24)
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        return path

    def _stored(self, path: Path) -> Clip:
        clips = self._library.clips
        name = hashlib.sha256(path.read_bytes()).hexdigest()
        clips.path(name).parent.mkdir(parents=True)
        shutil.copyfile(path, clips.path(name))
        found = ingest(path)
        clips.add(name, found.info, found.table)
        clips.set_shots(name, SHOTS)
        return clips.get(name)


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    made = Studio(tmp_path_factory.mktemp("studio"))
    yield made
    made.close()


def test_a_segment_beside_its_keyframe(studio: Studio) -> None:
    studio.forget()
    _, work = studio.made(studio.mattes(0)[0])
    anchors, between = 3, 21
    assert work[READ] == LOOKS * anchors + between
    assert work[MEMORIZE] == 1
    # The last anchor is the first frame of the next segment; the keyframe is looked at by itself.
    assert work[DECODED] == 1 + 24
    assert work[ENCODED] == 24
    assert work[BYTES] < 24 * MOST_BYTES


def test_pictures_that_were_looked_at_are_not_decoded_again(studio: Studio) -> None:
    recipe = studio.mattes(0)[0]
    studio.forget()
    data, work = studio.made(recipe)
    studio.forget(0, 1, 5)
    again, less = studio.made(recipe)
    assert again == data
    assert less[DECODED] == work[DECODED] - 3


def test_the_segment_after_it_goes_on_from_there(studio: Studio) -> None:
    studio.forget()
    recipes = studio.mattes(0)
    studio.made(recipes[0])
    _, work = studio.made(recipes[1])
    anchors, between = 3, 21
    assert work[READ] == LOOKS * anchors + between
    assert work[MEMORIZE] == 0
    assert work[DECODED] == 25


def test_a_far_segment_takes_leaps_and_decodes_little(studio: Studio) -> None:
    studio.forget()
    _, work = studio.made(studio.mattes(0)[12])
    # Leaps of 48 frames to frame 288, where it begins, and a step to 312, where it ends; some are
    # looked at twice. The ball rolls too far for longer leaps to 192 (tried twice), 96 and 288.
    leaps, in_vain, steps, again, between = 6, 4, 1, 5, 23
    assert work[READ] == leaps + in_vain + steps + again + between
    assert work[MEMORIZE] == 1
    assert work[DECODED] == 1 + leaps - 1 + 25
    assert work[ENCODED] == 24


def test_between_two_keyframes_each_side_is_gone_once(studio: Studio) -> None:
    studio.forget()
    _, work = studio.made(studio.mattes(0, 96)[1])
    ahead, back, between, blended = 6, 9, 21, 4
    assert work[READ] == LOOKS * (ahead + back) + between
    assert work[MEMORIZE] == 2 + blended


def test_objects_made_in_turns_do_not_crowd_each_other_out(studio: Studio) -> None:
    studio.forget()
    objects = [studio.mattes(0, 48, rim=rim) for rim in range(3)]
    reads = [sum(studio.made(each[segment])[1][READ] for each in objects) for segment in range(2)]
    ahead = back = 5
    between = 2 * 21
    assert sum(reads) == len(objects) * (LOOKS * (ahead + back) + between)
    anchor = studio.anchors.size / (len(objects) * (ahead + back))
    # What ten objects need in a minute between two keyframes, ahead and back.
    assert 10 * 2 * 100 * anchor < DEFAULT_ANCHOR_BYTES


def test_a_correction_makes_only_what_depends_on_it(studio: Studio) -> None:
    before = studio.mattes(0, 96, 192)
    after = studio.mattes(0, 96, 192, corrected=96)
    changed = [s for s, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]]
    assert changed == list(range(8))


def test_another_object_costs_its_own_matte_and_no_plate(studio: Studio) -> None:
    studio.forget()
    for recipes in (studio.mattes(0), studio.mattes(0, rim=1)):
        _, work = studio.made(recipes[0])
        assert (work[READ], work[MEMORIZE]) == (LOOKS * 3 + 21, 1)
        assert (work[DECODED], work[ENCODED]) == (1 + 24, 24)
        assert not any(work.get(f"frames_{deed}:video") for deed in ("decoded", "encoded"))


def test_a_segment_of_the_plate_is_decoded_once_and_asks_no_network(studio: Studio) -> None:
    _, work = studio.made(video_recipes(studio.clip)[3])
    assert work["frames_decoded:video"] == 24
    assert work["frames_encoded:video"] == 24
    assert work["bytes_encoded:video"] < 24 * MOST_PLATE_BYTES
    assert not any(work[key] for key in work if key.startswith("network_calls"))


def test_where_no_keyframe_reaches_nothing_is_decoded(studio: Studio) -> None:
    _, work = studio.made(studio.mattes()[2])
    assert work[ENCODED] == 24
    assert work[DECODED] == 0
    assert not any(work[key] for key in work if key.startswith("network_calls"))


def test_calls_that_clicks_end_are_made_anew_and_give_the_same(studio: Studio) -> None:
    recipe = studio.mattes(0)[0]
    studio.forget()
    undisturbed, before = studio.made(recipe)
    studio.forget()
    studio.beside = studio.networks.interrupt
    disturbed, work = studio.made(recipe)
    studio.beside = lambda: None
    assert disturbed == undisturbed
    made = MOST_ENDED + 1
    assert (work[READ], work[MEMORIZE]) == (made * before[READ], made * before[MEMORIZE])


def test_calls_that_are_ended_anywhere_on_their_way_give_the_same(studio: Studio) -> None:
    recipe = studio.mattes(0)[0]
    studio.forget()
    undisturbed, before = studio.made(recipe)
    studio.forget()
    over = threading.Event()

    def interrupt() -> None:
        while not over.wait(0.005):
            studio.networks.interrupt()

    clicks = threading.Thread(target=interrupt)
    clicks.start()
    try:
        disturbed, work = studio.made(recipe)
    finally:
        over.set()
        clicks.join()
    assert disturbed == undisturbed
    assert work[READ] > before[READ]


def ask(studio: Studio) -> None:
    studio.networks.replay().mask(np.zeros((90, 160, 3), np.uint8), [Click(0.5, 0.5, True)])


def ask_nothing(studio: Studio) -> None:
    studio.networks.replay().mask(np.zeros((90, 160, 3), np.uint8), [])


def ask_late(studio: Studio) -> None:
    # Returns while the click lasts, once it has held others up for as long as it may.
    studio.scheduler.wait_for_clicks()
    studio.networks.replay().mask(np.ones((90, 160, 3), np.uint8), [Click(0.5, 0.5, True)])


@pytest.mark.parametrize(("deed", "ended"), [(ask, 1), (ask_nothing, 0), (ask_late, 0)])
def test_only_a_click_that_asks_a_network_and_holds_others_up_ends_their_calls(
    studio: Studio, deed: Callable[[Studio], None], ended: int
) -> None:
    recipe = studio.mattes(0)[0]
    studio.forget()
    _, before = studio.made(recipe)
    studio.forget()

    def click() -> None:
        studio.beside = lambda: None
        with studio.scheduler.click():
            deed(studio)

    studio.beside = click
    _, work = studio.made(recipe)
    calls = [sum(each[key] for key in (READ, MEMORIZE)) for each in (before, work)]
    assert calls[1] == calls[0] + ended


def test_a_segment_made_once_more_goes_on_behind_what_is_out() -> None:
    assert list(rest([b"a", b"b", b"c"], [b"a", b"b"])) == [b"c"]
    for other in ([b"a", b"x", b"c"], [b"a"]):
        with pytest.raises(RuntimeError, match="came out differently"):
            list(rest(other, [b"a", b"b"]))


def test_a_segment_whose_decoder_is_killed_while_it_is_sent_comes_whole(studio: Studio) -> None:
    recipe = video_recipes(studio.clip)[5]
    whole, _ = studio.made(recipe)
    assert studio.made_without_decoders(recipe, 1) == whole


def test_a_segment_that_fails_again_is_not_tried_for_ever(studio: Studio) -> None:
    recipe = video_recipes(studio.clip)[6]
    with pytest.raises(DecodingError):
        studio.made_without_decoders(recipe, 24)
