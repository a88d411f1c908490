"""Piston's API as its clients meet it on the wire: fields, bounds, results, errors, and the socket."""

import base64
import json
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from simple_websocket import Client, ConnectionClosed
from simple_websocket import ConnectionError as NotConnected

from judge import db
from tests.conftest import PATIENCE_S, Running
from tests.servers import Servers, new_language, until
from tests.web.conftest import web_alone

API = "/piston/api/v2"


def ask(judge: Running, method: str, path: str, **more: Any) -> requests.Response:
    headers = judge.headers | more.pop("headers", {})
    return requests.request(method, f"{judge.url}{API}{path}", headers=headers, timeout=90, **more)


def job(code: str, language: str = "python", **more: Any) -> dict[str, Any]:
    return {"language": language, "version": "*", "files": [{"content": code}]} | more


def executed(judge: Running, code: str, language: str = "python", **more: Any) -> dict[str, Any]:
    response = ask(judge, "POST", "/execute", json=job(code, language, **more))
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    return told


STAGE = {
    "stdout", "stderr", "output", "code", "signal", "message", "status", "cpu_time", "wall_time", "memory",
}  # fmt: skip


def test_runtimes_and_packages(judge: Running) -> None:
    """What the workers here have proven, by Piston's names."""
    runtimes = ask(judge, "GET", "/runtimes/").json()
    by_name = {runtime["language"]: runtime for runtime in runtimes}
    assert {"python", "c", "c++", "bash"} <= by_name.keys()
    assert "multifile" not in by_name
    assert by_name["c++"]["aliases"] == ["cpp", "g++"]
    assert by_name["c++"]["runtime"] == "gcc"
    assert by_name["python"].keys() == {"language", "version", "aliases"}
    assert all(len(runtime["version"].split(".")) == 3 for runtime in runtimes)
    packages = ask(judge, "GET", "/packages").json()
    assert {
        "language": "python",
        "language_version": by_name["python"]["version"],
        "installed": True,
    } in packages


def test_a_script(judge: Running) -> None:
    """One stage, with its output in the order of writing, a line's end after the input, and its usage."""
    code = (
        "import sys\nfor s in (sys.stdout, sys.stderr) * 2:\n  print(s.name, [input()], file=s, flush=True)"
    )
    more = {"stdin": "a\nb\nc\nd", "args": ["x"]}
    told = executed(judge, code, "py", **more)
    assert told.keys() == {"language", "version", "run"}
    assert told["language"] == "python"
    run = told["run"]
    assert run.keys() == STAGE
    assert run["stdout"] == "<stdout> ['a']\n<stdout> ['c']\n"
    assert run["stderr"] == "<stderr> ['b']\n<stderr> ['d']\n"
    assert sorted(run["output"].splitlines()) == sorted((run["stdout"] + run["stderr"]).splitlines())
    assert (run["code"], run["signal"], run["message"], run["status"]) == (0, None, None, None)
    assert all(isinstance(run[name], int) for name in ("cpu_time", "wall_time", "memory"))


def test_a_compiled_program(judge: Running) -> None:
    """Two stages; where the first fails the second is a copy of it."""
    told = executed(judge, '#include <stdio.h>\nint main(void) { puts("hi"); }', "gcc")
    assert told.keys() == {"language", "version", "compile", "run"}
    assert told["compile"].keys() == told["run"].keys() == STAGE
    assert (told["compile"]["code"], told["run"]["stdout"]) == (0, "hi\n")
    told = executed(judge, "no C", "c")
    assert told["compile"] == told["run"]
    assert (told["run"]["code"], told["run"]["status"]) == (1, "RE")
    assert "error" in told["run"]["stderr"]
    assert executed(judge, "no Python")["run"]["code"] == 1


@pytest.mark.parametrize(
    ("code", "language", "more", "status", "exit_code", "signal"),
    [
        ("raise SystemExit(3)", "python", {}, "RE", 3, None),
        ("import os; os.kill(os.getpid(), 11)", "python", {}, "SG", None, "SIGSEGV"),
        ("import time; time.sleep(9)", "python", {"run_timeout": 300}, "TO", None, "SIGKILL"),
        ("while True: pass", "python", {"run_cpu_time": 300}, "TO", None, "SIGKILL"),
        ("print('x' * 2 ** 21)", "python", {}, "OL", None, "SIGKILL"),
        ("import sys; print('x' * 2 ** 21, file=sys.stderr)", "python", {}, "EL", None, "SIGKILL"),
        ("x = bytearray(2 ** 29)", "python", {"run_memory_limit": 2**26}, "SG", None, "SIGKILL"),
        ("print(1)", "python", {"run_memory_limit": -1, "compile_memory_limit": -1}, None, 0, None),
        ("print(1)", "python", {"run_timeout": 0, "compile_timeout": 10000}, None, 0, None),
    ],
)
def test_statuses(
    judge: Running,
    code: str,
    language: str,
    more: dict[str, Any],
    status: str | None,
    exit_code: int | None,
    signal: str | None,
) -> None:
    """How a program can end, and what is told of it."""
    run = executed(judge, code, language, **more)["run"]
    assert (run["status"], run["code"], run["signal"]) == (status, exit_code, signal), run
    assert bool(run["message"]) == (status is not None)


