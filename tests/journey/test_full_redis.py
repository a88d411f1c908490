"""A Redis that is full, and one that evicts everything: what is cached is hurt, and no work and no truth."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis

from tests.conftest import Running, Socket, judge_up, open_folder
from tests.core.test_redis_checks import start_redis as start_redis

SUM = "import time\ntime.sleep(0.2)\nprint(sum(map(int, input().split())))"


@pytest.fixture
def judge_on() -> Iterator[Callable[..., Running]]:
    """Start a judge with some environment; it ends with the test."""
    with pytest.MonkeyPatch.context(), open_folder() as folder:
        started = []

        def start(**env: str) -> Running:
            context = judge_up(folder, env=env)
            started.append(context)
            return context.__enter__()

        yield start
        for context in started:
            context.__exit__(None, None, None)


def ends(socket: Socket, ids: set[str]) -> None:
    """Each of these is told to have ended, with no gap before it, and told so once."""
    seqs: dict[str, list[int]] = {id_: [] for id_ in ids}
    missing = set(ids)

    def is_last(event: dict[str, object]) -> bool:
        id_ = str(event["submission_id"])
        seqs[id_].append(int(str(event["seq"])))
        if event["type"] == "submission.done":
            missing.remove(id_)
        return not missing

    socket.until(is_last)
    for each in seqs.values():
        assert each == list(range(1, len(each) + 1))


def test_a_full_redis(start_redis: Callable[..., str], judge_on: Callable[..., Running]) -> None:
    """It refuses every write: pages come all the same, and what waits is sent once there is room.

    What was on its way to a worker then is in no list of Redis any more; the worker lives on.
    """
    url = start_redis("--appendonly", "yes", "--maxmemory-policy", "noeviction")
    server = redis.Redis.from_url(url)
    judge = judge_on(REDIS_URL=url)
    judge.wait_for_languages()
    socket = judge.socket({"user_id": "1"})
    ids = {judge.submit("a-plus-b", "python3", SUM, user_id="1")["id"] for _ in range(6)}
    server.config_set("maxmemory", 1)
    with pytest.raises(redis.exceptions.OutOfMemoryError):
        server.set("more", "1")
    ids |= {judge.submit("a-plus-b", "python3", SUM, user_id="1")["id"] for _ in range(4)}
    for path in ("/problems", "/problems/a-plus-b", "/leaderboard", "/languages", "/queue"):
        for _ in range(3):
            assert judge.request("GET", path).status_code == 200
    assert judge.request("GET", "/readyz").status_code == 200
    workers = {worker["name"] for worker in judge.get("/queue")["workers"]}
    server.config_set("maxmemory", 0)
    ends(socket, ids)
    assert {judge.ended(id_)["verdict"] for id_ in ids} == {"accepted"}
    assert {worker["name"] for worker in judge.get("/queue")["workers"]} == workers
    judge.close_sockets()


def test_caches_that_are_evicted(start_redis: Callable[..., str], judge_on: Callable[..., Running]) -> None:
    """With a Redis for the queue alone the other may lose everything at any time, and nothing is wrong."""
    cache = start_redis("--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru", "--save", "")
    judge = judge_on(REDIS_URL=cache, CELERY_BROKER_URL=start_redis("--appendonly", "yes"))
    judge.wait_for_languages()
    socket = judge.socket({"user_id": "1"})
    server = redis.Redis.from_url(cache)
    ids = set()
    for number in range(12):
        code = SUM if number % 2 else "print(0)"
        ids.add(judge.submit("a-plus-b", "python3", code, user_id="1")["id"])
        assert judge.request("GET", "/leaderboard").status_code == 200
        server.flushall()
    with ThreadPoolExecutor(1) as beside:
        told = beside.submit(ends, socket, ids)
        while not told.done():
            server.flushall()
    told.result()
    verdicts = Counter(judge.ended(id_)["verdict"] for id_ in ids)
    assert verdicts == {"accepted": 6, "wrong_answer": 6}
    [first] = judge.get("/leaderboard")["items"]
    assert first["user_id"] == "1"
    judge.close_sockets()
