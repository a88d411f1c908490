"""`judge rejudge` against a judge with a worker: a preview, its application, and the exit codes."""

import json
import re

import pytest

from tests.conftest import Running
from tests.web.programs import SUM
from tests.web.test_socket import somebody

WRONG = "print(7)"


def judged(judge: Running, user_id: str, *codes: str) -> list[str]:
    ids = [judge.submit("a-plus-b", "python3", code, user_id=user_id)["id"] for code in codes]
    for submission_id in ids:
        judge.ended(submission_id)
    return ids


def test_the_whole_way(judge: Running) -> None:
    """How many there are, what would change, and nothing before it is applied."""
    user_id = somebody()
    ids = judged(judge, user_id, SUM, SUM, WRONG)
    dry = judge.command("rejudge", "--user", user_id, "--dry-run")
    assert (dry.returncode, dry.stderr) == (0, "")
    assert dry.stdout.split("\n")[0] == "3 submissions would be judged anew"
    assert re.search(r"2 accepted", dry.stdout)
    told = judge.command("rejudge", "--user", user_id, "--apply-by-hand", "--reason", "to see")
    assert (told.returncode, told.stderr) == (0, ""), told.stdout
    assert "done: 0 changed; 3 judged" in told.stdout
    rejudging_id = told.stdout.split()[1].rstrip(":")
    assert judge.get(f"/rejudgings/{rejudging_id}")["reason"] == "to see"
    assert [judge.get(f"/submissions/{one}")["former"] for one in ids] == [None] * 3
    applied = judge.command("rejudge", "--apply", rejudging_id, "--json")
    assert applied.returncode == 0
    shown = json.loads(applied.stdout)
    assert (shown["state"], shown["counts"]["applied"]) == ("applied", 3)
    assert shown["matrix"] == {"accepted": {"accepted": 2}, "wrong_answer": {"wrong_answer": 1}}
    assert {judge.get(f"/submissions/{one}")["attempt"] for one in ids} == {2}


def test_at_once_by_ids(judge: Running) -> None:
    """Those that are named, and each has its new judgement at the end."""
    [one, two] = judged(judge, somebody(), SUM, WRONG)
    told = judge.command("rejudge", one)
    assert told.returncode == 0, told.stderr
    assert "applied: 0 changed; 1 applied" in told.stdout
    assert judge.get(f"/submissions/{one}")["attempt"] == 2
    assert judge.get(f"/submissions/{two}")["attempt"] == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [((), 2), (("--dry-run",), 2), (("--user", "x", "--apply", "y"), 2), (("0" * 26,), 1),
     (("--verdict", "nice"), 1), (("--apply", "nonsense"), 1), (("--version", "0"), 2)],
)  # fmt: skip
def test_what_cannot_be(judge: Running, arguments: tuple[str, ...], code: int) -> None:
    """Misuse is 2, what the judge refuses is 1, each with a reason."""
    told = judge.command("rejudge", *arguments)
    assert told.returncode == code
    assert told.stderr
