"""Runs without a problem over HTTP and the socket: what is taken, refused, told, typed, ended and removed."""

import base64
import io
import uuid
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.conftest import Running, Socket

ENDED = ("done", "failed", "cancelled")
UNKNOWN = "0" * 26
ECHO = "import sys\nsys.stdout.write(sys.stdin.read())\n"
TALK = "print('name?', flush=True)\nprint('hello', input(), flush=True)\nprint('bye', input())\n"
ENDLESS = "import time\nprint('on', flush=True)\ntime.sleep(50)\n"
RUN = {
    "id", "user_id", "language", "state", "verdict", "stdout", "stderr", "exit_code", "signal",
    "cpu_time_s", "wall_time_s", "memory_bytes", "compile_output", "message", "repetitions", "limits",
    "repeat", "stdin_open", "attempt", "created_at", "started_at", "finished_at", "expires_at",
}  # fmt: skip


def somebody() -> str:
    """A user_id that no other test uses."""
    return f"user-{uuid.uuid4()}"


def post(judge: Running, path: str = "/runs", **body: Any) -> requests.Response:
    return judge.request("POST", path, json=body)


def asked(judge: Running, code: str, **more: Any) -> dict[str, Any]:
    """A run that must be taken."""
    response = post(judge, language="python3", code=code, **more)
    assert response.status_code == 202, response.text
    run: dict[str, Any] = response.json()
    assert response.headers["Location"] == f"/api/v1/runs/{run['id']}"
    return run


def ended(judge: Running, run_id: str, query: str = "") -> dict[str, Any]:
    """The run once it has ended."""
    while True:
        run: dict[str, Any] = judge.get(f"/runs/{run_id}?wait=20{query}")
        if run["state"] in ENDED:
            return run


def refused(response: requests.Response, status: int) -> set[str]:
    """The pointers of an answer that must be an error in the one shape."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["detail"]
    assert all(error["detail"] for error in problem["errors"])
    return {error["pointer"] for error in problem["errors"]}


# Asking


def test_a_run_from_post_to_result(judge: Running) -> None:
    """Accepted at once, waited for, and shown with all that it came to."""
    run = asked(judge, ECHO, stdin="häll\n", args=["a"], user_id="ada")
    assert run.keys() == RUN
    assert (run["state"], run["verdict"], run["user_id"]) == ("queued", None, "ada")
    done = ended(judge, run["id"])
    assert done.keys() == RUN
    assert (done["state"], done["verdict"], done["stdout"]) == ("done", "accepted", "häll\n")
    assert (done["exit_code"], done["signal"], done["stderr"]) == (0, None, "")
    assert done["cpu_time_s"] > 0
    assert done["memory_bytes"] > 0
    [repetition] = done["repetitions"]
    assert (repetition["index"], repetition["verdict"]) == (1, "accepted")
    assert done["limits"]["cpu_time_s"] == 5.0
    assert done["limits"]["wall_time_s"] == 11.0
    assert done["expires_at"] > done["finished_at"]


@pytest.mark.parametrize(("query", "headers"), [("?wait=20", {}), ("", {"Prefer": "wait=20"})])
def test_a_run_is_waited_for(judge: Running, query: str, headers: dict[str, str]) -> None:
    """200 with the result, where it ended within the wait."""
    body = {"language": "python3", "code": "print(6 * 7)", "expected_output": "42"}
    response = judge.request("POST", f"/runs{query}", json=body, headers=headers)
    assert response.status_code in (200, 202)  # 202 on a machine where this takes 20 s
    assert ended(judge, response.json()["id"])["verdict"] == "accepted"


def test_bytes_untouched(judge: Running) -> None:
    """What is no UTF-8 is told by replacement, and as base64 to the byte, in and out."""
    data = bytes(range(256))
    code = "import sys\nsys.stdout.buffer.write(sys.stdin.buffer.read())\nsys.stderr.buffer.write(b'\\xff')\n"
    run = asked(judge, code, stdin_base64=base64.b64encode(data).decode())
    done = ended(judge, run["id"])
    assert done["stdout"].startswith("\ufffd\x01\x02")
    assert "encoding" not in done
    exact = ended(judge, run["id"], "&encoding=base64")
    assert exact["encoding"] == "base64"
    assert base64.b64decode(exact["stdout"]) == data
    assert base64.b64decode(exact["stderr"]) == b"\xff"
    assert refused(judge.request("GET", f"/runs/{run['id']}?encoding=latin1"), 422) == {"encoding"}


def test_files_entry_point_and_repetitions(judge: Running) -> None:
    """Several files, begun where it is said, and run as often as it is said."""
    files = [
        {"name": "other.py", "content": "print('other')"},
        {"name": "main.py", "content": "print('main')"},
    ]
    response = post(judge, language="python3", files=files, entry_point="other.py", repeat=3)
    assert response.status_code == 202, response.text
    done = ended(judge, response.json()["id"])
    assert done["stdout"] == "other\n"
    assert [one["index"] for one in done["repetitions"]] == [1, 2, 3]
    kept = judge.get(f"/runs/{done['id']}/source")
    assert (kept["files"], kept["entry_point"]) == (files, "other.py")


def test_comparison(judge: Running) -> None:
    """As the package format's default validator compares, by the words that it has."""
    told = {"expected_output": "ABC 1.0\n"}
    loose = asked(judge, "print('abc 1.0')", **told)
    strict = asked(judge, "print('abc 1.0')", **told, comparison={"case_sensitive": True})
    near = {"float_absolute_tolerance": 0.01}
    close = asked(judge, "print('ABC 1.001')", **told, comparison=near)
    verdicts = [ended(judge, run["id"])["verdict"] for run in (loose, strict, close)]
    assert verdicts == ["accepted", "wrong_answer", "accepted"]


