"""Judge0's API as its clients meet it on the wire: fields, bounds, errors, lists, deletion."""

import base64
import json
import os
import uuid
from typing import Any

import pytest
import requests

from tests.conftest import Running
from tests.judging.test_executing import zipped
from tests.servers import Servers, new_language
from tests.web.conftest import web_alone

UNKNOWN = "0b5a6c1e-8f39-4a43-9d4e-3a8f6f1b2c3d"
HELLO = {"source_code": "print('hi')", "language_id": 71}


def ask(judge: Running, method: str, path: str, **more: Any) -> requests.Response:
    headers = judge.headers | more.pop("headers", {})
    return requests.request(method, f"{judge.url}/judge0{path}", headers=headers, timeout=60, **more)


@pytest.fixture
def taking(web: Running) -> Running:
    """A judge that takes programs and never runs them."""
    for language in ("python3", "c", "multifile"):
        new_language(language)
    return web


def packed(**files: str) -> str:
    return base64.b64encode(zipped(files)).decode()


DEFAULTS = {
    "number_of_runs": 1, "cpu_time_limit": "5.0", "cpu_extra_time": "1.0", "wall_time_limit": "10.0",
    "memory_limit": 128000, "stack_limit": 64000, "max_processes_and_or_threads": 60, "max_file_size": 1024,
    "enable_per_process_and_thread_time_limit": False, "enable_per_process_and_thread_memory_limit": False,
    "redirect_stderr_to_stdout": False, "enable_network": False, "stdin": None, "expected_output": None,
    "compiler_options": None, "command_line_arguments": None, "callback_url": None, "additional_files": None,
    "stdout": None, "stderr": None, "compile_output": None, "message": None, "time": None, "wall_time": None,
    "memory": None, "exit_code": None, "exit_signal": None, "finished_at": None, "status_id": 1,
    "status": {"id": 1, "description": "In Queue"}, "language_id": 71,
    "language": {"id": 71, "name": "Python (1.2.3)"}, "source_code": "print('hi')",
}  # fmt: skip


def test_defaults(taking: Running) -> None:
    """What is not asked for is what it is there."""
    made = ask(taking, "POST", "/submissions", json=HELLO)
    assert made.status_code == 201
    assert made.json().keys() == {"token"}
    token = made.json()["token"]
    assert uuid.UUID(token).version == 4
    whole = ask(taking, "GET", f"/submissions/{token}?fields=*").json()
    assert whole.pop("token") == token
    assert whole.pop("created_at").endswith("Z")
    assert whole == DEFAULTS
    few = ask(taking, "GET", f"/submissions/{token}").json()
    assert set(few) == {"token", "time", "memory", "stdout", "stderr", "compile_output", "message", "status"}
    some = ask(taking, "GET", f"/submissions/{token}?fields=status_id,%20token").json()
    assert some == {"status_id": 1, "token": token}


ASKED = [
    ("number_of_runs", 20, 20),
    ("number_of_runs", "3", 3),
    ("cpu_time_limit", 0, "0.0"),
    ("cpu_time_limit", "1.5", "1.5"),
    ("cpu_time_limit", 15, "15.0"),
    ("cpu_extra_time", 5, "5.0"),
    ("cpu_extra_time", 0, "0.0"),
    ("wall_time_limit", 1, "1.0"),
    ("wall_time_limit", 20, "20.0"),
    ("memory_limit", 2048, 2048),
    ("memory_limit", 512000.0, 512000),
    ("stack_limit", 0, 0),
    ("stack_limit", 128000, 128000),
    ("max_processes_and_or_threads", 120, 120),
    ("max_file_size", 0, 0),
    ("max_file_size", 4096, 4096),
    ("enable_per_process_and_thread_time_limit", False, False),
    ("enable_network", "false", False),
    ("redirect_stderr_to_stdout", "true", True),
    ("redirect_stderr_to_stdout", 1, True),
    ("stdin", "käse", "käse"),
    ("stdin", 5, "5"),
    ("expected_output", "x\n", "x\n"),
    ("command_line_arguments", "a 'b c' $;", "a 'b c' $;"),
    ("cpu_time_limit", None, "5.0"),
    ("nothing_of_theirs", 1, None),
]


