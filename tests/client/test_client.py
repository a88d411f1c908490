"""The Python client against a judge: what it returns, what it raises, and what it asks again."""

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from judge import events, packages, submissions, verifications
from judge.client import Client, JudgeHTTPError, NoJudge, Unreachable
from judge.records import Judgement
from judge.verdict import Verdict
from tests.conftest import REPOSITORY, Running
from tests.servers import Servers, new_language, new_problem
from tests.servers import submit as submitted
from tests.web.conftest import running_web as running_web
from tests.web.conftest import web as web  # fixtures
from tests.web.conftest import web_alone
from tests.web.eventsource import EventSource
from tests.web.programs import SLOW, SUM, WRONG
from tests.web.test_socket import gapless, somebody
from tests.web.test_versions import PACKAGE, REPORT

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def client(judge: Running) -> Iterator[Client]:
    """Of a user of their own."""
    with Client(judge.url, user_id=somebody()) as one:
        yield one


@pytest.mark.parametrize("over", ["sse", "websocket"])
def test_from_submission_to_verdict(client: Client, over: Any) -> None:
    """Every event once and in order up to the end, also after the end, and after a number."""
    submission = client.submit("a-plus-b", "python3", SLOW)
    live = list(client.events(submission["id"], over=over))
    assert gapless(live)
    ended = client.wait(submission["id"], timeout_s=60)
    assert (live[-1]["data"], ended["verdict"]) == (ended, "accepted")
    assert list(client.events(submission["id"], over=over)) == live
    assert list(client.events(submission["id"], 4, over=over)) == live[4:]
    assert list(client.events(submission["id"], len(live), over=over)) == []


def test_several_files(client: Client) -> None:
    """Submitted by name, and judged."""
    files = [{"name": "main.py", "content": "import add\nprint(add.up())\n"}]
    files.append({"name": "add.py", "content": "def up():\n    return sum(map(int, input().split()))\n"})
    submission = client.submit("a-plus-b", "python3", files=files, entry_point="main.py")
    assert client.wait(submission["id"])["verdict"] == "accepted"


@pytest.mark.parametrize("over", ["sse", "websocket"])
def test_a_run(client: Client, over: Any) -> None:
    """A program on its own input: its events up to the end, its result, and both on its user's stream."""
    with client.user_events() as stream:
        run = client.run(
            "python3", "import sys\nprint(sys.stdin.read(), sys.argv[1])", stdin=b"1", args=["2"]
        )
        live = list(client.run_events(run["id"], over=over))
        assert gapless(live)
        ended = client.wait_for_run(run["id"], timeout_s=60)
        assert (ended["stdout"], ended["verdict"]) == ("1 2\n", "accepted")
        assert list(client.run_events(run["id"], 2, over=over)) == live[2:]
        assert [next(stream) for _ in live] == live


def test_the_stream_of_a_user(client: Client) -> None:
    """Left and taken up again it goes on with the event after the last."""
    with client.user_events() as stream:
        ids = {client.submit("a-plus-b", "python3", code)["id"] for code in (SUM, WRONG)}
        first = [next(stream) for _ in range(3)]
        last = stream.last_event_id
    found = [*first]
    with client.user_events(last) as stream:
        while {event["submission_id"] for event in found if event["type"] == "submission.done"} != ids:
            found.append(next(stream))
    for id_ in ids:
        assert gapless(event for event in found if event["submission_id"] == id_)


def test_what_there_is(client: Client) -> None:
    """Problems, languages, the queue."""
    assert "a-plus-b" in [problem["id"] for problem in client.problems()]
    assert client.problem("a-plus-b")["limits"]["time_limit_s"] > 0
    assert "python3" in [language["id"] for language in client.languages()]
    assert client.queue()["workers"]


def test_a_wait_that_is_too_short(web: Running, tmp_path: Path) -> None:
    """TimeoutError, as nobody judges it."""
    new_problem(tmp_path)
    new_language()
    with Client(web.url) as client, pytest.raises(TimeoutError, match="queued"):
        client.wait(submitted()[0].id, timeout_s=0.5)


def test_an_error_has_all_that_the_judge_says(client: Client) -> None:
    """Status, detail and each wrong value; a name with a slash in it is one name."""
    with pytest.raises(JudgeHTTPError, match=r"422: .*unknown problem") as refused:
        client.submit("nope", "nope", "")
    assert refused.value.status == 422
    assert {error["pointer"] for error in refused.value.errors} == {"/problem_id", "/language"}
    calls: list[Callable[[], Any]] = [
        lambda: client.submission("0" * 26),
        lambda: client.submission("../problems"),
        lambda: client.problem("no/where"),
        lambda: list(client.events("0" * 26)),
        lambda: list(client.events("0" * 26, over="websocket")),
        lambda: list(client.verification_events("nope", 1)),
    ]
    for call in calls:
        with pytest.raises(JudgeHTTPError) as missing:
            call()
        assert missing.value.status == 404


