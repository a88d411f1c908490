"""Submissions over HTTP: what is accepted comes back as the contract shows it."""

import re
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from judge.verdict import Verdict
from tests.conftest import Running
from tests.web.programs import CRASH, NO_PROGRAM, SLOW, SLOWER, SUM, WRONG

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
SUBMISSION = {
    "id": str,
    "problem_id": str,
    "version": int,
    "user_id": str,
    "language": str,
    "state": str,
    "verdict": str | None,
    "score": float | None,
    "attempt": int,
    "cpu_time_s": float | None,
    "wall_time_s": float | None,
    "memory_bytes": int | None,
    "compile_output": str | None,
    "test_count": int,
    "tests": list,
    "groups": list | None,
    "former": type(None),
    "created_at": str,
    "started_at": str | None,
    "finished_at": str | None,
}
TEST = {
    "index": int,
    "name": str,
    "verdict": str,
    "cpu_time_s": float,
    "wall_time_s": float,
    "memory_bytes": int,
    "exit_code": int | None,
    "signal": int | None,
    "message": str | None,
    "score": float | None,
    "repeated_cpu_s": list | None,
}


def has_shape(shown: dict[str, Any], shape: dict[str, Any]) -> bool:
    return shown.keys() == shape.keys() and all(isinstance(shown[key], shape[key]) for key in shape)


def somebody() -> str:
    """A user_id that no other test uses."""
    return f"user-{uuid.uuid4()}"


def pages(judge: Running, query: str) -> Iterator[dict[str, Any]]:
    """The pages of GET /submissions, as a client walks them by its cursor."""
    cursor = ""
    while cursor is not None:
        page = judge.get(f"/submissions?{query}" + (f"&cursor={cursor}" if cursor else ""))
        yield page
        cursor = page["next_cursor"]


def test_a_new_submission_is_accepted_with_its_place(judge: Running) -> None:
    """202, every field with its type, and a Location that leads to the same submission."""
    user_id = somebody()
    body = {"problem_id": "a-plus-b", "language": "python3", "code": SUM, "user_id": user_id}
    response = judge.request("POST", "/submissions", json=body)
    assert response.status_code == 202
    assert response.headers["Content-Type"] == "application/json"
    submission = response.json()
    assert has_shape(submission, SUBMISSION), submission
    assert (submission["problem_id"], submission["language"]) == ("a-plus-b", "python3")
    assert (submission["user_id"], submission["state"], submission["tests"]) == (user_id, "queued", [])
    assert INSTANT.fullmatch(submission["created_at"])
    assert (submission["verdict"], submission["started_at"], submission["finished_at"]) == (None, None, None)
    assert response.headers["Location"] == f"/api/v1/submissions/{submission['id']}"
    assert judge.get(response.headers["Location"])["id"] == submission["id"]


def test_a_judged_submission_has_every_field(judge: Running) -> None:
    """Times in seconds, sizes in bytes, the largest of the tests at the top, in order of time."""
    done = judge.ended(judge.submit("a-plus-b", "python3", SUM)["id"])
    assert has_shape(done, SUBMISSION), done
    assert (done["state"], done["verdict"], done["user_id"]) == ("done", "accepted", "anonymous")
    assert all(has_shape(test, TEST) for test in done["tests"])
    assert [test["index"] for test in done["tests"]] == list(range(1, done["test_count"] + 1))
    for field in ("cpu_time_s", "memory_bytes"):
        assert done[field] == max(test[field] for test in done["tests"])
    assert 0 < done["cpu_time_s"] < 1
    assert done["memory_bytes"] > 100_000
    assert done["created_at"] <= done["started_at"] <= done["finished_at"]


def test_secret_tests_tell_nobody_their_names_or_how_they_ended(judge: Running) -> None:
    """A sample shows its exit code; secret tests are numbered and show none."""
    tests = judge.ended(judge.submit("a-plus-b", "python3", SUM)["id"])["tests"]
    assert [test["name"] for test in tests[:3]] == ["sample/1", "sample/2", "secret/1"]
    assert [test["exit_code"] for test in tests[:3]] == [0, 0, None]


