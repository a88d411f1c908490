"""The charts of the last hour as SVG paths: steps of what stood, bars of what happened; gaps stay gaps."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

HEIGHT = 100
"""Of every chart, in its own units; its width is the number of its values."""

Values = Sequence[float | None]
"""From left to right, each one unit wide; None where nobody knows."""


@dataclass(frozen=True)
class Chart:
    """top: what its upper edge stands for. line is empty of bars."""

    width: int
    top: float
    area: str
    line: str


def steps(values: Values, *, least_top: float) -> Chart:
    """What stood, as a line with steps and the area below it; no lower than ``least_top`` reaches up."""
    top = _round_up(max([least_top, *_known(values)]))
    lines, areas = [], []
    for begin, part in _parts(values):
        heights = [_y(value, top) for value in part]
        first, *rest = [f"V{y}H{begin + at + 1}" for at, y in enumerate(heights)]
        lines.append(f"M{begin} {heights[0]}H{begin + 1}" + "".join(rest))
        areas.append(f"M{begin} {HEIGHT}{first}" + "".join(rest) + f"V{HEIGHT}Z")
    return Chart(len(values), top, "".join(areas), "".join(lines))


def bars(values: Values, *, least_top: float) -> Chart:
    """What happened in each span, as bars."""
    top = _round_up(max([least_top, *_known(values)]))
    shown = [(at, _y(value, top)) for at, value in enumerate(values) if value]
    area = "".join(f"M{at}.12 {HEIGHT}V{y}H{at}.88V{HEIGHT}Z" for at, y in shown)
    return Chart(len(values), top, area, "")


def _known(values: Values) -> list[float]:
    return [value for value in values if value is not None]


def _y(value: float, top: float) -> str:
    return f"{HEIGHT * (1 - value / top):.4g}"


def _parts(values: Values) -> Iterator[tuple[int, list[float]]]:
    """What is known without a gap between, each part with where it begins."""
    for known, part in groupby(enumerate(values), lambda found: found[1] is not None):
        if known:
            items = list(part)
            yield items[0][0], _known([value for _, value in items])


def _round_up(value: float) -> float:
    """The next of 1, 2, 4, 10, 20, 40, …, whose halves are as round."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 4, 10) if step * power >= value * (1 - 1e-9))