@pytest.mark.parametrize(("name", "value", "told"), ASKED)
def test_what_can_be_asked_for(taking: Running, name: str, value: Any, told: Any) -> None:
    """Within its bounds, and as numbers or their texts; unknown fields are left alone."""
    made = ask(taking, "POST", "/submissions?wait=false", json=HELLO | {name: value})
    assert made.status_code == 201, made.text
    whole = ask(taking, "GET", f"/submissions/{made.json()['token']}?fields=*").json()
    assert whole.get(name) == told


C = {"source_code": "int main(void) { return 0; }", "language_id": 50}
PROJECT = {"language_id": 89}
WRONG = [
    ({"source_code": None}, {"source_code": ["can't be blank"]}),
    ({"source_code": " \n"}, {"source_code": ["can't be blank"]}),
    ({"source_code": "a\0"}, {"source_code": ["must be text in UTF-8 without NUL"]}),
    ({"language_id": None}, {"language_id": ["can't be blank"]}),
    ({"language_id": 9999}, {"language_id": ["language with id 9999 doesn't exist"]}),
    ({"language_id": "x"}, {"language_id": ["language with id x doesn't exist"]}),
    ({"language_id": 4}, {"language_id": ["language with id 4 is archived and cannot be used anymore"]}),
    ({"language_id": 60}, {"language_id": ["language with id 60 is archived and cannot be used anymore"]}),
    ({"number_of_runs": 0}, {"number_of_runs": ["must be greater than 0"]}),
    ({"number_of_runs": 0.5}, {"number_of_runs": ["must be greater than 0"]}),
    ({"number_of_runs": 21}, {"number_of_runs": ["must be less than or equal to 20"]}),
    ({"cpu_time_limit": -1}, {"cpu_time_limit": ["must be greater than or equal to 0"]}),
    ({"cpu_time_limit": 15.1}, {"cpu_time_limit": ["must be less than or equal to 15"]}),
    ({"cpu_time_limit": "x"}, {"cpu_time_limit": ["is not a number"]}),
    ({"cpu_time_limit": True}, {"cpu_time_limit": ["is not a number"]}),
    ({"cpu_time_limit": "nan"}, {"cpu_time_limit": ["is not a number"]}),
    ({"cpu_extra_time": 5.5}, {"cpu_extra_time": ["must be less than or equal to 5"]}),
    ({"wall_time_limit": 0.9}, {"wall_time_limit": ["must be greater than or equal to 1"]}),
    ({"wall_time_limit": 21}, {"wall_time_limit": ["must be less than or equal to 20"]}),
    ({"memory_limit": 2047}, {"memory_limit": ["must be greater than or equal to 2048"]}),
    ({"memory_limit": 512001}, {"memory_limit": ["must be less than or equal to 512000"]}),
    ({"stack_limit": 128001}, {"stack_limit": ["must be less than or equal to 128000"]}),
    ({"max_processes_and_or_threads": 0}, {"max_processes_and_or_threads": ["must be greater than 0"]}),
    (
        {"max_processes_and_or_threads": 121},
        {"max_processes_and_or_threads": ["must be less than or equal to 120"]},
    ),
    ({"max_file_size": 4097}, {"max_file_size": ["must be less than or equal to 4096"]}),
    (
        {"enable_per_process_and_thread_time_limit": True},
        {"enable_per_process_and_thread_time_limit": ["this option cannot be enabled"]},
    ),
    (
        {"enable_per_process_and_thread_memory_limit": "true"},
        {"enable_per_process_and_thread_memory_limit": ["this option cannot be enabled"]},
    ),
    ({"enable_network": True}, {"enable_network": ["enabling network is not allowed"]}),
    (
        {"compiler_options": "-O2"},
        {"compiler_options": ["setting compiler options is only allowed for compiled languages"]},
    ),
    (
        {"compiler_options": "x" * 513},
        {"compiler_options": ["is too long (maximum is 512 characters)"]},
    ),
    (
        {"command_line_arguments": "x" * 513},
        {"command_line_arguments": ["is too long (maximum is 512 characters)"]},
    ),
    (
        {"command_line_arguments": "a 'b"},
        {"command_line_arguments": ["cannot be taken apart: No closing quotation"]},
    ),
    ({"stdin": "x" * (2**20 + 1)}, {"stdin": ["is too long (maximum is 1048576 bytes)"]}),
    ({"additional_files": "!"}, {"additional_files": ["is not base64"]}),
    (
        {"additional_files": "AAAA"},
        {"additional_files": ["is no zip that can be read: File is not a zip file"]},
    ),
    (
        {"callback_url": "http://127.0.0.1/"},
        {"callback_url": ["is not on the public network (an operator may allow it by JUDGE_WEBHOOK_ALLOW)"]},
    ),
    ({"callback_url": "ftp://a.example"}, {"callback_url": ["must begin with https:// or http://"]}),
    (
        {"language_id": None, "stack_limit": -1},
        {"language_id": ["can't be blank"], "stack_limit": ["must be greater than or equal to 0"]},
    ),
    (
        PROJECT | {"additional_files": packed(run="echo")},
        {"source_code": ["must be blank"]},
    ),
    (PROJECT | {"source_code": None}, {"additional_files": ["can't be blank"]}),
]


