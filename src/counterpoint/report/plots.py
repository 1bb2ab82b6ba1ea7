"""Small pictures for the page, as inline SVG: intervals, bars side by side, densities.

Every picture has a title and a description for those who cannot see it. Colours come from the page's style (classes
`real`, `generated`, `reference`), so that dark pages have them too.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from counterpoint.report.numbers import cell, known, number

_INTERVAL_WIDTH, _INTERVAL_HEIGHT, _INTERVAL_MARGIN = 200, 26, 8
_PLOT_WIDTH, _PLOT_HEIGHT = 360, 170
_LEFT, _RIGHT, _TOP, _BOTTOM = 8, 6, 8, 24  # around a plot
_LETTER = 6.2  # width of a label's letter at the style's size
_MOST_LABELS = 24


@dataclass(frozen=True)
class Scale:
    """From values to the x of an interval plot: 0 to `end`, with a tick every `step`."""

    end: float
    step: float

    def x(self, value: float) -> float:
        """Where `value` stands, within the picture."""
        share = min(max(value / self.end, 0), 1)
        return _INTERVAL_MARGIN + share * (_INTERVAL_WIDTH - 2 * _INTERVAL_MARGIN)


def scale(values: Sequence[Any]) -> Scale:
    """From 0 to the least round number that no known value exceeds, in at most four steps of 1, 2 or 5 times 10^n."""
    largest = max((float(value) for value in values if known(value)), default=0.0)
    if largest <= 0:
        return Scale(1.0, 0.5)
    power = 10.0 ** math.floor(math.log10(largest))
    step = next(power * part for part in (0.5, 1, 2, 5) if largest <= 4 * power * part)
    return Scale(step * math.ceil(largest / step - 1e-9), step)


def interval_axis(of: Scale) -> Markup:
    """The scale's numbers, to stand above a column of `interval_plot`s."""
    ticks = _ticks(of)
    marks = "".join(
        f'<text x="{of.x(tick):.1f}" y="12" text-anchor="{_anchor(place, len(ticks))}">{tick:.6g}</text>'
        for place, tick in enumerate(ticks)
    )
    return _svg("axis", _INTERVAL_WIDTH, 16, marks, "", "")


def interval_plot(value: Any, low: Any, high: Any, of: Scale, kind: str, title: str) -> Markup:
    """A dot at `value` with its interval as a line, in the colour of `kind`; gridlines alone where it is not known."""
    middle = _INTERVAL_HEIGHT / 2
    drawn = "".join(
        f'<line class="grid" x1="{of.x(tick):.1f}" x2="{of.x(tick):.1f}" y1="0" y2="{_INTERVAL_HEIGHT}"/>'
        for tick in _ticks(of)
    )
    if known(low) and known(high):
        begin, end = of.x(low), of.x(high)
        drawn += f'<line class="whisker {kind}" x1="{begin:.1f}" x2="{end:.1f}" y1="{middle}" y2="{middle}"/>'
        drawn += "".join(
            f'<line class="whisker {kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{middle - 4}" y2="{middle + 4}"/>'
            for x in (begin, end)
        )
    if known(value):
        drawn += f'<circle class="dot {kind}" cx="{of.x(value):.1f}" cy="{middle}" r="4.5"/>'
    description = (
        f"{number(value)}, 95 % interval {number(low)} to {number(high)}, on a scale from 0 to {number(of.end)}"
    )
    return _svg("interval", _INTERVAL_WIDTH, _INTERVAL_HEIGHT, drawn, title, description)


