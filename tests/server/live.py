"""A real server in a process of its own, and a client that knows the protocol.

Also a program, for tests in other languages: ``python -m tests.server.live DIR`` is the same as
``mattebox serve --port 0 --data DIR``; it prints its address once it can serve.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

API = "/api/v1"
TUS = {"Tus-Resumable": "1.0.0"}
_PATIENCE_S = 120.0

Json = dict[str, Any]
T = TypeVar("T")


class LiveServer:
    """``mattebox serve`` on a free port.

    Args:
        data: The data folder.
        variables: Environment variables beside the present ones, such as ``MATTEBOX_TOKEN``.
        arguments: Further arguments of the command.
    """

    def __init__(
        self, data: Path, variables: dict[str, str] | None = None, *arguments: str
    ) -> None:
        command = [sys.executable, "-c", "from mattebox.cli import main; main()", "serve"]
        self.process = subprocess.Popen(
            [*command, "--port", "0", "--data", str(data), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(variables or {})},
        )
        self.errors: list[str] = []
        threading.Thread(target=self._collect, daemon=True).start()
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        self.address = said.rpartition(" ")[2].strip().rstrip("/")
        if not self.address:
            self.process.wait()
            raise RuntimeError("the server did not start: " + "".join(self.errors))

    def _collect(self) -> None:
        assert self.process.stderr is not None
        self.errors += iter(self.process.stderr.readline, "")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; returns the exit status."""
        self.process.send_signal(how)
        return self.process.wait(_PATIENCE_S)


@contextmanager
def served(
    data: Path, variables: dict[str, str] | None = None, *arguments: str
) -> Iterator[Client]:
    """A client of a server that is stopped in the end."""
    server = LiveServer(data, variables, *arguments)
    try:
        with Client(server) as client:
            yield client
    finally:
        if server.process.poll() is None:
            server.stop(signal.SIGKILL)


