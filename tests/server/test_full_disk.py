"""A disk that takes no more: the operation fails by name, what was stored before is intact.

The operating system refuses files beyond a size here, which is what a full disk looks like to the
program: a write that fails in the middle.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.server.live import Client, patch_headers, served
from tests.server.test_exports import square

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of another process")


@contextmanager
def full_disk(client: Client, largest_file: int) -> Iterator[None]:
    """For as long as this lasts the server can write no file larger than this."""
    process = client.server.process.pid
    before = resource.prlimit(process, resource.RLIMIT_FSIZE)
    resource.prlimit(process, resource.RLIMIT_FSIZE, (largest_file, before[1]))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, before)


def test_what_fails_on_a_full_disk_works_once_there_is_space(clip: Path, tmp_path: Path) -> None:
    with served(tmp_path) as client:
        project = client.open(clip)
        item = client.add_object(project)
        before = client.get(f"/projects/{project}")
        files = sorted(path for path in tmp_path.rglob("*.png"))

        content = clip.read_bytes()
        location = client.begin_upload(len(content), "clip.mp4")
        with full_disk(client, 1000):
            answer = client.http.patch(location, content=content, headers=patch_headers(0))
            assert answer.status_code == 507
            assert "free space" in answer.json()["detail"]
        answer = client.http.patch(location, content=content, headers=patch_headers(0))
        assert answer.status_code == 204
        assert client.ingest(location.rpartition("/")[2]).status_code == 200

        path = f"/projects/{project}/objects/{item}/frames/0/mask"
        headers = {"Content-Type": "image/png"}
        with full_disk(client, 10):
            answer = client.request("PUT", path, content=square(), headers=headers)
            assert answer.status_code == 507
        assert client.get(f"/projects/{project}")["objects"] == before["objects"]
        assert sorted(path for path in tmp_path.rglob("*.png")) == files
        client.place_mask(project, item, 0, square())

        for frame in range(0, 72, 2):
            client.place_mask(project, item, frame, square())
        with client.events(project) as events:
            with full_disk(client, 1000):
                # The database has room in its files; segments have not.
                answer = client.request("POST", f"/projects/{project}/apply", json={})
                if answer.status_code == 201:
                    work = events.until("work", lambda w: w["total"] and w["state"] != "running")
                    assert work["state"] == "failed"
                    assert work["detail"].endswith(".")
                else:
                    assert answer.status_code == 507
            client.post(f"/projects/{project}/apply")
            work = events.until("work", lambda w: w["total"] and w["state"] == "idle")
            assert work["done"] == 3
        assert not list(tmp_path.rglob("*.aside"))
