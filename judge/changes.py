"""What has changed, told after its commit to whatever holds it as it was."""

from collections.abc import Callable

on_problem: list[Callable[[str], None]] = []
"""Called with the id of a problem whose current version, or whose being listed, has changed."""

on_submission: list[Callable[[str, str, str], None]] = []
"""Called with the ids of a submission that may have ended before, of its user and of its problem."""


def problem_changed(problem_id: str) -> None:
    """A problem's current version, or whether it is listed, has changed, and that has committed."""
    for listener in on_problem:
        listener(problem_id)


def submission_changed(submission_id: str, user_id: str, problem_id: str) -> None:
    """A submission that may have ended before has changed or is gone, and that has committed."""
    for listener in on_submission:
        listener(submission_id, user_id, problem_id)
