"""Who may ask: hosts, origins, tokens, sizes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from mattebox.errors import InputError
from mattebox.settings import Settings, is_loopback
from tests.server.live import Client, LiveServer, served


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:1234", 200),
        ("127.0.0.1:80", 200),
        ("[::1]:80", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("192.168.0.7", 421),
        ("", 421),
        ("[::1", 421),
    ],
)
def test_only_names_of_this_machine_are_answered(server: Client, host: str, status: int) -> None:
    answer = server.http.get("/healthz", headers={"Host": host})
    assert answer.status_code == status


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_pages_of_other_sites_change_nothing(server: Client, opened: str, origin: str) -> None:
    headers = {"Origin": origin}
    before = server.get(f"/projects/{opened}")
    for method, path in [
        ("POST", f"/projects/{opened}/objects"),
        ("DELETE", f"/projects/{opened}"),
        ("PATCH", f"/projects/{opened}"),
        ("POST", "/uploads"),
    ]:
        assert server.request(method, path, headers=headers, json={}).status_code == 403
    assert server.get(f"/projects/{opened}")["version"] == before["version"]
    own = {"Origin": server.server.address}
    assert server.request("POST", f"/projects/{opened}/redo", headers=own).status_code == 409


def test_answers_carry_the_protective_headers(server: Client) -> None:
    for path in ("/healthz", "/nothing", "/api/v1/projects"):
        headers = server.http.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "'unsafe-inline'" not in policy
        assert "'unsafe-eval'" not in policy.replace("'wasm-unsafe-eval'", "")
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_bodies_are_limited(server: Client, opened: str) -> None:
    path = f"/projects/{opened}/objects"
    large = b'{"name": "' + b"x" * (33 << 20) + b'"}'
    stated = server.request("POST", path, content=large)
    assert stated.status_code == 413
    unstated = server.request(
        "POST", path, content=iter([large]), headers={"Content-Type": "application/json"}
    )
    assert unstated.status_code == 413
    assert unstated.headers["Content-Type"] == "application/problem+json"
    assert server.get(f"/projects/{opened}")["objects"] == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing/here", 404),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/api/v1/projects/nobody", 404),
        ("DELETE", "/api/v1/projects/nobody", 404),
        ("GET", "/api/v1/projects/nobody/manifest", 404),
        ("GET", "/api/v1/projects/nobody/events", 404),
        ("POST", "/api/v1/projects/nobody/apply", 404),
        ("POST", "/api/v1/projects/nobody/undo", 404),
        ("DELETE", "/api/v1/projects/nobody/work", 404),
        ("GET", "/api/v1/masks/" + "0" * 64 + ".png", 404),
        ("GET", "/api/v1/masks/..%2F..%2Fmattebox.db.png", 404),
        ("PUT", "/api/v1/projects", 405),
        ("POST", "/api/v1/projects", 422),
    ],
)
def test_errors_of_every_kind_are_problem_details(
    server: Client, method: str, path: str, status: int
) -> None:
    answer = server.http.request(method, path)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "detail"}


def test_json_is_zipped_and_media_is_not(server: Client, opened: str) -> None:
    table = server.request("GET", f"/projects/{opened}/frame-table")
    assert table.headers.get("Content-Encoding") == "gzip"
    address = server.get(f"/projects/{opened}/manifest")["video"]["addresses"][0]
    for path in (f"/segments/{address}.m4s", f"/projects/{opened}/frames/0.png"):
        assert "Content-Encoding" not in server.request("GET", path).headers


def test_with_a_token_everything_needs_it(tmp_path: Path) -> None:
    with served(tmp_path, {"MATTEBOX_TOKEN": "open sesame"}) as client:
        bare = httpx.Client(base_url=client.server.address)
        assert bare.get("/healthz").status_code == 200
        for path in ("/", "/metrics", "/openapi.json", "/api/v1/projects", "/?token=wrong"):
            assert bare.get(path).status_code == 401
        bearer = {"Authorization": "Bearer open sesame"}
        assert bare.get("/api/v1/projects", headers=bearer).status_code == 200
        assert bare.get("/api/v1/projects?token=open+sesame").status_code == 401
        entered = bare.get("/?token=open+sesame&project=p1")
        assert (entered.status_code, entered.headers["Location"]) == (303, "/?project=p1")
        assert "HttpOnly" in entered.headers["Set-Cookie"]
        assert "SameSite=strict" in entered.headers["Set-Cookie"]
        assert bare.get("/api/v1/projects").status_code == 200


def test_the_server_refuses_to_be_open_to_others_without_a_token(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="set MATTEBOX_TOKEN to a secret"):
        LiveServer(tmp_path, None, "--host", "0.0.0.0")
    with pytest.raises(InputError):
        Settings(host="192.168.0.7").check()
    Settings(host="::1").check()


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.8.8.8", True), ("LOCALHOST", True), ("[::1]", True),
     ("0.0.0.0", False), ("example.org", False), ("", False)],
)  # fmt: skip
def test_loopback_is_what_only_this_machine_reaches(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_a_wrong_start_says_why_and_exits_with_2(tmp_path: Path, server: Client) -> None:
    taken = server.server.address.rpartition(":")[2]
    command = [sys.executable, "-c", "from mattebox.cli import main; main()", "serve"]
    file = tmp_path / "file"
    file.touch()
    for arguments, reason in [
        (["--port", taken, "--data", str(tmp_path / "a")], "choose another --port"),
        (["--port", "99999", "--data", str(tmp_path / "a")], "port"),
        (["--port", "0", "--data", str(file)], "choose another with --data"),
    ]:
        done = subprocess.run(
            [*command, *arguments], capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 2
        assert reason in done.stderr
        assert "Traceback" not in done.stderr
