"""What a program asks of a judge, a method for each."""

import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import quote

from judge.client import sockets
from judge.client.connection import Connection
from judge.client.streams import ENDINGS, Event, EventStream

Json = dict[str, Any]

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
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        submission: Json = self.request("POST", "/submissions", json=body, headers=headers)
        return submission

    def submission(self, submission_id: str) -> Json:
        """A submission as it stands."""
        submission: Json = self.request("GET", f"/submissions/{quote(submission_id, safe='')}")
        return submission

    def wait(self, submission_id: str, timeout_s: float | None = None) -> Json:
        """A submission once it has ended. Raises TimeoutError where it has not after ``timeout_s``.

        >>> client.wait(id, timeout_s=60)["verdict"]
        'wrong_answer'
        """
        until = math.inf if timeout_s is None else time.monotonic() + timeout_s
        path = f"/submissions/{quote(submission_id, safe='')}"
        while True:
            left_s = max(0.0, min(until - time.monotonic(), _LONGEST_POLL_S))
            submission: Json = self.request("GET", path, params={"wait": math.ceil(left_s)})
            if submission["state"] in ENDINGS:
                return submission
            if time.monotonic() >= until:
                raise TimeoutError(f"submission {submission_id} is still {submission['state']}")

    def events(
        self, submission_id: str, after_seq: int = 0, *, over: Literal["sse", "websocket"] = "sse"
    ) -> Iterator[Event]:
        """Each event of a submission after a number, once and in order, as it happens, up to its end.

        A submission that is judged again has events after that end: ask for those after its ``seq``.

        >>> [event["type"] for event in client.events(id)][-1]
        'submission.done'
        """
        if over == "websocket":
            token = self._connection.token
            hello = {"token": token} if token else {"user_id": self.submission(submission_id)["user_id"]}
            return sockets.follow(self._connection, hello, submission_id, after_seq)
        return EventStream(
            self._connection,
            f"/submissions/{quote(submission_id, safe='')}/events",
            {},
            last_event_id=str(after_seq),
            has_end=True,
        )

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
        published: Json = self.request("POST", f"{_version(problem_id, version)}/publish")
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


def _version(problem_id: str, version: int) -> str:
    return f"/problems/{quote(problem_id, safe='')}/versions/{version:d}"
