"""What is answered from Redis: never anything stale, nothing that the asker may not see, at no query."""

import multiprocessing
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from judge import db, events, problems, submissions, workers
from judge.records import Judgement
from judge.tasks.signals import tell
from judge.verdict import Verdict
from tests.conftest import Running
from tests.core.test_versions import changed
from tests.servers import Servers, new_language, new_package, submit, until
from tests.web.conftest import web_alone
from tests.web.test_refusals import refused
from tests.web.traffic import PROBLEMS, VERSIONS, Progress, run, version_of

PROCESSES, OPERATIONS = 8, 10_000


def status(judge: Running, path: str, **headers: str) -> tuple[int, str]:
    """How a GET was answered, and from where."""
    response = judge.request("GET", path, headers=headers)
    return response.status_code, response.headers["Cache-Status"].removeprefix("redis; ")


@pytest.fixture
def several(clean: Servers) -> Iterator[Running]:
    """Four web processes."""
    with web_alone(clean, WEB_CONCURRENCY="4") as running:
        yield running


def many_versions(folder: Path) -> None:
    """Each problem with versions that tell their number by their time limit, all verified."""
    for name in PROBLEMS:
        package = new_package(folder, 2, name)
        for number in range(1, VERSIONS + 1):
            assert problems.add(changed(package, time_limit_s=float(number)))
    with db.transaction() as session:
        session.execute(text("UPDATE packages SET state = 'verified'"))


def scans(table: str) -> int:
    """How often Postgres has looked into a table, as it says itself."""
    query = "SELECT seq_scan + coalesce(idx_scan, 0) FROM pg_stat_user_tables WHERE relname = :table"
    with db.transaction() as session:
        return int(session.scalar(text(query), {"table": table}) or 0)


def test_ten_thousand_reads_and_writes(several: Running, tmp_path: Path) -> None:
    """By eight processes: after a write's answer nobody reads anything older."""
    new_language()
    many_versions(tmp_path)
    spawn = multiprocessing.get_context("spawn")
    progress = Progress(
        spawn.Array("l", [VERSIONS - 1] * len(PROBLEMS), lock=False),
        spawn.Array("l", [VERSIONS - 1] * len(PROBLEMS), lock=False),
        [spawn.Lock() for _ in PROBLEMS],
    )
    told = spawn.Queue()
    share = OPERATIONS // PROCESSES
    clients = [
        spawn.Process(target=run, args=(several.url, progress, seed, share, told))
        for seed in range(PROCESSES)
    ]
    for client in clients:
        client.start()
    seen: Counter[str] = Counter()
    stale: list[str] = []
    for _ in clients:
        ours, theirs = told.get(timeout=500)
        seen += ours
        stale += theirs
    for client in clients:
        client.join(60)
    print(dict(seen))
    assert stale == []
    assert seen["redis; hit"] + seen["redis; fwd=miss"] + seen["redis; fwd=bypass"] + seen["writes"] == 10_000
    assert seen["writes"] > 200
    assert seen["redis; hit"] > seen["redis; fwd=miss"]
    for at, name in enumerate(PROBLEMS):
        assert several.get(f"/problems/{name}")["version"] == version_of(progress.answered[at])


def everything_is_counted() -> bool:
    """Whether nobody else has asked anything for so long that Postgres knows of all that was asked before."""
    query = """
        SELECT NOT EXISTS (
            SELECT FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            AND state_change > clock_timestamp() - interval '11 s')"""
    with db.transaction() as session:
        return bool(session.scalar(text(query)))


def test_a_warm_read_asks_postgres_nothing(clean: Servers, tmp_path: Path) -> None:
    """Counted by Postgres itself, beside reads that are known to ask."""
    many_versions(tmp_path)
    db.engine().dispose()
    until(everything_is_counted, 120)
    before, looked = scans("problems"), scans("pending_changes")
    paths = [f"/problems/{name}" for name in PROBLEMS] + ["/problems", "/problems?limit=2"]
    with web_alone(clean, WEB_CONCURRENCY="4") as running:
        cold = Counter(status(running, path) for path in paths)
        warm = Counter(status(running, path) for _ in range(300) for path in paths)
        assert (set(cold), set(warm)) == ({(200, "fwd=miss")}, {(200, "hit")})
        for _ in range(200):  # each of these is read anew, and looks there once
            refused(running.request("GET", "/problems/there-is-none"), 404)
    asking = cold.total() + 200
    until(lambda: scans("problems") >= before + asking)  # whoever has ended has told what they asked
    asked, looked = scans("problems") - before, scans("pending_changes") - looked
    print(f"{warm.total()} warm reads, {asked - asking} queries; {looked} looks at what Redis may lack")
    # How often one query scans the table is for its planner to choose; a warm read that asked would be seen.
    assert asking <= asked <= asking + cold.total()


