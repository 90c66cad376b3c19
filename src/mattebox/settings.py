"""Every knob of the server, in one place; documented in ``docs/settings.md``."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from mattebox.errors import InputError

_GIB = 1 << 30
_MIB = 1 << 20


class Settings(BaseSettings):
    """Read from arguments, then from variables such as ``MATTEBOX_PORT``."""

    model_config = SettingsConfigDict(env_prefix="MATTEBOX_", extra="ignore", frozen=True)

    data: Path = Field(
        default=Path("data"), description="Folder for the database, clips and segments."
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(
        default=8000, ge=0, le=65535, description="Port to listen on; 0 takes a free one."
    )
    token: SecretStr | None = Field(
        default=None, description="Secret that every request must carry; needed beyond loopback."
    )
    allowed_hosts: tuple[str, ...] = Field(
        default=(),
        description="Names, beside loopback and `host`, that requests may be addressed to.",
    )
    engine: Literal["auto", "tensorrt", "openvino", "onnxruntime", "torch"] = Field(
        default="auto", description="What runs the networks; `auto` takes the first that works."
    )
    lanes: int = Field(
        default=2,
        ge=1,
        le=64,
        description="Segments worked on at the same time; one infers, one encodes.",
    )
    standing: int = Field(
        default=4,
        ge=0,
        le=64,
        description="Segments per lane that may stand still once they show a first picture, so that"
        " everybody sees one; each holds up to 130 MB at 720p.",
    )
    click_hold_s: float = Field(
        default=2.0,
        ge=0,
        description="Seconds that clicks which overlap one another may hold up all other work.",
    )
    click_linger_s: float = Field(
        default=0.08,
        ge=0,
        description="Seconds for which other work waits on after a click was answered, so that a"
        " page on this machine can show what it came to.",
    )
    cache_bytes: int = Field(
        default=8 * _GIB,
        ge=0,
        description="Disk space for finished segments; the least used go first.",
    )
    preview_cache_bytes: int = Field(
        default=_GIB,
        ge=0,
        description="Disk space for sound, and as much for filmstrip pictures; the least used go"
        " first.",
    )
    anchor_cache_bytes: int = Field(
        default=_GIB,
        ge=0,
        description="Memory for what propagation goes on from when the next segment is made.",
    )
    max_upload_bytes: int = Field(
        default=64 * _GIB, ge=1, description="Largest file that is accepted."
    )
    max_body_bytes: int = Field(
        default=32 * _MIB,
        ge=1024,
        description="Largest request body that is not part of an upload.",
    )
    max_pixels: int = Field(default=8192 * 4320, ge=1, description="Pixels of the largest picture.")
    max_frames: int = Field(default=1_000_000, ge=1, description="Frames of the longest clip.")
    max_duration_s: float = Field(
        default=3 * 3600.0, gt=0, description="Seconds of the longest clip."
    )
    decode_memory_bytes: int = Field(
        default=4 * _GIB, ge=256 * _MIB, description="Address space of a decoding process."
    )
    decode_timeout_s: float = Field(
        default=60.0,
        gt=0,
        description="Seconds after which a decoder that makes no progress is stopped.",
    )
    upload_hours: float = Field(
        default=24.0, gt=0, description="Hours after which an upload that stopped is thrown away."
    )
    shutdown_s: float = Field(
        default=2.0, gt=0, description="Seconds a stopping server waits for open connections."
    )
    event_history: int = Field(
        default=2048, ge=1, description="Events kept per project for pages that reconnect."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="warning", description="Least important log line that is written to standard error."
    )

    def check(self) -> None:
        """Refuse settings that would leave the server open to others.

        Raises:
            InputError: The address is not loopback and there is no token.
        """
        if not is_loopback(self.host) and self.token is None:
            raise InputError(
                f"{self.host} can be reached from other machines; set MATTEBOX_TOKEN to a secret,"
                " or listen on 127.0.0.1."
            )


def is_loopback(host: str) -> bool:
    """Whether this name or address is this machine talking to itself."""
    bare = host.strip("[]")
    if bare.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False
