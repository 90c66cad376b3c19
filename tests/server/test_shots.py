"""What waits for a clip's shots holds nobody else up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from fastapi import FastAPI

from mattebox.server.app import create_app
from mattebox.server.workspace import Workspace
from mattebox.settings import Settings
from tests.conformance.conftest import png

API = "/api/v1"
MORE_THAN_THREADS = 50
PATIENCE_S = 120.0


@pytest.fixture
def app(tmp_path: Path) -> Iterator[FastAPI]:
    made = create_app(Settings(data=tmp_path / "data", click_hold_s=PATIENCE_S))
    yield made
    made.state.workspace.close()


def test_others_are_answered_while_many_wait_for_shots(app: FastAPI, clip: Path) -> None:
    workspace: Workspace = app.state.workspace

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            # Shots are looked for while nobody clicks.
            with workspace.scheduler.click():
                opened = await asyncio.to_thread(workspace.ingests.open_file, clip, "clip.mp4")
                project = f"{API}/projects/{opened.id}"
                made = await client.post(f"{project}/objects", json={})
                item = made.json()["objects"][0]["id"]
                mask = np.full((180, 320), 255, np.uint8)
                placed = await client.put(
                    f"{project}/objects/{item}/frames/0/mask",
                    content=png(mask),
                    headers={"Content-Type": "image/png"},
                )
                assert placed.status_code == 200, placed.text
                applied = await client.post(f"{project}/apply", json={})
                assert applied.status_code == 201, applied.text
                paths = ["revisions/1/video.m3u8", f"revisions/1/{item}.m3u8"]
                waiting = [
                    asyncio.create_task(client.get(f"{project}/{paths[n % 2]}"))
                    for n in range(MORE_THAN_THREADS)
                ]
                await asyncio.sleep(0)
                known = await asyncio.wait_for(client.get(f"{project}/manifest"), PATIENCE_S)
                assert not any(known.json()["objects"][0]["matte"]["addresses"])
                first = known.json()["objects"][0]["matte"]["init"]
                assert (await client.get(first)).status_code == 200
                sure = await asyncio.wait_for(
                    client.get(f"{project}/objects/{item}/confidence"), PATIENCE_S
                )
                assert set(sure.json()["frames"]) == {None}
                assert not any(task.done() for task in waiting)
            workspace.announcer.stop_work(opened.id)
            return list(await asyncio.wait_for(asyncio.gather(*waiting), PATIENCE_S))

    for answer in asyncio.run(ask()):
        assert answer.status_code == 200, answer.text
