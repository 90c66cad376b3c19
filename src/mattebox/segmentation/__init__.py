"""Refinement: from clicks on a frame to a mask."""

from mattebox.segmentation.refiner import Click, Refiner

__all__ = ["Click", "Refiner"]
