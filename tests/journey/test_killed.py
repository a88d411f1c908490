"""The whole worker dies by SIGKILL while it judges: another one finishes everything, once."""

import os
import signal
from collections import Counter
from collections.abc import Iterator

import psycopg2
import pytest

from tests.conftest import Running, judge_up, open_folder
from tests.journey import machine

SLOW = "import time\ntime.sleep(0.3)\nprint(sum(map(int, input().split())))"


@pytest.fixture(scope="module")
def own_judge() -> Iterator[Running]:
    """A judge that may be hurt, with a short lease."""
    lease = {"JUDGE_LEASE_S": "3", "JUDGE_LEASE_RENEW_S": "1"}
    with open_folder() as folder, judge_up(folder, env=lease) as running:
        yield running
        running.close_sockets()


def test_worker_killed_while_it_judges(own_judge: Running) -> None:
    """Every submission ends once; the socket of its user sees no gap and no repeat."""
    socket = own_judge.socket({"user_id": "watcher"})
    posted = {own_judge.submit("a-plus-b", "python3", SLOW, user_id="watcher")["id"] for _ in range(12)}
    events = socket.until(lambda event: event["type"] == "submission.test")
    for pid in worker_processes(own_judge):
        os.kill(pid, signal.SIGKILL)
    done: Counter[str] = Counter()
    while set(done) != posted:
        events.append(socket.receive(120))
        if events[-1]["type"] == "submission.done":
            done[events[-1]["submission_id"]] += 1
            assert events[-1]["data"]["verdict"] == "accepted"
    seqs: dict[str, list[int]] = {}
    for event in events:
        seqs.setdefault(event["submission_id"], []).append(event["seq"])
    assert all(seq == list(range(1, len(seq) + 1)) for seq in seqs.values())
    assert max(own_judge.get(f"/submissions/{id_}")["attempt"] for id_ in posted) >= 2
    assert set(done.values()) == {1}
    with psycopg2.connect(own_judge.env["DATABASE_URL"].replace("+psycopg2", "")) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "SELECT count(DISTINCT submission_id), count(*) FROM events WHERE type = 'submission.done'"
        )
        assert cursor.fetchone() == (len(posted), len(posted))


def worker_processes(judge: Running) -> list[int]:
    """The worker's parent, its children and its companion."""
    [parent] = [pid for pid in machine.children(judge.pid) if "judge.tasks worker" in machine.command(pid)]
    return [parent, *machine.children(parent)]