@pytest.mark.parametrize(("more", "errors"), WRONG, ids=lambda value: json.dumps(value)[:60])
def test_what_is_refused(taking: Running, more: dict[str, Any], errors: Any) -> None:
    """422, with every field that is wrong and why."""
    response = ask(taking, "POST", "/submissions", json=HELLO | more)
    assert (response.status_code, response.json()) == (422, errors)


def test_no_more_than_any_run_may_have(clean: Servers) -> None:
    """What an operator allows is less than Judge0 does: that holds here, too, and is told."""
    new_language()
    with web_alone(clean, JUDGE_MAX_RUN_REPEAT="3", JUDGE_MAX_RUN_CPU_TIME_S="2") as judge:
        info = ask(judge, "GET", "/config_info").json()
        assert (info["max_number_of_runs"], info["max_cpu_time_limit"]) == (3, 2)
        for name in ("number_of_runs", "cpu_time_limit"):
            refused = ask(judge, "POST", "/submissions", json=HELLO | {name: 4})
            assert refused.status_code == 422
            assert refused.json() == {name: [f"must be less than or equal to {info[f'max_{name}']:g}"]}


def test_options_of_a_compiler(taking: Running) -> None:
    """Those of the language's list, without what a shell would read; others are refused by name."""
    taken = ask(taking, "POST", "/submissions", json=C | {"compiler_options": "-O3 `-Wall`; -lm"})
    assert taken.status_code == 201, taken.text
    refused = ask(taking, "POST", "/submissions", json=C | {"compiler_options": "-O3 -fplugin=x"})
    assert refused.status_code == 422
    assert refused.json()["compiler_options"][0].startswith("-fplugin=x cannot be used here, only: -O0")


@pytest.mark.parametrize(
    "media", ["text/plain", "application/json", "application/x-www-form-urlencoded", None]
)
def test_json_by_any_name(taking: Running, media: str | None) -> None:
    """Clients send it as text, or as a form, as curl does."""
    headers = {} if media is None else {"Content-Type": media}
    response = ask(taking, "POST", "/submissions/", data=json.dumps(HELLO), headers=headers)
    assert response.status_code == 201, response.text


def test_a_form(taking: Running) -> None:
    """Real forms are read as well."""
    response = ask(taking, "POST", "/submissions", data={**HELLO, "cpu_time_limit": "2"})
    assert response.status_code == 201, response.text
    shown = ask(taking, "GET", f"/submissions/{response.json()['token']}?fields=cpu_time_limit,source_code")
    assert shown.json() == {"cpu_time_limit": "2.0", "source_code": "print('hi')"}


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_base64_in(taking: Running) -> None:
    """White space in it and missing padding do no harm; what is none is refused."""
    sent = {
        "source_code": "\n".join(encoded("print(1)")),
        "language_id": 71,
        "stdin": encoded("a").rstrip("="),
    }
    made = ask(taking, "POST", "/submissions?base64_encoded=true", json=sent)
    assert made.status_code == 201, made.text
    path = f"/submissions/{made.json()['token']}?fields=source_code,stdin"
    assert ask(taking, "GET", path).json() == {"source_code": "print(1)", "stdin": "a"}
    assert ask(taking, "GET", f"{path}&base64_encoded=true").json() == {
        "source_code": f"{encoded('print(1)')}\n",
        "stdin": "YQ==\n",
    }
    wrong = ask(taking, "POST", "/submissions?base64_encoded=true", json=HELLO)
    assert (wrong.status_code, wrong.json()) == (422, {"source_code": ["is not base64"]})


