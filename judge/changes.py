"""What has changed, told after its commit to whatever holds it as it was."""

from collections.abc import Callable

Subject = str
"""``problem:{id}`` or ``submission:{id}:{user_id}:{problem_id}``."""

listeners: list[Callable[[tuple[Subject, ...]], None]] = []


def problem(problem_id: str) -> Subject:
    """A problem, with all that is shown of it and its place in lists."""
    return f"problem:{problem_id}"


def submission(submission_id: str, user_id: str, problem_id: str) -> Subject:
    """A submission, with what it is worth to its user."""
    return f"submission:{submission_id}:{user_id}:{problem_id}"


def problem_changed(problem_id: str) -> None:
    """A problem's current version, or whether it is listed, has changed, and that has committed."""
    changed(problem(problem_id))


def submission_changed(submission_id: str, user_id: str, problem_id: str) -> None:
    """A submission that may have ended before has changed or is gone, and that has committed."""
    changed(submission(submission_id, user_id, problem_id))


def changed(*subjects: Subject) -> None:
    """These have changed, and that has committed."""
    for listener in listeners:
        listener(subjects)
