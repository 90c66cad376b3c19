"""The clownfish of the sample clip: a painted body that is bent, turned and lit."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from mattebox.media._scene import HEIGHT, WIDTH, Floats, fractal, mix, smoothstep

# The body's own picture: nose at the left, one unit long, two units of height around its axis.
_LONG, _TALL = 720, 720
_ORANGE, _PALE, _BLACK = (
    np.asarray(c, np.float32) for c in ([238, 112, 26], [240, 238, 228], [24, 20, 24])
)


@dataclass(frozen=True)
class Pose:
    """Where the fish is and how it stands.

    Attributes:
        x: Centre, in pixels.
        y: Centre, in pixels.
        size: Length from nose to tail, in pixels.
        facing: 1 swims right, -1 left, between them it turns.
        tilt: Radians, nose down.
        beat: Phase of the tail, in radians.
    """

    x: float
    y: float
    size: float
    facing: float
    tilt: float
    beat: float


class Fish:
    """A fish that can be drawn in any pose.

    Args:
        rng: What its skin is made with.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        v, u = np.mgrid[0:_TALL, 0:_LONG].astype(np.float32)
        u, v = u / _LONG, v / _TALL * 2 - 1
        skin = fractal(rng, _TALL, _LONG, 48, 5)
        fins, fins_alpha = _fins(u, v, skin)
        body, body_alpha = _body(u, v, skin)
        color = mix(fins, body, body_alpha)
        alpha = np.maximum(fins_alpha, body_alpha)
        self._color, self._alpha = np.asarray(color, np.float32), np.asarray(alpha, np.float32)
        self._side_fin = _side_fin(skin)

    def over(self, picture: Floats, matte: Floats, pose: Pose) -> None:
        """Paint the fish onto a picture, and its shape into a matte in [0, 1]."""
        wide, tall = int(pose.size * 0.6), int(pose.size * 0.42)
        left, top = max(int(pose.x) - wide, 0), max(int(pose.y) - tall, 0)
        right, bottom = min(int(pose.x) + wide, WIDTH), min(int(pose.y) + tall, HEIGHT)
        part = (slice(top, bottom), slice(left, right))
        y, x = np.mgrid[top:bottom, left:right].astype(np.float32)
        u, v = _into_body(x, y, pose)
        color, alpha = self._sample(self._color, self._alpha, u, v)
        fin_u, fin_v = _into_fin(u, v, pose)
        fin_color, fin_alpha = self._sample(*self._side_fin, fin_u, fin_v)
        color = mix(color, fin_color, fin_alpha * 0.92)
        # Light comes from above and falls off as the flank turns away.
        light = 1.02 - 0.16 * (1 - abs(pose.facing))
        picture[part] = mix(picture[part], color * light, alpha)
        matte[part] = alpha

    @staticmethod
    def _sample(color: Floats, alpha: Floats, u: Floats, v: Floats) -> tuple[Floats, Floats]:
        rows, columns = alpha.shape
        at = (u * columns, (v + 1) / 2 * rows)
        near = cv2.remap(color, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        cover = cv2.remap(alpha, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
        return np.asarray(near, np.float32), np.asarray(cover, np.float32)


def _into_body(x: Floats, y: Floats, pose: Pose) -> tuple[Floats, Floats]:
    """Positions on the body of picture positions: the pose undone."""
    dx, dy = (x - pose.x) / pose.size, (y - pose.y) / pose.size
    sign = 1.0 if pose.facing >= 0 else -1.0
    cos, sin = np.cos(pose.tilt * sign), np.sin(pose.tilt * sign)
    dx, dy = cos * dx + sin * dy, -sin * dx + cos * dy
    narrow = max(abs(pose.facing), 0.3)
    along = 0.5 - dx * sign / narrow
    # The tail swings to and from the camera: seen from the side it grows shorter and longer.
    nodes = np.linspace(0, 1.2, 60)
    swing = np.clip((nodes - 0.55) / 0.45, 0, 1) ** 1.5
    shorter = 1 - 0.42 * swing * (0.5 + 0.5 * np.sin(pose.beat))
    places = np.concatenate([[0], np.cumsum(np.diff(nodes) * shorter[1:])])
    u = np.interp(along, places, nodes, left=-1, right=2).astype(np.float32)
    bend = 0.020 * np.sin(pose.beat - 5 * u) * np.clip(u - 0.2, 0, 1)
    return u, np.asarray((dy - bend) * 2, np.float32)


def _into_fin(u: Floats, v: Floats, pose: Pose) -> tuple[Floats, Floats]:
    """Positions on the side fin, which rows around its root."""
    turn = 0.55 + 0.55 * np.sin(pose.beat * 0.5 + 0.8)
    du, dv = u - 0.40, v / 2 - 0.055
    cos, sin = np.cos(turn), np.sin(turn)
    fin_u = (cos * du + sin * dv) / 0.23
    fin_v = (-sin * du + cos * dv) / 0.09
    return np.asarray(fin_u, np.float32), np.asarray(fin_v, np.float32)


def _half_height(u: Floats) -> Floats:
    """The body's outline: half its height along it."""
    nodes = [-0.01, 0.0, 0.04, 0.12, 0.25, 0.40, 0.55, 0.68, 0.78, 0.84, 0.90]
    heights = [0.0, 0.07, 0.18, 0.29, 0.38, 0.41, 0.37, 0.27, 0.17, 0.14, 0.0]
    fine = np.linspace(-0.01, 0.9, 200)
    smooth = np.convolve(np.interp(fine, nodes, heights), np.ones(9) / 9, mode="same")
    return np.interp(u, fine, smooth, left=0, right=0).astype(np.float32)


def _body(u: Floats, v: Floats, skin: Floats) -> tuple[Floats, Floats]:
    half = _half_height(u)
    inside = np.abs(v) / np.maximum(half, 1e-4)
    alpha = (1 - smoothstep(0.985, 1.01, inside)) * (half > 0.01)
    color = np.broadcast_to(_ORANGE, (*u.shape, 3)) * (0.86 + 0.22 * skin[..., None])
    color = mix(
        color, np.asarray([250, 168, 60], np.float32), smoothstep(0.1, 0.9, inside * (v > 0)) * 0.7
    )
    for centre, width, bulge in ((0.27, 0.040, 0.05), (0.53, 0.046, 0.07), (0.785, 0.020, 0.01)):
        place = np.abs(u - centre - bulge * (1 - (v * 2.2) ** 2) * 0.6 + 0.012 * (skin - 0.5))
        color = mix(color, _BLACK, 1 - smoothstep(width + 0.012, width + 0.020, place))
        color = mix(color, _PALE, 1 - smoothstep(width - 0.004, width + 0.004, place))
    scales = np.sin(u * 190 + np.sin(v * 60)) * np.sin(v * 95 + np.sin(u * 90))
    color = color * (1 + 0.05 * scales * smoothstep(0.3, 0.4, u))[..., None]
    gill = np.abs(np.hypot(u - 0.13, v * 0.5) - 0.105)
    color = color * (1 - 0.28 * (1 - smoothstep(0.002, 0.008, gill)) * (u > 0.16))[..., None]
    color = _face(u, v, color)
    depth = np.sqrt(np.clip(1 - inside**2, 0, 1))
    shade = 0.46 + 0.52 * depth - 0.34 * np.clip(v / np.maximum(half, 0.05), -1, 1)
    shine = np.exp(-(((v + half * 0.52) / 0.055) ** 2)) * smoothstep(0.05, 0.3, u) * 26
    color = color * np.clip(shade, 0.25, 1.25)[..., None] + (shine * depth)[..., None]
    return np.asarray(np.clip(color, 0, 255), np.float32), np.asarray(alpha, np.float32)


def _face(u: Floats, v: Floats, color: Floats) -> Floats:
    away = np.hypot(u - 0.115, v * 0.5 + 0.038)
    color = mix(color, np.asarray([236, 170, 60], np.float32), 1 - smoothstep(0.030, 0.034, away))
    color = mix(color, _BLACK, 1 - smoothstep(0.021, 0.024, away))
    spark = np.hypot(u - 0.106, v * 0.5 + 0.048)
    color = mix(color, np.asarray([255, 255, 255], np.float32), 1 - smoothstep(0.004, 0.008, spark))
    mouth = np.abs(v * 0.5 - 0.022 - 0.3 * (u - 0.01) ** 2 - 0.1 * u)
    return color * (1 - 0.6 * (1 - smoothstep(0.002, 0.005, mouth)) * (u < 0.055))[..., None]


def _fins(u: Floats, v: Floats, skin: Floats) -> tuple[Floats, Floats]:
    """Back, belly and tail fins, with rays and dark rims."""
    ripple = 0.03 * np.sin(u * 26) + 0.03 * (skin - 0.5)
    back = np.interp(u, [0.22, 0.30, 0.45, 0.58, 0.72, 0.80], [0, 0.55, 0.58, 0.55, 0.44, 0])
    belly = np.interp(u, [0.50, 0.60, 0.72, 0.80], [0, 0.52, 0.44, 0])
    front = np.interp(u, [0.28, 0.34, 0.42, 0.47], [0, 0.60, 0.56, 0])
    rim = np.where(v < 0, back, np.maximum(belly, front)) + ripple * (np.abs(u - 0.5) < 0.28)
    reach = np.abs(v) / np.maximum(rim, 1e-3)
    alpha = (1 - smoothstep(0.97, 1.01, reach)) * (rim > 0.08)
    fan = np.hypot((u - 0.84) / 0.17, v / 0.36)
    tail = (1 - smoothstep(0.97, 1.01, fan)) * smoothstep(0.80, 0.84, u)
    edge = np.maximum(
        smoothstep(0.82, 0.92, reach) * alpha * (1 - tail), smoothstep(0.80, 0.9, fan) * tail
    )
    rays = np.where(u > 0.82, np.sin(np.arctan2(v, (u - 0.76) * 2) * 44), np.sin(u * 210 + v * 14))
    color = np.broadcast_to(np.asarray([244, 132, 34], np.float32), (*u.shape, 3))
    color = color * (0.84 + 0.13 * rays + 0.12 * skin)[..., None]
    color = mix(np.asarray(color, np.float32), _BLACK, edge)
    return color, np.asarray(np.maximum(alpha, tail), np.float32)


def _side_fin(skin: Floats) -> tuple[Floats, Floats]:
    """The fin on the flank: root at u = 0."""
    v, u = np.mgrid[0:160, 0:240].astype(np.float32)
    u, v = u / 240, v / 160 * 2 - 1
    fan = np.hypot((u - 0.5) / 0.5, v / (0.35 + 0.6 * u))
    alpha = 1 - smoothstep(0.93, 1.0, fan)
    rays = 0.86 + 0.16 * np.sin(np.arctan2(v, u + 0.12) * 34) + 0.1 * skin[:160, :240]
    color = np.broadcast_to(np.asarray([250, 142, 40], np.float32), (*u.shape, 3)) * rays[..., None]
    color = mix(np.asarray(color, np.float32), _BLACK, smoothstep(0.80, 0.9, fan))
    return np.asarray(color, np.float32), np.asarray(alpha, np.float32)


def pose_at(seconds: float) -> Pose:
    """The fish's way through the clip, eight seconds long."""
    times = [0.0, 1.5, 3.0, 4.2, 4.9, 5.6, 6.8, 8.0]

    def along(values: list[float]) -> float:
        knots: npt.NDArray[np.float64] = np.asarray(values)
        # Averaging over half a second rounds the corners of the way.
        around = seconds + np.linspace(-0.25, 0.25, 9)
        return float(np.interp(around, times, knots).mean())

    return Pose(
        x=along([300, 520, 790, 1000, 1040, 990, 760, 470]),
        y=along([330, 300, 380, 350, 330, 350, 420, 380]) + 7 * float(np.sin(2.1 * seconds)),
        size=along([300, 315, 330, 345, 360, 385, 430, 470]),
        facing=along([1, 1, 1, 1, 0, -1, -1, -1]),
        tilt=along([-0.05, -0.12, 0.14, -0.1, -0.05, 0.08, 0.05, -0.08]),
        beat=9.5 * seconds + 2.0 * float(np.sin(0.9 * seconds)),
    )
