"""The whole report by one command, on small real pictures and films."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import cv2
import pytest

from mattebox.cli import main
from mattebox.errors import InputError
from mattebox.evaluation.cases import chosen, find_sets
from mattebox.evaluation.causes import add_cases, read_causes
from mattebox.evaluation.report import Plan, make_report
from mattebox.inference import identity
from tests.evaluation.scenes import write_film, write_pictures


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sets")
    write_pictures(root / "disks", {"far left": (40, 48), "middle": (80, 48)})
    write_film(root / "films" / "slow", 5, 4)
    write_film(root / "films" / "fast", 5, 10)
    return root


@pytest.fixture(scope="module")
def plan(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A report that was made once."""
    made = Plan(data, tmp_path_factory.mktemp("report"), rounds=2)
    lines: list[str] = []
    assert make_report(made, lines.append) == made.output / "report.md"
    # Two robots on two pictures and on two films, and the films once without any.
    assert len(lines) == 4 + 2 + 4
    return made


def test_the_report_tells_every_score_and_shows_every_picture(plan: Plan) -> None:
    text = (plan.output / "report.md").read_text()
    for word in ("NoC@90", "IoU@5", "J&F", "R-AUC", "flicker", "steadiness", "SHA-256"):
        assert word in text
    assert identity("refinement-decode") in text
    assert identity("propagation-read") in text
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", text)
    # A sheet and two failures of each of: two robots' clicks, propagation, two robots' rounds.
    assert len(pictures) == 5 * 3
    for link in pictures:
        assert cv2.imread(str(plan.output / unquote(link))) is not None


def test_scores_are_beside_it_in_the_form_of_the_other_commands(plan: Plan) -> None:
    scores = {path.stem: json.loads(path.read_text()) for path in plan.output.glob("scores/*")}
    assert set(scores) == {
        "about",
        "clicks-disks-standard",
        "clicks-disks-realistic",
        "propagation-films",
        "rounds-films-standard",
        "rounds-films-realistic",
    }
    assert set(scores["clicks-disks-standard"]["items"]) == {"far left", "middle"}
    found = scores["propagation-films"]
    for key in ("J", "F", "J&F"):
        values = [item[key] for item in found["items"].values()]
        assert found["mean"][key] == pytest.approx(sum(values) / 2)
    assert found["items"]["slow"]["flicker of truth"] is not None
    assert len(found["items"]["slow"]["J of frames"]) == 5
    assert len(scores["rounds-films-standard"]["items"]["fast"]["rounds"]) == 2
    assert len(scores["about"]["weights"]) == 4


def test_made_again_it_runs_nothing_and_keeps_the_causes(plan: Plan) -> None:
    causes = plan.output / "causes.toml"
    listed = tomllib.loads(causes.read_text())
    assert "clicks/disks/middle" in listed
    assert "rounds/films/fast" in listed
    written = "# mine\n" + causes.read_text().replace(
        '"propagation/films/fast" = ""', '"propagation/films/fast" = "It moves too far."'
    )
    causes.write_text(written)
    lines: list[str] = []
    report = make_report(plan, lines.append)
    assert lines == []
    assert causes.read_text() == written
    assert "Cause: It moves too far." in report.read_text()


def test_what_is_missing_is_done_and_nothing_else(plan: Plan) -> None:
    (plan.output / "pictures" / "clicks-disks-standard" / "middle.jpg").unlink()
    lines: list[str] = []
    make_report(replace(plan, parts=("propagation",)), lines.append)
    assert lines == []
    make_report(replace(plan, parts=("clicks",)), lines.append)
    assert len(lines) == 1
    assert lines[0].startswith("clicks-disks-standard middle:")


def test_an_earlier_report_stands_in_brackets(plan: Plan, tmp_path: Path) -> None:
    content = json.loads((plan.output / "scores" / "clicks-disks-standard.json").read_text())
    for item in content["items"].values():
        item["NoC@90"] = 13.0
    (tmp_path / "clicks-disks-standard.json").write_text(json.dumps(content))
    text = make_report(replace(plan, before=tmp_path), print).read_text()
    assert text.count("(13.00)") == 1
    del content["items"]["middle"]
    (tmp_path / "clicks-disks-standard.json").write_text(json.dumps(content))
    assert "(13.00)" not in make_report(replace(plan, before=tmp_path), print).read_text()
    (tmp_path / "clicks-disks-standard.json").write_text("[]")
    with pytest.raises(InputError, match="does not hold scores"):
        make_report(replace(plan, before=tmp_path), print)


def test_the_command_makes_a_part_of_it(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", "report", "--data", str(data / "disks"), "--output", str(tmp_path)]
    with pytest.raises(SystemExit) as left:
        main([*words, "--only", "clicks", "--robot", "standard", "--items", "1"])
    assert left.value.code == 0
    told = capsys.readouterr()
    assert told.out.strip() == str(tmp_path / "report.md")
    assert told.err.count("clicks-disks-standard") == 1
    assert "at most 1 items" in (tmp_path / "report.md").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--only", "magic"], "no part 'magic'"),
        (["--robot", "magic"], "no robot 'magic'"),
        (["--before", "nowhere"], "no folder nowhere"),
        (["--only", "rounds"], "nothing for the parts rounds"),
    ],
)
def test_the_command_refuses_what_is_not_there(
    data: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    message: str,
) -> None:
    place = ["--data", str(data / "disks"), "--output", str(tmp_path)]
    with pytest.raises(SystemExit) as left:
        main(["evaluate", "report", *place, *words])
    assert left.value.code == 2
    assert message in capsys.readouterr().err


def test_rounds_have_a_command_of_their_own(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_film(tmp_path / "films" / "disk", 3)
    scores = tmp_path / "scores.json"
    words = ["evaluate", "rounds", "--data", str(tmp_path / "films"), "--rounds", "1"]
    with pytest.raises(SystemExit) as left:
        main([*words, "--json", str(scores)])
    assert left.value.code == 0
    assert list(json.loads(scores.read_text())["items"]) == ["disk"]
    assert "disk: R-AUC" in capsys.readouterr().err


def test_sets_are_found_by_what_they_hold(data: Path, tmp_path: Path) -> None:
    found = find_sets(data)
    assert (list(found.clicks), list(found.sequences)) == (["disks"], ["films"])
    assert list(find_sets(data / "films").sequences) == ["films"]
    with pytest.raises(InputError, match="nothing to score"):
        find_sets(tmp_path)


def test_a_limit_chooses_evenly() -> None:
    names = [f"{number}" for number in range(9)]
    assert chosen(names, None) == chosen(names, 20) == names
    assert chosen(names, 3) == ["0", "4", "8"]
    assert chosen(names, 1) == ["0"]


def test_causes_are_added_below_what_a_person_wrote(tmp_path: Path) -> None:
    path = tmp_path / "causes.toml"
    assert read_causes(path) == {}
    odd = 'clicks/set/a "quoted" \\ name'
    assert add_cases(path, ["clicks/set/b", odd]) == {"clicks/set/b": "", odd: ""}
    assert read_causes(path) == {"clicks/set/b": "", odd: ""}
    path.write_text('"clicks/set/b" = "thin legs"')
    assert add_cases(path, ["clicks/set/b", "clicks/set/c"])["clicks/set/b"] == "thin legs"
    assert path.read_text() == '"clicks/set/b" = "thin legs"\n"clicks/set/c" = ""\n'
    path.write_text("[table]\nb = 'c'\n")
    with pytest.raises(InputError, match="plain list"):
        add_cases(path, ["x"])
    path.write_text("not toml")
    with pytest.raises(InputError, match="mend that line"):
        read_causes(path)