def test_an_archive_and_both_streams_as_one(judge: Running) -> None:
    """Files of a zip lie beside the program; what it was asked to be is shown again."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("data/in.txt", "from the archive")
    sent = base64.b64encode(packed.getvalue()).decode()
    code = "import sys\nprint(open('data/in.txt').read(), file=sys.stderr)\n"
    told = {"expected_output": "from the archive  \n\n", "comparison": {"lines": True}}
    limits = {"stack_bytes": 2**23, "one_file_bytes": 1000, "cpu_extra_time_s": 1.0}
    run = asked(judge, code, archive=sent, merge_stderr=True, limits=limits, **told)
    done = ended(judge, run["id"])
    assert (done["verdict"], done["stdout"], done["stderr"]) == ("accepted", "from the archive\n", "")
    assert {name: done["limits"][name] for name in limits} == limits
    kept = judge.get(f"/runs/{run['id']}/source")
    assert (kept["archive"], kept["merge_stderr"], kept["comparison"]) == (sent, True, ["lines"])
    assert refused(post(judge, language="python3", code="1", archive="AAAA"), 422) == {"/archive"}
    both = {"expected_output": "1", "comparison": {"lines": True, "case_sensitive": True}}
    assert refused(post(judge, language="python3", code="1", **both), 422) == {"/comparison/lines"}


def test_limits_are_kept(judge: Running) -> None:
    """Those asked for are those shown, and a program meets them."""
    limits = {"cpu_time_s": 0.5, "memory_bytes": 64 * 2**20, "output_bytes": 1000}
    loop = asked(judge, "while True: pass", limits=limits)
    flood = asked(judge, "print('x' * 5000)", limits=limits)
    done = ended(judge, loop["id"])
    assert done["verdict"] == "time_limit_exceeded"
    assert {name: done["limits"][name] for name in limits} == limits
    assert done["message"]
    done = ended(judge, flood["id"])
    assert done["verdict"] == "output_limit_exceeded"
    assert done["stdout"] == "x" * 1000


GOOD: dict[str, Any] = {"language": "python3", "code": "print(1)"}
MANY = 2**21
BAD: dict[str, tuple[Any, set[str]]] = {
    "nothing": ({}, {"/language", "/code"}),
    "a list": ([], {""}),
    "unknown language": ({**GOOD, "language": "klingon"}, {"/language"}),
    "code and files": ({**GOOD, "files": [{"name": "a.py", "content": ""}]}, {"/code"}),
    "long code": ({**GOOD, "code": "#" * MANY}, {"/code"}),
    "a name beyond its folder": (
        {"language": "python3", "files": [{"name": "../a.py", "content": ""}]}, {"/files/0/name"},
    ),
    "an entry point that is an option": ({**GOOD, "entry_point": "-c"}, {"/entry_point"}),
    "unknown field": ({**GOOD, "shell": True}, {"/shell"}),
    "NUL in the input": ({**GOOD, "stdin": "a\0"}, {"/stdin"}),
    "lone surrogate in an argument": ({**GOOD, "args": ["\ud800"]}, {"/args/0"}),
    "input twice": ({**GOOD, "stdin": "", "stdin_base64": ""}, {"/stdin"}),
    "no base64": ({**GOOD, "stdin_base64": "a"}, {"/stdin_base64"}),
    "much input": ({**GOOD, "stdin": "x" * MANY}, {"/stdin"}),
    "much expected": ({**GOOD, "expected_output": "x" * MANY}, {"/expected_output"}),
    "input open by word": ({**GOOD, "stdin_open": "yes"}, {"/stdin_open"}),
    "args no list": ({**GOOD, "args": "a"}, {"/args"}),
    "long args": ({**GOOD, "args": ["x" * 40_000]}, {"/args"}),
    "many args": ({**GOOD, "args": ["x"] * 1001}, {"/args"}),
    "option not allowed": ({**GOOD, "compile_options": ["-o/etc/x"]}, {"/compile_options/0"}),
    "no repetition": ({**GOOD, "repeat": 0}, {"/repeat"}),
    "half a repetition": ({**GOOD, "repeat": 1.5}, {"/repeat"}),
    "many repetitions": ({**GOOD, "repeat": 21}, {"/repeat"}),
    "repeated talk": ({**GOOD, "repeat": 2, "stdin_open": True}, {"/repeat"}),
    "limits no object": ({**GOOD, "limits": 5}, {"/limits"}),
    "unknown limit": ({**GOOD, "limits": {"luck": 1}}, {"/limits/luck"}),
    "limits below the least": (
        {**GOOD, "limits": {"cpu_time_s": 0, "wall_time_s": -1, "memory_bytes": 0, "output_bytes": 0}},
        {"/limits/cpu_time_s", "/limits/wall_time_s", "/limits/memory_bytes", "/limits/output_bytes"},
    ),
    "limits above the most": (
        {**GOOD, "limits": {"cpu_time_s": 31, "wall_time_s": 61, "memory_bytes": 2**40,
                            "output_bytes": 2**30, "processes": 10**6, "compile_time_s": 61}},
        {f"/limits/{name}" for name in ("cpu_time_s", "wall_time_s", "memory_bytes", "output_bytes",
                                        "processes", "compile_time_s")},
    ),
    "a huge time": ({**GOOD, "limits": {"cpu_time_s": 10**400}}, {"/limits/cpu_time_s"}),
    "a huge size": ({**GOOD, "limits": {"memory_bytes": 10**400}}, {"/limits/memory_bytes"}),
    "figures as texts": (
        {**GOOD, "limits": {"cpu_time_s": "1", "memory_bytes": True}},
        {"/limits/cpu_time_s", "/limits/memory_bytes"},
    ),
    "long talk": ({**GOOD, "stdin_open": True, "limits": {"wall_time_s": 601}}, {"/limits/wall_time_s"}),
    "comparison of nothing": ({**GOOD, "comparison": {}}, {"/comparison"}),
    "bad comparison": (
        {**GOOD, "expected_output": "", "comparison": {"case_sensitive": 1, "float_absolute_tolerance": -1}},
        {"/comparison/case_sensitive", "/comparison/float_absolute_tolerance"},
    ),
    "bad user": ({**GOOD, "user_id": "a b"}, {"/user_id"}),
    "several at once": (
        {**GOOD, "repeat": 99, "limits": {"cpu_time_s": 99}, "compile_options": ["-x"]},
        {"/repeat", "/limits/cpu_time_s", "/compile_options/0"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), BAD.values(), ids=BAD)
def test_what_is_refused(judge: Running, body: Any, expected: set[str]) -> None:
    """Every bad field is named, and nothing is made."""
    before = judge.get("/runs?limit=1")["items"]
    assert refused(judge.request("POST", "/runs", json=body), 422) == expected
    assert judge.get("/runs?limit=1")["items"] == before


def test_a_maximum_is_named(judge: Running) -> None:
    """Who asks for too much is told how much there is, and whose setting it is."""
    response = post(judge, **GOOD, limits={"cpu_time_s": 31})
    [error] = response.json()["errors"]
    assert error["detail"] == "must be at most 30.0 (JUDGE_MAX_RUN_CPU_TIME_S)"


def test_not_found(judge: Running) -> None:
    """Whatever is asked of a run that is not there."""
    for method, path in (("GET", ""), ("GET", "/source"), ("POST", "/cancel"), ("DELETE", "")):
        assert refused(judge.request(method, f"/runs/{UNKNOWN}{path}"), 404) == set()
    assert refused(post(judge, f"/runs/{UNKNOWN}/stdin", eof=True), 404) == set()


# Looking


def test_etag(judge: Running) -> None:
    """304 while nothing has changed."""
    run = ended(judge, asked(judge, "print(1)")["id"])
    first = judge.request("GET", f"/runs/{run['id']}")
    again = judge.request("GET", f"/runs/{run['id']}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_list(judge: Running) -> None:
    """One's own, newest first, a page at a time and without output; by ids, whole and in their order."""
    user_id = somebody()
    ids = [asked(judge, f"print({number})", user_id=user_id)["id"] for number in range(3)]
    for run_id in ids:
        ended(judge, run_id)
    page = judge.get(f"/runs?user_id={user_id}&limit=2")
    assert [run["id"] for run in page["items"]] == [ids[2], ids[1]]
    assert all(run.keys() == RUN - {"stdout", "stderr", "compile_output"} for run in page["items"])
    rest = judge.get(f"/runs?user_id={user_id}&limit=2&cursor={page['next_cursor']}")
    assert ([run["id"] for run in rest["items"]], rest["next_cursor"]) == ([ids[0]], None)
    assert judge.get(f"/runs?user_id={user_id}&verdict=wrong_answer")["items"] == []
    assert len(judge.get(f"/runs?user_id={user_id}&state=done&language=python3")["items"]) == 3
    many = judge.get(f"/runs?ids={ids[1]},{UNKNOWN},{ids[0]}")["items"]
    assert [(run["id"], run["stdout"]) for run in many] == [(ids[1], "1\n"), (ids[0], "0\n")]
    for query in ("ids=x", "ids=", "state=lost", "verdict=good", "cursor=x", "limit=0", "user_id=a%20b"):
        assert refused(judge.request("GET", f"/runs?{query}"), 422) == {query.partition("=")[0]}


