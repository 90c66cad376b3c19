"""What can be set about propagation; part of every mask's address."""

from dataclasses import dataclass

VERSION = 11
"""Raised by every change to the method that changes masks: part of every mask's address."""


@dataclass(frozen=True)
class PropagationSettings:
    """How masks are carried from frame to frame.

    The defaults were chosen on held-out training sequences; see
    `docs/decisions/propagation-anchors.md`.

    Attributes:
        stride: Frames between anchors. Anchors lie at multiples of it, counted from the clip's
            first frame. A divisor of the segment length wastes nothing.
        near: Frames from the nearest keyframe up to which anchors lie that close.
        far_stride: Frames between anchors beyond, a multiple of `stride`: what makes the far end
            of a long clip come within seconds. They are found by a route of as long steps, or of
            leaps over several, see `mattebox.propagation.chains`.
        leap: Steps of the longest leap from a keyframe. Where a leap went, one twice as long may
            follow.
        anchor_margin: Side of the region an anchor is looked for in, over the longer side of
            the object's box in the anchor before.
        margin: The same for the frames between anchors, over the box in the frame before.
        smallest_region: Least side of a region, over the frame's shorter side: small objects can
            move by several times their size.
        speck: Parts of a mask smaller than this share of the largest do not steer the region.
        trust: Least confidence at which the anchor ahead is looked at.
        agreement: Least IoU at which the masks from both sides are blended; below it the surer
            one is taken.
        second_look: Look at each anchor twice, the second time where the object now is and
            without the mask of the anchor before.
        doubt: Least confidence at which an anchor is believed; below it the way there from the
            anchor before is gone frame by frame.
        steady: Largest change of area from anchor to anchor that is believed.
        sure: Least confidence at which an object is believed that was found after a long step, or a
            leap, where it is expected; else it is looked at again, or leapt to in vain.
        still: Farthest that it may be from there, over the region's side, for the same.
        alike: Least IoU of two looks at it where it is farther, for a leap not to be in vain.
        gain: What the logits of finished masks are multiplied by at the contour, see
            `mattebox.matting.crisp`.
    """

    stride: int = 8
    near: int = 240
    far_stride: int = 24
    leap: int = 8
    anchor_margin: float = 2.0
    margin: float = 1.7
    smallest_region: float = 0.45
    speck: float = 0.05
    trust: float = 0.5
    agreement: float = 0.6
    second_look: bool = True
    doubt: float = 0.6
    steady: float = 2.5
    sure: float = 0.9
    still: float = 0.1
    alike: float = 0.7
    gain: float = 1.5

    def horizon(self, distance: int) -> int:
        """Frames beyond one up to which a cut changes its mask.

        A mask is filled in with the help of the anchor behind it. Where anchors lie, and over which
        of them the route goes, depends on no frame farther on than that: near the keyframe they lie
        `stride` apart; far out the next one is at most two steps away, and whether the route stops
        at it depends on there being one up to two steps on.

        Args:
            distance: Frames to the keyframe that the mask comes from.
        """
        return self.stride if distance + self.stride <= self.near else 4 * self.far_stride
