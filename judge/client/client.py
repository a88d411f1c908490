"""What a program asks of a judge, a method for each."""

import base64
import math
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import quote

from judge.client import sockets
from judge.client.connection import Connection
from judge.client.streams import ENDINGS, Event, EventStream

Json = dict[str, Any]
Kind = Literal["submission", "run"]
Transport = Literal["sse", "websocket"]

_LONGEST_POLL_S = 20


class Client:
    """A judge as one user sees it. Not to be shared by threads; may be used as a context.

    token: a bearer token, where the judge wants one; user_id: who is asking, where it wants none.
    patience_s: for how long a server that does not answer is asked again; 0: not at all.

    Every method raises JudgeHTTPError where the judge answers with an error, Unreachable where nothing
    answers, NoJudge where something else does.
    """

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        token: str | None = None,
        user_id: str | None = None,
        *,
        patience_s: float = 60.0,
    ) -> None:
        self._connection = Connection(url, token, patience_s)
        self._named = {"user_id": user_id} if user_id and not token else {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the connections go."""
        self._connection.close()

    def request(self, method: str, path: str, **arguments: Any) -> Any:
        """The JSON of any call; ``path`` follows /api/v1, ``arguments`` are those of ``requests.request``.

        A POST is sent again only if its ``headers`` have an Idempotency-Key.

        >>> client.request("GET", "/submissions", params={"verdict": "accepted"})["items"]
        """
        return self._connection.json(method, path, **arguments)

    # Submissions

    def submit(
        self,
        problem_id: str,
        language: str,
        code: str | None = None,
        *,
        files: Sequence[dict[str, str]] | None = None,
        entry_point: str | None = None,
        idempotency_key: str | None = None,
    ) -> Json:
        """A new submission, of ``code`` or of ``files``, each {"name": …, "content": …}.

        idempotency_key: the same for what a program may send again after it was itself restarted.

        >>> client.submit("a-plus-b", "c", files=[{"name": "main.c", "content": source}])["state"]
        'queued'
        """
        given: Json = {"code": code, "files": files, "entry_point": entry_point}
        body = {"problem_id": problem_id, "language": language, **self._named}
        body |= {name: value for name, value in given.items() if value is not None}
        key = _key(idempotency_key)
        submission: Json = self.request("POST", "/submissions", json=body, headers=key)
        return submission

    def submission(self, submission_id: str) -> Json:
        """A submission as it stands."""
        submission: Json = self.request("GET", _path("submission", submission_id))
        return submission

    def wait(self, submission_id: str, timeout_s: float | None = None) -> Json:
        """A submission once it has ended. Raises TimeoutError where it has not after ``timeout_s``.

        >>> client.wait(id, timeout_s=60)["verdict"]
        'wrong_answer'
        """
        return self._ended("submission", submission_id, timeout_s)

    def events(self, submission_id: str, after_seq: int = 0, *, over: Transport = "sse") -> Iterator[Event]:
        """Each event of a submission after a number, once and in order, as it happens, up to its end.

        A submission that is judged again has events after that end: ask for those after its ``seq``.

        >>> [event["type"] for event in client.events(id)][-1]
        'submission.done'
        """
        return self._log("submission", submission_id, after_seq, over)

    # Runs

    def run(
        self,
        language: str,
        code: str | None = None,
        *,
        stdin: bytes = b"",
        idempotency_key: str | None = None,
        **more: Any,
    ) -> Json:
        """A new run of a program on one's own input; ``more``: what else POST /runs takes, such as files.

        >>> client.wait_for_run(client.run("python3", "print(input()[::-1])", stdin=b"abc")["id"])["stdout"]
        'cba\\n'
        """
        body = {"language": language, "stdin_base64": base64.b64encode(stdin).decode(), **self._named, **more}
        if code is not None:
            body["code"] = code
        run: Json = self.request("POST", "/runs", json=body, headers=_key(idempotency_key))
        return run

    def wait_for_run(self, run_id: str, timeout_s: float | None = None) -> Json:
        """A run once it has ended. Raises TimeoutError where it has not after ``timeout_s``."""
        return self._ended("run", run_id, timeout_s)

    def run_events(self, run_id: str, after_seq: int = 0, *, over: Transport = "sse") -> Iterator[Event]:
        """Each event of a run after a number, what it prints among them, up to its end."""
        return self._log("run", run_id, after_seq, over)

    # All that is a user's

    def user_events(self, after: str | None = None) -> EventStream:
        """Whatever happens to what is this user's, without end, from now on or ``after`` a former stream.

        >>> stream = client.user_events(after=saved)
        >>> for event in stream:
        ...     handle(event)
        ...     save(stream.last_event_id)  # where the next stream begins, days later too
        """
        if after is None:
            # Now, and not when the stream is first read.
            after = self.request("GET", "/events", params=self._named)["last_event_id"]
        return EventStream(self._connection, "/events", self._named, last_event_id=after, has_end=False)

    # Problems

    def problems(self) -> Iterator[Json]:
        """Every problem, a page at a time."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.request("GET", "/problems", params={"cursor": cursor} if cursor else {})
            yield from page["items"]
            cursor = page["next_cursor"]

    def problem(self, problem_id: str) -> Json:
        """A problem with its statement, limits and samples."""
        problem: Json = self.request("GET", f"/problems/{quote(problem_id, safe='')}")
        return problem

    def upload_problem(self, problem_id: str, package: Path) -> Json:
        """Send a problem package, a zip, to become a draft that a worker verifies: its version and state.

        What cannot be read is a JudgeHTTPError whose ``errors`` have every fault with its path.

        >>> version = client.upload_problem("two-sums", Path("two-sums.zip"))["version"]
        >>> for event in client.verification_events("two-sums", version):
        ...     report = event["data"].get("report")
        >>> client.publish("two-sums", version) if report["ok"] else report["errors"]
        """
        path = f"/problems/{quote(problem_id, safe='')}"
        headers = {"Content-Type": "application/zip"}
        with package.open("rb") as file:
            draft: Json = self.request("PUT", path, data=file, headers=headers, params=self._named)
        return draft

    def version(self, problem_id: str, version: int) -> Json:
        """A version of a problem, with its latest verification."""
        found: Json = self.request("GET", _version(problem_id, version))
        return found

    def publish(self, problem_id: str, version: int) -> Json:
        """Judge new submissions by a version that was verified."""
        published: Json = self.request("POST", f"{_version(problem_id, version)}/publish", headers=_key(None))
        return published

    def verification_events(self, problem_id: str, version: int) -> EventStream:
        """Each event of the latest verification of a version, up to its end."""
        path = f"{_version(problem_id, version)}/events"
        return EventStream(self._connection, path, {}, last_event_id=None, has_end=True)

    # The judge

    def languages(self) -> list[Json]:
        """The languages that are judged."""
        items: list[Json] = self.request("GET", "/languages")["items"]
        return items

    def queue(self) -> Json:
        """How much waits, how much runs, on whom."""
        found: Json = self.request("GET", "/queue")
        return found

    def _ended(self, kind: Kind, id_: str, timeout_s: float | None) -> Json:
        until = math.inf if timeout_s is None else time.monotonic() + timeout_s
        while True:
            left_s = max(0.0, min(until - time.monotonic(), _LONGEST_POLL_S))
            found: Json = self.request("GET", _path(kind, id_), params={"wait": math.ceil(left_s)})
            if found["state"] in ENDINGS:
                return found
            if time.monotonic() >= until:
                raise TimeoutError(f"{kind} {id_} is still {found['state']}")

    def _log(self, kind: Kind, id_: str, after_seq: int, over: Transport) -> Iterator[Event]:
        if over == "websocket":
            user_id = self.request("GET", _path(kind, id_))["user_id"]
            return sockets.follow(self._connection, kind, id_, user_id, after_seq)
        path, last = f"{_path(kind, id_)}/events", str(after_seq)
        return EventStream(self._connection, path, {}, last_event_id=last, has_end=True)


def _key(named: str | None) -> dict[str, str]:
    """The same for every try of one call: what was done already is answered again, not done again."""
    return {"Idempotency-Key": named or str(uuid.uuid4())}


def _path(kind: Kind, id_: str) -> str:
    return f"/{kind}s/{quote(id_, safe='')}"


def _version(problem_id: str, version: int) -> str:
    return f"/problems/{quote(problem_id, safe='')}/versions/{version:d}"
