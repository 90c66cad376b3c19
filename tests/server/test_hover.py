"""Of a project's hovering pointers only the newest is answered, and no project waits for ever."""

from __future__ import annotations

import asyncio

from mattebox.server.routes.hover import Newest

Answers = list[tuple[str, int, bool]]


async def asked(newest: Newest, order: str) -> Answers:
    """What becomes of requests that come while the first is under way.

    Args:
        newest: Lets them in.
        order: The project of each, by a letter.
    """
    answered: Answers = []
    go = asyncio.Event()

    async def ask(project: str, number: int) -> None:
        async with newest.turn(project) as wanted:
            answered.append((project, number, wanted))
            if wanted:
                await go.wait()

    tasks = []
    for number, project in enumerate(order):
        tasks.append(asyncio.create_task(ask(project, number)))
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert answered[0] == (order[0], 0, True)
    # Who is not wanted any more is told at once.
    last = {order.rindex(project) for project in order}
    assert {number for _, number, wanted in answered if not wanted} == (
        set(range(1, len(order))) - last
    )
    go.set()
    await asyncio.gather(*tasks)
    return answered


def test_of_those_who_wait_only_the_newest_is_let_in() -> None:
    answered = asyncio.run(asked(Newest(), "pppp"))
    assert answered == [("p", 0, True), ("p", 1, False), ("p", 2, False), ("p", 3, True)]


def test_a_pointer_in_one_project_leaves_those_in_others_their_turn() -> None:
    answered = asyncio.run(asked(Newest(), "pqpqprp"))
    wanted = [(project, number) for project, number, wanted in answered if wanted]
    assert wanted == [("p", 0), ("q", 3), ("r", 5), ("p", 6)]


def test_who_hangs_up_while_waiting_or_at_the_door_keeps_nobody_out() -> None:
    async def hover() -> list[bool]:
        newest = Newest()
        go = asyncio.Event()

        async def ask(project: str) -> bool:
            async with newest.turn(project) as wanted:
                await go.wait()
                return wanted

        tasks = [asyncio.create_task(ask(project)) for project in "pqrs"]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.sleep(0)
        go.set()
        while not tasks[0].done():
            await asyncio.sleep(0)
        # Let in by the first, and not there to notice.
        tasks[2].cancel()
        found = await asyncio.gather(*tasks, return_exceptions=True)
        assert [isinstance(each, asyncio.CancelledError) for each in found[1:3]] == [True, True]
        return [found[0] is True, found[3] is True]

    assert asyncio.run(hover()) == [True, True]


def test_one_that_fails_lets_the_next_one_in() -> None:
    async def hover() -> bool:
        newest = Newest()
        try:
            async with newest.turn("p"):
                raise ValueError
        except ValueError:
            async with newest.turn("p") as wanted:
                return wanted

    assert asyncio.run(hover())