def side_by_side(labels: Sequence[Any], real: Sequence[Any], generated: Sequence[Any], title: str) -> Markup:
    """For every label two bars, held-out music left and generated right; unknown numbers have no bar."""
    values = [value for value in (*real, *generated) if known(value)]
    top = max(values, default=0) or 1
    inner, floor = _PLOT_WIDTH - _LEFT - _RIGHT, _PLOT_HEIGHT - _BOTTOM
    step = inner / max(1, len(labels))
    drawn = []
    for series, (kind, numbers) in enumerate((("real", real), ("generated", generated))):
        for place, value in enumerate(numbers):
            if known(value) and value > 0:
                height = (floor - _TOP) * value / top
                x = _LEFT + step * (place + 0.1 + 0.4 * series)
                drawn.append(
                    f'<rect class="{kind}" x="{x:.1f}" y="{floor - height:.1f}" '
                    f'width="{0.4 * step:.1f}" height="{height:.1f}"/>'
                )
    drawn.append(_floor())
    every = _label_step(labels, step)
    drawn += [
        f'<text x="{_LEFT + step * (place + 0.5):.1f}" y="{_PLOT_HEIGHT - 8}" text-anchor="middle">'
        f"{escape(cell(label))}</text>"
        for place, label in enumerate(labels)
        if place % every == 0
    ]
    told = "; ".join(
        f"{cell(label)}: {number(ours)} held-out, {number(theirs)} generated"
        for label, ours, theirs in list(zip(labels, real, generated, strict=True))[:_MOST_LABELS]
    )
    return _svg("bars", _PLOT_WIDTH, _PLOT_HEIGHT, "".join(drawn), title, told)


def densities(grid: Sequence[Any], intra: Sequence[Any], inter: Sequence[Any], title: str, description: str) -> Markup:
    """Two densities over one grid of distances: within held-out music, and from it to generated music."""
    curves = [
        (kind, [(x, y) for x, y in zip(grid, heights, strict=True) if known(x) and known(y)])
        for kind, heights in (("real", intra), ("generated", inter))
    ]
    points = [point for _, curve in curves for point in curve]
    if not points:
        return Markup()
    first, last = min(x for x, _ in points), max(x for x, _ in points)
    top = max(y for _, y in points) or 1
    floor = _PLOT_HEIGHT - _BOTTOM

    def path(curve: list[tuple[Any, Any]]) -> str:
        width = _PLOT_WIDTH - _LEFT - _RIGHT
        return " ".join(
            f"{_LEFT + width * (x - first) / ((last - first) or 1):.1f},{floor - (floor - _TOP) * y / top:.1f}"
            for x, y in curve
        )

    drawn = "".join(f'<polyline class="curve {kind}" points="{path(curve)}"/>' for kind, curve in curves if curve)
    ends = f'<text x="{_LEFT}" y="{_PLOT_HEIGHT - 8}">{number(first)}</text>' + (
        f'<text x="{_PLOT_WIDTH - _RIGHT}" y="{_PLOT_HEIGHT - 8}" text-anchor="end">{number(last)}</text>'
    )
    return _svg("densities", _PLOT_WIDTH, _PLOT_HEIGHT, drawn + _floor() + ends, title, description)


def _ticks(of: Scale) -> list[float]:
    return [place * of.step for place in range(round(of.end / of.step) + 1)]


def _anchor(place: int, count: int) -> str:
    return "start" if place == 0 else "end" if place == count - 1 else "middle"


def _floor() -> str:
    y = _PLOT_HEIGHT - _BOTTOM + 0.5
    return f'<line class="floor" x1="{_LEFT}" x2="{_PLOT_WIDTH - _RIGHT}" y1="{y}" y2="{y}"/>'


def _label_step(labels: Sequence[Any], step: float) -> int:
    longest = max((len(cell(label)) for label in labels), default=1) * _LETTER + 4
    return max(1, math.ceil(longest / step))


def _svg(kind: str, width: int, height: int, drawn: str, title: str, description: str) -> Markup:
    """The parts, whose texts are escaped already, as one picture; without a title it is decoration."""
    told = f"<title>{escape(title)}</title><desc>{escape(description)}</desc>" if title else ""
    role = 'role="img"' if title else 'aria-hidden="true"'
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return Markup(f'<svg class="{kind}" {role} {size}>{told}{drawn}</svg>')
