"""What is submitted: programs whose verdict is known, most of them quick, some of several slow tests."""

import random
from dataclasses import dataclass

POISON = "poison"
"""How the file of a submission is called whose every child is killed."""

FAILED = "failed"
PROBLEMS = 8
TESTS = 3
SLOW_PROBLEM = "chaos-slow"


@dataclass(frozen=True)
class Order:
    """Something to be submitted, by which user and how long after the beginning; and how it must end.

    wanted: a verdict, or FAILED.
    """

    number: int
    at_s: float
    user: int
    problem: str
    language: str
    file: str
    code: str
    wanted: str

    @property
    def key(self) -> str:
        """Its Idempotency-Key."""
        return f"chaos-{self.number}"


def problem_id(number: int) -> str:
    """The problems are alike: each wants its input back."""
    return f"chaos-{number}"


def _slow(chance: random.Random) -> str:
    return f"import time\nline = input()\ntime.sleep({chance.uniform(0.3, 0.9):.2f})\nprint(line)\n"


_C = '#include <stdio.h>\nint main(void){{ int n; scanf("%d", &n); printf("%d\\n", n); }} /* {} */\n'

_MIX = (
    (34, "python3", "accepted", lambda chance: f"print(input())  # {chance.random()}\n"),
    (32, "python3", "accepted", _slow),
    (12, "python3", "wrong_answer", lambda chance: f"print('no', {chance.random()})\n"),
    (2, "python3", "time_limit_exceeded", lambda chance: f"while True: {chance.random()}\n"),
    (10, "c", "accepted", lambda chance: _C.format(chance.random())),
    (8, "c", "compile_error", lambda chance: f"int main(void) {{ return {chance.random()} }}\n"),
)


def drawn(
    chance: random.Random, count: int, span_s: float, *, users: int, first: int, poisoned: int
) -> list[Order]:
    """``count`` orders over ``span_s`` seconds, ``first`` of them at once; ``poisoned`` ones come early.

    Those take the longest: five leases have to run out, one after the other.
    """
    weights = [weight for weight, *_ in _MIX]
    orders = []
    for number in range(count):
        _, language, wanted, written = chance.choices(_MIX, weights)[0]
        at_s = 0.0 if number < first else chance.uniform(0, span_s)
        file = f"p{number}.{'c' if language == 'c' else 'py'}"
        problem = problem_id(chance.randrange(PROBLEMS))
        user = chance.randrange(users)
        orders.append(Order(number, at_s, user, problem, language, file, written(chance), wanted))
    for number in range(count, count + poisoned):
        code = "import time\ntime.sleep(60)\nprint(input())\n"
        at_s, user = chance.uniform(0, span_s / 8), chance.randrange(users)
        file = f"{POISON}{number}.py"
        orders.append(Order(number, at_s, user, SLOW_PROBLEM, "python3", file, code, FAILED))
    return orders
