"""What has changed, told to whatever holds it as it was: the caches and the leaderboards.

Whoever changes something that may be kept tells it here once that has committed, and answers nobody before
this returns; from then on no reader gets what was true before. While Redis takes everything, that is all.
What if it does not? Then neither the writer's failure nor that of another process may be a reader's:

- ``note``, in the transaction of the change, leaves a row that stays until Redis has been told. So it is
  told even where the writer dies, by the sweeper or by the next reader.
- A reader asks ``settled`` first: a process believes Redis for one second after it has last looked at those
  rows and found none, or told Redis of them. A writer whom Redis did not hear waits out that second before
  it answers. That is one query a second and process that reads, however much it reads; a number to compare
  on each read would be one query a read, and one kept in Redis would be lost with what it guards.
- A Redis that comes back with what it knew some time ago begins with nothing (judge.cache_server).

A judging's end needs no row of its own, for its events are one: they count as published only once this has
been told (``told_of``), and nobody waits for the worker's answer.
"""

import threading
import time
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from judge import cache, leaderboards
from judge.cache_server import Away
from judge.db import transaction
from judge.leaderboards.standings import Board, Place
from judge.models import PendingChange
from judge.records import ANONYMOUS

Subject = str
"""``languages``, ``problem:{id}``, or ``submission:{id}:{user_id}:{problem_id}``."""

LANGUAGES: Subject = "languages"
PROBLEMS = "problems"
"""What the list of problems is kept under; it changes with each of them."""

_BELIEVED_S = 1.0
_MARGIN_S = 0.1
_AT_ONCE = 500


def problem(problem_id: str) -> Subject:
    """A problem, with all that is shown of it and its place in lists."""
    return f"problem:{problem_id}"


def submission(submission_id: str, user_id: str, problem_id: str) -> Subject:
    """A submission, with what it is worth to its user."""
    return f"submission:{submission_id}:{user_id}:{problem_id}"


def note(session: Session, *subjects: Subject) -> None:
    """Say in the transaction of a change what it changes; ``changed`` is to follow once it has committed."""
    if subjects:
        session.execute(insert(PendingChange), [{"subject": subject} for subject in subjects])


def problem_changed(problem_id: str) -> None:
    """A problem's current version, or whether it is listed, has changed, and that has committed."""
    changed(problem(problem_id))


def submission_changed(submission_id: str, user_id: str, problem_id: str) -> None:
    """A submission that may have ended before has changed or is gone, and that has committed."""
    changed(submission(submission_id, user_id, problem_id))


def changed(*subjects: Subject) -> None:
    """These have changed, and that has committed; no reader gets them as they were once this returns."""
    if not subjects:
        return
    noted = _noted(subjects)  # before Redis is told: what is noted later is not told by this
    if _apply(subjects):
        _settle(noted)
        return
    if missing := set(subjects) - {subject for _, subject in noted}:
        with transaction() as session:
            note(session, *missing)
    time.sleep(_BELIEVED_S + _MARGIN_S)


def told_of(subjects: Iterable[Subject]) -> bool:
    """As ``changed``, by who comes back later where Redis does not take it: then it returns False."""
    return _apply(list(subjects))


def settle() -> bool:
    """Tell Redis of every change that it has not taken so far; False where it still does not."""
    while noted := _noted():
        if not _apply([subject for _, subject in noted]):
            return False
        _settle(noted)
    return True


class _Belief:
    """Whether this process believes what Redis says, and until when it need not look again."""

    def __init__(self) -> None:
        self._believes, self._until = False, 0.0
        self._lock = threading.Lock()

    def holds(self) -> bool:
        if time.monotonic() >= self._until and self._lock.acquire(timeout=_MARGIN_S):
            try:
                began = time.monotonic()
                if began >= self._until:
                    self._believes = settle()
                    # A Redis that is silent has taken its time; it gets no more of it at once.
                    self._until = (began if self._believes else time.monotonic()) + _BELIEVED_S
            finally:
                self._lock.release()
        return self._believes and time.monotonic() < self._until


_belief = _Belief()


def settled() -> bool:
    """Whether Redis may be believed for now; asked before each read, and before the read begins."""
    return _belief.holds()


def _apply(subjects: Sequence[Subject]) -> bool:
    """Tell Redis; False where it does not take it."""
    kept: set[str] = set()
    doubted: set[Board] = set()
    places: set[Place] = set()
    for subject in subjects:
        kind, *rest = subject.split(":")
        match kind, rest:
            case "problem", [problem_id]:
                kept |= {PROBLEMS, subject}
                doubted |= {Board(), Board(problem_id)}
            case "submission", [submission_id, user_id, problem_id]:
                kept.add(f"submission:{submission_id}")
                if user_id != ANONYMOUS:
                    places |= {(Board(), user_id), (Board(problem_id), user_id)}
            case _:
                kept.add(subject)
    try:
        if doubted:
            leaderboards.forget(*doubted)
        leaderboards.update(places, first=cache.forgetting(list(kept)))
    except Away:
        return False
    return True


def _noted(subjects: Sequence[Subject] = ()) -> Sequence[tuple[int, Subject]]:
    """Some of the changes that are noted, or all of these subjects."""
    query = select(PendingChange.id, PendingChange.subject).order_by(PendingChange.id)
    query = query.where(PendingChange.subject.in_(subjects)) if subjects else query.limit(_AT_ONCE)
    with transaction() as session:
        return [(row.id, row.subject) for row in session.execute(query)]


def _settle(noted: Sequence[tuple[int, Subject]]) -> None:
    if noted:
        with transaction() as session:
            session.execute(delete(PendingChange).where(PendingChange.id.in_([id_ for id_, _ in noted])))
