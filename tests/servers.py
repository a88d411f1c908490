"""PostgreSQL and Valkey alone, embedded as `judge up` embeds them, for tests of what stands on them."""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from psycopg2.errors import DeadlockDetected
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from judge import cache_server, db, events, problems, queue, schema, submissions, workers
from judge.config import settings
from judge.db import Base
from judge.events import Event
from judge.judging.toolchains import Proof
from judge.languages import table
from judge.manifest import Manifest, TestSpec
from judge.packages.package import Package, Statement, Timing
from judge.records import SourceFile, Submission
from judge.submissions import ledger
from judge.up.account import database_account
from judge.up.child import Child, Program
from judge.up.cluster import data_folder, open_cluster
from judge.up.home import open_home
from judge.up.postgres import SOCKET as POSTGRES_SOCKET
from judge.up.redis import SOCKET as REDIS_SOCKET
from judge.up.redis import Server
from judge.up.sockets import socket_folder

PATIENCE_S = 90.0
"""How long a test waits for something that should come much sooner."""


def until(check: Callable[[], object], within_s: float = PATIENCE_S) -> None:
    """For what sends no event: look again and again until it is so."""
    deadline = time.monotonic() + within_s
    while not check():
        assert time.monotonic() < deadline, f"not so within {within_s} s"
        time.sleep(0.01)


FEW_LANGUAGES = {
    "JUDGE_LANGUAGES": "python3,c,cpp,java,javascript,rust,go,bash,perl,ruby,php,lua,multifile",
    "JUDGE_HEADER_BYTES": "0",
}
"""So that no worker of a test proves all languages and precompiles a header, each anew in its own folder."""


NO_LIMITS = {
    "JUDGE_RATE_WORK": "",
    "JUDGE_RATE_REQUESTS": "",
    "JUDGE_RATE_ADDRESS": "",
    "JUDGE_RATE_GUESS": "",
    "JUDGE_MAX_PENDING": "0",
}
"""With tokens there are limits, which tests in haste would meet."""


class Servers:
    """Both servers; Redis can be taken away and brought back."""

    def __init__(self, home: Path) -> None:
        self._stack = ExitStack()
        account = database_account()
        opened = open_home(home, account)
        self._stack.callback(opened.close)
        self._logs = opened.folder("log")
        self._env = {"PATH": os.environ["PATH"]}
        sockets = socket_folder(home, "postgres", POSTGRES_SOCKET, account)
        self._stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        cluster = open_cluster(opened, data_folder(opened, account), sockets, account)
        self._cluster = cluster
        self._database = Child(cluster.program(self._env), self._logs)
        self._stack.callback(lambda: _stop(self._database, signal.SIGINT))
        sockets = socket_folder(home, "redis", REDIS_SOCKET, None)
        self._stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        self._redis_server = Server(opened.folder("redis"), sockets)
        self._stack.callback(self.stop_redis)
        self.redis: Child | None = None
        self.start_redis()
        until(cluster.ready)
        self.environment = {
            "DATABASE_URL": cluster.url,
            "REDIS_URL": self._redis_server.url,
            "JUDGE_HOME": str(home),
        }

    def start_redis(self) -> Child:
        """Redis as it stands on disk; returns once it answers."""
        program: Program = self._redis_server.program(self._env)
        self.redis = Child(program, self._logs)
        until(self._redis_server.ready)
        return self.redis

    def stop_redis(self) -> None:
        """No Redis any more: connections are refused from now on."""
        if self.redis is not None:
            _stop(self.redis, signal.SIGKILL)
            self.redis = None

    @contextmanager
    def without_postgres(self) -> Iterator[None]:
        """For the length of the block there is no Postgres; connections are cut, then refused."""
        _stop(self._database, signal.SIGQUIT)
        try:
            yield
        finally:
            self._database = Child(self._cluster.program(self._env), self._logs)
            until(self._cluster.ready)

    def close(self) -> None:
        """End everything."""
        self._stack.close()


def _stop(child: Child, number: signal.Signals) -> None:
    child.send(signal.SIGCONT)
    child.send(number)
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    child.collect()


