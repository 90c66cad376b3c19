"""Several exported files in one zip."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path

from mattebox.files import written_aside


def bundle(out: Path, files: Iterable[tuple[str, Path]]) -> None:
    """Put files into a zip, one after the other.

    Of a file that is a zip itself what is in it goes into a folder, so that nobody unpacks twice.

    Args:
        out: The zip; it appears when it is whole.
        files: What each is called there, without a suffix, and where it is. Each is removed once it
            is in, so that only one is on the disk twice.
    """
    with written_aside(out) as aside, zipfile.ZipFile(aside, "w", zipfile.ZIP_STORED) as archive:
        for name, file in files:
            if file.suffix == ".zip":
                _unpack(archive, name, file)
            else:
                archive.write(file, f"{name}{file.suffix}")
            file.unlink()


def _unpack(archive: zipfile.ZipFile, folder: str, file: Path) -> None:
    with zipfile.ZipFile(file) as inner:
        for entry in inner.infolist():
            copied = zipfile.ZipInfo(f"{folder}/{entry.filename}", entry.date_time)
            copied.file_size = entry.file_size
            with inner.open(entry) as source, archive.open(copied, "w") as target:
                shutil.copyfileobj(source, target, 1 << 20)