# Ending


def test_cancel_and_delete(judge: Running) -> None:
    """Removed only once it has ended; cancelled only before; and then it is gone."""
    user_id = somebody()
    socket = judge.socket({"user_id": user_id})
    run = asked(judge, ENDLESS, user_id=user_id)
    socket.until(lambda message: message["type"] == "run.stdout")
    assert refused(judge.request("DELETE", f"/runs/{run['id']}"), 409) == set()
    response = judge.request("POST", f"/runs/{run['id']}/cancel")
    assert (response.status_code, response.json()["state"]) == (202, "cancelled")
    last = socket.until(lambda message: message["type"] == "run.cancelled")[-1]
    assert (last["data"]["state"], last["data"]["verdict"]) == ("cancelled", None)
    assert judge.request("POST", f"/runs/{run['id']}/cancel").json() == last["data"]
    assert refused(post(judge, f"/runs/{run['id']}/stdin", data="x"), 409) == set()
    other = ended(judge, asked(judge, "print(1)")["id"])
    assert refused(judge.request("POST", f"/runs/{other['id']}/cancel"), 409) == set()
    assert judge.request("DELETE", f"/runs/{run['id']}").status_code == 204
    assert refused(judge.request("GET", f"/runs/{run['id']}"), 404) == set()


# The socket