def test_files(judge: Running) -> None:
    """The first is run; others lie beside it, of any encoding, in folders, and by their names."""
    files = [
        {
            "name": "first.py",
            "content": "import lib.m\nprint(lib.m.N, open('data', 'rb').read(), open('h').read())",
        },
        {"name": "lib/m.py", "content": "N = 5"},
        {"name": "data", "content": base64.b64encode(b"\xff\0").decode(), "encoding": "base64"},
        {"name": "h", "content": "6869", "encoding": "hex"},
    ]
    told = executed(judge, "", files=files)
    assert told["run"]["stdout"] == "5 b'\\xff\\x00' hi\n", told
    files = [
        {"name": "main.c", "content": "int two(void);\nint main(void) { return two(); }"},
        {"name": "two.c", "content": "int two(void) { return 2; }"},
    ]
    assert executed(judge, "", "c", files=files)["run"]["code"] == 2


OK = job("1")
WRONG = [
    ({"language": None}, "language is required as a string"),
    ({"language": 5}, "language is required as a string"),
    ({"version": None}, "version is required as a string"),
    ({"files": None}, "files is required as an array"),
    ({"files": {}}, "files is required as an array"),
    ({"files": [{"content": "1"}, {}]}, "files[1].content is required as a string"),
    ({"files": []}, "files must include at least one utf8 encoded file"),
    ({"files": [{"content": "00", "encoding": "hex"}]}, "files must include at least one utf8 encoded file"),
    ({"files": [{"content": "x", "encoding": "hex"}]}, "files[0].content is not hex"),
    ({"files": [{"content": "!", "encoding": "base64"}]}, "files[0].content is not base64"),
    ({"files": [{"content": "1"}, {"name": "../x", "content": "1"}]}, None),
    ({"files": [{"content": "1"}, {"name": "main.py", "content": "1"}]}, None),
    ({"files": [{"content": "1"}, {"name": "x" * 70_000, "content": "1"}]}, None),
    ({"version": "99"}, "python-99 runtime is unknown"),
    ({"version": "9" * 5000}, f"python-{'9' * 5000} runtime is unknown"),
    ({"version": "x" * 7_000_000}, None),
    ({"language": "nothing"}, "nothing-* runtime is unknown"),
    ({"run_timeout": 3001}, "run_timeout cannot exceed the configured limit of 3000"),
    ({"run_cpu_time": 3001}, "run_cpu_time cannot exceed the configured limit of 3000"),
    ({"compile_timeout": 10001}, "compile_timeout cannot exceed the configured limit of 10000"),
    ({"compile_cpu_time": 10001}, "compile_cpu_time cannot exceed the configured limit of 10000"),
    ({"run_memory_limit": 2**40}, "run_memory_limit cannot exceed the configured limit of 2147483648"),
    ({"run_timeout": "5"}, "If specified, run_timeout must be a number"),
    ({"run_timeout": -5}, "run_timeout must be non-negative"),
    ({"args": "x"}, "args must be an array of strings"),
    ({"args": [1] * 5000}, "args must be text without NUL, and not longer than 8192 characters"),
    ({"args": [""] * 1001}, "args cannot exceed the configured limit of 1000"),
    ({"stdin": 5}, "stdin must be a string"),
]


@pytest.mark.parametrize(("more", "message"), WRONG, ids=lambda value: json.dumps(value)[:60])
def test_what_is_refused(judge: Running, more: dict[str, Any], message: str | None) -> None:
    """400, in its own words where it has some."""
    response = ask(judge, "POST", "/execute", json=OK | more)
    assert response.status_code == 400
    assert response.json().keys() == {"message"}
    assert message is None or response.json()["message"] == message