def test_where_an_answer_comes_from(web: Running, tmp_path: Path) -> None:
    """Of each kind: first from Postgres, then from Redis, and nothing is sent to who has it."""
    new_language()
    problems.add(new_package(tmp_path))
    for path in (
        "/problems",
        "/problems?limit=1",
        "/problems/echo",
        "/languages",
        "/leaderboard",
        "/problems/echo/leaderboard",
    ):
        assert status(web, path) == (200, "fwd=miss"), path
        response = web.request("GET", path)
        assert response.headers["Cache-Status"] == "redis; hit", path
        assert response.headers["Cache-Control"] == "no-cache"
        etag = response.headers["ETag"]
        assert status(web, path, **{"If-None-Match": etag}) == (304, "hit"), path
        assert status(web, path, **{"If-None-Match": '"other"'}) == (200, "hit")


def test_a_page_is_kept_with_its_link(web: Running, tmp_path: Path) -> None:
    """The same whoever asks."""
    for name in PROBLEMS:
        problems.add(new_package(tmp_path, 1, name))
    for _ in range(2):
        response = web.request("GET", "/problems?limit=2")
        assert response.headers["Link"] == '</api/v1/problems?limit=2&cursor=one>; rel="next"'
    following = web.get(response.links["next"]["url"])
    assert [item["id"] for item in following["items"]] == ["three", "two"]


def judged(user_id: str, verdict: Verdict = Verdict.ACCEPTED, score: float | None = None) -> str:
    """A submission that a worker has judged, and told of."""
    submission, _ = submit(user_id=user_id)
    claim = submissions.claim(submission.id, "worker")
    assert claim is not None
    judgement = Judgement(verdict, score=score)
    assert tell(None, submissions.finish(submission.id, 1, judgement, published=(0, 0)))
    return submission.id


def test_a_submission_is_kept_once_it_has_ended(web: Running, tmp_path: Path) -> None:
    """Not before; and its end is seen at once."""
    new_language()
    problems.add(new_package(tmp_path))
    submission, _ = submit()
    path = f"/submissions/{submission.id}"
    assert [status(web, path) for _ in range(2)] == [(200, "fwd=miss")] * 2
    claim = submissions.claim(submission.id, "worker")
    assert claim is not None
    assert web.get(path)["state"] == "compiling"
    finished = submissions.finish(submission.id, 1, Judgement(Verdict.ACCEPTED), published=(0, 0))
    assert web.get(path)["verdict"] == "accepted"
    assert status(web, path) == (200, "hit")
    assert status(web, f"{path}?wait=5") == (200, "hit")
    assert tell(None, finished)
    assert status(web, path) == (200, "fwd=miss")


def token(judge: Running, name: str, role: str) -> dict[str, str]:
    """The header of a user's requests."""
    made = judge.command("user", "add", name, "--role", role, check=True).stdout.strip()
    return {"Authorization": f"Bearer {made}"}


def test_what_is_kept_is_shown_to_whom_it_may(token_web: Running, tmp_path: Path) -> None:
    """The author's view to authors, the plain one to its owner, nothing to others, warm or not."""
    new_language()
    problems.add(new_package(tmp_path))
    path = f"/submissions/{judged('ada')}"
    author = token(token_web, "author", "author")
    ada, bob = token(token_web, "ada", "user"), token(token_web, "bob", "user")
    etags = set()
    for expected in ("fwd=miss", "hit"):
        for who in (author, ada):
            assert status(token_web, path, **who) == (200, expected)
            etags.add(token_web.request("GET", path, headers=who).headers["ETag"])
        refused(token_web.request("GET", path, headers=bob), 404)
        etag = max(etags)
        refused(token_web.request("GET", path, headers=bob | {"If-None-Match": etag}), 404)
        refused(token_web.request("GET", path), 401)
    keys = events.connection().keys(f"judge:cache:*:submission:{path[-26:]}")
    assert sorted(name.split()[-1] for key in keys for name in events.connection().hkeys(key)) == [
        "full",
        "plain",
    ]