def test_live_output_in_order(judge: Running) -> None:
    """Both streams as they are printed, each byte once, then the whole run; seq without a gap."""
    user_id = somebody()
    socket = judge.socket({"user_id": user_id})
    code = (
        "import sys\n"
        "for number in range(300):\n"
        "    print(number, 'é', flush=True)\n"
        "    print(number, file=sys.stderr, flush=True)\n"
    )
    run_id = asked(judge, code, user_id=user_id)["id"]
    events = socket.until(lambda message: message["type"] == "run.done")
    assert {event["run_id"] for event in events} == {run_id}
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [event["type"] for event in events[:3]] == ["run.queued", "run.compiling", "run.running"]
    for stream, whole in (("stdout", "{} é\n"), ("stderr", "{}\n")):
        told, offset = "", 0
        for event in events:
            if event["type"] == f"run.{stream}":
                assert event["data"] == {
                    "text": event["data"]["text"], "offset_bytes": offset, "repetition": 1, "attempt": 1,
                }  # fmt: skip
                told += event["data"]["text"]
                offset = len(told.encode())
        assert told == "".join(whole.format(number) for number in range(300))
    assert events[-1]["data"] == judge.get(f"/runs/{run_id}")


def test_a_flood_is_told_up_to_a_bound(judge: Running) -> None:
    """Then one event says so; the result has all of it."""
    user_id = somebody()
    socket = judge.socket({"user_id": user_id})
    asked(judge, "print('x' * 600_000)", user_id=user_id)
    events = socket.until(lambda message: message["type"] == "run.done")
    told = [event["data"] for event in events if event["type"] == "run.stdout"]
    assert sum(len(data["text"]) for data in told) == 256 * 1024
    assert max(len(data["text"]) for data in told) <= 16 * 1024
    assert [data.get("truncated", False) for data in told] == [False] * (len(told) - 1) + [True]
    assert len(events[-1]["data"]["stdout"]) == 600_001


