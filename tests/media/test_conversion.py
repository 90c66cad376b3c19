"""Pictures are converted on one thread: with several, libswscale 9.5 leaves samples unwritten."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import mattebox

SOURCE = Path(mattebox.__file__).parent


def conversions() -> Iterator[tuple[str, ast.Call]]:
    """Calls that go through libswscale: `reformat`, and `to_ndarray` to another format."""
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                named = {keyword.arg for keyword in node.keywords}
                if node.func.attr == "reformat" or (
                    node.func.attr == "to_ndarray" and "format" in named
                ):
                    yield f"{path.name}:{node.lineno}", node


def test_every_conversion_says_that_it_takes_one_thread() -> None:
    found = dict(conversions())
    assert len(found) > 3
    for place, call in found.items():
        threads = [ast.unparse(each.value) for each in call.keywords if each.arg == "threads"]
        assert threads in (["1"], ["SWSCALE_THREADS"]), place
