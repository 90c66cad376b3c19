"""What can be set about propagation; part of every mask's address."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PropagationSettings:
    """How masks are carried from frame to frame.

    The defaults were chosen on held-out training sequences; see
    `docs/decisions/0020-propagation-anchors.md`.

    Attributes:
        stride: Frames between anchors. Anchors lie at multiples of it, counted from the clip's
            first frame. A divisor of the segment length wastes nothing.
        anchor_margin: Side of the region an anchor is looked for in, over the longer side of
            the object's box in the anchor before.
        margin: The same for the frames between anchors, over the box in the frame before.
        smallest_region: Least side of a region in pixels.
        speck: Parts of a mask smaller than this share of the largest do not steer the region.
        trust: Least confidence at which the anchor ahead is looked at.
        agreement: Least IoU at which the masks from both sides are blended; below it the surer
            one is taken.
    """

    stride: int = 8
    anchor_margin: float = 2.0
    margin: float = 1.7
    smallest_region: int = 96
    speck: float = 0.05
    trust: float = 0.5
    agreement: float = 0.6
