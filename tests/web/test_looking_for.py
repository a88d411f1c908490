"""Problems that are looked for, what they are about, who has solved them, and what that took."""

from dataclasses import replace
from pathlib import Path

import pytest
import requests
from sqlalchemy import text

from judge import db, problems
from tests.conftest import Running
from tests.servers import new_language, new_package, submit

PROBLEMS = {
    "bridges": ("Königsberg 100%", ("graphs", "history")),
    "routes": ("Cheapest Route", ("graphs",)),
    "sorting": ("Sorting_It", ()),
}


@pytest.fixture
def listed(web: Running, tmp_path: Path) -> Running:
    """Three problems, about this and that."""
    new_language()
    for id_, (name, keywords) in PROBLEMS.items():
        package = new_package(tmp_path, 1, id_)
        problems.add(replace(package, manifest=replace(package.manifest, name=name, keywords=keywords)))
    return web


def accept(user_id: str, problem_id: str, cpu_time_s: float = 0.01, memory_bytes: int = 2**20) -> None:
    """A submission that has been accepted."""
    submission, _ = submit(problem_id=problem_id, user_id=user_id)
    query = """UPDATE submissions SET state = 'done', verdict = 'accepted', cpu_time_s = :cpu_time_s,
        memory_bytes = :memory_bytes, finished_at = clock_timestamp() WHERE id = :id"""
    values = {"id": submission.id, "cpu_time_s": cpu_time_s, "memory_bytes": memory_bytes}
    with db.transaction() as session:
        session.execute(text(query), values)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=ROUTE", ["routes"]),
        ("q=route+cheap", ["routes"]),
        ("q=königs", ["bridges"]),
        ("q=%25", ["bridges"]),
        ("q=_", ["sorting"]),
        ("q=r", ["bridges", "routes", "sorting"]),
        ("keyword=graphs", ["bridges", "routes"]),
        ("keyword=graph", []),
        ("q=r&keyword=graphs&limit=1", ["bridges"]),
        ("q=r&keyword=graphs&limit=1&cursor=bridges", ["routes"]),
    ],
)
def test_problems_are_looked_for(listed: Running, query: str, found: list[str]) -> None:
    """By words that all stand in name or id, as they are written, and by a whole keyword; page by page."""
    answer = listed.request("GET", f"/problems?{query}")
    assert [problem["id"] for problem in answer.json()["items"]] == found
    if answer.json()["next_cursor"]:
        onward = requests.get(listed.url + answer.links["next"]["url"], timeout=60)
        assert [problem["id"] for problem in onward.json()["items"]] == ["routes"]


def test_a_list_that_is_looked_through_is_not_kept(listed: Running) -> None:
    """Anybody may look for anything; and what is kept of the whole list is not what was looked for."""
    for _ in range(2):
        assert listed.request("GET", "/problems?q=r").headers["Cache-Status"] == "redis; fwd=bypass"
    assert len(listed.get("/problems")["items"]) == len(PROBLEMS)


def test_what_problems_are_about(listed: Running, tmp_path: Path) -> None:
    """Keywords with how many have them, the most frequent first; of a new problem at once."""
    assert listed.get("/keywords")["items"] == [
        {"keyword": "graphs", "problems": 2},
        {"keyword": "history", "problems": 1},
    ]
    package = new_package(tmp_path, 1, "wars")
    problems.add(replace(package, manifest=replace(package.manifest, keywords=("history", "war"))))
    assert [each["keyword"] for each in listed.get("/keywords")["items"]] == ["graphs", "history", "war"]


def test_what_somebody_has_solved(listed: Running) -> None:
    """Each problem once, whatever else was tried; a page at a time."""
    for problem_id in ("routes", "bridges", "routes"):
        accept("ada", problem_id)
    submit(problem_id="sorting", user_id="ada")
    accept("bo", "sorting")
    first = listed.get("/solved?user_id=ada&limit=1")
    assert first == {"items": [{"problem_id": "bridges"}], "next_cursor": "bridges"}
    rest = listed.get("/solved?user_id=ada&limit=1&cursor=bridges")
    assert rest == {"items": [{"problem_id": "routes"}], "next_cursor": None}
    page = requests.get(f"{listed.url}/problems", cookies={"judge_name": "ada"}, timeout=60).text
    assert page.count('class="verdict accepted"') == 2


def test_what_accepted_submissions_took(listed: Running) -> None:
    """Each in one bar; of another language none, and of a problem that nobody has solved nothing."""
    for cpu_time_s in (0.1, 0.2, 0.2, 0.5):
        accept("ada", "routes", cpu_time_s)
    figures = listed.get("/problems/routes/figures")
    assert figures["submissions"] == 4
    bounds, counts = figures["cpu_time_s"]["bounds"], figures["cpu_time_s"]["counts"]
    assert len(bounds) == len(counts) + 1
    assert (bounds[0], bounds[-1]) == (0.1, pytest.approx(0.5))
    assert (sum(counts), counts[0], counts[-1]) == (4, 1, 1)
    # All took the same: they stand in one bar.
    assert sorted(figures["memory_bytes"]["counts"])[-2:] == [0, 4]
    none = {"submissions": 0, "cpu_time_s": None, "memory_bytes": None}
    assert listed.get("/problems/routes/figures?language=c") == none
    assert listed.get("/problems/sorting/figures") == none
    assert listed.request("GET", "/problems/nope/figures").status_code == 404
