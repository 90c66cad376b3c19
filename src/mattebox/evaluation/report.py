"""One command, one report: every score, contact sheets, and the failures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mattebox.errors import InputError
from mattebox.evaluation import rounds
from mattebox.evaluation.cases import (
    CLICK_MEASURES,
    PARTS,
    PROPAGATION_MEASURES,
    Progress,
    Sets,
    chosen,
    find_sets,
    identity_of,
    judge_clicks,
    judge_propagation,
    judge_rounds,
)
from mattebox.evaluation.causes import add_cases
from mattebox.evaluation.judged import Judged, facts, load_judged
from mattebox.evaluation.pages import Chapter, page
from mattebox.evaluation.records import Record, earlier
from mattebox.evaluation.robots import ROBOTS, Robot
from mattebox.evaluation.sheets import contact_sheet, save
from mattebox.files import write_whole
from mattebox.inference.weights import DIRECTORY

TYPICAL = 8
"""Cases on a contact sheet, evenly spaced from the best to the worst."""


@dataclass(frozen=True)
class Plan:
    """What a report is about.

    Attributes:
        data: Folder of sets, see `mattebox.evaluation.cases.find_sets`.
        output: Where the report goes; what is there already is not done again.
        parts: Which of `PARTS` to run; of the others, what is there already is shown.
        robots: Who clicks.
        items: Pictures of a click set at most, evenly spaced; None for all.
        sequences: Sequences of a set at most, likewise.
        rounds: Interactive rounds a sequence.
        before: The `scores` folder of an earlier report to compare with.
        causes: The file with the causes of failures; by default `causes.toml` in `output`.
        engine: Back end, see `mattebox.inference.load`.
        weights: Folder with the weights to judge.
        fresh: Do everything again.
    """

    data: Path
    output: Path
    parts: tuple[str, ...] = PARTS
    robots: tuple[Robot, ...] = ROBOTS
    items: int | None = None
    sequences: int | None = None
    rounds: int = rounds.ROUNDS
    before: Path | None = None
    causes: Path | None = None
    engine: str = "auto"
    weights: Path = DIRECTORY
    fresh: bool = False


def make_report(plan: Plan, progress: Progress) -> Path:
    """Run what is missing and write `report.md`, with scores and pictures beside it.

    Args:
        plan: What to do.
        progress: Told one line per case.

    Returns:
        The report.

    Raises:
        InputError: Something the plan names is not there or does not read.
    """
    unknown = sorted(set(plan.parts) - set(PARTS))
    if unknown:
        raise InputError(f"There is no part {unknown[0]!r}; choose of {', '.join(PARTS)}.")
    if plan.before is not None and not plan.before.is_dir():
        raise InputError(f"There is no folder {plan.before}; name the scores of an earlier report.")
    sets = find_sets(plan.data)
    judged = load_judged(plan.engine, plan.weights)
    chapters = [
        _chapter(plan, record, part, name)
        for part, name, record in _run(plan, sets, judged, progress)
        if record.items
    ]
    if not chapters:
        raise InputError(f"{plan.data} has nothing for the parts {', '.join(plan.parts)}.")
    failures = [case for chapter in chapters for case in chapter.failures]
    causes = add_cases(plan.causes or plan.output / "causes.toml", dict.fromkeys(failures))
    described = _facts(plan, judged)
    content = json.dumps(described, indent=1) + "\n"
    write_whole(plan.output / "scores" / "about.json", content.encode())
    report = plan.output / "report.md"
    write_whole(report, page(described, chapters, causes).encode())
    return report


def _run(
    plan: Plan, sets: Sets, judged: Judged, progress: Progress
) -> Iterator[tuple[str, str, Record]]:
    """Run the parts set by set and yield the part, the set's name and its record."""
    for name, folder in sets.clicks.items():
        for robot in plan.robots:
            identity = identity_of(judged.clicks_identity, robot)
            record = _record(plan, f"clicks-{name}-{robot}", identity, CLICK_MEASURES)
            if "clicks" in plan.parts:
                judge_clicks(
                    judged, folder, record, robot=robot, limit=plan.items, progress=progress
                )
            yield "clicks", name, record
    for name, folder in sets.sequences.items():
        identity = identity_of(judged.masks_identity)
        record = _record(plan, f"propagation-{name}", identity, PROPAGATION_MEASURES)
        if "propagation" in plan.parts:
            judge_propagation(judged, folder, record, limit=plan.sequences, progress=progress)
        yield "propagation", name, record
    for name, folder in sets.sequences.items():
        for robot in plan.robots:
            both = (judged.clicks_identity, judged.masks_identity)
            identity = identity_of(*both, robot, plan.rounds, rounds.CLICKS)
            record = _record(plan, f"rounds-{name}-{robot}", identity, rounds.MEASURES)
            if "rounds" in plan.parts:
                judge_rounds(
                    judged,
                    folder,
                    record,
                    robot=robot,
                    limit=plan.sequences,
                    count=plan.rounds,
                    progress=progress,
                )
            yield "rounds", name, record


def _record(plan: Plan, key: str, identity: str, measures: tuple[str, ...]) -> Record:
    part = key.partition("-")[0]
    fresh = plan.fresh and part in plan.parts
    return Record(plan.output, key, identity, measures, fresh=fresh)


def _chapter(plan: Plan, record: Record, part: str, name: str) -> Chapter:
    """Rank the cases of a record and draw its contact sheet."""
    ranked = sorted(record.items, key=lambda case: _merit(part, record.items[case]), reverse=True)
    shown = chosen(ranked, TYPICAL)
    sheet = plan.output / "sheets" / f"{record.key}.jpg"
    titles = [f"{case}: {_verdict(part, record.items[case])}" for case in shown]
    columns = 1 if part == "clicks" else 2
    save(sheet, contact_sheet([record.picture(c) for c in shown], titles, columns=columns))
    return Chapter(
        part=part,
        set_name=name,
        key=record.key,
        mean=record.mean,
        before=earlier(plan.before, record.key, record.items, record.measures),
        items=record.items,
        ranked=ranked,
        pictures={
            case: record.picture(case).relative_to(plan.output).as_posix() for case in ranked
        },
        sheet=sheet.relative_to(plan.output).as_posix(),
    )


def _merit(part: str, found: dict[str, Any]) -> tuple[float, ...]:
    """What cases are ranked by; more is better."""
    if part == "clicks":
        return -found["NoC@90"], found["IoU@5"]
    return (found["J&F" if part == "propagation" else "R-AUC"],)


def _verdict(part: str, found: dict[str, Any]) -> str:
    if part == "clicks":
        return f"NoC@90 {found['NoC@90']:.0f}, IoU@5 {found['IoU@5']:.3f}"
    if part == "propagation":
        return f"J {found['J']:.3f}, F {found['F']:.3f}"
    return f"R-AUC {found['R-AUC']:.3f}, J&F {found['first']:.3f} to {found['last']:.3f}"


def _facts(plan: Plan, judged: Judged) -> dict[str, Any]:
    """Return what the report says about how it was made."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        **facts(judged),
        "items": plan.items,
        "sequences": plan.sequences,
        "rounds": plan.rounds,
        "clicks": rounds.CLICKS,
        "compared": plan.before is not None,
    }
