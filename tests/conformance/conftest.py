from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from tests.server.live import Client, Json, served
from tests.support import clips

Mask = npt.NDArray[np.uint8]

KEYFRAMES = (0, 40)


@dataclass(frozen=True)
class Applied:
    """A project with one object, two keyframes and a revision of them.

    Attributes:
        project: Its id.
        item: The object's id.
        masks: The keyframe masks.
        manifest: The revision's manifest when it was announced.
    """

    project: str
    item: str
    masks: dict[int, Mask]
    manifest: Json

    @property
    def addresses(self) -> list[str]:
        """The matte's segments."""
        addresses: list[str] = self.manifest["objects"][0]["matte"]["addresses"]
        return addresses


def disk(x: int, y: int, radius: int, size: tuple[int, int] = (320, 180)) -> Mask:
    """A soft disk as a mask."""
    mask = np.zeros(size[::-1], np.uint8)
    cv2.circle(mask, (x, y), radius, 255, cv2.FILLED)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 2), np.uint8)


def png(mask: Mask) -> bytes:
    """A mask as a PNG file."""
    return cv2.imencode(".png", mask)[1].tobytes()


def apply_keyframes(client: Client, project: str, masks: dict[int, Mask]) -> Applied:
    """Add an object with these keyframes, apply, and stop the filling at once."""
    item = client.add_object(project)
    for frame, mask in masks.items():
        client.place_mask(project, item, frame, png(mask))
    number = client.post(f"/projects/{project}/apply", {})["revision"]
    client.stop_work(project)
    return Applied(project, item, masks, client.decided(project, number))


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> clips.Written:
    """Three seconds of numbered frames at an uneven pace, with B-frames."""
    pts = [3 * index + (index % 5 == 0) for index in range(72)]
    recipe = clips.Recipe(pts=pts, frames=72, rate=Fraction(24), time_base=Fraction(1, 72))
    return clips.write(tmp_path_factory.mktemp("clip") / "numbers", recipe)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with served(tmp_path_factory.mktemp("data")) as client:
        yield client


@pytest.fixture
def project(server: Client, clip: clips.Written) -> Iterator[str]:
    """A project of the test's own."""
    made = server.open(clip.path)
    yield made
    server.request("DELETE", f"/projects/{made}")


@pytest.fixture(scope="session")
def applied(server: Client, clip: clips.Written) -> Applied:
    """A revision that tests only read."""
    masks = {frame: disk(80 + 2 * frame, 90, 40) for frame in KEYFRAMES}
    return apply_keyframes(server, server.open(clip.path), masks)
