"""Of hovering pointers only the newest is answered."""

from __future__ import annotations

import asyncio

from mattebox.server.routes.hover import Newest


def test_of_those_who_wait_only_the_newest_is_let_in() -> None:
    answered: list[tuple[int, bool]] = []

    async def ask(newest: Newest, number: int, go: asyncio.Event) -> None:
        async with newest as wanted:
            answered.append((number, wanted))
            if wanted:
                await go.wait()

    async def hover() -> None:
        newest, go = Newest(), asyncio.Event()
        asked = []
        for number in range(4):
            asked.append(asyncio.create_task(ask(newest, number, go)))
            await asyncio.sleep(0)
        assert answered == [(0, True)]
        go.set()
        await asyncio.gather(*asked)

    asyncio.run(hover())
    assert answered == [(0, True), (1, False), (2, False), (3, True)]


def test_one_that_fails_lets_the_next_one_in() -> None:
    async def hover() -> bool:
        newest = Newest()
        try:
            async with newest:
                raise ValueError
        except ValueError:
            async with newest as wanted:
                return wanted

    assert asyncio.run(hover())
