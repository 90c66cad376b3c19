"""What a segment is made of, and its address: the hash of just that (protocol P8)."""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Literal

from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from mattebox.errors import InputError
from mattebox.projects.tables import RecipeRow

# Raised whenever the same inputs would give other pixels for a reason no other field tells.
EDITION = 1

_KEPT = 16384


@dataclass(frozen=True)
class Recipe:
    """Everything the pixels of a segment depend on.

    Attributes:
        kind: The plate, or a matte.
        clip: Hash of the clip's bytes.
        start: First frame.
        stop: The frame after the last one.
        encoder: The encoder's settings.
        network: What carries the masks: network, settings and route; empty for video.
        keyframes: Frame and mask hash of each keyframe a matte depends on.
        shots: The shots a matte's frames lie in.
        edition: Changes when the way segments are made changes.
    """

    kind: Literal["video", "matte"]
    clip: str
    start: int
    stop: int
    encoder: str
    network: str = ""
    keyframes: tuple[tuple[int, str], ...] = ()
    shots: tuple[tuple[int, int], ...] = ()
    edition: int = EDITION

    def to_json(self) -> str:
        """Canonical JSON."""
        # Not `asdict`, which copies: a film has thousands of segments in each of its renditions.
        return json.dumps(vars(self), sort_keys=True, separators=(",", ":"))

    @staticmethod
    def from_json(text: str) -> Recipe:
        """The recipe that `to_json` wrote."""
        value = json.loads(text)
        value["keyframes"] = tuple((frame, mask) for frame, mask in value["keyframes"])
        value["shots"] = tuple((start, stop) for start, stop in value["shots"])
        return Recipe(**value)

    @property
    def address(self) -> str:
        """The name of the segment: 64 hexadecimal digits."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()


class RecipeBook:
    """Recipes by address, in the database, so that an address holds across restarts."""

    def __init__(self, engine: Engine) -> None:
        self._reader = engine
        self._writer = engine.execution_options(begin="BEGIN IMMEDIATE")
        self._lock = Lock()
        self._kept: OrderedDict[str, Recipe] = OrderedDict()

    def add(self, project: str, recipes: Mapping[str, Recipe]) -> None:
        """Record recipes, by address, that a project announces; known ones stay as they are."""
        rows = [
            {"address": address, "project": project, "body": recipe.to_json()}
            for address, recipe in recipes.items()
        ]
        if rows:
            with Session(self._writer) as session, session.begin():
                session.execute(insert(RecipeRow).prefix_with("OR IGNORE"), rows)

    def get(self, address: str) -> Recipe:
        """The recipe of a segment.

        Raises:
            InputError: No project has announced this address (404).
        """
        with self._lock:
            if address in self._kept:
                return self._kept[address]
        with Session(self._reader) as session:
            body = session.scalar(select(RecipeRow.body).where(RecipeRow.address == address))
        if body is None:
            raise InputError(
                "There is no segment with this address; read the manifest again.", status=404
            )
        recipe = Recipe.from_json(body)
        with self._lock:
            self._kept[address] = recipe
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return recipe

    def forget(self, addresses: Iterable[str]) -> None:
        """Drop from memory what was deleted from the database."""
        with self._lock:
            for address in addresses:
                self._kept.pop(address, None)