def test_base64_by_default(servers: Servers) -> None:
    """Where it is set so, as later versions have it."""
    new_language()
    later = {"JUDGE_JUDGE0_VERSION": "1.14.0", "JUDGE_JUDGE0_IMPLICIT_BASE64": "1"}
    with web_alone(servers, **later) as judge:
        sent = HELLO | {"source_code": encoded("print(1)")}
        token = ask(judge, "POST", "/submissions", json=sent).json()["token"]
        path = f"/submissions/{token}?fields=source_code"
        assert ask(judge, "GET", path).json() == {"source_code": f"{encoded('print(1)')}\n"}
        assert ask(judge, "GET", f"{path}&base64_encoded=false").json() == {"source_code": "print(1)"}
        assert ask(judge, "GET", "/config_info").json()["disable_implicit_base64_encoding"] is False
        assert ask(judge, "GET", "/version").text == "1.14.0"


def test_waiting(judge: Running) -> None:
    """The answer is the whole submission, with 201, and its text where it is one."""
    done = ask(judge, "POST", "/submissions?wait=true", json=HELLO)
    assert done.status_code == 201
    body = done.json()
    assert (body["stdout"], body["status"]) == ("hi\n", {"id": 3, "description": "Accepted"})
    assert float(body["time"]) >= 0
    assert isinstance(body["time"], str)
    assert isinstance(body["memory"], int)
    some = ask(judge, "POST", "/submissions?fields=stdout,exit_code", json=HELLO | {"wait": True})
    assert some.json() == {"stdout": "hi\n", "exit_code": 0}
    binary = HELLO | {"source_code": "import sys; sys.stdout.buffer.write(b'\\xff')"}
    told = "cannot be converted to UTF-8, use base64_encoded=true query parameter"
    done = ask(judge, "POST", "/submissions?wait=true", json=binary)
    assert done.status_code == 201
    token = done.json()["token"]
    assert done.json()["error"] == f"some attributes for this submission {told}"
    again = ask(judge, "GET", f"/submissions/{token}")
    assert again.status_code == 400
    assert again.json() == {"error": f"some attributes for this submission {told}"}
    several = ask(judge, "GET", f"/submissions/batch?tokens={token}")
    assert several.status_code == 400
    assert several.json() == {"error": f"some attributes for one or more submissions {told}"}
    shown = ask(judge, "GET", f"/submissions/{token}?base64_encoded=true&fields=stdout,stderr")
    assert shown.json() == {"stdout": "/w==\n", "stderr": None}


def test_expected_output(judge: Running) -> None:
    """Compared line by line, without what is blank at the ends."""
    for expected, status in (("hi  \n\n", 3), ("hi", 3), ("", 4), ("HI", 4)):
        asked = HELLO | {"expected_output": expected}
        done = ask(judge, "POST", "/submissions?wait=true&fields=status_id,message", json=asked)
        assert done.json() == {"status_id": status, "message": None}


def test_batches(taking: Running) -> None:
    """Each item is answered for itself, in order; what there is not is null."""
    wrong = {"source_code": "1"}
    made = ask(taking, "POST", "/submissions/batch", json={"submissions": [HELLO, wrong, HELLO, "x"]})
    assert made.status_code == 201
    first, second, third, fourth = made.json()
    assert first.keys() == third.keys() == {"token"}
    assert second == {"language_id": ["can't be blank"]}
    assert fourth.keys() == {"language_id", "source_code"}
    tokens = [third["token"], UNKNOWN, "x", first["token"]]
    shown = ask(taking, "GET", "/submissions/batch", params={"tokens": ",".join(tokens), "fields": "token"})
    told = [{"token": tokens[0]}, None, None, {"token": tokens[3]}]
    assert shown.json() == {"submissions": told}
    by_header = ask(taking, "GET", "/submissions/batch?fields=token", headers={"tokens": ",".join(tokens)})
    assert by_header.json() == {"submissions": told}
    coded = {"submissions": [HELLO | {"source_code": encoded("print(1)"), "wait": "true"}]}
    [one] = ask(taking, "POST", "/submissions/batch/?base64_encoded=true", json=coded).json()
    assert one.keys() == {"token"}
    none = ask(taking, "POST", "/submissions/batch", json={"submissions": [wrong, wrong]})
    assert (none.status_code, none.json()) == (422, [{"language_id": ["can't be blank"]}] * 2)


