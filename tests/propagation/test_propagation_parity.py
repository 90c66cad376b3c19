"""Every engine must give the masks of the PyTorch reference."""

import os
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from mattebox.evaluation.sequences import read_frames, read_mask
from mattebox.inference import available
from mattebox.propagation.network import Network
from mattebox.propagation.region import Region, mask_box, region_around
from tests.propagation.film import Film

pytest.importorskip("torch")

DATA = Path(os.environ.get("MATTEBOX_DATA") or Path(__file__).parents[3] / "shared" / "data")
SEQUENCES = DATA / "train" / "sequences" / "davis2016_train"
Picture = NDArray[np.uint8]


def through_a_codec(frames: list[Picture]) -> list[Picture]:
    """Encode as H.264, as uploads are, and decode again."""
    file = BytesIO()
    with av.open(file, "w", format="mp4") as writing:
        stream = writing.add_stream("libx264", rate=24, options={"crf": "20"})
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for frame in frames:
            writing.mux(stream.encode(av.VideoFrame.from_ndarray(frame, "rgb24")))
        writing.mux(stream.encode(None))
    file.seek(0)
    with av.open(file, "r") as reading:
        return [
            np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
            for frame in reading.decode(video=0)
        ]


def subjects() -> Iterator[tuple[str, list[Picture], Picture]]:
    """Yield a name, nine consecutive frames and the first one's mask."""
    film = Film()
    yield "drawn", [film.frame(index) for index in range(4, 13)], film.mask(4)
    slow = through_a_codec([film.frame(4 + index // 3) for index in range(9)])
    yield "coded", slow, film.mask(4)
    for name in ("horsejump-low", "bear", "drift-turn"):
        if (SEQUENCES / name).is_dir():
            frames = list(islice(read_frames(SEQUENCES / name), 9))
            mask = read_mask(SEQUENCES / name / "masks" / "00000.png") * np.uint8(255)
            yield name, frames, mask


def found(network: Network, frames: list[Picture], mask: Picture, gap: int) -> NDArray[np.bool_]:
    box = mask_box(mask) or (0, 0, *mask.shape[::-1])
    side = 1.7 * max(box[2] - box[0], box[3] - box[1])
    region: Region = region_around(box, mask.shape[1], mask.shape[0], side)
    memory = [network.memorize(frames[0], mask, region), *[None] * (network.slots - 1)]
    return network.read(frames[gap], mask, region, memory).mask >= 128


@pytest.mark.parametrize(
    "engine", [name for name in ("openvino", "onnxruntime") if name in available()]
)
def test_masks_agree_with_the_reference(engine: str) -> None:
    """Each mask, one frame on and an anchor's stride on."""
    reference, network = Network("torch"), Network(engine)
    for name, frames, mask in subjects():
        for gap in (1, 8):
            wanted = found(reference, frames, mask, gap)
            mine = found(network, frames, mask, gap)
            assert wanted.any()
            agreement = np.count_nonzero(mine & wanted) / np.count_nonzero(mine | wanted)
            assert agreement >= 0.995, (name, gap)
