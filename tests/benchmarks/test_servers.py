"""The benchmarks that start servers, in miniature: what they report, not how much it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import footage, memory, scale, users
from benchmarks.scale_table import filled, tables
from tests.server.live import served

FRAMES = 24
SECONDS = 3.0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one small turn of the clip, for all of them."""
    return tmp_path_factory.mktemp("servers")


def test_memory_is_seen_in_everything_a_server_does(folder: Path) -> None:
    amounts = memory.Amounts(
        height=120, frames=FRAMES, search_s=60, segments=1, plate=1, exported=8, settle_s=0
    )
    row = memory.measure(folder, SECONDS, amounts)
    assert row["frames"] == round(SECONDS * 24)
    assert row["search_ended"]
    assert row["frames_propagated"] > 0
    assert row["frames_exported"] >= 8
    assert list(row["mib"]) == [
        "started",
        "reading",
        "looking for cuts",
        "started on it",
        "propagating",
        "cancelled",
        "serving the plate",
        "exporting",
        "all done",
    ]
    assert all(value > row["server_alone_when_done_mib"] / 4 for value in row["mib"].values())
    report = {"clips": [row], "longest_over_shortest": dict.fromkeys(row["mib"], 1.0)}
    assert len(memory.table(report).splitlines()) == 2 + len(row["mib"])


def test_the_parts_of_the_work_add_up_and_stand_in_the_tables() -> None:
    cell = scale.Cell(height=120, objects=2, seconds=SECONDS)
    amounts = scale.Amounts(frames=FRAMES, segments=1, plate=1, search_s=60)
    report = scale.measured({"size": [cell], "objects": [cell]}, amounts)
    (row,) = report["groups"]["size"]
    spent = row["matte"]["processor_ms_per_frame"]
    assert sum(value for stage, value in spent.items() if stage != "all") == pytest.approx(
        spent["all"], abs=0.05
    )
    assert row["matte"]["frames"] >= 2 * FRAMES
    assert row["matte"]["network_calls_per_frame"] > 0
    assert row["looking_for_cuts"]["ended"]
    places = "".join(f"<!-- table: {name} -->\nold\n<!-- end -->\n" for name in tables(report))
    document = filled(places, tables(report))
    assert "old" not in document
    assert "| 120p | 2 | 3 s |" in document


def test_each_person_is_reported_and_so_is_how_even_their_shares_are(folder: Path) -> None:
    clip = folder / "users.mp4"
    footage.write(clip, SECONDS, height=120, frames=FRAMES)
    with served(folder / "users") as client:
        row = users.measure(client, clip, 2, 1.0, 2 * FRAMES)
    assert row["users"] == len(row["people"]) == 2
    assert all(person["apply_to_first_masks_s"] > 0 for person in row["people"])
    applied = users.fairness([person["apply_to_first_masks_s"] for person in row["people"]])
    # Told of people in whole milliseconds.
    assert row["fairness"]["apply_to_first_masks_s"] == pytest.approx(applied, abs=0.005)
    assert len(users.table({"rows": [row]}).splitlines()) == 2 + 1 + 2


def test_fairness_tells_even_shares_from_one_that_has_all() -> None:
    assert users.fairness([3, 3, 3, 3]) == {"least_over_most": 1.0, "jain": 1.0}
    assert users.fairness([8, 0, 0, 0]) == {"least_over_most": 0.0, "jain": 0.25}
    assert users.fairness([0, 0]) == {"least_over_most": None, "jain": None}


def test_a_clip_of_a_short_turn_shows_the_fish_again_and_again() -> None:
    assert footage.fish_at(1, 2 * FRAMES)[0] == 2 * FRAMES
    assert footage.fish_at(footage.LOOP)[0] == footage.LOOP
