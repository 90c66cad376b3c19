"""Resumable uploads: the tus 1.0 protocol on files of ours."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from tuspyserver.router import TusRouterOptions
from tuspyserver.routes.core import core_routes
from tuspyserver.routes.creation import creation_extension_routes
from tuspyserver.routes.termination import termination_extension_routes
from tuspyserver.storage import TusStorage

from mattebox.files import write_whole
from mattebox.settings import Settings

PREFIX = "/uploads"

_UPLOAD = re.compile(r"[0-9a-f]{32}")
_BLOCK = 1 << 20
_LOCK_S = 30
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\]")


class UploadFiles(TusStorage):
    """Uploads as `<id>` beside `<id>.info` in one folder.

    The offset is always the size of the file, so an upload that a killed server was receiving
    goes on from just what reached the disk.

    Args:
        folder: Where the files are; made when missing.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pending: dict[str, bytearray] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, upload: str) -> Path:
        """Where the bytes of an upload are.

        Raises:
            HTTPException: 404 for what is no upload id; so an id never is a path.
        """
        if not _UPLOAD.fullmatch(upload):
            raise HTTPException(404, f"There is no upload {upload!r}; create one first.")
        return self.folder / upload

    def name(self, upload: str) -> str:
        """The file name that came with an upload, made harmless; for people only."""
        info = self._info(upload) or {}
        return clean_name(str(info.get("metadata", {}).get("filename") or ""))

    def discard(self, upload: str) -> None:
        """Remove an upload."""
        for path in (self.path(upload), self._info_path(upload)):
            path.unlink(missing_ok=True)
        self._locks.pop(upload, None)

    def discard_stale(self, hours: float, keep: set[str]) -> None:
        """Remove uploads that nothing was added to for some hours."""
        oldest = time.time() - hours * 3600
        for path in self.folder.iterdir():
            upload = path.name.partition(".")[0]
            if _UPLOAD.fullmatch(upload) and upload not in keep:
                with contextlib.suppress(FileNotFoundError):
                    if path.stat().st_mtime < oldest:
                        self.discard(upload)

    def location(self, uid: str) -> str:
        """The path as text."""
        return str(self.path(uid))

    async def create(self, uid: str) -> None:
        """Begin an empty upload."""
        await run_in_threadpool(self.path(uid).touch)

    async def exists(self, uid: str) -> bool:
        """Whether the upload was begun."""
        return await run_in_threadpool(self.path(uid).exists)

    async def size(self, uid: str) -> int:
        """Bytes on disk."""
        return await run_in_threadpool(self._size, uid)

    async def append(self, uid: str, chunk: bytes) -> None:
        """Add bytes; written in blocks, so that memory stays bounded."""
        pending = self._pending.setdefault(uid, bytearray())
        pending += chunk
        if len(pending) >= _BLOCK:
            await self.flush(uid)

    async def flush(self, uid: str) -> None:
        """Write what is pending."""
        pending = self._pending.pop(uid, None)
        if pending:
            await run_in_threadpool(self._write, uid, bytes(pending))

    async def finalize(self, uid: str) -> None:
        """Nothing to seal."""

    async def read(self, uid: str) -> bytes | None:
        """Never: uploads are not given out again."""
        raise HTTPException(404, f"Upload {uid!r} cannot be downloaded; open its project.")

    async def delete(self, uid: str) -> None:
        """Remove the upload."""
        self._pending.pop(uid, None)
        await run_in_threadpool(self.discard, uid)

    async def read_info(self, uid: str) -> dict[str, Any] | None:
        """What is known of the upload, the offset being what is on disk."""
        return await run_in_threadpool(self._info, uid)

    async def write_info(self, uid: str, data: dict[str, Any]) -> None:
        """Keep what is known of the upload."""
        text = json.dumps(data, default=str).encode()
        await run_in_threadpool(write_whole, self._info_path(uid), text)

    async def list_uids(self) -> list[str]:
        """Never: uploads are known to who made them only."""
        return []

    @contextlib.asynccontextmanager
    async def lock(self, uid: str) -> AsyncIterator[None]:  # type: ignore[override]
        """One writer at a time."""
        lock = self._locks.setdefault(uid, asyncio.Lock())
        async with asyncio.timeout(_LOCK_S):
            await lock.acquire()
        try:
            yield
        finally:
            # What a refused request left unwritten must not come before the next one's bytes.
            self._pending.pop(uid, None)
            lock.release()

    def _size(self, uid: str) -> int:
        path = self.path(uid)
        return path.stat().st_size if path.exists() else 0

    def _write(self, uid: str, data: bytes) -> None:
        path = self.path(uid)
        before = self._size(uid)
        try:
            with path.open("ab") as file:
                file.write(data)
        except OSError as error:
            with contextlib.suppress(OSError), path.open("ab") as file:
                file.truncate(before)
            raise HTTPException(
                507, f"The upload cannot be stored ({error.strerror}); free space and resume it."
            ) from error

    def _info(self, uid: str) -> dict[str, Any] | None:
        try:
            info: dict[str, Any] = json.loads(self._info_path(uid).read_text())
        except (FileNotFoundError, ValueError):
            return None
        # The library answers HEAD only where both of these are there.
        metadata = {"filename": "clip", "filetype": "application/octet-stream"}
        info["metadata"] = metadata | {k: v for k, v in (info.get("metadata") or {}).items() if v}
        info["offset"] = self._size(uid)
        return info

    def _info_path(self, uid: str) -> Path:
        return self.path(uid).with_suffix(".info")


