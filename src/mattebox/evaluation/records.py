"""Scores and pictures of one part of a report, kept case by case on disk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mattebox.errors import InputError
from mattebox.evaluation.sheets import Picture, save
from mattebox.files import write_whole

Scores = dict[str, Any]


class Record:
    """What was found for the cases of one part: a run that was stopped goes on from it.

    The file `scores/KEY.json` has the form of `mattebox evaluate`'s other commands (`mean` and
    `items`), pictures are `pictures/KEY/CASE.jpg`.

    Args:
        folder: The report's folder.
        key: Name of the part, such as ``"clicks-grabcut-standard"``.
        identity: Stands for all that the scores depend on beside the data. What is on disk under
            another identity is out of date and left alone until it is replaced.
        measures: Names of the scores that have a mean.
        fresh: Forget what is on disk.
    """

    def __init__(
        self, folder: Path, key: str, identity: str, measures: Sequence[str], *, fresh: bool = False
    ) -> None:
        self.key = key
        self.measures = tuple(measures)
        self._folder = folder
        self._identity = identity
        self._path = folder / "scores" / f"{key}.json"
        kept = {} if fresh or not self._path.exists() else read_scores(self._path)
        current = kept["items"] if kept.get("identity") == identity else {}
        # A case whose picture is gone is done again.
        self.items: dict[str, Scores] = {
            n: s for n, s in current.items() if self.picture(n).is_file()
        }

    def missing(self, names: Iterable[str]) -> list[str]:
        """Return those cases that are not done yet."""
        return [name for name in names if name not in self.items]

    def add(self, name: str, scores: Scores, picture: Picture) -> None:
        """Keep a case's scores and picture."""
        save(self.picture(name), picture)
        self.items[name] = scores
        self.items = dict(sorted(self.items.items()))
        content = {"identity": self._identity, "mean": self.mean, "items": self.items}
        write_whole(self._path, (json.dumps(content, indent=1) + "\n").encode())

    def picture(self, name: str) -> Path:
        """Return where a case's picture is."""
        return self._folder / "pictures" / self.key / f"{name}.jpg"

    @property
    def mean(self) -> Scores:
        """The mean of each measure over the cases."""
        return mean_of(self.items, self.measures)


def mean_of(items: Mapping[str, Scores], measures: Iterable[str]) -> Scores:
    """Return the mean of each measure over those cases that have it, None where none has."""
    means: Scores = {}
    for measure in measures:
        values = [found[measure] for found in items.values() if found.get(measure) is not None]
        means[measure] = float(np.mean(values)) if values else None
    return means


def read_scores(path: Path) -> Scores:
    """Read a file of scores, of a report or of another command of `mattebox evaluate`.

    Raises:
        InputError: It is not such a file.
    """
    try:
        content: Scores = json.loads(path.read_text())
        if isinstance(content, dict) and all(
            isinstance(v, dict) for v in content["items"].values()
        ):
            return content
    except (ValueError, KeyError, AttributeError):
        pass
    raise InputError(f"{path} does not hold scores of `mattebox evaluate`; remove it.")


def earlier(folder: Path | None, key: str, names: Iterable[str], measures: Iterable[str]) -> Scores:
    """Return the means that an earlier report found for the same cases, or nothing.

    Args:
        folder: The earlier report's `scores`, if there is one.
        key: Name of the part.
        names: The cases; where the earlier report lacks one, the means would not compare.
        measures: Names of the scores.

    Returns:
        Means by measure; empty where there are none to compare with.
    """
    path = folder / f"{key}.json" if folder is not None else None
    if path is None or not path.is_file():
        return {}
    items = read_scores(path)["items"]
    wanted = list(names)
    if any(name not in items for name in wanted):
        return {}
    return mean_of({name: items[name] for name in wanted}, measures)
