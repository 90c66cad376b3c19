"""A server that is told to stop does, whatever is going on."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.server.live import Client, LiveServer, served


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_open_pages_and_running_work_do_not_hold_it_up(
    clip: Path, tmp_path: Path, how: signal.Signals
) -> None:
    with served(tmp_path) as client:
        project = client.open(clip)
        item = client.add_object(project)
        client.click(project, item, 3, (0.5, 0.5))
        with client.events(project) as events:
            addresses = client.apply(project)["objects"][0]["matte"]["addresses"]
            with client.asked(f"/segments/{addresses[-1]}.m4s"):
                assert client.server.stop(how) == 0
            assert "revision" in {kind for kind, _ in events.rest()}
        assert "Traceback" not in "".join(client.server.errors)
    assert not list(tmp_path.rglob("*.aside"))
    with served(tmp_path) as client:
        assert client.get(f"/projects/{project}")["revision"] == 1
        assert client.request("GET", f"/segments/{addresses[-1]}.m4s").status_code == 200


def test_two_servers_never_share_a_folder(tmp_path: Path) -> None:
    with served(tmp_path) as client:
        with pytest.raises(RuntimeError, match="Another server uses the data folder"):
            LiveServer(tmp_path)
        assert Client(client.server).http.get("/healthz").status_code == 200
