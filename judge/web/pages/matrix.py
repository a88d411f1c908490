"""What a verification has come to, as the page shows it: each submission of the package on each test."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from judge.events import AnyEvent, is_ending


@dataclass(frozen=True)
class Row:
    """A submission; ``ok`` is None until it is known whether it did as expected.

    cells: its verdict on each test of the matrix, None where there is none yet.
    """

    name: str
    expected: Sequence[str]
    cells: Sequence[str | None]
    got: str | None = None
    ok: bool | None = None
    skipped: bool = False
    score: float | None = None
    cpu_time_s: float | None = None
    reasons: Sequence[str] = ()

    @property
    def ended(self) -> int:
        """On how many tests it has ended."""
        return sum(count for _, count in self.counts)

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many tests ended with each verdict, the most frequent first."""
        return Counter(cell for cell in self.cells if cell is not None).most_common()


@dataclass(frozen=True)
class Matrix:
    """Submissions by tests; ``done`` of ``total`` pieces of work, both 0 before the first one and at the end.

    seq: the number of the last event that it tells of.
    """

    tests: Sequence[str] = ()
    rows: Sequence[Row] = ()
    done: int = 0
    total: int = 0
    what: str = ""
    seq: int = 0

    @property
    def groups(self) -> list[tuple[str, list[int]]]:
        """The tests by the folders that they are in: the name of each, and where its tests stand."""
        places = groupby(range(len(self.tests)), key=lambda place: self.tests[place].rpartition("/")[0])
        return [(name, list(members)) for name, members in places]


def of_report(report: dict[str, Any]) -> Matrix:
    """The matrix of a verification that is done; without tests where the report is from before it had any."""
    tests = report.get("tests", [])
    return Matrix(
        tests,
        [
            Row(
                name=each["name"],
                expected=each["expected"],
                cells=each.get("tests") or [None] * len(tests),
                got=each["got"],
                ok=each["ok"],
                skipped=each["skipped"],
                score=each["score"],
                cpu_time_s=each["cpu_time_s"],
                reasons=each["reasons"],
            )
            for each in report["submissions"]
        ],
    )


def so_far(log: Iterable[AnyEvent]) -> Matrix:
    """The matrix of a verification that goes on, from its log; another attempt begins anew."""
    tests: list[str] = []
    expected: dict[str, Sequence[str]] = {}
    cells: dict[str, list[str | None]] = {}
    told: dict[str, Any] = {}
    seq = 0
    for event in log:
        if is_ending(event.type):
            break  # which the page is told of, and then shows the report
        seq = event.seq
        match event.type.partition(".")[2]:
            case "queued" | "running":
                tests, expected, cells, told = [], {}, {}, {}
            case "planned":
                tests = event.data["tests"]
                expected = {each["name"]: each["expected"] for each in event.data["submissions"]}
                cells = {name: [None] * len(tests) for name in expected}
            case "progress":
                told = event.data
                for each in told.get("tests", ()):
                    cells[each["submission"]][each["index"] - 1] = each["verdict"]
    return Matrix(
        tests,
        [Row(name, expected[name], found) for name, found in cells.items()],
        told.get("done", 0),
        told.get("total", 0),
        told.get("what", ""),
        seq,
    )
