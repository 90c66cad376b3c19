"""A setting or a route that nobody documented fails here."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from mattebox.settings import Settings
from tests.server.live import Client

DOCS = Path(__file__).parents[2] / "docs"


def test_every_setting_is_documented_with_its_description() -> None:
    documented = set(re.findall(r"^\| `(\w+)` \|", (DOCS / "settings.md").read_text(), re.M))
    assert documented == set(Settings.model_fields)
    assert all(field.description for field in Settings.model_fields.values())


@pytest.fixture(scope="module")
def description(server: Client) -> dict[str, Any]:
    found: dict[str, Any] = server.http.get("/openapi.json").json()
    return found


def test_every_route_says_what_it_does_and_what_it_answers(description: dict[str, Any]) -> None:
    for path, methods in description["paths"].items():
        if "/uploads" in path:
            continue  # described by the tus protocol
        for method, route in methods.items():
            assert route.get("description"), f"{method} {path}"
            answers = route["responses"]
            good = next(answers[status] for status in answers if status.startswith("2"))
            if "204" not in answers:
                assert good.get("content"), f"{method} {path}"
                for kind, content in good["content"].items():
                    if kind == "application/json":
                        assert content["schema"], f"{method} {path}"


def test_every_route_is_in_the_protocol_note(description: dict[str, Any]) -> None:
    note = re.sub(r"\{\w+\}", "{}", (DOCS / "protocol.md").read_text())
    for path in description["paths"]:
        bare = re.sub(r"\{\w+\}", "{}", path.removeprefix("/api/v1"))
        # The note shortens what all routes of a project begin with to three dots.
        assert bare in note or bare.replace("/projects/{}", "…") in note, path


def test_every_number_of_the_protocol_is_given_once_and_proved() -> None:
    numbers = re.findall(r"^- \*\*(P\d+)\*\*", (DOCS / "protocol.md").read_text(), re.M)
    assert sorted(numbers, key=lambda number: int(number[1:])) == [
        f"P{number}" for number in range(1, len(numbers) + 1)
    ]
    conformance = (Path(__file__).parents[1] / "conformance").glob("test_*.py")
    names = re.findall(
        r"^(?:async )?def (test_\w+)", "\n".join(map(Path.read_text, conformance)), re.M
    )
    proved = {number.upper() for name in names for number in re.findall(r"(?<=_)p\d+(?=_)", name)}
    assert proved == set(numbers)