def test_leaderboards(web: Running, tmp_path: Path) -> None:
    """Pages, a user's place, and bad questions."""
    new_language()
    for name in ("echo", "other"):
        problems.add(new_package(tmp_path, 1, name))
    assert web.get("/leaderboard") == {"items": [], "next_cursor": None}
    users = ["ada", "bob", "cyd", "dan", "eve"]
    for user_id in users:
        judged(user_id)
    judged("fay", Verdict.WRONG_ANSWER, 40.5)
    judged("gus", Verdict.WRONG_ANSWER)
    judged("anonymous")
    items = web.get("/leaderboard")["items"]
    assert [(item["rank"], item["user_id"], item["solved"], item["score"]) for item in items] == [
        *((rank, user_id, 1, 0.0) for rank, user_id in enumerate(users, 1)),
        (6, "fay", 0, 40.5),
    ]
    assert items[0]["reached_at"].endswith("Z")
    # In one problem points come first.
    [first, *_] = web.get("/problems/echo/leaderboard")["items"]
    assert (first["user_id"], first["solved"], first["score"]) == ("fay", 0, 40.5)
    assert web.get("/problems/other/leaderboard")["items"] == []
    by_pages, path = [], "/leaderboard?limit=4"
    while path:
        response = web.request("GET", path)
        by_pages += response.json()["items"]
        path = response.links.get("next", {}).get("url", "")
    assert by_pages == items
    assert web.get("/leaderboard?user_id=cyd&limit=3")["items"] == items[1:4]
    assert web.get("/leaderboard?user_id=ada&limit=3")["items"] == items[:3]
    assert web.get("/leaderboard?user_id=eve&limit=1")["items"] == [items[4]]
    assert web.get("/leaderboard?user_id=nobody")["items"] == []
    for wrong in (
        "cursor=x",
        "cursor=" + "g" * 36 + "ada",
        "cursor=" + "0" * 36 + "%00",
        "user_id=%00",
        "limit=0",
    ):
        refused(web.request("GET", f"/leaderboard?{wrong}"), 422)
    for missing in ("none", "%00", "A"):
        refused(web.request("GET", f"/problems/{missing}/leaderboard"), 404)


def test_leaderboards_without_redis(web: Running, servers: Servers, tmp_path: Path) -> None:
    """The same pages, by the same cursors; all else is answered as well."""
    new_language()
    problems.add(new_package(tmp_path))
    for number in range(5):
        judged(f"user{number}")
    first = web.get("/leaderboard?limit=3")
    rest = web.get(f"/leaderboard?limit=3&cursor={first['next_cursor']}")
    servers.stop_redis()
    try:
        for path, expected in (
            ("/leaderboard?limit=3", first),
            (f"/leaderboard?limit=3&cursor={first['next_cursor']}", rest),
            ("/leaderboard?limit=1&user_id=user1", {"items": [first["items"][1]]}),
        ):
            response = web.request("GET", path)
            assert response.headers["Cache-Status"] == "redis; fwd=bypass"
            assert response.json()["items"] == expected["items"]
        assert status(web, "/problems/echo") == (200, "fwd=bypass")
        assert status(web, "/problems") == (200, "fwd=bypass")
        assert status(web, "/languages") == (200, "fwd=bypass")
    finally:
        servers.start_redis()
    until(lambda: status(web, "/problems/echo") == (200, "hit"))


def test_a_new_language_is_listed_at_once(web: Running) -> None:
    """As soon as its worker has registered it."""
    for ids in (["c"], ["c", "cpp"]):
        specs = [{"id": id_, "name": id_} for id_ in ids]
        workers.register("celery@gone", slots=1, sandbox="none", languages=specs)
        assert [each["id"] for each in web.get("/languages")["items"]] == ids


def test_told_before_it_is_shown(judge: Running) -> None:
    """Whoever hears that a submission is done finds it on the leaderboard."""
    user_id = "told-before-it-is-shown"
    judge.get("/leaderboard")
    socket = judge.socket({"user_id": user_id})
    code = "a, b = map(int, input().split())\nprint(a + b)"
    submission = judge.submit("a-plus-b", "python3", code, user_id=user_id)
    socket.until(lambda message: message["type"] == "submission.done")
    for path in ("/leaderboard", "/problems/a-plus-b/leaderboard"):
        response = judge.request("GET", f"{path}?user_id={user_id}&limit=1")
        assert [item["user_id"] for item in response.json()["items"]] == [user_id]
    assert judge.get(f"/submissions/{submission['id']}")["verdict"] == "accepted"
    assert status(judge, f"/submissions/{submission['id']}") == (200, "hit")
