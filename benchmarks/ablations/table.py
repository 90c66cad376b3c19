"""Markdown tables of ablations, printed, or put in their places in a document.

    .venv/bin/python -m benchmarks.ablations.table FILE.json ... [--into DOCUMENT.md]

In the document a table stands between the lines `<!-- table: GROUP -->` and `<!-- end -->`.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

HEADLINE = {
    "training": ("IoU@1", "IoU@3", "IoU@5"),
    "refinement": ("IoU@1", "IoU@3", "IoU@5"),
    "mosaic": ("IoU@1", "IoU@3", "IoU@5"),
    "propagation": ("J&F",),
    "snapshots": ("J&F",),
}
"""The measures of each group whose mean is compared with that of the variant it departs from."""
BASES = ("lite0", "shipped")
MACHINE = "machine"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables, or put them into a document."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--into", type=Path, help="the document")
    options = parser.parse_args(arguments)
    found = tables([json.loads(path.read_text()) for path in options.files])
    if options.into is None:
        for name, text in found.items():
            print(f"## {name}\n\n{text}\n")
    else:
        options.into.write_text(filled(options.into.read_text(), found))


def tables(records: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the table of each group, and under `machine` how they were made."""
    groups: dict[str, dict[str, Mapping[str, Any]]] = {}
    lines = []
    for record in records:
        for group, entries in record["entries"].items():
            groups.setdefault(group, {}).update(entries)
        settings = ", ".join(
            f"{key} {_plain(value)}" for key, value in record["settings"].items() if value
        )
        lines.append(f"- {', '.join(record['entries'])}: {record[MACHINE]}; {settings}.")
    found = {group: table(entries, HEADLINE[group]) for group, entries in groups.items()}
    return {MACHINE: "\n".join(dict.fromkeys(lines)), **found}


def table(entries: Mapping[str, Mapping[str, Any]], headline: Sequence[str]) -> str:
    """Return one group's table; the column ± compares with the base, or else the first entry."""
    measures = [key for key in next(iter(entries.values())) if key != "about"]
    name = next((base for base in BASES if base in entries), next(iter(entries)))
    base = np.mean([entries[name][key] for key in headline])
    place = measures.index(headline[-1]) + 1
    heads = [key.removeprefix("J&F ") for key in measures]
    rows = [["variant", *heads[:place], "±", *heads[place:], "what"]]
    rows.append(["---"] * len(rows[0]))
    for name, entry in entries.items():
        figures = [_figure(entry[key]) if key in entry else "" for key in measures]
        change = np.mean([entry[key] for key in headline]) - base
        figures.insert(place, f"{change:+.3f}")
        rows.append([name, *figures, entry["about"]])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def filled(document: str, found: Mapping[str, str]) -> str:
    """Return a document with tables in their places; those not found stay as they are."""
    for name, text in found.items():
        place = re.compile(rf"(<!-- table: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        document = place.sub(lambda at, text=text: f"{at[1]}{text}\n{at[2]}", document)  # type: ignore[misc]
    return document


def _figure(value: float) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.3f}" if abs(value) <= 1 else f"{value:g}"


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key} {each}" for key, each in value.items())
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


if __name__ == "__main__":
    main()
