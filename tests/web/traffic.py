"""Readers and writers of one judge, many processes of them, who check what they read.

Versions of a problem are published one after the other, in a circle: the nth publication is of version
n mod VERSIONS + 1, and the version shows in its time limit. Of each problem is known how many publications
were begun and how many were answered. Whoever reads must get one between those answered before they began
and those begun before they were done.
"""

import random
from collections import Counter
from dataclasses import dataclass
from typing import Any

import requests

VERSIONS = 16
PROBLEMS = ("one", "two", "three", "four")
WRITES = 0.04
"""The share of them."""


@dataclass
class Progress:
    """What all processes know of publications, by the problem's position."""

    begun: Any
    answered: Any
    locks: Any


def version_of(publication: int) -> int:
    """Which version a publication is of."""
    return publication % VERSIONS + 1


def run(url: str, progress: Progress, seed: int, operations: int, told: Any) -> None:
    """Read and write at random; then tell what was seen, and what was stale."""
    told.put(Client(url, progress, seed).run(operations))


class Client:
    """One process's session."""

    def __init__(self, url: str, progress: Progress, seed: int) -> None:
        self._url, self._progress, self._random = f"{url}/api/v1", progress, random.Random(seed)
        self._session = requests.Session()
        self._etags: dict[str, tuple[str, Any]] = {}
        self.seen: Counter[str] = Counter()
        self.stale: list[str] = []

    def run(self, operations: int) -> tuple[Counter[str], list[str]]:
        """So many operations; what they came to, and what was stale."""
        for _ in range(operations):
            if self._random.random() < WRITES:
                self._publish(self._random.randrange(len(PROBLEMS)))
            else:
                self._random.choice(
                    [self._read_problem, self._read_problem, self._read_list, self._read_other]
                )()
        return self.seen, self.stale

    def _publish(self, at: int) -> None:
        with self._progress.locks[at]:
            publication = self._progress.begun[at] = self._progress.begun[at] + 1
            path = f"/problems/{PROBLEMS[at]}/versions/{version_of(publication)}/publish"
            response = self._session.post(self._url + path, timeout=60)
            assert response.status_code == 200, response.text
            self._progress.answered[at] = publication
        self.seen["writes"] += 1

    def _read_problem(self) -> None:
        at = self._random.randrange(len(PROBLEMS))
        answered = self._progress.answered[at]
        problem = self._get(f"/problems/{PROBLEMS[at]}")
        self._check(at, answered, problem)
        if problem["version"] != problem["limits"]["time_limit_s"]:
            self.stale.append(f"of two versions at once: {problem}")

    def _read_list(self) -> None:
        answered = list(self._progress.answered)
        items = {item["id"]: item for item in self._get("/problems")["items"]}
        for at, name in enumerate(PROBLEMS):
            self._check(at, answered[at], items[name])

    def _read_other(self) -> None:
        path = self._random.choice(["/languages", "/leaderboard?limit=5", "/problems/one/leaderboard"])
        assert "items" in self._get(path)

    def _check(self, at: int, answered: int, shown: dict[str, Any]) -> None:
        begun = self._progress.begun[at]
        possible = {version_of(publication) for publication in range(answered, begun + 1)}
        if shown["limits"]["time_limit_s"] not in possible:
            self.stale.append(f"{PROBLEMS[at]}: {shown['limits']} is none of {possible}")

    def _get(self, path: str) -> Any:
        """The JSON of a GET, asked as browsers ask: for what is other than the one that was sent last."""
        etag, before = self._etags.get(path, ("", None))
        response = self._session.get(self._url + path, headers={"If-None-Match": etag}, timeout=60)
        self.seen[response.headers["Cache-Status"]] += 1
        self.seen[str(response.status_code)] += 1
        if response.status_code == 304:
            return before
        assert response.status_code == 200, response.text
        self._etags[path] = response.headers["ETag"], response.json()
        return self._etags[path][1]
