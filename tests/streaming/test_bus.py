import asyncio

import pytest

from mattebox.streaming.bus import Announcement, Bus, Subscription


async def read(subscription: Subscription, count: int) -> list[Announcement]:
    found = []
    async for item in subscription:
        found.append(item)
        if len(found) == count:
            break
    return found


def test_announcements_reach_every_page_of_their_project_only() -> None:
    async def scene() -> None:
        bus = Bus(10)
        pages = [bus.subscribe("p1", None), bus.subscribe("p1", None)]
        other = bus.subscribe("p2", None)
        bus.publish("p1", "project", {"version": 1})
        bus.publish("p2", "project", {"version": 9})
        for page in pages:
            assert [a.data for a in await read(page, 1)] == [{"version": 1}]
        assert [a.data for a in await read(other, 1)] == [{"version": 9}]

    asyncio.run(scene())


def test_who_comes_back_gets_just_what_was_missed() -> None:
    async def scene() -> None:
        bus = Bus(10)
        page = bus.subscribe("p", None)
        for number in range(5):
            bus.publish("p", "project", {"version": number})
        seen = await read(page, 2)
        page.close()
        again = bus.subscribe("p", seen[-1].id)
        assert [a.data["version"] for a in await read(again, 3)] == [2, 3, 4]

    asyncio.run(scene())


def test_who_missed_as_much_as_is_kept_gets_it_all() -> None:
    async def scene() -> None:
        bus = Bus(2)
        page = bus.subscribe("p", None)
        for number in range(5):
            bus.publish("p", "project", {"version": number})
        third = (await read(page, 3))[-1].id
        found = await read(bus.subscribe("p", third), 2)
        assert [(a.event, a.data["version"]) for a in found] == [("project", 3), ("project", 4)]

    asyncio.run(scene())


def test_who_missed_nothing_goes_on() -> None:
    async def scene() -> None:
        bus = Bus(10)
        bus.publish("p", "project", {"version": 1})
        again = bus.subscribe("p", bus.last_id("p"))
        bus.publish("p", "project", {"version": 2})
        found = await read(again, 1)
        assert [(a.event, a.data["version"]) for a in found] == [("project", 2)]

    asyncio.run(scene())


def test_who_knows_more_than_was_told_starts_over() -> None:
    async def scene() -> None:
        bus = Bus(10)
        bus.publish("p", "project", {"version": 1})
        run, _, number = bus.last_id("p").partition("-")
        again = bus.subscribe("p", f"{run}-{int(number) + 1}")
        assert [a.event for a in await read(again, 1)] == ["reset"]

    asyncio.run(scene())


@pytest.mark.parametrize("last", ["", "x", "another-2", "-"])
def test_who_was_away_too_long_starts_over(last: str) -> None:
    async def scene() -> None:
        bus = Bus(2)
        page = bus.subscribe("p", None)
        for number in range(5):
            bus.publish("p", "project", {"version": number})
        first = (await read(page, 1))[0].id
        for known in (last, first):
            again = bus.subscribe("p", known)
            reset = (await read(again, 1))[0]
            assert (reset.event, reset.data) == ("reset", {})
            assert reset.id == bus.last_id("p")

    asyncio.run(scene())


def test_closing_and_deleting_end_the_streams() -> None:
    async def scene() -> None:
        bus = Bus(2)
        deleted, open_ = bus.subscribe("p1", None), bus.subscribe("p2", None)
        bus.forget("p1")
        assert await read(deleted, 1) == []
        bus.close()
        assert await read(open_, 1) == []
        assert await read(bus.subscribe("p3", None), 1) == []

    asyncio.run(scene())


def test_a_page_that_stopped_reading_is_let_go_and_told_to_start_over() -> None:
    async def scene() -> None:
        bus = Bus(10)
        page = bus.subscribe("p", None)
        for number in range(1200):
            bus.publish("p", "project", {"version": number})
        await asyncio.sleep(0)
        assert len([item async for item in page]) < 1000
        again = bus.subscribe("p", "gone-0")
        assert [a.event for a in await read(again, 1)] == ["reset"]

    asyncio.run(scene())