def test_more_than_one_answer_may_hold(taking: Running) -> None:
    """Of several as much is read as is asked for, up to a bound."""
    large = HELLO | {"additional_files": base64.b64encode(zipped({"x": os.urandom(5_900_000)})).decode()}
    tokens = [ask(taking, "POST", "/submissions", json=large).json()["token"] for _ in range(6)]
    params = {"tokens": ",".join(tokens)}
    assert ask(taking, "GET", "/submissions/batch", params=params).status_code == 200
    for path in ("/submissions/batch", "/submissions"):
        much = ask(taking, "GET", path, params=params | {"fields": "*"})
        assert much.status_code == 400
        assert "ask for fewer at once" in much.json()["error"]
    few = ask(taking, "GET", "/submissions", params={"per_page": 1, "fields": "additional_files"}).json()
    assert len(few["submissions"][0]["additional_files"]) > 5_900_000


TOO_MANY = "number of submissions in a batch should be less than or equal to 20"
TOO_FEW = "there should be at least one submission in a batch"
ERRORS = [
    ("GET", f"/submissions/{UNKNOWN}", None, 404, None),
    ("GET", "/submissions/nonsense", None, 404, None),
    ("DELETE", f"/submissions/{UNKNOWN}", None, 404, None),
    ("GET", "/languages/9999", None, 404, None),
    ("GET", "/languages/x", None, 404, None),
    ("GET", "/languages/" + 5000 * "7", None, 404, None),
    ("GET", "/nope", None, 404, None),
    ("PUT", "/submissions", None, 405, None),
    ("POST", "/statuses", None, 405, None),
    ("POST", "/submissions", b"{", 400, None),
    ("POST", "/submissions", b"[]", 400, "the body must be an object of JSON"),
    ("POST", "/submissions", b"[" * 100_000, 400, None),
    ("POST", "/submissions", b" " * (8 * 2**20 + 1), 413, None),
    ("POST", "/submissions?fields=a,token,b", b"{}", 400, "invalid fields: [a, b]"),
    ("GET", f"/submissions/{UNKNOWN}?fields=id", None, 400, "invalid fields: [id]"),
    ("GET", "/submissions/batch?tokens=a&fields=x", None, 400, "invalid fields: [x]"),
    ("GET", "/submissions/batch", None, 400, TOO_FEW),
    ("GET", f"/submissions/batch?tokens={'a,' * 20}a", None, 400, TOO_MANY),
    ("POST", "/submissions/batch", b"{}", 400, TOO_FEW),
    ("POST", "/submissions/batch", json.dumps({"submissions": [{}] * 21}).encode(), 400, TOO_MANY),
    ("GET", "/submissions?page=-4", None, 400, "invalid page: -4"),
    ("GET", "/submissions?page=x", None, 400, "invalid page: 0"),
    ("GET", "/submissions?per_page=-1", None, 400, "invalid per_page: -1"),
    ("GET", "/statuses?X-Auth-Token=x", None, 400, None),
]


@pytest.mark.parametrize(("method", "path", "body", "status", "error"), ERRORS)
def test_errors(
    taking: Running, method: str, path: str, body: bytes | None, status: int, error: str | None
) -> None:
    """In its own shape, on every path."""
    response = ask(taking, method, path, data=body)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/json"
    told = response.json()
    assert told.keys() == {"error"}
    assert told["error"] == error if error else told["error"]


def test_the_queue_is_full(clean: Servers) -> None:
    """Whoever has too much waiting is told in its words; a rate is a 429."""
    new_language()
    with web_alone(clean, JUDGE_MAX_PENDING="2", JUDGE_RATE_WORK="4/minute") as judge:
        for _ in range(2):
            assert ask(judge, "POST", "/submissions", json=HELLO).status_code == 201
        full = ask(judge, "POST", "/submissions", json=HELLO)
        assert (full.status_code, full.json()) == (503, {"error": "queue is full"})
        assert full.headers["Retry-After"]
        # The batch is a request, and so is each of its items.
        several = ask(judge, "POST", "/submissions/batch", json={"submissions": [HELLO, HELLO]})
        assert several.status_code == 429
        assert [set(item) for item in several.json() if isinstance(item, dict)] in ([], [{"error"}] * 2)
        late = ask(judge, "POST", "/submissions", json=HELLO)
        assert late.status_code == 429
        assert late.json().keys() == {"error"}
    with web_alone(clean, JUDGE_MAX_PENDING="2") as judge:
        none = ask(judge, "POST", "/submissions/batch", json={"submissions": [HELLO, HELLO]})
        assert (none.status_code, none.json()) == (503, {"error": "queue is full"})


