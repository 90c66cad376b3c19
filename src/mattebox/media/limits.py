"""What a clip may cost before it is refused."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from mattebox.errors import InputError


@dataclass(frozen=True)
class Limits:
    """The largest clip that is accepted. Every one is a knob in the settings.

    Attributes:
        max_pixels: Pixels of one picture; the default admits 8K.
        max_frames: Pictures in one clip.
        max_duration_s: Seconds from the first picture to the end of the last.
    """

    max_pixels: int = 8192 * 4320
    max_frames: int = 1_000_000
    max_duration_s: float = 3 * 3600.0

    def to_json(self) -> dict[str, float]:
        """The limits as plain numbers."""
        return asdict(self)

    def check_size(self, name: str, width: int, height: int) -> None:
        """Raise `InputError` when a picture of this size is too large."""
        if width * height > self.max_pixels:
            raise InputError(
                f"{name} is {width} x {height} pixels and the limit is {self.max_pixels:,} pixels;"
                " make it smaller, or raise max_pixels in the settings.",
                status=413,
            )

    def check_frames(self, name: str, count: int) -> None:
        """Raise `InputError` when a clip has more pictures than allowed."""
        if count > self.max_frames:
            raise InputError(
                f"{name} has more than {self.max_frames:,} frames; cut it shorter, or raise"
                " max_frames in the settings.",
                status=413,
            )

    def check_duration(self, name: str, seconds: float) -> None:
        """Raise `InputError` when a clip runs longer than allowed."""
        if seconds > self.max_duration_s:
            raise InputError(
                f"{name} runs for {seconds:,.0f} s and the limit is {self.max_duration_s:,.0f} s;"
                " cut it shorter, or raise max_duration_s in the settings.",
                status=413,
            )
