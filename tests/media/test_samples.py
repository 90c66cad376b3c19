"""Sound in chunks: each sample at its place beside the pictures, whichever chunk is asked for."""

from __future__ import annotations

import io
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.audio.stream import AudioStream

from mattebox.media import FrameTable, SoundTrack, ingest, sound_chunk, sound_track

Samples = npt.NDArray[np.int16]

FRAMES, RATE = 12 * 24, Fraction(24)


@dataclass(frozen=True)
class Film:
    """A clip with sound.

    Attributes:
        path: Where.
        table: Its frame table.
        track: How its sound is cut.
    """

    path: Path
    table: FrameTable
    track: SoundTrack

    def chunk(self, number: int) -> bytes:
        """One chunk as a file."""
        return sound_chunk(self.path, self.table, self.track, number)

    def heard(self) -> Samples:
        """All chunks, `(channels, samples)`."""
        return np.concatenate([decoded(self.chunk(n)) for n in range(self.track.chunk_count)], 1)


def film(
    path: Path,
    sound: Samples,
    *,
    codec: str = "pcm_s16le",
    rate: int = 48000,
    layout: str = "stereo",
    sound_starts: Fraction = Fraction(0),
    picture_starts: int = 0,
) -> Film:
    """Write grey pictures with a sound beside them."""
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=RATE)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = cast(AudioStream, container.add_stream(codec, rate=rate, layout=layout))
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(np.full((72, 64), 128, np.uint8), "yuv420p")
            frame.pts, frame.time_base = picture_starts + number, 1 / RATE
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        resampler = av.AudioResampler(audio.codec_context.format, layout, rate)
        for at in range(0, sound.shape[1], 1000):
            piece = np.ascontiguousarray(sound[:, at : at + 1000].T).reshape(1, -1)
            block = av.AudioFrame.from_ndarray(piece, "s16", layout)
            block.sample_rate, block.time_base = rate, Fraction(1, rate)
            block.pts = at + round(sound_starts * rate)
            for ready in resampler.resample(block):
                container.mux(audio.encode(ready))
        container.mux(audio.encode(None))
    table = ingest(path).table
    track = sound_track(path, table)
    assert track is not None
    return Film(path, table, track)


def decoded(chunk: bytes) -> Samples:
    """A chunk's samples, `(channels, samples)`."""
    with av.open(io.BytesIO(chunk), "r") as container:
        frames = list(container.decode(audio=0))
        channels = container.streams.audio[0].channels
    packed = np.concatenate([frame.to_ndarray().reshape(-1, channels) for frame in frames])
    return cast(Samples, packed.T)