def subscribed(socket: Socket, run_id: str, **more: Any) -> dict[str, Any]:
    """The snapshot that answers a subscription."""
    socket.send({"type": "subscribe", "run_id": run_id, **more})
    snapshot = socket.receive()
    assert snapshot["type"] == "snapshot", snapshot
    return snapshot


def test_subscribing(judge: Running) -> None:
    """A snapshot, then what comes after it, or after what one has; nothing after leaving."""
    user_id = somebody()
    run_id = asked(judge, TALK, user_id=user_id, stdin_open=True)["id"]
    socket = judge.socket({"user_id": user_id, "stream": False})
    snapshot = subscribed(socket, run_id, after_seq=0)
    assert snapshot["run"]["id"] == run_id
    told = socket.until(lambda message: message["type"] == "run.stdout")
    assert [event["seq"] for event in told] == list(range(1, len(told) + 1))
    other = judge.socket({"user_id": user_id, "stream": False})
    assert subscribed(other, run_id)["seq"] == len(told)
    other.send({"type": "unsubscribe", "run_id": run_id})
    assert other.receive() == {"type": "unsubscribed", "run_id": run_id}
    assert post(judge, f"/runs/{run_id}/stdin", data="Ada\nLovelace\n").json() == {
        "run_id": run_id,
        "seq": 1,
    }
    assert socket.until(lambda message: message["type"] == "run.done")[-1]["data"]["verdict"] == "accepted"
    other.send({"type": "nothing"})
    assert other.receive()["type"] == "error"
    late = judge.socket({"user_id": user_id, "stream": False})
    snapshot = subscribed(late, run_id, after_seq=len(told))
    rest = late.until(lambda message: message["type"] == "run.done")
    assert [event["seq"] for event in rest] == list(range(len(told) + 1, snapshot["seq"] + 1))


def test_a_talk_over_the_socket(judge: Running) -> None:
    """Typed as text and as bytes, each taken and numbered, and answered by the program."""
    user_id = somebody()
    socket = judge.socket({"user_id": user_id})
    run_id = asked(judge, TALK, user_id=user_id, stdin_open=True)["id"]
    socket.until(lambda message: message["type"] == "run.stdout" and "name?" in message["data"]["text"])
    socket.send({"type": "stdin", "run_id": run_id, "data": "Ada\n"})
    seen = socket.until(lambda message: message["type"] == "run.stdout")
    assert {"type": "stdin", "run_id": run_id, "seq": 1} in [
        *seen, *([] if len(seen) > 1 else [socket.receive()]),
    ]  # fmt: skip
    assert seen[-1]["data"]["text"] == "hello Ada\n"
    typed = base64.b64encode("Lövelace".encode()).decode()
    socket.send({"type": "stdin", "run_id": run_id, "base64": typed, "eof": True})
    done = socket.until(lambda message: message["type"] == "run.done")[-1]["data"]
    assert done["stdout"] == "name?\nhello Ada\nbye Lövelace\n"
    assert done["limits"]["wall_time_s"] == 60.0