@pytest.mark.parametrize(
    ("method", "path", "body", "media", "status"),
    [
        ("GET", "/nope", None, None, 404),
        ("GET", "/execute", None, None, 405),
        ("POST", "/packages", b"{}", "application/json", 405),
        ("DELETE", "/packages", b"{}", "application/json", 405),
        ("GET", "/connect", None, None, 400),
        ("POST", "/execute", b"{}", "application/x-www-form-urlencoded", 415),
        ("POST", "/execute", b"{", "application/json", 400),
        ("POST", "/execute", b"[]", "text/plain", 400),
        ("POST", "/execute", b" " * (8 * 2**20 + 1), "application/json", 413),
    ],
)
def test_errors(
    judge: Running, method: str, path: str, body: bytes | None, media: str | None, status: int
) -> None:
    """In its own shape, on every path."""
    headers = {"Content-Type": media} if media else {}
    response = ask(judge, method, path, data=body, headers=headers)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/json"
    assert response.json().keys() == {"message"}


def test_json_called_text(judge: Running) -> None:
    """As the client from npm sends it."""
    headers = {"Content-Type": "text/plain;charset=UTF-8"}
    response = ask(judge, "POST", "/execute/", data=json.dumps(job("print(1)")), headers=headers)
    assert response.json()["run"]["stdout"] == "1\n"


class Talk:
    """A connection to /connect."""

    def __init__(self, judge: Running) -> None:
        self.socket = Client(
            f"ws{judge.url.removeprefix('http')}{API}/connect", headers=judge.headers or None
        )

    def send(self, **message: Any) -> None:
        self.socket.send(json.dumps(message))

    def receive(self) -> dict[str, Any]:
        text = self.socket.receive(timeout=PATIENCE_S)
        assert text is not None
        message: dict[str, Any] = json.loads(text)
        return message

    def rest(self) -> tuple[list[dict[str, Any]], int]:
        """All that comes, and the code with which it is closed."""
        messages = []
        try:
            while True:
                messages.append(self.receive())
        except ConnectionClosed as closed:
            return messages, int(closed.reason)


@pytest.fixture
def talk(judge: Running) -> Iterator[Talk]:
    talk = Talk(judge)
    yield talk
    if talk.socket.connected:
        talk.socket.close()
    # The job ends with its connection, and leaves room for the next.
    until(lambda: not judge.get("/runs?limit=1&state=running")["items"])


def printed(messages: list[dict[str, Any]], stream: str = "stdout") -> str:
    return "".join(message["data"] for message in messages if message.get("stream") == stream)


