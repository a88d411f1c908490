"""The paths of charts: steps of what stood, gaps where nobody knows, bars of what happened."""

import pytest

from judge.web.pages import charts


def test_steps_and_gaps() -> None:
    """Each value is one unit wide; where one is missing the line ends and begins anew."""
    chart = charts.steps([0, 2, None, 4], least_top=4)
    assert (chart.width, chart.top) == (4, 4)
    assert chart.line == "M0 100H1V50H2M3 0H4"
    assert chart.area == "M0 100V100H1V50H2V100ZM3 100V0H4V100Z"


def test_bars() -> None:
    """One for each value above zero."""
    chart = charts.bars([None, 0, 10], least_top=4)
    assert (chart.top, chart.line) == (10, "")
    assert chart.area == "M2.12 100V0H2.88V100Z"


def test_nothing_is_known() -> None:
    """There is nothing to draw, and still a scale."""
    assert charts.steps([None, None], least_top=4) == charts.Chart(2, 4, "", "")


@pytest.mark.parametrize(
    ("most", "top"), [(0, 4), (4, 4), (4.1, 10), (11, 20), (21, 40), (41, 100), (100, 100), (99_999, 100_000)]
)
def test_the_scale(most: float, top: float) -> None:
    """A round number with a round half, which is no lower than what there is at most."""
    assert charts.steps([most], least_top=4).top == top