def clicks(rate: int, channels: int = 2) -> Samples:
    """An impulse where each frame begins, growing so that no two are alike."""
    sound = np.zeros((channels, FRAMES * rate // int(RATE)), np.int16)
    for frame in range(FRAMES):
        sound[:, round(frame * rate / RATE)] = 2000 + 100 * frame
    return sound


def noise(rate: int, channels: int = 2) -> Samples:
    sound = np.random.default_rng(3).integers(-8000, 8000, (channels, 12 * rate))
    return sound.astype(np.int16)


def tone(rate: int, seconds: float = 12, channels: int = 2, hertz: float = 440) -> Samples:
    wave = 8000 * np.sin(np.arange(int(seconds * rate)) * 2 * np.pi * hertz / rate)
    return np.tile(np.rint(wave).astype(np.int16), (channels, 1))


@pytest.mark.parametrize(("suffix", "codec"), [(".mov", "pcm_s16le"), (".mkv", "flac")])
@pytest.mark.parametrize("rate", [44100, 48000])
def test_the_chunks_joined_are_the_source(
    tmp_path: Path, suffix: str, codec: str, rate: int
) -> None:
    sound = noise(rate)
    made = film(tmp_path / f"noise{suffix}", sound, codec=codec, rate=rate)
    assert (made.track.sample_rate, made.track.channels) == (rate, 2)
    assert (made.track.chunk_samples, made.track.chunk_count) == (5 * rate, 3)
    heard = made.heard()
    # Matroska counts milliseconds, and so does the end of the last picture.
    assert sound.shape[1] - rate // 500 <= heard.shape[1] <= sound.shape[1]
    np.testing.assert_array_equal(heard, sound[:, : heard.shape[1]])


def test_an_impulse_lies_at_the_sample_of_its_frame(tmp_path: Path) -> None:
    made = film(tmp_path / "clicks.mov", clicks(48000))
    heard = made.heard()[0]
    at = np.flatnonzero(heard)
    wanted = [round(int(tick) * 48000 / made.table.timescale) for tick in made.table.ticks]
    np.testing.assert_array_equal(at, wanted)
    np.testing.assert_array_equal(heard[at], 2000 + 100 * np.arange(FRAMES))


def test_sound_that_starts_late_is_padded_and_fills_the_clip(tmp_path: Path) -> None:
    sound = noise(48000)[:, : 6 * 48000]
    made = film(tmp_path / "late.mov", sound, sound_starts=Fraction(1, 4))
    heard = made.heard()
    assert heard.shape == (2, 12 * 48000)
    assert not heard[:, :12000].any()
    np.testing.assert_array_equal(heard[:, 12000 : 12000 + sound.shape[1]], sound)
    assert not heard[:, 12000 + sound.shape[1] :].any()


def test_sound_before_the_first_picture_is_cut(tmp_path: Path) -> None:
    sound = noise(48000)
    made = film(tmp_path / "early.mkv", sound, picture_starts=12)
    heard = made.heard()
    there = sound.shape[1] - 24000
    np.testing.assert_array_equal(heard[:, :there], sound[:, 24000:])
    assert not heard[:, there:].any()


def test_a_chunk_is_the_same_alone_and_in_order(tmp_path: Path) -> None:
    made = film(tmp_path / "aac.mp4", tone(48000), codec="aac")
    alone = made.chunk(2)
    assert [made.chunk(number) for number in (0, 1, 2)][2] == alone
    assert decoded(alone).shape == (2, 2 * 48000)


@pytest.mark.parametrize(
    ("suffix", "codec"), [(".mp4", "aac"), (".mkv", "aac"), (".mkv", "libmp3lame"), (".ts", "aac")]
)
def test_there_is_no_seam_between_chunks_of_compressed_sound(
    tmp_path: Path, suffix: str, codec: str
) -> None:
    made = film(tmp_path / f"tone{suffix}", tone(44100), codec=codec, rate=44100)
    heard = made.heard()[0].astype(np.float64)
    assert np.abs(heard).max() > 4000
    seam = made.track.chunk_samples
    # A tone's second difference is small everywhere; a sample lost or repeated is a jump.
    usual = np.abs(np.diff(heard[2000 : seam - 2000], 2)).max()
    for edge in (seam, 2 * seam):
        assert np.abs(np.diff(heard[edge - 200 : edge + 200], 2)).max() < 1.5 * usual


@pytest.mark.parametrize("rate", [32000, 96000, 22050])
def test_another_rate_becomes_48_khz_without_a_seam(tmp_path: Path, rate: int) -> None:
    made = film(tmp_path / "tone.mov", tone(rate), rate=rate)
    assert made.track.sample_rate == 48000
    heard = made.heard()[0]
    assert len(heard) == 12 * 48000
    np.testing.assert_allclose(heard[480:-480], tone(48000)[0][480:-480], atol=12)


def test_more_channels_are_mixed_to_two(tmp_path: Path) -> None:
    sound = tone(48000, channels=6)
    made = film(tmp_path / "wide.mov", sound, layout="5.1")
    assert made.track.channels == 2
    assert np.abs(made.heard()).max() > 4000


def test_one_channel_stays_one(tmp_path: Path) -> None:
    sound = noise(48000, channels=1)
    made = film(tmp_path / "mono.mov", sound, layout="mono")
    np.testing.assert_array_equal(made.heard(), sound)


def test_a_clip_without_sound_has_no_track(tmp_path: Path) -> None:
    path = tmp_path / "mute.mp4"
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=24)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        container.mux(video.encode(av.VideoFrame(64, 48, "yuv420p")))
        container.mux(video.encode(None))
    assert sound_track(path, ingest(path).table) is None


def test_a_chunk_that_is_not_there_is_refused(tmp_path: Path) -> None:
    made = film(tmp_path / "tone.mov", tone(48000))
    with pytest.raises(IndexError, match="3 of 3"):
        made.chunk(3)
