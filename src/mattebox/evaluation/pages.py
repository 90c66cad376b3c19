"""The words and tables of a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mattebox.evaluation.records import Scores

WORST = 10
"""Cases in a gallery."""


@dataclass(frozen=True)
class Chapter:
    """One part on one set, ready to be told.

    Attributes:
        part: ``"clicks"``, ``"propagation"`` or ``"rounds"``.
        set_name: Name of the set.
        key: Name of its record, with the robot's where there is one.
        mean: Mean scores.
        before: Those of an earlier report; empty where there are none to compare with.
        items: Scores by case.
        ranked: Names of the cases, the best first.
        pictures: Each case's picture, relative to the report.
        sheet: The contact sheet, relative to the report.
    """

    part: str
    set_name: str
    key: str
    mean: Scores
    before: Scores
    items: Mapping[str, Scores]
    ranked: Sequence[str]
    pictures: Mapping[str, str]
    sheet: str

    @property
    def robot(self) -> str:
        """Who clicked; empty for propagation."""
        return "" if self.part == "propagation" else self.key.rpartition("-")[2]

    @property
    def worst(self) -> list[str]:
        """The gallery's cases, the worst first."""
        return list(self.ranked[::-1][:WORST])

    @property
    def failures(self) -> list[str]:
        """The gallery's cases as `causes.toml` names them."""
        return [self.cause_name(case) for case in self.worst]

    def cause_name(self, case: str) -> str:
        """Return a case's name in `causes.toml`: the robots share it."""
        return f"{self.part}/{self.set_name}/{case}"


