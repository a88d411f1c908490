"""Every submission of every sample problem gets the verdict that its folder names."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from judge.languages import detect
from tests.conftest import REPOSITORY, Running

VERDICTS = {"run_time_error": "runtime_error"}
"""Folders whose verdict goes by another name here; the others are called as their verdict is."""

SUBMISSIONS = sorted(path for path in (REPOSITORY / "problems").glob("*/submissions/*/*.*"))
PROBLEMS = sorted({path.parents[2].name for path in SUBMISSIONS})


def submissions_of(problem: str) -> Iterator[Path]:
    return (path for path in SUBMISSIONS if path.parents[2].name == problem)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_every_labelled_submission_gets_its_label(judge: Running, problem: str) -> None:
    """The socket brings each log without a gap, and its end agrees with the folder and with HTTP."""
    socket = judge.socket({"user_id": f"author-of-{problem}"})
    posted = {}
    for path in submissions_of(problem):
        code = path.read_text()
        language = detect([(path.name, code)])
        assert language is not None, path
        submission = judge.submit(problem, language.id, code, user_id=f"author-of-{problem}")
        posted[submission["id"]] = path
    seqs: dict[str, list[int]] = {id_: [] for id_ in posted}
    verdicts = {}
    while len(verdicts) < len(posted):
        event = socket.receive(180)
        id_ = event["submission_id"]
        seqs[id_].append(event["seq"])
        assert event["type"] != "submission.failed", event
        if event["type"] == "submission.done":
            verdicts[id_] = event["data"]["verdict"]
            assert event["data"] == judge.get(f"/submissions/{id_}")
    label = {id_: VERDICTS.get(path.parent.name, path.parent.name) for id_, path in posted.items()}
    wrong = {posted[id_].name: verdicts[id_] for id_ in posted if verdicts[id_] != label[id_]}
    assert not wrong
    assert all(seq == list(range(1, len(seq) + 1)) for seq in seqs.values())


def test_the_samples_are_what_they_should_be() -> None:
    """Twelve problems, each accepted in three languages, each with a wrong, a slow and a crashing one."""
    assert len(PROBLEMS) >= 12
    for problem in PROBLEMS:
        folders: dict[str, set[str]] = {}
        for path in submissions_of(problem):
            folders.setdefault(path.parent.name, set()).add(path.suffix)
        assert len(folders["accepted"]) >= 3, problem
        assert {"wrong_answer", "time_limit_exceeded", "run_time_error"} <= set(folders), problem


def test_two_hundred_at_once(judge: Running) -> None:
    """Twenty clients post ten each: each socket has its own without a gap, and nobody else's."""
    code = "print(sum(map(int, input().split())))"

    def client(number: int) -> None:
        user_id = f"client-{number}"
        socket = judge.socket({"user_id": user_id})
        mine = {judge.submit("a-plus-b", "python3", code, user_id=user_id)["id"] for _ in range(10)}
        seqs: dict[str, list[int]] = {}
        ended = set()
        while ended != mine:
            event = socket.receive(120)
            assert event["user_id"] == user_id
            seqs.setdefault(event["submission_id"], []).append(event["seq"])
            if event["type"] == "submission.done":
                assert event["data"]["verdict"] == "accepted"
                ended.add(event["submission_id"])
        assert set(seqs) == mine
        assert all(seq == list(range(1, len(seq) + 1)) for seq in seqs.values())

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(client, range(20)))