def forget_settings() -> None:
    """Whatever this process has read from its environment is read again."""
    if db.engine.cache_info().currsize:
        db.engine().dispose()
    if events.connection.cache_info().currsize:
        events.connection().close()
    if cache_server.server.cache_info().currsize:
        cache_server.server().close()
    for kept in (settings, db.engine, events.connection, cache_server.server):
        kept.cache_clear()


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Migrated and empty; this process and those it starts find them in their environment."""
    # Not pytest's own folder, which the database's user may not enter.
    home = Path(tempfile.mkdtemp(prefix="judge-test-", dir="/tmp"))
    home.chmod(0o755)
    before = dict(os.environ)
    started = Servers(home)
    try:
        os.environ.update(started.environment)
        os.environ.pop("CELERY_BROKER_URL", None)
        forget_settings()
        # Celery reads its settings once; another test of this process may have asked for them before.
        queue.configure(queue.app)
        schema.upgrade()
        yield started
    finally:
        queue.app.pool.force_close_all()
        forget_settings()
        os.environ.clear()
        os.environ.update(before)
        started.close()
        shutil.rmtree(home)


@pytest.fixture
def clean(servers: Servers) -> Servers:
    """The servers with nothing in them but the tables."""
    until(_emptied)
    events.connection().flushall()
    return servers


def _emptied() -> bool:
    """Not where somebody reads meanwhile, as a web process does for a client that has gone a moment ago."""
    names = ", ".join(table.name for table in Base.metadata.sorted_tables)
    try:
        with db.transaction() as session:
            session.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    except OperationalError as error:
        if isinstance(error.orig, DeadlockDetected):
            return False
        raise
    return True


# Something to submit, and to submit it to


def new_problem(
    folder: Path, tests: int = 3, problem_id: str = "echo", first: int = 1, **limits: float
) -> None:
    """A problem whose answers are its inputs, numbers from ``first`` on; its first test is a sample."""
    problems.add(new_package(folder, tests, problem_id, first, **limits))


def new_package(
    folder: Path, tests: int = 3, problem_id: str = "echo", first: int = 1, **limits: Any
) -> Package:
    """The package of such a problem."""
    data: dict[str, Path | bytes] = {}
    specs = []
    for index in range(1, tests + 1):
        path = folder / f"{index}.in"
        path.write_text(f"{first + index - 1}\n")
        digest = problems.blobs.digest_of(path)
        data[digest] = path
        name = "sample/1" if index == 1 else f"secret/{index - 1}"
        own_name = "sample/1" if index == 1 else f"secret/overflow-{index - 1}"
        specs.append(TestSpec(index, name, own_name, digest, digest, name.partition("/")[0]))
    fields = {"time_limit_s": 1.0, "memory_bytes": 256 * 2**20, "compile_time_s": 10.0, **limits}
    return package_of(problem_id, Manifest(problem_id, tests=tuple(specs), **fields), data)


def package_of(problem_id: str, manifest: Manifest, data: Mapping[str, Path | bytes], **more: Any) -> Package:
    """A package with nothing in it beside what judging needs, and a statement."""
    fields: dict[str, Any] = {
        "timing": Timing(manifest.time_limit_s),
        "statements": (Statement("en", manifest.name, "md", "# Echo"),),
        **{name: {} for name in ("figures", "attachments", "constants", "input_args")},
        **dict.fromkeys(("input_validators", "cases", "examples", "warnings"), ()),
    }
    return Package(problem_id, manifest, data=data, **{**fields, **more})


def new_language(language: str = "python3") -> None:
    """A worker that is long gone has proven a language."""
    spec = Proof(language, f"{table()[language].name} 1.2.3", "").as_json()
    workers.register("celery@gone", slots=1, sandbox="none", languages=[spec])
    workers.leave("celery@gone")


def submit(code: str = "print(input())", *, problem_id: str = "echo", language: str = "python3",
           user_id: str = "1") -> tuple[Submission, Event]:  # fmt: skip
    """A submission as the web process makes it, before anything is sent or published."""
    problem = problems.get(problem_id)
    return submissions.create(
        problem_id=problem.id,
        package_id=problem.package_id,
        test_count=len(problem.manifest.tests),
        user_id=user_id,
        language=language,
        files=[SourceFile("main.py", code)],
    )


def expire(submission_id: str) -> None:
    """Let the lease of a submission run out."""
    query = "UPDATE submissions SET lease_until = clock_timestamp() - interval '1 ms' WHERE id = :id"
    with db.transaction() as session:
        session.execute(text(query), {"id": submission_id})


def log_of(submission_id: str) -> list[tuple[int, str]]:
    """The numbers and the types of a submission's events."""
    return [
        (event.seq, event.type.removeprefix("submission.")) for event in ledger.events_after(submission_id, 0)
    ]