def test_a_package_on_its_way(web: Running, tmp_path: Path) -> None:
    """Uploaded, followed, published; what cannot be read is told fault by fault."""
    package, broken = tmp_path / "package.zip", tmp_path / "broken.zip"
    package.write_bytes(PACKAGE)
    broken.write_bytes(b"PK")
    with Client(web.url, user_id="ada") as client:
        with pytest.raises(JudgeHTTPError) as refused:
            client.upload_problem("a-plus-b", broken)
        assert refused.value.errors[0]["pointer"] == "."
        draft = client.upload_problem("a-plus-b", package)
        stream = client.verification_events("a-plus-b", draft["version"])
        assert next(stream)["type"] == "verification.queued"
        claim = verifications.claim(draft["verification_id"], "worker")
        assert claim is not None
        events.publish([claim.event])
        verified = packages.read(REPOSITORY / "problems" / "a-plus-b").with_time_limit(2.0)
        events.publish(verifications.finish(draft["verification_id"], 1, REPORT, verified, published=(0, 0)))
        assert [event["type"] for event in stream] == ["verification.running", "verification.done"]
        assert client.version("a-plus-b", 1)["state"] == "verified"
        assert client.publish("a-plus-b", 1)["current"] is True


def finish(id_: str) -> None:
    """What a worker does, without its boxes."""
    claim = submissions.claim(id_, "worker")
    assert claim is not None
    judgement = Judgement(Verdict.ACCEPTED)
    events.publish([claim.event, *submissions.finish(id_, 1, judgement, published=(0, 0))])


def test_a_server_that_is_full_is_asked_again(clean: Servers, tmp_path: Path) -> None:
    """503 with Retry-After: the stream begins as soon as there is room for it."""
    new_problem(tmp_path)
    new_language()
    (one, _), (other, _) = submitted(), submitted()
    finish(other.id)
    with web_alone(clean, JUDGE_MAX_STREAMS="1") as narrow, ThreadPoolExecutor() as pool:
        with EventSource(narrow, f"/submissions/{one.id}/events") as source:
            next(source.events())
            with pytest.raises(JudgeHTTPError) as full:
                next(Client(narrow.url, patience_s=0).events(other.id))
            assert (full.value.status, full.value.retry_after_s) == (503, 5.0)
            waiting = pool.submit(list, Client(narrow.url).events(other.id))
            finish(one.id)
            assert [event["seq"] for event in source.events()] == [2, 3]
        assert [event["seq"] for event in waiting.result()] == [1, 2, 3]


def test_where_nothing_answers() -> None:
    """Unreachable at once without patience, for every kind of call."""
    client = Client(NOWHERE, patience_s=0)
    calls: list[Callable[[], Any]] = [
        client.queue,
        lambda: next(client.events("0" * 26)),
        lambda: next(client.user_events()),
        lambda: client.submit("a-plus-b", "python3", SUM),
    ]
    for call in calls:
        with pytest.raises(Unreachable, match=re.escape(f"nothing answers at {NOWHERE};")):
            call()


class Recorder(BaseHTTPRequestHandler):
    """Answers what it is told to, and keeps the headers that it was sent."""

    answers: ClassVar[list[tuple[int, dict[str, str], bytes]]]
    keys: ClassVar[list[str | None]]
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.keys.append(self.headers["Idempotency-Key"])
        status, headers, body = self.answers.pop(0)
        if status == 0:
            self.close_connection = True  # without a word, as a process that is killed
            return
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on standard error."""


@contextmanager
def answering(*answers: tuple[int, dict[str, str], bytes]) -> Iterator[str]:
    """A server that gives these answers, one after another."""
    Recorder.answers, Recorder.keys = list(answers), []
    with ThreadingHTTPServer(("127.0.0.1", 0), Recorder) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


JSON = {"Content-Type": "application/json"}
ACCEPTED = (202, JSON, b'{"id": "1"}')


def test_a_post_that_is_sent_again_has_the_same_key() -> None:
    """Lost, refused for now, still on its way: each try of one call has the key of the first."""
    passing = [
        (503, {"Retry-After": "0"}, b""),
        (0, {}, b""),
        (409, {"Retry-After": "0"}, b""),
        (502, {}, b""),
    ]
    with answering(*passing, ACCEPTED, ACCEPTED, ACCEPTED) as url:
        client = Client(url)
        assert client.submit("a", "c", "") == {"id": "1"}
        client.submit("a", "c", "")
        client.submit("a", "c", "", idempotency_key="mine")
    [first, *again, second, named] = Recorder.keys
    assert first
    assert set(again) == {first}
    assert second not in (None, first)
    assert named == "mine"


@pytest.mark.parametrize("status", [400, 409, 422, 500])
def test_what_would_not_help_is_not_sent_again(status: int) -> None:
    """An error that is no passing one is raised at once, in whatever words it comes."""
    problem = {"Content-Type": "application/problem+json", "X-Request-ID": "7"}
    body = b'{"detail": "so it is", "errors": [{"pointer": "/code", "detail": "no"}]}'
    with answering((status, problem, body)) as url, pytest.raises(JudgeHTTPError) as error:
        Client(url).submit("a", "c", "")
    raised = error.value
    assert (raised.status, raised.detail, raised.request_id) == (status, "so it is", "7")
    assert raised.errors == [{"pointer": "/code", "detail": "no"}]
    with answering((status, {}, b"<html>")) as url, pytest.raises(JudgeHTTPError, match=str(status)):
        Client(url).submit("a", "c", "")


@pytest.mark.parametrize("answer", [(200, {"Content-Type": "text/html"}, b"<html>"), (200, JSON, b"{")])
def test_something_that_is_no_judge(answer: tuple[int, dict[str, str], bytes]) -> None:
    """Told in so many words."""
    with answering(answer) as url, pytest.raises(NoJudge, match="does not answer as a judge does"):
        Client(url).submit("a", "c", "")
