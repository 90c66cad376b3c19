"""The chances by which training clips are made."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """How often each thing happens. All are chances, 0..1, unless said otherwise.

    The first group is about still pictures that are set in motion, the second about every clip.

    Attributes:
        whole: A picture is moved as one, with the background it was taken with; otherwise an
            object is cut out and laid over another scene.
        drawn: The object of such a scene is a cut-out that came with its own alpha, otherwise
            one that was cut along its mask.
        plain: The scene behind is a picture without masks, otherwise an annotated one, whose
            objects then are distractors.
        smallest: Least longer side of such an object, as a share of the scene's shorter side.
        largest: Its greatest longer side.
        twin: The same cut-out a second time, with a motion of its own: only memory of where the
            object was tells them apart.
        kin: Another object of the same set (another cat, another pedestrian).
        stranger: An object of any other kind.
        passer: An object of any kind that passes in front, also over whole pictures.
        smear: Chance that a frame shows the object smeared along its way.
        leaves: The object, always one that is laid over another scene, is gone for one frame or
            several, and back again later.
        hidden: Where it is gone, it is behind something rather than out of the picture.
        stays_away: Where it is gone, it does not come back; never where the clip's last frame is
            given.
        lost: Chance that a crop is the whole picture.
        light_drifts: Brightness, contrast and tint change steadily over the clip. They differ
            between clips, and a little between frames, in any case.
        noise: Sensor noise of 1.3 to 10 levels.
        compression: JPEG of quality 25 to 80.
        shake: Chance that a frame is smeared as a whole, by 2 to 8 pixels.
        defocus: Chance that a frame is out of focus.
    """

    whole: float = 0.4
    drawn: float = 0.35
    plain: float = 0.6
    smallest: float = 0.12
    largest: float = 0.7
    twin: float = 0.35
    kin: float = 0.15
    stranger: float = 0.2
    passer: float = 0.25
    smear: float = 0.08
    leaves: float = 0.12
    hidden: float = 0.5
    stays_away: float = 0.2

    lost: float = 0.02
    light_drifts: float = 0.25
    noise: float = 0.15
    compression: float = 0.2
    shake: float = 0.06
    defocus: float = 0.06


DEFAULT_RECIPE = Recipe()