@pytest.mark.parametrize(
    ("code", "verdict"), [(WRONG, "wrong_answer"), (CRASH, "runtime_error"), (NO_PROGRAM, "compile_error")]
)
def test_other_verdicts(judge: Running, code: str, verdict: str) -> None:
    """A judging stops at the first test that fails, which carries the verdict of the whole."""
    done = judge.ended(judge.submit("a-plus-b", "python3", code)["id"])
    assert (done["state"], done["verdict"]) == ("done", verdict)
    if verdict == "compile_error":
        assert done["tests"] == []
        assert "SyntaxError" in done["compile_output"]
        assert done["cpu_time_s"] is done["wall_time_s"] is done["memory_bytes"] is None
    else:
        assert [test["verdict"] for test in done["tests"]][-1] == verdict
        assert all(test["verdict"] == "accepted" for test in done["tests"][:-1])


@pytest.mark.parametrize("path", ["/submit", "/api/v1/submit"])
@pytest.mark.parametrize("user_id", [7, "7", None])
def test_the_short_form_is_the_same_submission(judge: Running, path: str, user_id: Any) -> None:
    """problemId and userId, which may be a number; whatever else a small client sends is not minded."""
    body = {"problemId": "a-plus-b", "language": "python3", "code": SUM, "userId": user_id, "theme": "dark"}
    response = judge.request("POST", path, json=body)
    assert response.status_code == 202
    assert has_shape(response.json(), SUBMISSION)
    assert response.json()["user_id"] == ("anonymous" if user_id is None else "7")
    assert response.headers["Location"] == f"/api/v1/submissions/{response.json()['id']}"


def test_user_ids_are_strings_or_integers(judge: Running) -> None:
    """1 and "1" are the same user."""
    for user_id in (1, "1"):
        assert judge.submit("a-plus-b", "python3", SUM, user_id=user_id)["user_id"] == "1"


@pytest.mark.parametrize("by", ["parameter", "preference"])
def test_a_post_that_waits_for_the_verdict(judge: Running, by: str) -> None:
    """200 with the verdict when it ended in time; a preference is told as applied, cut at 20 seconds."""
    body = {"problem_id": "a-plus-b", "language": "python3", "code": SUM}
    query = "?wait=20" if by == "parameter" else ""
    headers = {"Prefer": "respond-async, wait=9999"} if by == "preference" else {}
    response = judge.request("POST", f"/submissions{query}", json=body, headers=headers)
    assert (response.status_code, response.json()["verdict"]) == (200, "accepted")
    assert response.headers["Location"].endswith(response.json()["id"])
    assert response.headers.get("Preference-Applied") == (None if by == "parameter" else "wait=20")


def test_a_wait_that_is_too_short(judge: Running) -> None:
    """202 after the wait, as it then stands; the same id ends later."""
    body = {"problem_id": "a-plus-b", "language": "python3", "code": SLOWER}
    response = judge.request("POST", "/submissions?wait=1", json=body)
    assert response.status_code == 202
    assert response.json()["state"] in ("queued", "compiling", "running")
    assert 1 <= response.elapsed.total_seconds() < 4
    assert judge.ended(response.json()["id"])["verdict"] == "accepted"


def test_a_long_poll_answers_when_it_has_ended(judge: Running) -> None:
    """GET with a wait comes back with the verdict well before the wait is over, and at once afterwards."""
    submission = judge.submit("a-plus-b", "python3", SUM)
    response = judge.request("GET", f"/submissions/{submission['id']}", headers={"Prefer": "wait=20"})
    assert response.json()["state"] == "done"
    assert response.headers["Preference-Applied"] == "wait=20"
    assert response.elapsed.total_seconds() < 15
    again = judge.request("GET", f"/submissions/{submission['id']}?wait=20")
    assert again.elapsed.total_seconds() < 2


