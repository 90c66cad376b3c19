"""Mattebox: take an object out of a video with a few clicks."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mattebox.api import open_clip
    from mattebox.matting import Edge

__all__ = ["Edge", "__version__", "open_clip"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    # Imported when asked for: commands that need no codec or network start without them.
    if name == "open_clip":
        from mattebox.api import open_clip

        return open_clip
    if name == "Edge":
        from mattebox.matting import Edge

        return Edge
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
