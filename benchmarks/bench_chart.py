"""The README's chart of speeds, as SVG drawn by hand: bars, names, figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

_WIDTH, _LEFT, _RIGHT = 760, 250, 90
_ROW, _TOP, _BOTTOM = 34, 54, 34
_INK, _SOFT, _OURS, _OTHERS = "#1f2430", "#697080", "#2f6fde", "#b9c0cc"


@dataclass(frozen=True)
class Bar:
    """One bar.

    Attributes:
        name: What it is of.
        value: Frames per second.
        ours: Whether it is drawn in the strong colour.
    """

    name: str
    value: float
    ours: bool = True


def write(path: Path, title: str, bars: Sequence[Bar], note: str) -> None:
    """Write the chart.

    Args:
        path: The SVG file.
        title: What the bars are of.
        bars: From top to bottom.
        note: On which machine, below.
    """
    height = _TOP + _ROW * len(bars) + _BOTTOM
    longest = max(bar.value for bar in bars)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" font-family="system-ui, sans-serif" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{height}" rx="8" fill="#ffffff"/>',
        _text(20, 32, title, 17, _INK, weight=600),
    ]
    for place, bar in enumerate(bars):
        top = _TOP + _ROW * place
        wide = max(2.0, (_WIDTH - _LEFT - _RIGHT) * bar.value / longest)
        colour = _OURS if bar.ours else _OTHERS
        parts += [
            _text(_LEFT - 12, top + 20, bar.name, 13, _INK, anchor="end"),
            f'<rect x="{_LEFT}" y="{top + 5}" width="{wide:.1f}" height="{_ROW - 12}" rx="3" '
            f'fill="{colour}"/>',
            _text(_LEFT + wide + 8, top + 20, f"{bar.value:.1f}", 13, _INK, weight=600),
        ]
    parts += [_text(20, height - 12, note, 12, _SOFT), "</svg>"]
    path.write_text("\n".join(parts) + "\n")


def _text(
    x: float,
    y: float,
    text: str,
    size: int,
    colour: str,
    *,
    anchor: str = "start",
    weight: int = 400,
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y}" font-size="{size}" fill="{colour}" '
        f'text-anchor="{anchor}" font-weight="{weight}">{escape(text)}</text>'
    )