def test_what_has_not_changed_is_not_sent_again(judge: Running) -> None:
    """304 without a body for the ETag of before; another ETag once it has changed."""
    submission = judge.submit("a-plus-b", "python3", SLOW)
    path = f"/submissions/{submission['id']}"
    before = judge.request("GET", path).headers["ETag"]
    judge.ended(submission["id"])
    changed = judge.request("GET", path, headers={"If-None-Match": before})
    assert (changed.status_code, changed.headers["ETag"] != before) == (200, True)
    same = judge.request("GET", path, headers={"If-None-Match": changed.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["ETag"] == changed.headers["ETag"]


def test_problems_have_etags_too(judge: Running) -> None:
    """304 for a statement that a client has."""
    path = "/problems/a-plus-b"
    etag = judge.request("GET", path).headers["ETag"]
    assert judge.request("GET", path, headers={"If-None-Match": etag}).status_code == 304


def test_head_is_get_without_its_body(judge: Running) -> None:
    """HEAD has the status and the length of GET."""
    path = f"/submissions/{judge.submit('a-plus-b', 'python3', SUM)['id']}"
    judge.get(f"{path}?wait=20")
    got, head = judge.request("GET", path), judge.request("HEAD", path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


def test_options_tells_the_methods(judge: Running) -> None:
    """OPTIONS names what a path takes."""
    response = judge.request("OPTIONS", "/submissions")
    assert response.status_code == 200
    assert {"GET", "HEAD", "OPTIONS", "POST"} == set(response.headers["Allow"].split(", "))


def test_the_list_is_walked_by_its_cursor(judge: Running) -> None:
    """The newest first, nothing twice and nothing missed, though more come while the list is read."""
    user_id = somebody()
    posted = [judge.submit("a-plus-b", "python3", SUM, user_id=user_id)["id"] for _ in range(7)]
    seen = []
    for page in pages(judge, f"user_id={user_id}&limit=3"):
        assert all(has_shape(item, SUBMISSION) for item in page["items"])
        assert len(page["items"]) <= 3
        seen += [item["id"] for item in page["items"]]
        judge.submit("a-plus-b", "python3", SUM, user_id=user_id)
    assert seen == posted[::-1]


def test_the_link_header_leads_to_the_next_page(judge: Running) -> None:
    """RFC 8288: rel="next" keeps the filters; the last page, though full, has none."""
    user_id = somebody()
    posted = [judge.submit("a-plus-b", "python3", SUM, user_id=user_id)["id"] for _ in range(4)]
    first = judge.request("GET", f"/submissions?user_id={user_id}&limit=2")
    link = first.links["next"]["url"]
    assert parse_qs(urlsplit(link).query) == {
        "user_id": [user_id],
        "limit": ["2"],
        "cursor": [first.json()["next_cursor"]],
    }
    second = judge.request("GET", link)
    assert [item["id"] for item in second.json()["items"]] == posted[1::-1]
    assert (second.json()["next_cursor"], second.links) == (None, {})


def test_the_list_is_filtered(judge: Running) -> None:
    """By user, problem and verdict, each alone and together."""
    user_id, other = somebody(), somebody()
    right = judge.submit("a-plus-b", "python3", SUM, user_id=user_id)["id"]
    wrong = judge.submit("a-plus-b", "python3", WRONG, user_id=user_id)["id"]
    elsewhere = judge.submit("valid-brackets", "python3", WRONG, user_id=user_id)["id"]
    judge.submit("a-plus-b", "python3", SUM, user_id=other)
    for id_ in (right, wrong, elsewhere):
        judge.ended(id_)

    def found(query: str) -> list[str]:
        return [item["id"] for page in pages(judge, query) for item in page["items"]]

    assert found(f"user_id={user_id}") == [elsewhere, wrong, right]
    assert found(f"user_id={user_id}&problem_id=a-plus-b") == [wrong, right]
    assert found(f"user_id={user_id}&verdict=accepted") == [right]
    assert found(f"user_id={user_id}&verdict=wrong_answer&problem_id=valid-brackets") == [elsewhere]
    assert found(f"user_id={somebody()}") == []
    assert {item["verdict"] for item in judge.get("/submissions?verdict=accepted")["items"]} == {
        Verdict.ACCEPTED
    }


def test_the_source_comes_back_as_it_was_sent(judge: Running) -> None:
    """Line ends, accents and characters beyond the basic plane stay as they are."""
    code = "# r\u00e9sum\u00e9 \U0001f600 \r\n\t" + SUM
    submission = judge.submit("a-plus-b", "python3", code)
    shown = judge.get(f"/submissions/{submission['id']}/source")
    assert shown["language"] == "python3"
    assert shown["files"] == [{"name": "main.py", "content": code}]
    assert shown["entry_point"] is None
    named = judge.submit("a-plus-b", "python3", SUM, entry_point="main.py")
    assert judge.get(f"/submissions/{named['id']}/source")["entry_point"] == "main.py"


def test_several_files_make_one_program(judge: Running) -> None:
    """files in place of code: the one of the language's name is the program, the others lie beside it."""
    files = [
        {"name": "plus.h", "content": "static long long plus(long long a, long long b) { return a + b; }\n"},
        {
            "name": "main.cpp",
            "content": '#include "plus.h"\n#include <iostream>\n'
            "int main() { long long a, b; std::cin >> a >> b; std::cout << plus(a, b); }\n",
        },
    ]
    body = {"problem_id": "a-plus-b", "language": "cpp", "files": files}
    response = judge.request("POST", "/submissions?wait=20", json=body)
    assert response.json()["verdict"] == "accepted", response.json()
    assert judge.get(f"/submissions/{response.json()['id']}/source")["files"] == files


@pytest.mark.parametrize("id_", ["nope", "0" * 26, "%00", "%ff", "a" * 3000])
@pytest.mark.parametrize("suffix", ["", "/source", "?wait=20"])
def test_an_unknown_submission(judge: Running, id_: str, suffix: str) -> None:
    """404 in the shape of every error, whatever the id looks like, and without waiting."""
    response = judge.request("GET", f"/submissions/{id_}{suffix}")
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.elapsed.total_seconds() < 5


def test_languages_and_problems_are_lists(judge: Running) -> None:
    """items and next_cursor; a problem has statement, limits and samples, a language its commands."""
    languages = judge.get("/languages")["items"]
    assert {"python3", "c", "cpp"} <= {language["id"] for language in languages}
    wanted = {"id", "name", "version", "source", "compile", "compile_options", "run"}
    assert all(wanted <= language.keys() for language in languages)
    first = judge.get("/problems?limit=3")
    rest = judge.get(f"/problems?limit=200&cursor={first['next_cursor']}")
    ids = [problem["id"] for page in (first, rest) for problem in page["items"]]
    assert ids == sorted(set(ids))
    assert rest["next_cursor"] is None
    problem = judge.get("/problems/a-plus-b")
    assert problem["limits"]["time_limit_s"] == 1.0
    assert problem["limits"]["memory_bytes"] == 256 * 2**20
    assert problem["samples"][0].keys() == {"name", "input", "answer", "comparison"}
    assert problem["statement"]
    assert problem["statement_html"].lstrip().startswith("<")
    assert problem["test_count"] == 12


def test_the_queue_tells_of_its_workers(judge: Running) -> None:
    """The fields of the contract."""
    queue = judge.get("/queue")
    assert {"queued", "running", "oldest_queued_s", "workers", "desired_workers"} <= queue.keys()
    assert {"name", "slots", "busy", "languages"} <= queue["workers"][0].keys()