def without_output(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [message for message in messages if message["type"] != "data"]


def test_a_talk(talk: Talk) -> None:
    """Output comes while the program runs, and what is typed reaches it."""
    talk.send(type="init", **job("print('name?')\nprint('hello', input())"))
    assert talk.receive()["language"] == "python"
    assert talk.receive() == {"type": "stage", "stage": "run"}
    assert talk.receive() == {"type": "data", "stream": "stdout", "data": "name?\n"}
    talk.send(type="data", stream="stdin", data="käse\n")
    messages, code = talk.rest()
    assert printed(messages) == "hello käse\n"
    assert messages[-1] == {"type": "exit", "stage": "run", "code": 0, "signal": None}
    assert code == 4999


def test_a_compiled_talk(talk: Talk) -> None:
    """Each stage is told of, with how it ended; all that was printed comes, though a log has a bound."""
    code = '#include <stdio.h>\nint main(void) { for (int i = 0; i < 400000; i++) puts("x"); return 3; }'
    talk.send(type="init", **job(code, "c"))
    messages, closed = talk.rest()
    assert [message["type"] for message in without_output(messages)] == [
        "runtime", "stage", "exit", "stage", "exit",
    ]  # fmt: skip
    assert without_output(messages)[1:] == [
        {"type": "stage", "stage": "compile"},
        {"type": "exit", "stage": "compile", "code": 0, "signal": None},
        {"type": "stage", "stage": "run"},
        {"type": "exit", "stage": "run", "code": 3, "signal": None},
    ]
    assert printed(messages) == "x\n" * 400000
    assert closed == 4999


def test_a_program_that_does_not_compile(talk: Talk) -> None:
    """The compiler's messages are its standard error, and nothing is run."""
    talk.send(type="init", **job("no C", "c"))
    messages, closed = talk.rest()
    assert "error" in printed(messages, "stderr")
    assert messages[-1] == {"type": "exit", "stage": "compile", "code": 1, "signal": None}
    assert closed == 4999


@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGINT"])
def test_a_signal(talk: Talk, name: str) -> None:
    """One that ends programs ends this one."""
    talk.send(type="init", **job("print('on')\ninput()"))
    while talk.receive()["type"] != "data":
        pass
    talk.send(type="signal", signal=name)
    messages, code = talk.rest()
    assert messages == [{"type": "exit", "stage": "run", "code": None, "signal": "SIGKILL"}]
    assert code == 4999


INIT = {"type": "init", **job("input()")}
STDIN = {"type": "data", "stream": "stdin", "data": "x"}
CLOSED = [
    ([], 4001, None),
    ([STDIN], 4003, None),
    ([{"type": "signal", "signal": "SIGINT"}], 4003, None),
    ([INIT, INIT], 4000, None),
    ([INIT, STDIN | {"stream": "stdout"}], 4004, None),
    ([INIT, {"type": "signal", "signal": "SIGNOTHING"}], 4005, None),
    ([INIT, {"type": "signal", "signal": ["SIGINT"]}], 4005, None),
    ([INIT, {"type": "signal", "signal": "SIGSTOP"}], 4002, "SIGSTOP cannot be sent here"),
    ([INIT | {"language": "nothing"}], 4002, "nothing-* runtime is unknown"),
    ([INIT | {"run_timeout": 9999}], 4002, "run_timeout cannot exceed the configured limit of 3000"),
    ([{"type": "other"}], 4002, "none of init"),
    ([INIT, STDIN | {"data": 5}], 4002, "data must be a string"),
]


@pytest.mark.parametrize(("frames", "code", "error"), CLOSED)
def test_how_it_is_closed(talk: Talk, frames: list[dict[str, Any]], code: int, error: str | None) -> None:
    """Each with its own code; what is wrong is told before."""
    for frame in frames:
        talk.send(**frame)
    messages, closed = talk.rest()
    assert closed == code
    errors = [message["message"] for message in messages if message["type"] == "error"]
    assert (len(errors) == 1 and error in errors[0]) if error else errors == []


def test_what_is_no_json(talk: Talk) -> None:
    """An error, and the end."""
    talk.socket.send("{")
    messages, closed = talk.rest()
    assert ([message["type"] for message in messages], closed) == (["error"], 4002)


def test_a_job_ends_with_its_connection(judge: Running, talk: Talk) -> None:
    """Whoever goes away leaves no program behind."""
    talk.send(type="init", **job("print('on')\nimport time\ntime.sleep(2.5)"))
    while talk.receive()["type"] != "data":
        pass
    talk.socket.close()
    until(lambda: judge.get("/runs?limit=1")["items"][0]["state"] == "cancelled")


def test_a_restart(clean: Servers) -> None:
    """Whoever waits for a program is told that the process ends, also while frames of theirs are answered."""
    new_language()
    with web_alone(clean) as judge:
        talk = Talk(judge)
        talk.send(**INIT)
        assert talk.receive()["type"] == "runtime"
        for _ in range(50):
            talk.send(**STDIN)
        os.kill(judge.pid, signal.SIGTERM)
        messages, closed = talk.rest()
        assert (messages, closed) == ([], 1012)


def test_more_than_is_read(clean: Servers) -> None:
    """Whoever sends while nobody reads is cut off before that fills the process."""
    new_language()
    with web_alone(clean) as judge, db.transaction() as session:
        db.take_turns(session, "open runs of anonymous")  # for which the job's beginning waits
        talk = Talk(judge)
        talk.send(**INIT)
        with pytest.raises((ConnectionClosed, OSError)):
            flood(talk)


def flood(talk: Talk) -> None:
    for _ in range(32):
        talk.send(**STDIN | {"data": "x" * 1_000_000})
    talk.receive()


def test_a_socket_makes_work(clean: Servers) -> None:
    """It counts as a POST does, or whoever may send no more jobs would go on by it."""
    with web_alone(clean, JUDGE_RATE_WORK="2/minute") as judge:
        for _ in range(2):
            Talk(judge).socket.close()
        with pytest.raises(NotConnected):
            Talk(judge)
        assert ask(judge, "POST", "/execute", json=OK).status_code == 429
        assert ask(judge, "GET", "/runtimes").ok


def test_tokens(token_judge: Running) -> None:
    """A bearer token, for the socket as for everything else; a read-only one runs nothing."""
    token_judge.wait_for_languages()
    nobody = Running(token_judge.url, 0, token_judge.home, {})
    refused = ask(nobody, "GET", "/runtimes")
    assert (refused.status_code, refused.json().keys()) == (401, {"message"})
    with pytest.raises(NotConnected):
        Talk(nobody)
    token_judge.command("user", "add", "reader", check=True)
    made = token_judge.command("user", "token", "reader", "--scope", "read", check=True)
    reader = Running(token_judge.url, 0, token_judge.home, {}, token=made.stdout.strip())
    assert ask(reader, "GET", "/runtimes").ok
    assert ask(reader, "POST", "/execute", json=OK).status_code == 403
    talk = Talk(reader)
    talk.send(**INIT)
    messages, closed = talk.rest()
    assert (messages, closed) == ([{"type": "error", "message": "this token may only read"}], 4002)
    assert executed(token_judge, "print(1)")["run"]["stdout"] == "1\n"
