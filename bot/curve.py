"""The risk-coverage curve as a picture: an SVG of our own drawing, for light and dark screens. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from xml.sax.saxutils import escape

from bot.calibrate import Report
from index.calibration import SURE, Point

WIDTH, HEIGHT = 760, 500
_LEFT, _RIGHT, _TOP, _BOTTOM = 72, 24, 112, 60
_MOST_POINTS = 400
"""Points that a line is drawn with: more than the picture has room for would only make the file large."""

_STYLE = """
    svg { --back: #ffffff; --ink: #1f2328; --soft: #59636e; --grid: #d8dee4; --risk: #0550ae; --now: #953800;
          --chosen: #116329; background: var(--back); font: 13px system-ui, sans-serif; }
    @media (prefers-color-scheme: dark) {
      svg { --back: #0d1117; --ink: #e6edf3; --soft: #9198a1; --grid: #30363d; --risk: #79c0ff; --now: #ffa657;
            --chosen: #7ee787; }
    }
    text { fill: var(--ink); } .soft { fill: var(--soft); } .title { font-size: 16px; font-weight: 600; }
    .halo { paint-order: stroke; stroke: var(--back); stroke-width: 4px; stroke-linejoin: round; }
    .back { fill: var(--back); } .grid { stroke: var(--grid); } .axis { stroke: var(--soft); }
    .risk { fill: none; stroke: var(--risk); stroke-width: 2; stroke-linejoin: round; }
    .upper { fill: var(--risk); fill-opacity: 0.14; }
    .wish { stroke: var(--soft); stroke-dasharray: 6 4; }
    .now { stroke: var(--now); } .chosen { stroke: var(--chosen); }
    line.now, line.chosen { stroke-dasharray: 2 3; } .mark { fill: var(--back); stroke-width: 2.5; }
"""


def drawn(report: Report, archive: str) -> str:
    """The whole SVG file: risk over coverage, what it may be at most, the wished risk, and the thresholds as marks."""
    plot = _Plot(highest(report))
    parts = [
        *_axes(plot),
        *_lines(plot, report),
        *_mark(plot, report.now, "now", "In use", 58),
    ]
    if isinstance(report.proposal, Point):
        parts += _mark(plot, report.proposal, "chosen", "Proposed", 82)
    else:
        parts.append(_text(_LEFT + 18, 86, "No threshold is proposed.", "soft"))
    title = f"Risk and coverage of the archive “{archive}”, {_counted(report.curve.total)}"
    says = (
        f"Of each threshold, the share of questions it answers and the share of these answers that is wrong. {title}."
    )
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
            f'height="{HEIGHT}" role="img" aria-labelledby="title says">',
            f'  <title id="title">{escape(title)}</title>',
            f'  <desc id="says">{escape(says)}</desc>',
            f"  <style>{_STYLE}  </style>",
            f'  <rect class="back" width="{WIDTH}" height="{HEIGHT}"/>',
            f"  {_text(_LEFT, 28, title, 'title')}",
            *(f"  {part}" for part in parts),
            "</svg>\n",
        )
    )


class _Plot:
    """Where coverage, 0 to 1, and risk, 0 to ``highest``, lie in the picture."""

    def __init__(self, highest: float) -> None:
        self.highest = highest

    def x(self, coverage: float) -> float:
        return _LEFT + coverage * (WIDTH - _LEFT - _RIGHT)

    def y(self, risk: float) -> float:
        return HEIGHT - _BOTTOM - min(risk, self.highest) / self.highest * (HEIGHT - _TOP - _BOTTOM)

    def path(self, points: Iterable[tuple[float, float]]) -> str:
        return " ".join(f"{self.x(coverage):.1f},{self.y(risk):.1f}" for coverage, risk in points)


def highest(report: Report) -> float:
    """The top of the risk axis, a whole tenth: room for what matters, not for the bounds of a handful of answers."""
    found = report.curve
    told = found.answered >= max(10, found.total // 20)
    seen = [report.risk * 1.5, *found.risk[told], *(found.upper[told][-1:])]
    return min(1.0, math.ceil(float(max(seen)) * 10 + 1e-9) / 10)


def _axes(plot: _Plot) -> Iterator[str]:
    left, right, bottom, top = plot.x(0), plot.x(1), plot.y(0), plot.y(plot.highest)
    for tenth in range(0, 11, 2):
        x = plot.x(tenth / 10)
        yield f'<line class="grid" x1="{x:.1f}" y1="{top:.1f}" x2="{x:.1f}" y2="{bottom:.1f}"/>'
        yield _text(x, bottom + 20, f"{tenth * 10}%", "soft", "middle")
    steps = 5 if plot.highest > 0.5 else round(plot.highest * 10) * (1 if plot.highest > 0.2 else 2)
    for step in range(steps + 1):
        risk = plot.highest * step / steps
        y = plot.y(risk)
        yield f'<line class="grid" x1="{left:.1f}" y1="{y:.1f}" x2="{right:.1f}" y2="{y:.1f}"/>'
        yield _text(left - 8, y + 4, f"{risk:.0%}", "soft", "end")
    yield f'<path class="axis" fill="none" d="M{left:.1f} {top:.1f}V{bottom:.1f}H{right:.1f}"/>'
    yield _text((left + right) / 2, HEIGHT - 14, "Coverage: share of all labels that is answered", "", "middle")
    middle = (top + bottom) / 2
    yield (
        f'<text x="20" y="{middle:.1f}" text-anchor="middle" transform="rotate(-90 20 {middle:.1f})">'
        "Risk: share of the answers that is wrong</text>"
    )


def _lines(plot: _Plot, report: Report) -> Iterator[str]:
    found = report.curve
    kept = _thinned(len(found.thresholds))
    coverage = [float(found.coverage[i]) for i in kept]
    risk = [float(found.risk[i]) for i in kept]
    upper = [float(found.upper[i]) for i in kept]
    if kept:
        around = [*zip(coverage, upper, strict=True), *reversed([*zip(coverage, risk, strict=True)])]
        yield f'<polygon class="upper" points="{plot.path(around)}"/>'
        yield f'<polyline class="risk" points="{plot.path(zip(coverage, risk, strict=True))}"/>'
        shade = f"Shaded: up to where the risk may lie, with {SURE:.0%} certainty"
        yield _text(plot.x(1), _TOP - 8, shade, "soft", "end")
    else:
        yield _text(plot.x(0.5), plot.y(plot.highest * 0.85), "Nothing has been judged yet.", "soft", "middle")
    y = plot.y(report.risk)
    yield f'<line class="wish" x1="{plot.x(0):.1f}" y1="{y:.1f}" x2="{plot.x(1):.1f}" y2="{y:.1f}"/>'
    yield _text(plot.x(0) + 8, y - 6, f"wished: at most {report.risk * 100:.3g}%", "soft halo")


def _thinned(count: int) -> Sequence[int]:
    """Which of ``count`` points are drawn, first and last among them."""
    if count <= _MOST_POINTS:
        return range(count)
    return [round(i * (count - 1) / (_MOST_POINTS - 1)) for i in range(_MOST_POINTS)]


def _mark(plot: _Plot, point: Point, name: str, what: str, row: int) -> Iterator[str]:
    """The point on the curve, and its line in the legend; a circle or a diamond, so that colour is not all there is."""
    x, y = plot.x(point.coverage), plot.y(point.risk or 0.0)
    yield f'<line class="{name}" x1="{x:.1f}" y1="{plot.y(0):.1f}" x2="{x:.1f}" y2="{plot.y(plot.highest):.1f}"/>'
    yield _sign(x, y, name)
    yield _sign(_LEFT + 6, row, name)
    yield _text(_LEFT + 18, row + 4, f"{what}: threshold {point.threshold:.3f}, {_does(point)}")


def _sign(x: float, y: float, name: str) -> str:
    if name == "now":
        return f'<circle class="mark {name}" cx="{x:.1f}" cy="{y:.1f}" r="5"/>'
    return f'<path class="mark {name}" d="M{x:.1f} {y - 6:.1f}l6 6l-6 6l-6 -6z"/>'


def _does(point: Point) -> str:
    if point.risk is None:
        return "answers nothing of this"
    return (
        f"answers {point.coverage:.0%}, {point.risk:.1%} of it wrong ({point.wrong} of {point.answered}), "
        f"at most {point.upper:.1%}"
    )


def _counted(labels: int) -> str:
    return "1 label" if labels == 1 else f"{labels} labels"


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    of_kind = f' class="{kind}"' if kind else ""
    return f'<text{of_kind} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
