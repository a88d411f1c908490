"""How the judge does, as the API and the page tell whoever runs it."""

import re
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import text

from judge import accounts, db, samples, submissions, workers
from judge.accounts import tokens
from judge.config import settings
from judge.records import Judgement
from judge.submissions import ledger
from judge.verdict import State, Verdict
from tests.conftest import Running
from tests.core.test_samples import judged, let_pass
from tests.core.test_troubles import lose
from tests.servers import Servers, new_language, new_problem, submit, until
from tests.web.conftest import web_alone

HTML = {"Accept": "text/html"}


@pytest.fixture
def problem(tmp_path: Path) -> None:
    """A problem, and a language that a worker proves."""
    new_problem(tmp_path)
    new_language()


def told(web: Running) -> dict[str, Any]:
    """The figures, once they are newer than this moment: for two seconds all are told the same."""
    with db.transaction() as session:
        now = session.scalar(text('SELECT to_char(clock_timestamp(), \'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"\')'))
    found: dict[str, Any] = {}

    def is_newer() -> bool:
        found.update(web.get("/operations"))
        return bool(found["read_at"] >= now)

    until(is_newer)
    return found


def present(name: str = "one", *languages: str) -> None:
    """A worker that is there."""
    workers.register(name, slots=2, sandbox="none", languages=[{"id": one} for one in languages])


def test_with_nothing_to_do(web: Running) -> None:
    """Nothing waits, nobody is there, and nothing is in trouble."""
    found = told(web)
    nothing = ("queues", "workers", "elsewhere", "troubles", "verdicts")
    assert {name: found[name] for name in nothing} == {name: [] for name in nothing}
    assert (found["queued"], found["running"], found["oldest_queued_s"]) == (0, 0, None)
    assert found["redis"] is True


def test_what_everybody_is_at(web: Running, problem: None) -> None:
    """Each worker with its state and what it has in hand; what a worker that has left held is apart."""
    present("one", "python3")
    present("two", "python3")
    workers.note_fitness("two", "no box can be made")
    mine, left = submit()[0].id, submit()[0].id
    assert submissions.claim(mine, "one")
    assert submissions.claim(left, "gone")
    found = told(web)
    one, two = found["workers"]
    assert (one["name"], one["state"], one["busy"], one["slots"]) == ("one", "working", 1, 2)
    assert [case["id"] for case in one["in_hand"]] == [mine]
    assert (two["state"], two["unfit"], two["in_hand"]) == ("unfit", "no box can be made", [])
    assert [case["id"] for case in found["elsewhere"]] == [left]
    assert found["running"] == 2


def test_what_nobody_takes(web: Running, problem: None) -> None:
    """A queue says whether a worker that is there takes it."""
    new_language("c")
    present("one", "python3")
    present("two", "c")
    workers.note_fitness("two", "no box can be made")
    submit()
    submit(language="c")
    assert {queue["name"]: queue["is_served"] for queue in told(web)["queues"]} == {
        "python3": True,
        "c": False,
    }
    assert web.get("/queue")["unserved"] == [{"language": "c", "queued": 1}]


def test_the_last_hour(web: Running, problem: None) -> None:
    """Samples in order, what ended by language, and how much in the last minute."""
    judged(Verdict.ACCEPTED)
    judged(Verdict.WRONG_ANSWER)
    samples.take()
    let_pass(120)
    judged(Verdict.ACCEPTED)
    submit()
    samples.take()
    found = told(web)
    assert [(sample["queued"], sample["ended"]) for sample in found["samples"]] == [(0, 2), (1, 1)]
    assert found["ended_last_minute"] == 1
    assert found["verdicts"] == [
        {"language": "python3", "submissions": 3, "ended": {"accepted": 2, "wrong_answer": 1}}
    ]


def test_it_is_read_once_for_all(web: Running) -> None:
    """Who asks at the same moment is told the same reading."""
    until(lambda: web.get("/operations")["read_at"] == web.get("/operations")["read_at"])


def failed() -> str:
    """A submission that has failed."""
    id_ = submit()[0].id
    lose(id_, settings().max_attempts)
    return id_


def test_what_is_done_about_it(web: Running, problem: None) -> None:
    """The page's buttons judge anew what has failed, and cancel what is open; nothing else is an action."""
    id_ = failed()
    url = f"{web.url}/operations"
    assert told(web)["troubles"][0]["lost_to"] == "worker: SandboxError: no room"
    page = requests.get(url, headers=HTML, timeout=20).text
    assert re.search(rf'value="{id_}"', page)

    def act(action: str) -> int:
        form = {"submission_id": id_, "action": action}
        return requests.post(url, data=form, headers=HTML, timeout=20, allow_redirects=False).status_code

    assert act("cancel") == 409  # it has ended
    assert act("delete") == 422
    assert act("rejudge") == 303
    assert ledger.get(id_).state == State.QUEUED
    assert act("rejudge") == 409
    assert act("cancel") == 303
    assert ledger.get(id_).state == State.CANCELLED


def test_who_finds_it(token_web: Running, problem: None) -> None:
    """The page's bar leads there whoever may, and nobody else."""
    for name, role in (("ada", "author"), ("root", "admin")):
        accounts.add(name, role)  # type: ignore[arg-type]
        shown = requests.get(
            f"{token_web.url}/problems",
            headers=HTML | {"Authorization": f"Bearer {tokens.new(name)[0]}"},
            timeout=20,
        )
        assert ('href="/operations"' in shown.text) == (role == "admin")


def test_the_link_to_flower(clean: Servers) -> None:
    """There where an address is set."""
    with web_alone(clean, JUDGE_FLOWER_URL="https://flower.example/tasks") as web:
        assert 'href="https://flower.example/tasks"' in requests.get(web.url + "/operations", timeout=20).text


def test_it_links_nowhere_else(web: Running) -> None:
    """Without an address there is no link."""
    assert "Flower" not in requests.get(f"{web.url}/operations", timeout=20).text


def test_without_redis(web: Running, clean: Servers) -> None:
    """The figures are those of Postgres, and say that Redis is away."""
    clean.stop_redis()
    try:
        assert told(web)["redis"] is False
        assert "Redis does not answer" in requests.get(f"{web.url}/operations", timeout=20).text
    finally:
        clean.start_redis()


def test_without_postgres(web: Running, clean: Servers) -> None:
    """The API says that it cannot be told, and so does the page; both have figures again afterwards."""
    with clean.without_postgres():
        until(lambda: web.request("GET", "/operations").status_code == 503)
        shown = requests.get(f"{web.url}/operations", headers=HTML, timeout=20)
        assert (shown.status_code, shown.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
        assert "Postgres does not answer" in shown.text
    until(lambda: web.request("GET", "/operations").ok)


def test_what_judged_long_ago_is_not_of_the_hour(web: Running, problem: None) -> None:
    """A submission that ended before anybody sampled is in no figure of the last hour."""
    made, _ = submit()
    assert submissions.claim(made.id, "worker")
    submissions.finish(made.id, 1, Judgement(Verdict.ACCEPTED), published=(0, 0))
    with db.transaction() as session:
        session.execute(text("UPDATE events SET at = at - interval '2 hours'"))
    samples.take()
    assert told(web)["verdicts"] == []