def test_lists(taking: Running) -> None:
    """Everybody's that came by this API, the newest first."""
    assert ask(taking, "GET", "/submissions").json() == {
        "submissions": [],
        "meta": {"current_page": 1, "next_page": None, "prev_page": None, "total_pages": 0, "total_count": 0},
    }
    taking.request("POST", "/runs", json={"language": "python3", "code": "1"})
    tokens = [ask(taking, "POST", "/submissions", json=HELLO).json()["token"] for _ in range(5)][::-1]
    page = ask(taking, "GET", "/submissions?page=2&per_page=2&fields=token").json()
    assert page == {
        "submissions": [{"token": token} for token in tokens[2:4]],
        "meta": {"current_page": 2, "next_page": 3, "prev_page": 1, "total_pages": 3, "total_count": 5},
    }


def test_a_run_of_ours_is_none_of_its(taking: Running) -> None:
    """What was not asked for in these words is not shown in them."""
    run = taking.request("POST", "/runs", json={"language": "python3", "code": "1"}).json()
    from judge.judge0 import token_of

    token = token_of(run["id"])
    for method in ("GET", "DELETE"):
        assert ask(taking, method, f"/submissions/{token}").status_code in (400, 404)
    assert ask(taking, "GET", f"/submissions/batch?tokens={token}").json() == {"submissions": [None]}


def test_deletion(judge: Running) -> None:
    """Once it has ended; the answer is what it was, as base64."""
    slow = HELLO | {"source_code": "import time; time.sleep(3)"}
    token = ask(judge, "POST", "/submissions", json=slow).json()["token"]
    early = ask(judge, "DELETE", f"/submissions/{token}")
    assert early.status_code == 400
    assert early.json()["error"].startswith("submission cannot be deleted because its status is ")
    done = ask(judge, "POST", "/submissions?wait=true&fields=token", json=HELLO).json()["token"]
    gone = ask(judge, "DELETE", f"/submissions/{done}?fields=stdout")
    assert (gone.status_code, gone.json()) == (200, {"stdout": "aGkK\n"})
    assert ask(judge, "GET", f"/submissions/{done}").status_code == 404


CONFIG = {
    "maintenance_mode": False, "enable_wait_result": True, "enable_compiler_options": True,
    "allowed_languages_for_compile_options": [], "enable_command_line_arguments": True,
    "enable_submission_delete": True, "enable_callbacks": True, "callbacks_max_tries": 3,
    "callbacks_timeout": 10.0, "enable_additional_files": True, "max_queue_size": 100, "cpu_time_limit": 5,
    "max_cpu_time_limit": 15, "cpu_extra_time": 1, "max_cpu_extra_time": 5, "wall_time_limit": 10,
    "max_wall_time_limit": 20, "memory_limit": 128000, "max_memory_limit": 512000, "stack_limit": 64000,
    "max_stack_limit": 128000, "max_processes_and_or_threads": 60, "max_max_processes_and_or_threads": 120,
    "enable_per_process_and_thread_time_limit": False,
    "allow_enable_per_process_and_thread_time_limit": False,
    "enable_per_process_and_thread_memory_limit": False,
    "allow_enable_per_process_and_thread_memory_limit": False, "max_file_size": 1024,
    "max_max_file_size": 4096, "number_of_runs": 1, "max_number_of_runs": 20,
    "redirect_stderr_to_stdout": False, "max_extract_size": 16384, "enable_batched_submissions": True,
    "max_submission_batch_size": 20, "submission_cache_duration": 0, "use_docs_as_homepage": False,
    "allow_enable_network": False, "enable_network": False,
}  # fmt: skip


