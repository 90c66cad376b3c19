import numpy as np

from mattebox.media.segments import encode_matte_segment
from mattebox.streaming.mattes import masks_of


def test_mattes_come_back_exactly_as_they_were_encoded() -> None:
    random = np.random.default_rng(0)
    masks = [random.integers(0, 256, (50, 66), np.uint8) for _ in range(14)]
    made = encode_matte_segment(masks, range(1000, 1014), [1] * 14, 24, (66, 50))
    back = list(masks_of(made.init, made.media))
    assert len(back) == len(masks)
    for one, other in zip(masks, back, strict=True):
        assert np.array_equal(one, other)