BAD_INPUT: list[dict[str, Any]] = [
    {}, {"data": 5}, {"data": "x", "base64": "eA=="}, {"base64": "x"}, {"data": "x", "eof": "yes"},
    {"data": "\ud800"}, {"data": "x", "more": 1},
]  # fmt: skip


def test_what_cannot_be_typed(judge: Running) -> None:
    """Bad frames and bodies are refused, and so is typing to what reads nothing; the socket stays open."""
    user_id = somebody()
    socket = judge.socket({"user_id": user_id, "stream": False})
    run_id = asked(judge, TALK, user_id=user_id, stdin_open=True)["id"]
    closed = asked(judge, "print(1)", user_id=user_id)["id"]
    others = asked(judge, TALK, user_id=somebody(), stdin_open=True)["id"]
    for bad in BAD_INPUT:
        refused(post(judge, f"/runs/{run_id}/stdin", **bad), 422)
        socket.send({"type": "stdin", "run_id": run_id, **bad})
        assert socket.receive()["type"] == "error"
    for frame in (
        {"data": "x"},
        {"run_id": 5, "data": "x"},
        {"run_id": "x", "data": "x"},
        {"run_id": UNKNOWN, "data": "x"},
        {"run_id": closed, "data": "x"},
        {"run_id": others, "data": "x"},
    ):
        socket.send({"type": "stdin", **frame})
        assert socket.receive()["type"] == "error"
    refused(post(judge, f"/runs/{closed}/stdin", data="x"), 409)
    socket.send({"type": "subscribe", "run_id": others})
    assert socket.receive()["type"] == "error"
    for left in (run_id, others):
        judge.request("POST", f"/runs/{left}/cancel")


def test_few_runs_wait_for_input(judge: Running) -> None:
    """The third of one user is a 429 that says when to come again."""
    user_id = somebody()
    open_ = [asked(judge, TALK, user_id=user_id, stdin_open=True)["id"] for _ in range(2)]
    response = post(judge, **GOOD, user_id=user_id, stdin_open=True)
    refused(response, 429)
    assert int(response.headers["Retry-After"]) > 0
    for run_id in open_:
        assert judge.request("POST", f"/runs/{run_id}/cancel").status_code == 202
    response = post(judge, language="python3", code="input()", user_id=user_id, stdin_open=True)
    assert response.status_code == 202
    assert post(judge, f"/runs/{response.json()['id']}/stdin", eof=True).status_code == 202
    assert ended(judge, response.json()["id"])["verdict"] == "runtime_error"


# Batches


def test_a_batch_of_runs(judge: Running) -> None:
    """Each item is answered for itself and in order; a bad one does not harm the others."""
    items = [GOOD, {**GOOD, "repeat": 99}, 7, {**GOOD, "code": "print(2)", "user_id": "b"}]
    response = post(judge, "/runs/batch", runs=items)
    assert response.status_code == 200
    answers = response.json()["items"]
    assert [answer["status"] for answer in answers] == [202, 422, 422, 202]
    assert answers[1]["problem"]["errors"][0]["pointer"] == "/repeat"
    assert answers[1]["problem"]["title"]
    outputs = [ended(judge, answers[index]["run"]["id"])["stdout"] for index in (0, 3)]
    assert outputs == ["1\n", "2\n"]
    assert answers[3]["run"]["user_id"] == "b"


def test_a_batch_of_submissions(judge: Running) -> None:
    """The same for submissions."""
    good = {"problem_id": "a-plus-b", "language": "python3", "code": "print(sum(map(int, input().split())))"}
    response = post(judge, "/submissions/batch", submissions=[good, {**good, "problem_id": "nope"}, good])
    answers = response.json()["items"]
    assert [answer["status"] for answer in answers] == [202, 422, 202]
    assert judge.ended(answers[0]["submission"]["id"])["verdict"] == "accepted"
    assert len({answer["submission"]["id"] for answer in answers if "submission" in answer}) == 2


