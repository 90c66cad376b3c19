import os
from pathlib import Path

import pytest
from fastapi import HTTPException

from mattebox.server.uploads import UploadFiles, clean_name

OLD, NEW, WANTED = ("a" * 32, "b" * 32, "c" * 32)


def test_uploads_that_stopped_long_ago_are_thrown_away(tmp_path: Path) -> None:
    files = UploadFiles(tmp_path)
    for upload in (OLD, NEW, WANTED):
        for path in (files.path(upload), files.path(upload).with_suffix(".info")):
            path.write_text("{}")
            if upload != NEW:
                os.utime(path, (0, 0))
    files.discard_stale(24, keep={WANTED})
    assert sorted({path.stem for path in tmp_path.iterdir()}) == [NEW, WANTED]


@pytest.mark.parametrize(
    "upload", ["..", "a" * 31, "A" * 32, f"{'a' * 32}.info", "a/../" + "a" * 27]
)
def test_only_ids_name_files(tmp_path: Path, upload: str) -> None:
    with pytest.raises(HTTPException):
        UploadFiles(tmp_path).path(upload)


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("dog.mp4", "dog.mp4"),
        ("my dog (1).mov", "my dog (1).mov"),
        ("собака.mp4", "собака.mp4"),
        ("C:\\films\\dog.mp4", "dog.mp4"),
        ("../dog.mp4", "dog.mp4"),
        ("..", "clip"),
        ("\x00\n", "clip"),
        ("x" * 500, "x" * 200),
    ],
)
def test_names_are_for_people_only(given: str, shown: str) -> None:
    assert clean_name(given) == shown
