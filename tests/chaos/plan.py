"""Which faults strike when: drawn from a seed, so that a bad run can be had again; pure."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """A kind of fault.

    lane: faults of one lane never overlap each other, for they strike the same thing; those without last no
    longer than it takes to start a process again. lasts_s: the least and the most. holding: it strikes who
    holds a running submission.
    """

    name: str
    what: str
    lane: str | None = None
    lasts_s: tuple[float, float] = (0.0, 0.0)
    holding: bool = False


KINDS = (
    Kind("child", "kill -9 of a pool child", holding=True),
    Kind("worker", "kill -9 of a worker's parent", holding=True),
    Kind("frozen", "SIGSTOP of a worker past its lease, then SIGCONT", "workers", (18, 24), holding=True),
    Kind("disk", "a worker's disk full, then free", "workers", (12, 18), holding=True),
    Kind("companion", "kill -9 of a companion"),
    Kind("web", "kill -9 of web's master"),
    Kind("web-process", "kill -9 of a web process"),
    Kind("beat", "kill -9 of beat"),
    Kind("courier", "kill -9 of the courier"),
    Kind("redis-killed", "Redis killed, back with its data", "redis", (0.5, 4)),
    Kind("redis-emptied", "Redis killed, back without its data", "redis", (0.5, 4)),
    Kind("redis-away", "Redis away for long", "redis", (40, 60)),
    Kind("redis-cut", "connections to Redis cut", "redis", (0.2, 6)),
    Kind("redis-silent", "Redis silent on open connections", "redis", (8, 20)),
    Kind("postgres-killed", "Postgres killed and back", "postgres", (3, 6)),
    Kind("postgres-cut", "connections to Postgres cut", "postgres", (0.2, 6)),
    Kind("postgres-silent", "Postgres silent on open connections", "postgres", (8, 20)),
)

_MORE = {"child": 14, "worker": 9, "frozen": 5, "disk": 3}
_LEAST = 2
_SHORTENED = {"redis-away": (10.0, 12.0), "redis-silent": (6.0, 9.0), "postgres-silent": (6.0, 9.0)}


@dataclass(frozen=True)
class Strike:
    """One fault to come: seconds after the beginning, and how long it lasts."""

    at_s: float
    kind: Kind
    lasts_s: float

    @property
    def end_s(self) -> float:
        """When it is over."""
        return self.at_s + self.lasts_s


def drawn(chance: random.Random, span_s: float, *, short: bool = False) -> list[Strike]:
    """Faults for ``span_s`` seconds, in their order; short: of every kind one, and none of them long."""
    wanted = [kind for kind in KINDS for _ in range(1 if short else _MORE.get(kind.name, _LEAST))]
    strikes = []
    for lane in dict.fromkeys(kind.lane for kind in wanted):
        kinds = [kind for kind in wanted if kind.lane == lane]
        chance.shuffle(kinds)
        if lane is None:
            strikes += [Strike(chance.uniform(0, span_s), kind, 0.0) for kind in kinds]
        else:
            strikes += _in_turn(chance, kinds, span_s, short=short)
    return sorted(strikes, key=lambda strike: strike.at_s)


def overlapping(strikes: Sequence[Strike]) -> int:
    """How many of them strike while another goes on."""
    return sum(
        any(other.at_s < strike.at_s < other.end_s for other in strikes if other is not strike)
        for strike in strikes
    )


def _in_turn(chance: random.Random, kinds: Sequence[Kind], span_s: float, *, short: bool) -> list[Strike]:
    lasting_s = [chance.uniform(*_lasts_s(kind, short=short)) for kind in kinds]
    free_s = span_s - sum(lasting_s)
    assert free_s > 0, f"{span_s} s are too few for {Counter(kind.name for kind in kinds)}"
    gaps = [chance.expovariate(1) for _ in range(len(kinds) + 1)]
    strikes, at_s = [], 0.0
    for kind, lasts_s, gap in zip(kinds, lasting_s, gaps, strict=False):
        at_s += free_s * gap / sum(gaps)
        strikes.append(Strike(at_s, kind, lasts_s))
        at_s += lasts_s
    return strikes


def _lasts_s(kind: Kind, *, short: bool) -> tuple[float, float]:
    return _SHORTENED.get(kind.name, kind.lasts_s) if short else kind.lasts_s
