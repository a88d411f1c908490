"""How the number of workers follows what is asked for: pure, with instants of the test's own."""

from judge.autoscale.pace import Pace


def test_up_at_once_and_never_above_the_most() -> None:
    """A flood brings as many as there may be, in one step."""
    pace = Pace(0, 5, hold_s=60, step_s=2)
    assert [pace.follow(asked, at) for at, asked in enumerate((0, 1, 3, 900))] == [0, 1, 3, 5]


def test_down_late_and_one_by_one() -> None:
    """Not before nothing of the last while asked for more; then a step, a while, a step."""
    pace = Pace(1, 9, hold_s=10, step_s=4)
    assert pace.follow(4, 0.0) == 4
    assert [pace.follow(0, float(at)) for at in range(1, 20)] == [4] * 10 + [3] * 4 + [2] * 4 + [1]
    assert [pace.follow(0, float(at)) for at in range(20, 40)] == [1] * 20


def test_no_flapping() -> None:
    """A load that comes and goes within the while keeps its workers; one that is less keeps fewer."""
    pace = Pace(0, 9, hold_s=10, step_s=1)
    assert {pace.follow(3 if at % 8 == 0 else 0, float(at)) for at in range(100)} == {3}
    numbers = [pace.follow(2 if at % 8 == 0 else 0, float(at)) for at in range(100, 200)]
    assert numbers[-1] == 2
    assert numbers == sorted(numbers, reverse=True)


def test_up_again_while_it_goes_down() -> None:
    """What is asked for now counts now."""
    pace = Pace(0, 9, hold_s=1, step_s=1)
    pace.follow(6, 0.0)
    assert pace.follow(0, 2.0) == 5
    assert pace.follow(7, 2.5) == 7