def test_a_run_is_made_once_under_its_key(judge: Running) -> None:
    """Asked again under its key it is the same run, and so is each item of a batch that is sent again."""
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    first, again = (judge.request("POST", "/runs", json=GOOD, headers=headers) for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    batch = {"runs": [GOOD, {**GOOD, "code": "print(2)"}]}
    made = [
        [item["run"]["id"] for item in answer.json()["items"]]
        for answer in (judge.request("POST", "/runs/batch", json=batch, headers=headers) for _ in range(2))
    ]
    assert made[0] == made[1]
    assert len({*made[0], first.json()["id"]}) == 3


@pytest.mark.parametrize(
    "body", [{}, [], {"runs": []}, {"runs": {}}, {"runs": [GOOD], "more": 1}, {"runs": [GOOD] * 101}]
)
def test_bad_batches(judge: Running, body: Any) -> None:
    """What is no batch is refused as a whole."""
    assert refused(judge.request("POST", "/runs/batch", json=body), 422) == {"/runs"}


# Whose


@pytest.fixture
def tokens(token_judge: Running) -> Iterator[dict[str, str]]:
    """Tokens of two users and of an author, made for one test."""
    made = {}
    for name, role in (("ann", "user"), ("ben", "user"), ("eve", "author")):
        user = f"{name}-{uuid.uuid4().hex[:8]}"
        made[name] = token_judge.command("user", "add", user, "--role", role, check=True).stdout.strip()
    return made


def test_who_may_do_what(token_judge: Running, tokens: dict[str, str]) -> None:
    """Nobody reads, types to, ends or removes another's run; admins look, end and remove, but do not type."""

    def as_(name: str, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {tokens[name]}"} if name != "root" else {}
        return token_judge.request(method, path, headers=headers, **more)

    body = {"language": "python3", "code": TALK, "stdin_open": True}
    run = as_("ann", "POST", "/runs", json=body).json()
    path = f"/runs/{run['id']}"
    typed = {"data": "x\n"}
    for other in ("ben", "eve"):
        for method, part in (("GET", ""), ("GET", "/source"), ("POST", "/cancel"), ("DELETE", "")):
            refused(as_(other, method, path + part), 404)
        refused(as_(other, "POST", f"{path}/stdin", json=typed), 404)
        assert as_(other, "GET", f"/runs?ids={run['id']}").json()["items"] == []
        assert as_(other, "GET", "/runs").json()["items"] == []
        refused(as_(other, "GET", f"/runs?user_id={run['user_id']}"), 403)
        refused(as_(other, "POST", "/runs", json={**body, "user_id": run["user_id"]}), 403)
        socket = token_judge.socket({"token": tokens[other], "stream": False})
        for frame in ({"type": "subscribe"}, {"type": "stdin", "data": "x"}):
            socket.send({**frame, "run_id": run["id"]})
            assert socket.receive()["type"] == "error"
    anybody = requests.get(f"{token_judge.url}/api/v1{path}", timeout=60)
    assert anybody.status_code == 401
    assert as_("root", "GET", path).json()["id"] == run["id"]
    assert as_("root", "GET", f"/runs?user_id={run['user_id']}").json()["items"][0]["id"] == run["id"]
    refused(as_("root", "POST", f"{path}/stdin", json=typed), 403)
    socket = token_judge.socket({"token": token_judge.token, "stream": False})
    assert subscribed(socket, run["id"])["run"]["id"] == run["id"]
    socket.send({"type": "stdin", "run_id": run["id"], "data": "x"})
    assert socket.until(lambda message: not message["type"].startswith("run."))[-1]["type"] == "error"
    assert as_("ann", "POST", f"{path}/stdin", json=typed).status_code == 202
    assert as_("root", "POST", f"{path}/cancel").status_code == 202
    assert as_("ann", "DELETE", path).status_code == 204


def test_a_batch_is_asked_with_the_token_of_its_sender(token_judge: Running, tokens: dict[str, str]) -> None:
    """Each item is in the sender's name, and one in another's is refused by itself."""
    headers = {"Authorization": f"Bearer {tokens['ann']}"}
    items = [GOOD, {**GOOD, "user_id": "somebody-else"}]
    response = token_judge.request("POST", "/runs/batch", json={"runs": items}, headers=headers)
    assert [answer["status"] for answer in response.json()["items"]] == [202, 403]
