"""Masks from keyframes to every frame: deterministic, local, piece by piece."""

from mattebox.propagation.anchors import AnchorCache, MemoryAnchors
from mattebox.propagation.frames import FrameSource
from mattebox.propagation.overlap import Cancelled
from mattebox.propagation.propagator import MaskFrame, Propagator
from mattebox.propagation.settings import PropagationSettings
from mattebox.propagation.spans import Shot, dependencies, shared

__all__ = [
    "AnchorCache",
    "Cancelled",
    "FrameSource",
    "MaskFrame",
    "MemoryAnchors",
    "PropagationSettings",
    "Propagator",
    "Shot",
    "dependencies",
    "shared",
]