class Client:
    """Speaks the protocol to one server; paths are below ``/api/v1``."""

    def __init__(self, server: LiveServer, headers: dict[str, str] | None = None) -> None:
        self.server = server
        self.http = httpx.Client(
            base_url=server.address, timeout=_PATIENCE_S, headers=headers or {}
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_error: object) -> None:
        self.http.close()

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Any request, with no opinion on the answer."""
        return self.http.request(method, API + path, **options)

    def get(self, path: str) -> Json:
        """JSON that must be there."""
        return self._good(self.request("GET", path))

    def post(self, path: str, body: Json | None = None) -> Json:
        """JSON answer of a POST that must work."""
        return self._good(self.request("POST", path, json=body if body is not None else {}))

    def upload(self, path: Path, name: str | None = None) -> str:
        """Upload a file by tus; returns the upload's id."""
        data = path.read_bytes()
        location = self.begin_upload(len(data), path.name if name is None else name)
        if data:
            answer = self.http.patch(location, content=data, headers=patch_headers(0))
            assert answer.status_code == 204, answer.text
        return location.rpartition("/")[2]

    def begin_upload(self, size: int, name: str) -> str:
        """Create an upload; returns its address."""
        encoded = base64.b64encode(name.encode()).decode()
        headers = TUS | {
            "Upload-Length": str(size),
            "Upload-Metadata": f"filename {encoded}".strip(),
        }
        answer = self.request("POST", "/uploads", headers=headers)
        assert answer.status_code == 201, answer.text
        return answer.headers["Location"]

    def ingest(self, upload: str) -> httpx.Response:
        """What became of an upload, once it is known."""
        return wait_for(
            lambda: self.request("GET", f"/ingests/{upload}"), lambda r: r.status_code != 202
        )

    def open(self, path: Path, name: str | None = None) -> str:
        """Upload a clip that must be accepted; returns the project's id."""
        return str(self._good(self.ingest(self.upload(path, name)))["project"])

    def add_object(self, project: str) -> str:
        """Add an object; returns its id."""
        return str(self.post(f"/projects/{project}/objects")["objects"][-1]["id"])

    def click(
        self, project: str, item: str, frame: int, at: tuple[float, float], include: bool = True
    ) -> Json:
        """Click; returns the project."""
        body = {"x": at[0], "y": at[1], "include": include}
        return self.post(f"/projects/{project}/objects/{item}/frames/{frame}/clicks", body)

    def place_mask(self, project: str, item: str, frame: int, png: bytes) -> Json:
        """Hand in a keyframe's mask; returns the project."""
        path = f"/projects/{project}/objects/{item}/frames/{frame}/mask"
        headers = {"Content-Type": "image/png"}
        return self._good(self.request("PUT", path, content=png, headers=headers))

    def apply(self, project: str, playhead: int = 0) -> Json:
        """Apply; returns the new revision's manifest once all its segments are decided."""
        number = self.post(f"/projects/{project}/apply", {"playhead": playhead})["revision"]
        return self.decided(project, number)

    def decided(self, project: str, revision: int) -> Json:
        """A revision's manifest once all its segments are decided."""
        path = f"/projects/{project}/manifest?revision={revision}"
        return wait_for(lambda: self.get(path), is_decided)

    def stop_work(self, project: str) -> None:
        """Stop filling, and wait until nothing is in work any more."""
        assert self.request("DELETE", f"/projects/{project}/work").status_code == 204
        wait_for(self.counters, lambda c: c["mattebox_segments_busy"] == 0)

    @contextmanager
    def asked(self, path: str) -> Iterator[None]:
        """Ask for a segment that is not made yet; the connection is closed on leaving."""
        host, _, port = self.server.address.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), _PATIENCE_S) as connection:
            connection.sendall(f"GET {API}{path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            wait_for(self.counters, lambda c: c["mattebox_segments_busy"] > 0)
            yield

    def counters(self) -> dict[str, float]:
        """The server's counters by name and labels, as ``/metrics`` writes them."""
        lines = self.http.get("/metrics").text.splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
        return {name: float(value) for name, value in pairs}

    def count(self, name: str, label: str) -> float:
        """One counter; 0 before it first counted."""
        found = self.counters()
        return next(
            (v for key, v in found.items() if key.startswith(name) and f'"{label}"' in key), 0.0
        )

    def events(self, project: str, last_id: str | None = None) -> Events:
        """The project's events from now on."""
        return Events(self, project, last_id)

    def _good(self, answer: httpx.Response) -> Json:
        assert answer.status_code in {200, 201}, f"{answer.status_code}: {answer.text}"
        body: Json = answer.json()
        return body


class Events:
    """Server-sent events, read as they come.

    Attributes:
        last_id: Id of the event read last.
    """

    def __init__(self, client: Client, project: str, last_id: str | None) -> None:
        headers = {"Last-Event-ID": last_id} if last_id else {}
        self.last_id = last_id
        self._http = httpx.Client(base_url=client.server.address, timeout=_PATIENCE_S)
        request = self._http.build_request(
            "GET", f"{API}/projects/{project}/events", headers=headers
        )
        self._answer = self._http.send(request, stream=True)
        assert self._answer.status_code == 200
        self._lines = self._answer.iter_lines()

    def __enter__(self) -> Events:
        return self

    def __exit__(self, *_error: object) -> None:
        self._answer.close()
        self._http.close()

    def next(self) -> tuple[str, Json]:
        """Kind and data of the next event."""
        fields: dict[str, str] = {}
        for line in self._lines:
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "event" in fields:
                self.last_id = fields["id"]
                return fields["event"], json.loads(fields["data"])
            else:
                fields = {}
        raise EOFError

    def rest(self) -> list[tuple[str, Json]]:
        """Everything until the server ends the stream."""
        found = []
        with contextlib.suppress(EOFError):
            while True:
                found.append(self.next())
        return found

    def until(self, kind: str, wanted: Callable[[Json], bool] = lambda _: True) -> Json:
        """The data of the next event of a kind that is as wanted."""
        while True:
            found, data = self.next()
            if found == kind and wanted(data):
                return data


def patch_headers(offset: int) -> dict[str, str]:
    """Headers of a tus PATCH."""
    kind = "application/offset+octet-stream"
    return TUS | {"Upload-Offset": str(offset), "Content-Type": kind}


def is_decided(manifest: Json) -> bool:
    """Whether no segment of a manifest waits for cuts."""
    mattes = [item["matte"] for item in manifest["objects"] if item["matte"]]
    return all(all(matte["addresses"]) for matte in mattes)


def wait_for(ask: Callable[[], T], good: Callable[[T], bool]) -> T:
    """Ask until the answer is good."""
    deadline = time.monotonic() + _PATIENCE_S
    while not good(answer := ask()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"still {answer!r}")
        time.sleep(0.02)
    return answer


if __name__ == "__main__":
    from mattebox.cli import main

    main(["serve", "--port", "0", "--data", *sys.argv[1:]])
