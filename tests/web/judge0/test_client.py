"""The package `judge0` from PyPI, unchanged, sent here by its own environment variables."""

import json
from collections.abc import Iterator
from typing import Any

import judge0
import pytest
from judge0 import Client, Flavor, LanguageAlias, Status
from judge0.filesystem import File, Filesystem
from judge0.submission import Submission

from tests.conftest import Running
from tests.servers import Servers, new_language
from tests.web.conftest import web_alone

PYTHON = LanguageAlias.PYTHON
C = LanguageAlias.C


@pytest.fixture
def client(judge: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    """As the package finds it when nothing is passed to its functions."""
    monkeypatch.setenv("JUDGE0_CE_ENDPOINT", f"{judge.url}/judge0")
    monkeypatch.setenv("JUDGE0_CE_AUTH_HEADERS", "{}")
    monkeypatch.setattr(judge0, "JUDGE0_IMPLICIT_CE_CLIENT", None)
    yield judge0.get_client(Flavor.CE)
    monkeypatch.setattr(judge0, "JUDGE0_IMPLICIT_CE_CLIENT", None)


def run(client: Client, **asked: Any) -> Any:
    return judge0.run(client=client, **({"language": PYTHON} | asked))


def test_what_it_reads_first(client: Client) -> None:
    """Languages, settings and version, from which it knows which ids to send."""
    assert client.version == "1.13.1"
    assert client.config.max_submission_batch_size == 20
    assert client.config.cpu_time_limit == 5
    assert {71, 50, 89} <= {language.id for language in client.languages}
    assert client.is_language_supported(PYTHON)
    assert client.get_language(71).source_file == "main.py"
    assert len(client.get_statuses()) == 14


def test_a_run(client: Client) -> None:
    """Sent, polled for and decoded; bytes that are no text as the client shows them."""
    result = run(client, source_code="print('käse', input())", stdin="brot, butter")
    assert (result.status, result.stdout, result.stderr) == (Status.ACCEPTED, "käse brot, butter\n", None)
    assert (result.exit_code, result.exit_signal, result.message) == (0, None, None)
    assert result.source_code == "print('käse', input())"
    assert result.stdin == "brot, butter"
    assert result.finished_at >= result.created_at
    assert result.time >= 0
    assert result.wall_time > 0
    assert result.memory > 0
    result = run(client, source_code="import sys; sys.stdout.buffer.write(bytes(range(256)))")
    assert result.stdout.startswith("\x00\x01")
    assert result.stdout.endswith("\\xff")


def test_every_language_alias(client: Client) -> None:
    """Those that it knows and this machine has; a program each, by the alias."""
    programs = {
        LanguageAlias.PYTHON: "print('hi')",
        LanguageAlias.PYTHON3: "print('hi')",
        LanguageAlias.C: '#include <stdio.h>\nint main(void) { puts("hi"); }',
        LanguageAlias.C_GCC: '#include <stdio.h>\nint main(void) { puts("hi"); }',
        LanguageAlias.CPP: '#include <iostream>\nint main() { std::cout << "hi\\n"; }',
        LanguageAlias.BASH: "echo hi",
        LanguageAlias.PERL: 'print "hi\\n"',
        LanguageAlias.JAVASCRIPT: "console.log('hi')",
        LanguageAlias.JAVA: 'class A { public static void main(String[] a) { System.out.println("hi"); } }',
        LanguageAlias.RUBY: "puts 'hi'",
        LanguageAlias.PHP: '<?php echo "hi\\n";',
        LanguageAlias.LUA: "print('hi')",
        LanguageAlias.GO: 'package main\nimport "fmt"\nfunc main() { fmt.Println("hi") }',
        LanguageAlias.RUST: 'fn main() { println!("hi"); }',
    }
    there = {alias: code for alias, code in programs.items() if client.is_language_supported(alias)}
    assert {PYTHON, C, LanguageAlias.BASH} <= there.keys()
    limits = {"max_processes_and_or_threads": 120, "memory_limit": 512000}
    results = judge0.run(
        client=client,
        submissions=[Submission(source_code=code, language=alias, **limits) for alias, code in there.items()],
    )
    told = {alias: (result.status, result.stdout) for alias, result in zip(there, results, strict=True)}
    assert told == dict.fromkeys(there, (Status.ACCEPTED, "hi\n"))


def test_an_unknown_alias(client: Client) -> None:
    """It says so before it sends anything."""
    with pytest.raises(RuntimeError, match="does not support"):
        run(client, source_code="1", language=LanguageAlias.SWIFT)


def test_test_cases(client: Client) -> None:
    """Each is a submission; they come back in their order."""
    cases = [("1 2", "3"), {"input": "5 5", "expected_output": "10\n\n"}, ("1 1", "3"), ["x", "1"]]
    results = run(client, source_code="print(sum(map(int, input().split())))", test_cases=cases)
    assert [result.status for result in results] == [
        Status.ACCEPTED,
        Status.ACCEPTED,
        Status.WRONG_ANSWER,
        Status.RUNTIME_ERROR_NZEC,
    ]
    assert [result.stdin for result in results] == ["1 2", "5 5", "1 1", "x"]


def test_batches(client: Client) -> None:
    """More than one batch takes are sent in several, by the number that the settings tell."""
    asked = [Submission(source_code=f"print({number})", language=PYTHON) for number in range(25)]
    results = judge0.run(client=client, submissions=asked)
    assert [result.stdout for result in results] == [f"{number}\n" for number in range(25)]
    assert all(result.status is Status.ACCEPTED for result in results)


def test_files(client: Client) -> None:
    """They are there beside the program, and come back as they were sent."""
    files = Filesystem(
        content=[File(name="data.txt", content=b"from a file"), File(name="m.py", content="N = 7")]
    )
    code = "import m\nprint(open('data.txt').read(), m.N)"
    result = run(client, source_code=code, additional_files=files)
    assert (result.status, result.stdout) == (Status.ACCEPTED, "from a file 7\n")


def test_a_multi_file_program(client: Client) -> None:
    """Built and run by its own scripts."""
    files = Filesystem(
        content=[
            File(name="compile", content="gcc -o main src/main.c"),
            File(name="run", content="./main | tr a-z A-Z"),
            File(name="src/main.c", content='#include <stdio.h>\nint main(void) { puts("hi"); }'),
        ]
    )
    submission = Submission(source_code="", language=LanguageAlias.MULTI_FILE, additional_files=files)
    result = judge0.run(client=client, submissions=submission)
    assert (result.status, result.stdout) == (Status.ACCEPTED, "HI\n")


def test_options_and_limits(client: Client) -> None:
    """All that it can ask for reaches the program."""
    code = '#include <stdio.h>\nint main(int n, char **a) { printf("%s %d %d\\n", a[2], n, WORD); }'
    asked = {"compiler_options": "-O3 -DWORD=5 -Wall", "command_line_arguments": "one 'two words' $three"}
    result = run(client, language=C, source_code=code, **asked)
    assert (result.status, result.stdout) == (Status.ACCEPTED, "two words 4 5\n"), result.compile_output
    both = "import sys\nprint('out', flush=True)\nprint('err', file=sys.stderr)"
    result = run(client, source_code=both, redirect_stderr_to_stdout=True, number_of_runs=3)
    assert (result.stdout, result.stderr) == ("out\nerr\n", None)


@pytest.mark.parametrize(
    ("status", "language", "code", "more"),
    [
        (Status.ACCEPTED, PYTHON, "print(1)", {"expected_output": "1"}),
        (Status.WRONG_ANSWER, PYTHON, "print(1)", {"expected_output": "2"}),
        (
            Status.TIME_LIMIT_EXCEEDED,
            PYTHON,
            "while True: pass",
            {"cpu_time_limit": 0.3, "cpu_extra_time": 0.1},
        ),
        (Status.TIME_LIMIT_EXCEEDED, PYTHON, "import time; time.sleep(9)", {"wall_time_limit": 1}),
        (Status.COMPILATION_ERROR, C, "no C", {}),
        (Status.RUNTIME_ERROR_SIGSEGV, C, "int main(void) { return *(volatile int *)8; }", {}),
        (Status.RUNTIME_ERROR_SIGXFSZ, PYTHON, "print('x' * 200000)", {"max_file_size": 100}),
        (Status.RUNTIME_ERROR_SIGFPE, C, "int main(void) { volatile int n = 0; return 7 / n; }", {}),
        (Status.RUNTIME_ERROR_SIGABRT, C, "#include <stdlib.h>\nint main(void) { abort(); }", {}),
        (Status.RUNTIME_ERROR_NZEC, PYTHON, "raise SystemExit(3)", {}),
        (Status.RUNTIME_ERROR_NZEC, PYTHON, "x = bytearray(10 ** 9)", {"memory_limit": 65536}),
        (Status.RUNTIME_ERROR_OTHER, PYTHON, "import os; os.kill(os.getpid(), 15)", {}),
    ],
)
def test_every_status(client: Client, status: Status, language: Any, code: str, more: dict[str, Any]) -> None:
    """Each that a program can come to."""
    result = run(client, language=language, source_code=code, **more)
    assert result.status is status, (result.message, result.stderr, result.compile_output)


def test_waiting_for_one(client: Client) -> None:
    """Made without waiting, then waited for."""
    submission = judge0.async_run(client=client, source_code="print(1)", language=PYTHON)
    assert submission.status in (None, Status.IN_QUEUE, Status.PROCESSING, Status.ACCEPTED)
    assert judge0.wait(client=client, submissions=submission).status is Status.ACCEPTED


def test_with_tokens(token_judge: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bearer token of ours is the token that its configuration sends."""
    token_judge.wait_for_languages()
    monkeypatch.setenv("JUDGE0_CE_ENDPOINT", f"{token_judge.url}/judge0")
    monkeypatch.setenv("JUDGE0_CE_AUTH_HEADERS", json.dumps({"X-Auth-Token": token_judge.token}))
    monkeypatch.setattr(judge0, "JUDGE0_IMPLICIT_CE_CLIENT", None)
    result = judge0.run(source_code="print(1)", language=PYTHON)
    assert result.status is Status.ACCEPTED
    monkeypatch.setenv("JUDGE0_CE_AUTH_HEADERS", '{"X-Auth-Token": "wrong"}')
    monkeypatch.setattr(judge0, "JUDGE0_IMPLICIT_CE_CLIENT", None)
    with pytest.raises(RuntimeError, match="Authentication failed"):
        judge0.run(source_code="print(1)", language=PYTHON)
    monkeypatch.setattr(judge0, "JUDGE0_IMPLICIT_CE_CLIENT", None)


@pytest.mark.parametrize(
    ("version", "alias", "id_"),
    [("1.14.0", PYTHON, 113), ("1.14.0", C, 103), ("1.13.1-extra", LanguageAlias.JAVA, 4)],
)
def test_other_versions(servers: Servers, version: str, alias: LanguageAlias, id_: int) -> None:
    """By the version that is told it sends the ids of that one, and each is there."""
    for language in ("python3", "c", "java"):
        new_language(language)
    with web_alone(servers, JUDGE_JUDGE0_VERSION=version) as running:
        client = Client(f"{running.url}/judge0")
        assert client.version == version
        assert client.get_language_id(alias) == id_
        assert client.is_language_supported(alias)
