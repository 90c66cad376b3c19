from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.live import Client, served
from tests.support import clips


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds of numbered frames with sound."""
    recipe = clips.Recipe(frames=72, sound_s=3)
    return clips.write(tmp_path_factory.mktemp("clip") / "numbers", recipe).path


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with served(tmp_path_factory.mktemp("data")) as client:
        yield client


@pytest.fixture(scope="session")
def opened(server: Client, clip: Path) -> str:
    """A project that tests only read."""
    return server.open(clip)


@pytest.fixture
def project(server: Client, clip: Path) -> Iterator[str]:
    """A project of the test's own."""
    made = server.open(clip)
    yield made
    server.request("DELETE", f"/projects/{made}")