def test_what_it_tells_of_itself(taking: Running) -> None:
    """All that clients read before they send anything."""
    assert ask(taking, "GET", "/config_info").json() == CONFIG
    assert len(CONFIG) == 39
    about = ask(taking, "GET", "/about").json()
    assert about.keys() == {"version", "homepage", "source_code", "maintainer"}
    assert about["version"] == "1.13.1"
    for path in ("/version", "/isolate", "/license"):
        text = ask(taking, "GET", path)
        assert text.ok
        assert text.headers["Content-Type"].startswith("text/plain")
    assert ask(taking, "GET", "/statuses").json()[2] == {"id": 3, "description": "Accepted"}
    assert {"CPU(s)", "Mem"} <= ask(taking, "GET", "/system_info").json().keys()
    [queue] = ask(taking, "GET", "/workers").json()
    assert queue == {"queue": "1.13.1", "size": 0, "available": 0, "idle": 0, "working": 0, "paused": 0}
    for path in ("/authenticate", "/authorize"):
        response = ask(taking, "POST", path)
        assert (response.status_code, response.content) == (200, b"")


def test_languages(taking: Running) -> None:
    """Those that are here, with their true versions; the others are archived."""
    usable = ask(taking, "GET", "/languages/").json()
    assert {language["id"] for language in usable} == {48, 49, 50, 71, 89, 92, 100, 103, 109, 113}
    assert {"id": 50, "name": "C (GCC 1.2.3)"} in usable
    every = ask(taking, "GET", "/languages/all").json()
    assert [language["name"] for language in every] == sorted(language["name"] for language in every)
    archived = {language["id"]: language["is_archived"] for language in every}
    assert archived.keys() == set(range(1, 114)) - {93, 104, 106}
    assert archived[71] is False
    assert archived[44] is archived[1] is archived[83] is True
    one = ask(taking, "GET", "/languages/71").json()
    assert one.keys() == {"id", "name", "is_archived", "source_file", "compile_cmd", "run_cmd"}
    assert (one["id"], one["name"], one["is_archived"], one["source_file"]) == (
        71, "Python (1.2.3)", False, "main.py",
    )  # fmt: skip


def test_statistics(taking: Running) -> None:
    """Counted of what is kept; anew when it is asked for."""
    for _ in range(2):
        ask(taking, "POST", "/submissions", json=HELLO)
    ask(taking, "POST", "/submissions", json=C)
    told = ask(taking, "GET", "/statistics?invalidate_cache=true").json()
    assert told["submissions"] == {"total": 3, "today": 3, "last_30_days": 3}
    assert told["languages"] == [
        {"language": {"id": 71, "name": "Python (1.2.3)"}, "count": 2},
        {"language": {"id": 50, "name": "C (GCC 1.2.3)"}, "count": 1},
    ]
    assert told["statuses"] == [{"status": {"id": 1, "name": "In Queue"}, "count": 3}]
    assert told["database"]["size_in_bytes"] > 0
    assert told["created_at"] < told["cached_until"]
    ask(taking, "POST", "/submissions", json=HELLO)
    assert ask(taking, "GET", "/statistics").json() == told


def test_tokens(token_judge: Running) -> None:
    """A token of ours as X-Auth-Token; what admins alone may do also with theirs as X-Auth-User."""
    made = token_judge.command("user", "add", f"plain-{uuid.uuid4()}", check=True).stdout.strip()
    plain, admin = {"X-Auth-Token": made}, {"X-Auth-User": token_judge.token or ""}
    nobody = Running(token_judge.url, 0, token_judge.home, {})

    def status(method: str, path: str, headers: dict[str, str]) -> int:
        response = ask(nobody, method, path, headers=headers)
        if response.status_code in (401, 403):
            assert response.content == b""
        return response.status_code

    assert status("POST", "/authenticate", {}) == 401
    assert status("POST", "/authenticate", {"X-Auth-Token": "x"}) == 401
    assert status("POST", "/authenticate", plain) == 200
    assert status("POST", "/authorize", plain) == 403
    assert status("POST", "/authorize", plain | {"X-Auth-User": made}) == 403
    assert status("POST", "/authorize", plain | admin) == 200
    assert status("POST", "/authorize", admin) == 401
    assert status("GET", "/submissions", plain | admin) == 200
    assert status("GET", "/languages", {}) == 401
    assert status("GET", "/statistics", plain) == 200
    assert status("GET", "/statistics?invalidate_cache=true", plain) == 403
    assert status("GET", "/statistics?invalidate_cache=true", plain | admin) == 200
