"""Refinement: from what is said about a frame to a mask."""

from mattebox.segmentation.prompts import Box, Brush, Lasso
from mattebox.segmentation.refiner import Click, Refiner
from mattebox.segmentation.replay import FrameMask, Mark, Replay

__all__ = ["Box", "Brush", "Click", "FrameMask", "Lasso", "Mark", "Refiner", "Replay"]