def page(about: Mapping[str, Any], chapters: Sequence[Chapter], causes: Mapping[str, str]) -> str:
    """Return the whole report as Markdown.

    Args:
        about: Date, machine, weights and limits.
        chapters: The parts, in order.
        causes: Written causes by case.
    """
    by_part = {part: [c for c in chapters if c.part == part] for part in _TELLERS}
    text = ["# Evaluation report", *_about(about)]
    for part, told in by_part.items():
        if told:
            text += _TELLERS[part](told)
    text += _sheets(chapters)
    text += _gallery(by_part, causes)
    return "\n".join(text).rstrip() + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Return a Markdown table; all columns but the first are figures."""
    marks = ["---", *["---:"] * (len(head) - 1)]
    return ["", *("| " + " | ".join(row) + " |" for row in (head, marks, *rows)), ""]


def figure(value: float | None, digits: int = 3, before: float | None = None) -> str:
    """Return a score as text, with the earlier one in brackets where there is one."""
    if value is None:
        return "-"
    was = "" if before is None else f" ({before:.{digits}f})"
    return f"{value:.{digits}f}{was}"


def _about(about: Mapping[str, Any]) -> list[str]:
    limits = [
        f"at most {about[name]} {name} of a set, evenly spaced"
        for name in ("items", "sequences")
        if about[name] is not None
    ]
    lines = [
        "",
        f"Made {about['date']} by `mattebox evaluate report` on {about['machine']} "
        f"({about['system']}).",
        "What each measure means: `docs/evaluation.md`.",
    ]
    if limits:
        lines.append(f"**The last run was not of the whole sets**: {'; '.join(limits)}.")
    if about["compared"]:
        lines.append("In brackets: the earlier report, where it has the same cases.")
    rows = [
        (
            f"`{each['name']}`",
            f"{each['engine']} {each['precision']}",
            f"{each['size'] / 1e6:.1f}",
            f"`{each['sha256']}`",
        )
        for each in about["weights"]
    ]
    rows.append(("together", "", f"{sum(w['size'] for w in about['weights']) / 1e6:.1f}", ""))
    return [*lines, *table(("weights", "engine", "MB", "SHA-256"), rows)]


def _clicks(chapters: Sequence[Chapter]) -> list[str]:
    measures = ("NoC@85", "NoC@90", "IoU@1", "IoU@3", "IoU@5")
    rows = []
    for each in chapters:
        cells = [
            figure(each.mean[m], 2 if m.startswith("NoC") else 3, each.before.get(m))
            for m in measures
        ]
        never = sum(found["NoC@90"] >= 20 for found in each.items.values())
        rows.append((each.set_name, each.robot, str(len(each.items)), *cells, str(never)))
    head = ("set", "robot", "objects", *measures, "20 clicks or never .90")
    return ["## Clicks", *table(head, rows)]


def _propagation(chapters: Sequence[Chapter]) -> list[str]:
    text = ["## Propagation", "", "The first mask is given; first and last frame do not count."]
    head = (
        "sequence", "frames", "J", "F", "J&F", "worst frame (J)", "flicker ‰", "of truth",
        "still %", "steadiness", "of truth",
    )  # fmt: skip
    for each in chapters:
        rows = [_propagation_row(case, each.items[case]) for case in sorted(each.items)]
        mean = _propagation_row("**mean**", each.mean, each.before)
        text += ["", f"### {each.set_name}", *table(head, [*rows, mean])]
    return text


def _propagation_row(
    name: str, found: Scores, before: Mapping[str, float] | None = None
) -> tuple[str, ...]:
    before = before or {}
    worst = found.get("worst frame")
    frames = found.get("frames", "")
    at_worst = "" if worst is None else f"{worst} ({found['J of frames'][worst]:.3f})"
    return (
        name,
        str(frames),
        *(figure(found[key], 3, before.get(key)) for key in ("J", "F", "J&F")),
        at_worst,
        *(figure(_times(found[key], 1000), 2) for key in ("flicker", "flicker of truth")),
        figure(_times(found["still"], 100), 0),
        *(figure(found[key]) for key in ("steadiness", "steadiness of truth")),
    )


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _rounds(chapters: Sequence[Chapter]) -> list[str]:
    text = ["## Interactive rounds"]
    for each in chapters:
        curves = [[r["J&F"] for r in found["rounds"]] for found in each.items.values()]
        curve = [sum(values) / len(values) for values in zip(*curves, strict=True)]
        numbers = [str(number) for number in range(1, len(curve) + 1)]
        rows = [
            (
                case,
                *(figure(each.items[case][key]) for key in ("R-AUC", "R-AUC J", "mean")),
                figure(each.items[case]["clicks"], 0),
                *(figure(one["J&F"]) for one in each.items[case]["rounds"]),
            )
            for case in sorted(each.items)
        ]
        mean = (
            "**mean**",
            *(figure(each.mean[k], 3, each.before.get(k)) for k in ("R-AUC", "R-AUC J", "mean")),
            figure(each.mean["clicks"], 1),
            *(figure(value) for value in curve),
        )
        head = ("sequence", "R-AUC", "R-AUC J", "mean J&F", "clicks", *numbers)
        title = f"### {each.set_name}, {each.robot} robot"
        text += ["", title, "", "J&F after each round:", *table(head, [*rows, mean])]
    return text


def _sheets(chapters: Sequence[Chapter]) -> list[str]:
    text = [
        "## Contact sheets",
        "",
        "Cases evenly spaced from the best to the worst. Pink: the mask found. Pale green: the "
        "true outline. Clicks: blue + includes, orange - excludes.",
        "",
    ]
    for each in chapters:
        text += [f"### {_title(each)}", "", f"![{each.key}]({quote(each.sheet)})", ""]
    return text


def _gallery(by_part: Mapping[str, Sequence[Chapter]], causes: Mapping[str, str]) -> list[str]:
    text = ["## Failure gallery", "", f"The {WORST} worst of each kind. Causes: `causes.toml`.", ""]
    for chapters in by_part.values():
        for each in chapters:
            text += [f"### {_title(each)}", ""]
            for place, case in enumerate(each.worst, 1):
                cause = causes.get(each.cause_name(case), "")
                text += [
                    f"{place}. **{case}**: {_numbers(each.items[case], each.part)}. "
                    f"Cause: {cause or 'not written yet.'}",
                    "",
                    f"   ![{case}]({quote(each.pictures[case])})",
                    "",
                ]
    return text


def _title(chapter: Chapter) -> str:
    robot = f", {chapter.robot} robot" if chapter.robot else ""
    return f"{chapter.part.capitalize()}: {chapter.set_name}{robot}"


def _numbers(found: Scores, part: str) -> str:
    if part == "clicks":
        shares = ", ".join(f"IoU@{n} {found[f'IoU@{n}']:.3f}" for n in (1, 3, 5))
        return f"NoC@85 {found['NoC@85']:.0f}, NoC@90 {found['NoC@90']:.0f}, {shares}"
    if part == "propagation":
        worst = found["worst frame"]
        at_worst = f"frame {worst} J {found['J of frames'][worst]:.3f}"
        return f"J {found['J']:.3f}, F {found['F']:.3f}, J&F {found['J&F']:.3f}, {at_worst}"
    frames = ", ".join(str(each["frame"]) for each in found["rounds"])
    curve = f"J&F {found['first']:.3f} to {found['last']:.3f}"
    return f"R-AUC {found['R-AUC']:.3f}, {curve}, frames clicked {frames}"


_TELLERS = {"clicks": _clicks, "propagation": _propagation, "rounds": _rounds}
