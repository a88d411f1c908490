"""Server-Sent Events and polls of the same log as the socket's: who is sent what, once and in order."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from judge import accounts, db, events, packages, submissions, verifications
from judge.accounts import tokens
from judge.events import Event
from judge.records import Judgement, Submission, TestResult
from judge.submissions import Compiled
from judge.verdict import Verdict
from tests.conftest import REPOSITORY, Running
from tests.servers import new_language, new_problem
from tests.servers import submit as submitted
from tests.web.eventsource import ACCEPT, EventSource
from tests.web.programs import SLOW
from tests.web.test_refusals import pointers, refused
from tests.web.test_socket import ends, gapless, silent, somebody, submit
from tests.web.test_versions import PACKAGE, REPORT, put

UNKNOWN = "0" * 26


@pytest.fixture
def problem(web: Running, tmp_path: Path) -> str:
    """A problem to submit to, at a web process that nobody judges for."""
    new_problem(tmp_path)
    new_language()
    return "echo"


def start(user_id: str = "1") -> Submission:
    """A submission whose first event is published."""
    submission, event = submitted(user_id=user_id)
    events.publish([event])
    return submission


def result(index: int) -> TestResult:
    return TestResult(index, f"secret/{index}", f"secret/{index}", "accepted", 0.1, 0.1, 1, 0, None, None)


def go_on(id_: str, *, publish: bool = True) -> list[Event]:
    """Two events more: it is compiled, and running."""
    claim = submissions.claim(id_, "worker")
    assert claim is not None
    told = [claim.event, *submissions.record(id_, claim.attempt, [Compiled(None)], published=(0, 0))]
    if publish:
        events.publish(told)
    return told


def end(id_: str, *, publish: bool = True) -> list[Event]:
    """One test, and the verdict."""
    told = submissions.finish(id_, 1, Judgement(Verdict.ACCEPTED, 0.1, 0.1, 1), [result(1)], published=(0, 0))
    if publish:
        events.publish(told)
    return told


# One submission


def test_a_stream_from_the_first_event_to_the_last(judge: Running) -> None:
    """The same as on the socket; each with its seq as its id; then it ends, and asked again it is 204."""
    user_id = somebody()
    socket = judge.socket({"user_id": user_id})
    id_ = submit(judge, user_id, SLOW)
    with EventSource(judge, f"/submissions/{id_}/events") as source:
        headers = source.response.headers
        assert (headers["Cache-Control"], headers["X-Accel-Buffering"]) == ("no-store", "no")
        opening, *blocks = source.blocks()
    assert (opening.retry, opening.data) == ("2000", None)
    sent = [block for block in blocks if block.data]
    assert [block.data for block in sent] == socket.until(ends(id_))
    assert [block.id for block in sent] == [str(number) for number in range(1, len(sent) + 1)]
    for last in (str(sent[-1].id), "999"):
        resumed = ACCEPT | {"Last-Event-ID": last}
        response = judge.request("GET", f"/submissions/{id_}/events", headers=resumed)
        assert (response.status_code, response.content) == (204, b"")
    with EventSource(judge, f"/submissions/{id_}/events") as again:
        assert list(again.events()) == [block.data for block in sent]


@pytest.mark.parametrize("cut_after", [1, 2, 4])
def test_a_client_that_comes_back_goes_on_where_it_was(judge: Running, cut_after: int) -> None:
    """With Last-Event-ID, which counts before the after_seq of the address that a browser repeats."""
    id_ = submit(judge, somebody(), SLOW)
    found: list[dict[str, Any]] = []
    while not found or found[-1]["type"] != "submission.done":
        last = str(found[-1]["seq"]) if found else None
        with EventSource(judge, f"/submissions/{id_}/events", last, after_seq=0) as source:
            for event in source.events():
                found.append(event)
                if len(found) % cut_after == 0:
                    break
    assert gapless(found)
    with EventSource(judge, f"/submissions/{id_}/events", after_seq=5) as later:
        assert list(later.events()) == found[5:]


def test_many_streams_of_one_submission(judge: Running) -> None:
    """Each gets all of it, and one that leaves takes nothing from the others."""
    id_ = submit(judge, somebody(), SLOW)

    def read(_: int) -> list[dict[str, Any]]:
        with EventSource(judge, f"/submissions/{id_}/events") as source:
            return list(source.events())

    with ThreadPoolExecutor(4) as pool:
        reading = [pool.submit(read, number) for number in range(4)]
        with EventSource(judge, f"/submissions/{id_}/events") as source:
            next(source.events())
        streams = [one.result() for one in reading]
    assert gapless(streams[0])
    assert streams[0][-1]["type"] == "submission.done"
    assert all(stream == streams[0] for stream in streams)


def test_what_was_not_published_comes_before_what_was(web: Running, problem: str) -> None:
    """The rows fill what Redis has lost, and raw messages that come twice are sent once."""
    submission = start()
    with EventSource(web, f"/submissions/{submission.id}/events") as source:
        source.until(lambda event: event["seq"] == 1)
        lost = go_on(submission.id, publish=False)
        ending = end(submission.id, publish=False)
        events.publish([ending[0], lost[0], ending[0]])
        events.publish([ending[1], ending[1]])
        assert [event["seq"] for event in source.events()] == [2, 3, 4, 5]


def test_a_rejudge_is_another_stream(web: Running, problem: str) -> None:
    """The stream has ended with the verdict; one that is opened after it goes on with what comes anew."""
    submission = start()
    go_on(submission.id)
    last = end(submission.id)[-1]
    path = f"/submissions/{submission.id}/events"
    assert web.request("GET", path, headers=ACCEPT | {"Last-Event-ID": str(last.seq)}).status_code == 204
    with db.transaction() as session:
        session.execute(
            text(
                "UPDATE submissions SET state = 'queued', verdict = NULL, finished_at = NULL,"
                " last_seq = last_seq + 1 WHERE id = :id;"
                "INSERT INTO events (submission_id, seq, type, at, data)"
                " SELECT id, last_seq, 'submission.queued', clock_timestamp(), '{}' FROM submissions"
                " WHERE id = :id"
            ),
            {"id": submission.id},
        )
    for resumed in (None, str(last.seq)):
        with EventSource(web, path, resumed) as source:
            found = source.until(lambda event: event["seq"] == last.seq + 1)
            assert gapless(found, first=int(resumed or 0) + 1)


BAD_NUMBERS = ["-1", "1.5", "x", "1 2", "9" * 10, "٣", "null", "1:2"]


@pytest.mark.parametrize("number", BAD_NUMBERS)
def test_a_number_that_is_none(web: Running, problem: str, number: str) -> None:
    """422 that names where it stands."""
    path = f"/submissions/{start().id}/events"
    assert pointers(refused(web.request("GET", path, params={"after_seq": number}), 422)) == {"after_seq"}
    if number.isascii():
        bad = web.request("GET", path, headers=ACCEPT | {"Last-Event-ID": number})
        assert pointers(refused(bad, 422)) == {"Last-Event-ID"}


@pytest.mark.parametrize("headers", [{}, ACCEPT])
def test_a_submission_that_there_is_not(web: Running, headers: dict[str, str]) -> None:
    """404 in the one shape, for streams too."""
    for id_ in (UNKNOWN, "nope", "%00"):
        refused(web.request("GET", f"/submissions/{id_}/events", headers=headers), 404)


def test_nobody_reads_anothers(token_web: Running, tmp_path: Path) -> None:
    """404 as for one that is not there; its owner and authors read it; without a token it is 401."""
    new_problem(tmp_path)
    new_language()
    for name, role in (("ada", "user"), ("eve", "user"), ("ann", "author")):
        accounts.add(name, role)  # type: ignore[arg-type]
    headers = {name: {"Authorization": f"Bearer {tokens.new(name)[0]}"} for name in ("ada", "eve", "ann")}
    path = f"/submissions/{start('ada').id}/events"
    for more in ({}, ACCEPT):
        refused(token_web.request("GET", path, headers=headers["eve"] | more), 404)
        refused(token_web.request("GET", path, headers=more), 401)
        refused(token_web.request("GET", "/events", headers=more), 401)
        refused(
            token_web.request("GET", "/events", headers=headers["eve"] | more, params={"user_id": "ada"}), 403
        )
        refused(
            token_web.request("GET", "/problems/echo/versions/1/events", headers=headers["ada"] | more), 403
        )
    for name in ("ada", "ann"):
        items = token_web.get(path, headers=headers[name])["items"]
        assert [item["type"] for item in items] == ["submission.queued"]


# Polls


def test_a_poll_answers_with_what_comes_after_a_number(web: Running, problem: str) -> None:
    """At once where there is something, with the number to ask with next, and whether that was the end."""
    submission = start()
    path = f"/submissions/{submission.id}/events"
    first = web.get(path)
    assert [item["seq"] for item in first["items"]] == [1]
    assert (first["last_seq"], first["ended"]) == (1, False)
    assert web.get(path, params={"after_seq": 1}) == {"items": [], "last_seq": 1, "ended": False}
    go_on(submission.id)
    end(submission.id)
    rest = web.get(path, params={"after_seq": 1, "wait": 20})
    assert [item["seq"] for item in rest["items"]] == [2, 3, 4, 5]
    assert (rest["last_seq"], rest["ended"]) == (5, True)
    # Nothing will come, so nothing is waited for; nor after a number that there was never.
    for beyond in (5, 1000):
        at_end = web.get(path, params={"after_seq": beyond, "wait": 20})
        assert at_end == {"items": [], "last_seq": 5, "ended": True}
    for accepted in ("*/*", "application/json", "application/json, text/event-stream", "text/html"):
        response = web.request("GET", path, headers={"Accept": accepted})
        assert response.headers["Content-Type"] == "application/json", accepted


def test_a_poll_waits(web: Running, problem: str) -> None:
    """It is answered by the next event, or with none when its time is over."""
    submission = start()
    with ThreadPoolExecutor() as pool:
        path = f"/submissions/{submission.id}/events"
        polling = pool.submit(web.get, path, params={"after_seq": 1, "wait": 20})
        socket = web.socket({"user_id": "1", "stream": False})
        socket.send({"type": "subscribe", "submission_id": submission.id})
        socket.receive()
        go_on(submission.id)
        answer = polling.result()
    assert answer["items"][0]["seq"] == 2
    assert answer["last_seq"] == answer["items"][-1]["seq"]
    nothing = web.get(path, params={"after_seq": 3, "wait": 1})
    assert nothing == {"items": [], "last_seq": 3, "ended": False}


# Verifications


def test_the_log_of_a_verification(web: Running) -> None:
    """Ids name the verification, so that a later one of the same version is not taken for its rest."""
    id_ = put(web, PACKAGE).json()["verification_id"]
    path = "/problems/a-plus-b/versions/1/events"
    with EventSource(web, path) as source:
        source.until(lambda event: event["seq"] == 1)
        claim = verifications.claim(id_, "worker")
        assert claim is not None
        events.publish([claim.event])
        package = packages.read(REPOSITORY / "problems" / "a-plus-b").with_time_limit(2.0)
        events.publish(verifications.finish(id_, 1, REPORT, package, published=(0, 0)))
        assert [event["type"] for event in source.events()] == ["verification.running", "verification.done"]
        assert source.last_event_id == f"{id_}:3"
    resumed = ACCEPT | {"Last-Event-ID": f"{id_}:3"}
    assert web.request("GET", path, headers=resumed).status_code == 204
    polled = web.get(path, params={"after_seq": 1})
    assert ([item["seq"] for item in polled["items"]], polled["ended"]) == ([2, 3], True)
    again = web.request("POST", "/problems/a-plus-b/versions/1/verify").json()["verification_id"]
    assert web.request("GET", path, headers=resumed).status_code == 204
    assert [item["verification_id"] for item in web.get(path)["items"]] == [again]
    assert len(web.get(path, params={"verification_id": id_})["items"]) == 3
    for bad in ("x", "3"):
        refused(web.request("GET", path, headers=ACCEPT | {"Last-Event-ID": bad}), 422)
    for missing in (f"{UNKNOWN}:1", "nope:1"):
        refused(web.request("GET", path, headers=ACCEPT | {"Last-Event-ID": missing}), 404)
    refused(web.request("GET", path, params={"verification_id": "nope"}), 404)
    refused(web.request("GET", "/problems/a-plus-b/versions/2/events"), 404)
    refused(web.request("GET", "/problems/no_id/versions/1/events"), 404)


def test_verifications_are_told_to_authors_alone(token_web: Running) -> None:
    """They name secret tests: an author's token of a lesser scope brings none, not of the author's own."""
    accounts.add("eve", "author")
    eve = replace(token_web, token=tokens.new("eve")[0])
    lesser = replace(token_web, token=tokens.new("eve", scope="submit")[0])
    sockets = {who.token: token_web.socket({"token": who.token}) for who in (eve, lesser)}
    begun = {who.token: who.get("/events")["last_event_id"] for who in (eve, lesser)}
    id_ = put(eve, PACKAGE).json()["verification_id"]
    claim = verifications.claim(id_, "worker")
    assert claim is not None
    events.publish([claim.event])
    told = [("verification.queued", 1), ("verification.running", 2)]
    for who, expected in ((eve, told), (lesser, [])):
        socket = sockets[who.token]
        heard = [socket.receive() for _ in expected]
        assert [(event["type"], event["seq"]) for event in heard] == expected
        assert silent(socket)
        socket.send({"type": "subscribe", "verification_id": id_})
        assert socket.receive()["type"] == ("snapshot" if expected else "error")
        items = who.get("/events", params={"after": begun[who.token]})["items"]
        assert [(item["type"], item["seq"]) for item in items] == expected
    refused(lesser.request("GET", "/problems/a-plus-b/versions/1/events"), 403)


# All that is a user's


@pytest.fixture
def reading(web: Running, problem: str) -> Iterator[Callable[..., EventSource]]:
    """Opens the stream of user 1, and waits until it is open."""
    opened = []

    def open_(last_event_id: str | None = None) -> EventSource:
        source = EventSource(web, "/events", last_event_id, user_id=1)
        opened.append(source.__enter__())
        if last_event_id is None:
            assert next(source.blocks()).id
        return source

    yield open_
    for source in opened:
        source.response.close()


def keys(found: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(event["submission_id"], event["seq"]) for event in found]


Reading = Callable[..., EventSource]


def test_a_users_stream_is_live_and_their_own(reading: Reading) -> None:
    """From now on; nothing from before, and nothing of others."""
    old = start()
    source = reading()
    assert source.last_event_id
    start("2")
    new = start()
    go_on(old.id)
    assert keys(source.until(lambda event: event["seq"] == 3)) == [(new.id, 1), (old.id, 2), (old.id, 3)]


def test_a_user_who_was_away_misses_nothing(reading: Reading) -> None:
    """What happened meanwhile comes first, each event once, though nothing had come before they left."""
    old, source = start(), reading()
    source.response.close()
    go_on(old.id)
    new = start()
    end(old.id)
    source = reading(source.last_event_id)
    found = source.until(lambda event: event["seq"] == 5)
    assert keys(found) == [(old.id, 2), (old.id, 3), (new.id, 1), (old.id, 4), (old.id, 5)]


def test_cut_after_any_event_it_goes_on_with_the_next(reading: Reading) -> None:
    """Each id leads to exactly what came after its event, live or read from the rows."""
    source = reading()
    first_id = source.last_event_id
    one, other = start(), start()
    go_on(one.id)
    go_on(other.id)
    end(one.id)
    end(other.id)
    expected = 10
    ids: list[str | None] = [first_id]
    live: list[dict[str, Any]] = []
    for event in source.events():
        live.append(event)
        ids.append(source.last_event_id)
        if len(live) == expected:
            break
    for number, id_ in enumerate(ids[:-1]):
        resumed = reading(id_)
        found = resumed.until(lambda event: keys([event]) == keys(live[-1:]))
        assert sorted(keys(found)) == sorted(keys(live[number:]))
    marker = start()
    assert keys([next(reading(ids[-1]).events())]) == [(marker.id, 1)]


def test_an_event_that_commits_late_is_not_missed(reading: Reading) -> None:
    """Its instant is older than that of an event that was sent before the client left."""
    slow, source = start(), reading()
    written, commit = threading.Event(), threading.Event()

    def claim_slowly() -> None:
        with db.transaction() as session:
            session.execute(
                text(
                    "UPDATE submissions SET last_seq = 2, changed_at = clock_timestamp() WHERE id = :id;"
                    "INSERT INTO events (submission_id, seq, type, at, data) SELECT id, 2,"
                    " 'submission.compiling', changed_at, '{}' FROM submissions WHERE id = :id"
                ),
                {"id": slow.id},
            )
            written.set()
            assert commit.wait(25)

    with ThreadPoolExecutor() as pool:
        late = pool.submit(claim_slowly)
        assert written.wait(20)
        quick = start()
        assert keys(source.until(lambda event: True)) == [(quick.id, 1)]
        source.response.close()
        # Coming back, what is there is compared with the rows, and the id moves on as far as is safe.
        source = reading(source.last_event_id)
        further = start()
        assert keys(source.until(lambda event: True)) == [(further.id, 1)]
        source.response.close()
        commit.set()
        late.result()
    resumed = reading(source.last_event_id)
    marker = start()
    assert keys(resumed.until(lambda event: event["submission_id"] == marker.id)) == [
        (slow.id, 2),
        (marker.id, 1),
    ]


def test_what_was_never_published_is_sent_to_who_comes_back(reading: Reading) -> None:
    """The process died between commit and publish, and Redis with it."""
    source = reading()
    lost, _ = submitted()
    told = start()
    assert keys(source.until(lambda event: True)) == [(told.id, 1)]
    source.response.close()
    resumed = reading(source.last_event_id)
    assert keys(resumed.until(lambda event: True)) == [(lost.id, 1)]


def test_a_long_absence_is_caught_up_in_pages(reading: Reading) -> None:
    """Hundreds of logs, cut again and again: everything comes once, in the order of time."""
    source = reading()
    source.response.close()
    ids = [submitted()[0].id for _ in range(320)]
    found: list[tuple[str, int]] = []
    last = source.last_event_id
    while len(found) < len(ids):
        source = reading(last)
        for event, _ in zip(source.events(), range(150), strict=False):
            found += keys([event])
            last = source.last_event_id
            assert last is not None
            assert len(last) < 8000
            if len(found) == len(ids):
                break
        source.response.close()
    assert found == [(id_, 1) for id_ in ids]


def test_a_users_events_can_be_polled(web: Running, problem: str) -> None:
    """An id to begin with, then what came after it, with the id to ask with next."""
    begun = web.get("/events", params={"user_id": 1})
    assert begun["items"] == []
    submission = start()
    go_on(submission.id)
    answer = web.get("/events", params={"user_id": 1, "after": begun["last_event_id"], "wait": 20})
    assert keys(answer["items"]) == [(submission.id, number) for number in (1, 2, 3)]
    with ThreadPoolExecutor() as pool:
        params = {"user_id": 1, "after": answer["last_event_id"], "wait": 20}
        waiting = pool.submit(web.get, "/events", params=params)
        end(submission.id)
        assert keys(waiting.result()["items"])[0] == (submission.id, 4)


@pytest.mark.parametrize(
    "id_", ["x", "-1", "1.", f"1.{UNKNOWN}", f"1.{UNKNOWN}-", "9" * 15, f"1.{'u' * 26}-1"]
)
def test_an_id_that_is_none(web: Running, id_: str) -> None:
    """422 that names where it stands."""
    stream = web.request("GET", "/events", headers=ACCEPT | {"Last-Event-ID": id_})
    assert pointers(refused(stream, 422)) == {"Last-Event-ID"}
    assert pointers(refused(web.request("GET", "/events", params={"after": id_}), 422)) == {"after"}


def test_an_id_from_the_future_or_the_deep_past(web: Running, problem: str) -> None:
    """The one is now; the other is all that is kept."""
    kept = start()
    begun = web.get("/events", params={"user_id": 1, "after": "0"})
    assert keys(begun["items"]) == [(kept.id, 1)]
    ahead = web.get("/events", params={"user_id": 1, "after": "9" * 14})
    assert ahead["items"] == []
    new = start()
    answer = web.get("/events", params={"user_id": 1, "after": ahead["last_event_id"], "wait": 20})
    assert (new.id, 1) in keys(answer["items"])
