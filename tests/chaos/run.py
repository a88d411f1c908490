"""One run from its seed to its table: load and faults at once, then quiet, then what must hold."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from judge.config import settings
from tests.chaos import plan, programs
from tests.chaos.audit import SLACK_S, Audit, audit, pending
from tests.chaos.faults import Blow, Faults
from tests.chaos.stage import Stage, stage
from tests.chaos.users import User

_TICK_S = 0.02
_CALM_S = 30.0
_LEAST_FAULTS = 40
_LEAST_OF_A_KIND = 2
_LEAST_OVERLAPPING = 5


@dataclass(frozen=True)
class Size:
    """How large a run is; span_s: how long faults come."""

    submissions: int = 1000
    poisoned: int = 4
    users: int = 40
    first: int = 40
    span_s: float = 320.0
    short: bool = False


SHORT = Size(submissions=80, poisoned=1, users=12, first=20, span_s=50.0, short=True)


@dataclass(frozen=True)
class Outcome:
    """What came of a run. rate: submissions a second of the undisturbed judge."""

    seed: int
    audit: Audit
    blows: list[Blow]
    skipped: list[str]
    unasked: list[str]
    overlapping: int
    rate: float
    sessions: int
    lasted_s: float

    @property
    def by_kind(self) -> Counter[str]:
        """How many faults of each kind were carried out."""
        return Counter(blow.kind for blow in self.blows)


def run(seed: int, size: Size, say: Callable[[str], None], logs: Path | None = None) -> Outcome:
    """Everything, with servers of its own; logs: a folder for what its programs have written."""
    with stage(logs) as judge:
        say("starting a judge …")
        judge.start_programs()
        return _Run(judge, seed, size, say).through()


class _Run:
    def __init__(self, judge: Stage, seed: int, size: Size, say: Callable[[str], None]) -> None:
        chance = random.Random(seed)
        self._judge, self._seed, self._size, self._say = judge, seed, size, say
        self._strikes = plan.drawn(chance, size.span_s, short=size.short)
        self._faults = Faults(judge, chance)
        orders = programs.drawn(
            chance, size.submissions, size.span_s, users=size.users, first=size.first, poisoned=size.poisoned
        )
        self._first = [order for order in orders if order.number < size.first]
        self._rest = [order for order in orders if order.number >= size.first]
        self._users: list[User] = []

    def through(self) -> Outcome:
        began = time.time()
        rate = self._undisturbed()
        begin = time.time()
        self._start_users(self._rest, begin)
        self._say(f"{len(self._strikes)} faults over {self._size.span_s:.0f} s …")
        for strike in self._strikes:
            self._go_on(begin + strike.at_s - time.time())
            self._faults.strike(strike)
        self._until(lambda: self._faults.is_over, 240.0)
        self._until(lambda: all(user.has_posted_all() for user in self._users), _CALM_S)
        backlog = pending()
        patience_s = settings().lease_s + SLACK_S + 2 * backlog / rate + _CALM_S
        self._say(f"quiet again; {backlog} are left, for which there are {patience_s:.0f} s …")
        self._until(lambda: not self._unheard(poisoned=False), patience_s)
        late = self._unheard(poisoned=False)
        # Of those that are killed each time every lease has to run out.
        leases_s = settings().max_attempts * (settings().lease_s + SLACK_S)
        self._until(lambda: not self._unheard(poisoned=True), leases_s)
        for user in self._users:
            user.end()
        outcome = self._outcome(rate, time.time() - began)
        outcome.audit.violations += [
            f"{file} had not ended after {patience_s:.0f} s of quiet" for file in late
        ]
        return outcome

    def _unheard(self, *, poisoned: bool) -> list[str]:
        """What has not ended yet, as far as its users were told."""
        return [
            order.file
            for user in self._users
            for order in user.unheard()
            if (order.wanted == programs.FAILED) == poisoned
        ]

    def _undisturbed(self) -> float:
        """The first submissions, before any fault: submissions a second."""
        begin = time.time()
        self._start_users(self._first, begin)
        self._until(lambda: not self._unheard(poisoned=False), 120.0)
        rate = len(self._first) / (time.time() - begin)
        self._say(f"undisturbed it judges {rate:.1f} submissions a second")
        return rate

    def _start_users(self, orders: list[programs.Order], begin: float) -> None:
        for number in range(self._size.users):
            own = [order for order in orders if order.user == number]
            self._users.append(User(self._judge.url, number, own, begin))
            self._users[-1].start()

    def _go_on(self, for_s: float) -> None:
        self._until(lambda: False, for_s)

    def _until(self, check: Callable[[], object], within_s: float) -> None:
        deadline = time.monotonic() + within_s
        while not check() and time.monotonic() < deadline:
            self._judge.platform.tend()
            self._faults.step()
            time.sleep(_TICK_S)

    def _outcome(self, rate: float, lasted_s: float) -> Outcome:
        faults = self._faults
        outcome = Outcome(
            seed=self._seed,
            audit=audit(self._users, faults.blows),
            blows=faults.blows,
            skipped=faults.skipped,
            unasked=self._judge.platform.unasked,
            overlapping=sum(
                any(other.at < blow.at < (other.over or blow.at) for other in faults.blows)
                for blow in faults.blows
            ),
            rate=rate,
            sessions=sum(user.sessions for user in self._users),
            lasted_s=lasted_s,
        )
        if not self._size.short:
            outcome.audit.violations += _shortfalls(outcome)
        return outcome


def _shortfalls(outcome: Outcome) -> list[str]:
    """What a whole run should have put the judge to, and this one has not."""
    count, holding = len(outcome.blows), sum(bool(blow.held) for blow in outcome.blows)
    asked = {
        f"only {count} faults": count >= _LEAST_FAULTS,
        f"only {holding} struck who held something": 2 * holding >= count,
        f"only {outcome.overlapping} while another went on": outcome.overlapping >= _LEAST_OVERLAPPING,
    }
    for kind in plan.KINDS:
        of_kind = outcome.by_kind[kind.name]
        asked[f"only {of_kind} of {kind.name}"] = of_kind >= _LEAST_OF_A_KIND
    return [f"too little: {shortfall}" for shortfall, is_enough in asked.items() if not is_enough]
