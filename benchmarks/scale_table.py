"""The report of `benchmarks.scale` as Markdown tables."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Row = dict[str, Any]

_STAGES = ("all", "decode", "network", "encode", "rest")
_MAKING = (
    "ms a frame",
    *_STAGES[1:],
    "calls a frame",
    "first masks, s",
    "first click, ms",
    "plate, ms a frame",
    "peak MiB",
)
_CARRYING = (
    "reading, s",
    "cuts, s",
    "file, MB",
    "matte, kB a frame",
    "plate, kB a frame",
    "manifest, kB",
    "frame table, kB",
)


def tables(report: Row) -> dict[str, str]:
    """One table per group, and one line about the run."""
    found = {"run": _run(report)}
    for group, rows in report["groups"].items():
        found[group] = f"{_table(rows, _MAKING, _making)}\n\n{_table(rows, _CARRYING, _carrying)}"
    return found


def filled(document: str, tables: dict[str, str]) -> str:
    """The document with each table between its `<!-- table: NAME -->` and `<!-- end -->`."""
    for name, text in tables.items():
        mark = re.escape(f"<!-- table: {name} -->")
        document, count = re.subn(
            rf"({mark}\n).*?(<!-- end -->)",
            lambda found, text=text: f"{found[1]}{text}\n{found[2]}",  # type: ignore[misc]
            document,
            flags=re.DOTALL,
        )
        if count != 1:
            raise ValueError(f"the document has {count} places for the table {name!r}, not one")
    return document


def _run(report: Row) -> str:
    calls = ", ".join(f"{name} {ms} ms" for name, ms in report["network_call_ms"].items())
    return (
        f"{report['machine']}, {report['load']} processes wanting a core on the mean,"
        f" {report['took_s']} s for all of it. A call by itself, on one thread: {calls}."
    )


def _table(rows: list[Row], heads: tuple[str, ...], cells: Callable[[Row], list[str]]) -> str:
    lines = [["source", "objects", "length", *heads], ["---"] * (3 + len(heads))]
    lines += [[f"{r['height']}p", str(r["objects"]), _length(r["seconds"]), *cells(r)]
              for r in rows]  # fmt: skip
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _length(seconds: float) -> str:
    return f"{seconds / 3600:g} h" if seconds >= 3600 else f"{seconds:g} s"


def _making(row: Row) -> list[str]:
    matte = row["matte"]
    stages = matte["processor_ms_per_frame"]
    return [
        *(f"{stages[stage]:.1f}" for stage in _STAGES),
        f"{matte['network_calls_per_frame']:.2f}",
        f"{matte['first_masks_s']:.2f}",
        f"{1000 * row['first_click']['processor_s']:.0f}",
        f"{row['plate']['processor_ms_per_frame']:.1f}",
        f"{row['peak_mib']}",
    ]


def _carrying(row: Row) -> list[str]:
    search = row["looking_for_cuts"]
    return [
        f"{row['reading']['processor_s']:.1f}",
        f"{search['processor_s']:.1f}" + ("" if search["ended"] else " (not ended)"),
        f"{row['file_bytes'] / 1e6:.1f}",
        f"{row['matte']['bytes_per_frame'] / 1e3:.1f}",
        f"{row['plate']['bytes_per_frame'] / 1e3:.1f}",
        f"{row['document_bytes']['manifest'] / 1e3:.0f}",
        f"{row['document_bytes']['frame-table'] / 1e3:.0f}",
    ]