def clean_name(name: str) -> str:
    """A file name as people know it: no folders, no control characters, never empty."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return _UNSAFE.sub("", last).strip().strip(".")[:200] or "clip"


def upload_router(
    files: UploadFiles,
    settings: Settings,
    complete: Callable[[str], Awaitable[None]],
) -> APIRouter:
    """The tus routes: create, resume, end; nothing that gives bytes or lists back.

    Args:
        files: Where uploads go.
        settings: Largest size, and how long they are kept.
        complete: Told the id of each upload whose last byte arrived.
    """

    async def done(path: str, _metadata: dict[str, Any]) -> None:
        await complete(Path(path).name)

    def before_create(_metadata: dict[str, Any], upload: dict[str, Any]) -> None:
        _check_length(upload.get("size"), settings)

    # The library types its hooks as plain functions, but awaits what they give.
    hooks: dict[str, Any] = {
        "auth": _refuse_unsupported,
        "upload_complete_dep": lambda: done,
        "pre_create_dep": lambda: before_create,
        "file_dep": lambda: lambda _metadata: None,
    }
    options = TusRouterOptions(
        prefix=PREFIX.strip("/"),
        files_dir=str(files.folder),
        max_size=settings.max_upload_bytes,
        days_to_keep=max(1, round(settings.upload_hours / 24)),
        on_upload_complete=None,
        pre_create_hook=None,
        tags=["uploads"],
        tus_version="1.0.0",
        tus_extension="creation,expiration,termination",
        strict_offset_validation=True,
        storage=files,
        **hooks,
    )
    router = APIRouter(prefix=PREFIX, include_in_schema=False)
    extensions: list[Any] = [core_routes, creation_extension_routes, termination_extension_routes]
    for extend in extensions:
        extend(router, options)
    return router


async def _refuse_unsupported(request: Request) -> None:
    """Refuse what the library would do but this server does not offer."""
    if "upload-concat" in request.headers:
        raise HTTPException(400, "Uploads cannot be joined; send the file as one upload.")
    if request.method == "POST" and request.headers.get("content-length", "0") != "0":
        raise HTTPException(400, "Create the upload without a body, then send its bytes by PATCH.")


def _check_length(size: int | None, settings: Settings) -> None:
    if size is None:
        raise HTTPException(400, "Upload-Length is missing; state the size of the file.")
    if size < 0:
        raise HTTPException(400, "Upload-Length is negative; state the size of the file.")
    if size > settings.max_upload_bytes:
        raise HTTPException(
            413,
            f"The file has {size:,} bytes and the limit is {settings.max_upload_bytes:,}; make it"
            " smaller, or raise max_upload_bytes in the settings.",
        )
