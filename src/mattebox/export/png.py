"""A PNG for each frame with straight alpha, in a zip: 8 bits, or 16 where the source has more.

``000120.png`` is frame 120 of the clip. ``frames.json`` beside them says when each is shown, since
a picture sequence cannot.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from av.video.reformatter import ColorRange

from mattebox.export.job import ExportFormat, Job, Matte, Mattes
from mattebox.export.movie import depth, matched
from mattebox.export.picture import SWSCALE_THREADS, deep_bgr, pixel_shape, plate_frame, rounding
from mattebox.media.pipeline import ahead
from mattebox.media.reader import Planes

# The fastest level already finds most of what there is to find in a flat background.
_OPTIONS = (cv2.IMWRITE_PNG_COMPRESSION, 1)


def write(job: Job, mattes: Mattes, path: Path) -> tuple[str, ...]:
    """Write the file; see `mattebox.export.job.Write`."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive,
        closing(matched(job, mattes)) as pairs,
        closing(ahead(_pictures(pairs), depth(job))) as pictures,
    ):
        for done, picture in enumerate(pictures, 1):
            job.check()
            archive.writestr(f"{job.start + done - 1:06d}.png", picture)
            job.progress(done, job.frame_count)
        archive.writestr("frames.json", _times(job))
    return (*rounding(job.info, 10), *pixel_shape(job.info, "PNG"))


def _pictures(pairs: Iterable[tuple[Planes, Matte]]) -> Iterator[bytes]:
    for planes, matte in pairs:
        if planes.bit_depth > 8:
            bgra = np.dstack([deep_bgr(planes), matte.astype(np.uint16) * 257])
        else:
            bgra = np.dstack([_bgr(planes), matte])
        # Colour under a matte of 0 cannot be seen and would fill the file.
        bgra[matte == 0] = 0
        encoded, content = cv2.imencode(".png", bgra, _OPTIONS)
        if not encoded:
            raise RuntimeError("a picture could not be written as PNG")
        yield content.tobytes()


def _bgr(planes: Planes) -> npt.NDArray[np.uint8]:
    plate = plate_frame(planes)
    rgb = plate.reformat(
        format="rgb24",
        src_colorspace=plate.colorspace,
        src_color_range=plate.color_range,
        dst_color_range=ColorRange.JPEG,
        threads=SWSCALE_THREADS,
    ).to_ndarray()
    return np.asarray(rgb[:, :, ::-1], np.uint8)


def _times(job: Job) -> str:
    ticks = [int(tick) for tick in job.table.ticks[job.start : job.stop]]
    told = {"first": job.start, "timescale": job.table.timescale, "ticks": ticks}
    return json.dumps(told if job.timecode is None else {**told, "timecode": job.timecode})


FORMAT = ExportFormat("png", "PNG sequence with alpha (zip)", ".zip", "application/zip", write)
