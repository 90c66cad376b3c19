"""The file that results are kept in, entry by entry, so that a run may be ended at any time."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mattebox.machine import machine


class Record:
    """Results in a JSON file, by group and variant; what is in the file is not made again.

    Args:
        path: The file; made with the first entry.
        settings: What every entry depends on. A file that was made with others is refused.
    """

    def __init__(self, path: Path, settings: Mapping[str, Any]) -> None:
        self._path = path
        plain = json.loads(json.dumps(settings))
        self._content: dict[str, Any] = {"machine": machine(), "settings": plain, "entries": {}}
        if path.exists():
            self._content = json.loads(path.read_text())
            if self._content["settings"] != plain:
                raise SystemExit(
                    f"{path} was made with {self._content['settings']}, not with {plain}; "
                    "name another file, or remove it."
                )

    def keep(
        self, group: str, name: str, about: str, measure: Callable[[], Mapping[str, float]]
    ) -> None:
        """Measure a variant, unless it has been, and write the file."""
        entries = self._content["entries"].setdefault(group, {})
        if name not in entries:
            entries[name] = {"about": about, **measure()}
            self._path.parent.mkdir(parents=True, exist_ok=True)
            aside = self._path.with_suffix(".tmp")
            aside.write_text(json.dumps(self._content, indent=2) + "\n")
            aside.replace(self._path)
        figures = {key: value for key, value in entries[name].items() if key != "about"}
        print(f"{group}/{name}: {figures}", flush=True)
