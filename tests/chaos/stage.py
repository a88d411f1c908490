"""The judge that is put to the test: servers behind proxies, and programs started as the Procfile does."""

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from judge import schema, workers
from judge.up import programs
from judge.up.account import database_account
from judge.up.child import Child
from judge.up.cluster import data_folder, open_cluster
from judge.up.home import open_home
from judge.up.listen import base_url, listen
from judge.up.postgres import NAME
from judge.up.postgres import SOCKET as POSTGRES_SOCKET
from judge.up.redis import SOCKET as REDIS_SOCKET
from judge.up.redis import Server
from judge.up.sockets import socket_folder
from tests.chaos.platform import Platform, end_orphans
from tests.chaos.programs import PROBLEMS, SLOW_PROBLEM, TESTS, problem_id
from tests.chaos.proxy import Proxy
from tests.servers import forget_settings, new_problem, until

WORKERS = ("one", "two")
SMALL_DISK = "two"
"""The worker whose disk can be filled; where we may mount none, nobody's can."""

SLOTS = 2
_DISK_BYTES = 48 << 20
_PYTHON = (sys.executable, "-m")
_CLONE_NEWNS = 0x00020000


class Stage:
    """Servers, proxies and programs; ``url`` is where the web processes listen."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self._stack = folder, stack
        self._logs = folder / "log"
        self._logs.mkdir()
        self._plain = {"PATH": os.environ["PATH"]}
        self._start_servers()
        self.proxies = {
            "postgres": Proxy(self._postgres_sockets / POSTGRES_SOCKET.removesuffix(".lock")),
            "redis": Proxy(self._redis.socket),
        }
        for proxy in self.proxies.values():
            stack.callback(proxy.close)
        # What looks at the judge from outside goes to the servers themselves.
        os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = self._cluster.url, self._redis.url
        os.environ["JUDGE_HOME"] = str(folder / "own")
        forget_settings()
        schema.upgrade()
        for number in range(PROBLEMS):
            self._add_problem(problem_id(number), TESTS, number, 1.0)
        self._add_problem(SLOW_PROBLEM, 1, PROBLEMS, 60.0)
        self._listener = stack.enter_context(listen("127.0.0.1", 0, asked_for=False))
        self.url = base_url(self._listener)
        self.disk = self._small_disk()
        self.platform = Platform(self._logs)
        stack.callback(self.platform.close)

    # Servers

    def _start_servers(self) -> None:
        home = self.folder / "servers"
        account = database_account()
        opened = open_home(home, account)
        self._stack.callback(opened.close)
        self._postgres_sockets = socket_folder(home, "postgres", POSTGRES_SOCKET, account)
        self._stack.callback(shutil.rmtree, self._postgres_sockets, ignore_errors=True)
        self._cluster = open_cluster(opened, data_folder(opened, account), self._postgres_sockets, account)
        sockets = socket_folder(home, "redis", REDIS_SOCKET, None)
        self._stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        self._redis = Server(opened.folder("redis"), sockets)
        self._servers: dict[str, Child] = {}
        self._stack.callback(self._kill_servers)
        self.start_server("postgres")
        self.start_server("redis")
        until(self._cluster.ready)
        until(self._redis.ready)

    def start_server(self, name: str) -> None:
        """Start ``postgres`` or ``redis`` on what lies on its disk; it answers a little later."""
        if name == "postgres":
            (self._cluster.data / "postmaster.pid").unlink(missing_ok=True)
        program = (self._cluster if name == "postgres" else self._redis).program(self._plain)
        self._servers[name] = Child(program, self._logs)

    def server_ready(self, name: str) -> bool:
        """Whether it answers; one that has failed to start is started again."""
        if self._servers[name].collect() is not None:
            self.start_server(name)
        return bool(self._cluster.ready() if name == "postgres" else self._redis.ready())

    def kill_server(self, name: str) -> None:
        """kill -9 of a server with all of its processes."""
        server = self._servers.pop(name)
        server.kill()
        os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)
        server.collect()

    def _kill_servers(self) -> None:
        for name in list(self._servers):
            self.kill_server(name)

    def empty_redis(self) -> None:
        """Remove what Redis has on disk, while it is not running."""
        shutil.rmtree(self._redis.data)
        self._redis.data.mkdir(mode=0o700)

    # Programs

    def start_programs(self) -> None:
        """Start web, workers, courier and beat; returns once everything can be judged."""
        fd = self._listener.fileno()
        web = ("gunicorn", "--no-control-socket", "-b", f"fd://{fd}", *programs.WEB)
        self.platform.start("web", (*_PYTHON, *web), self._env("web"), (fd,))
        for name in WORKERS:
            self.platform.start(
                f"worker-{name}", (*programs.CELERY, "worker", "-n", f"{name}@%h"), self._env(name)
            )
        self.platform.start("courier", programs.COURIER, self._env("courier"))
        self.platform.start("beat", (*programs.CELERY, "beat"), self._env("beat"))
        until(lambda: len(workers.present()) == len(WORKERS))

    def worker_names(self) -> list[str]:
        """The programs that judge."""
        return [f"worker-{name}" for name in WORKERS]

    def _env(self, name: str) -> dict[str, str]:
        home = self.folder / f"home-{name}"
        home.mkdir(exist_ok=True)
        ports = {server: proxy.port for server, proxy in self.proxies.items()}
        password = self._cluster.password
        kept = {key: os.environ[key] for key in ("PATH", "LANG", "PYTHONPATH", "CI") if key in os.environ}
        own = {"TMPDIR": str(home)} if name == SMALL_DISK and self.disk else {}
        return {
            **kept,
            **own,
            "DATABASE_URL": f"postgresql://{NAME}:{password}@127.0.0.1:{ports['postgres']}/{NAME}",
            "REDIS_URL": f"redis://127.0.0.1:{ports['redis']}/0",
            "JUDGE_HOME": str(home),
            "JUDGE_LANGUAGES": "python3,c,cpp",
            "JUDGE_HEADER_BYTES": "0",
            "JUDGE_SLOTS": str(SLOTS),
            "WEB_CONCURRENCY": "2",
            "SECRET_KEY": "only for this judge",
        }

    def _add_problem(self, name: str, tests: int, number: int, time_limit_s: float) -> None:
        folder = self.folder / name
        folder.mkdir()
        new_problem(folder, tests, name, first=100 * number, time_limit_s=time_limit_s)

    def _small_disk(self) -> Path | None:
        home = self.folder / f"home-{SMALL_DISK}"
        home.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_BYTES}", "tmpfs", str(home)]
        if os.geteuid() != 0 or not _keep_mounts_to_ourselves() or subprocess.run(mount).returncode != 0:
            return None
        self._stack.callback(subprocess.run, ["umount", "-l", str(home)], check=False)
        return home


def _keep_mounts_to_ourselves() -> bool:
    """Whether nobody else sees from now on what we mount: other tests compare what is mounted."""
    if ctypes.CDLL(None).unshare(_CLONE_NEWNS) != 0:
        return False
    return subprocess.run(["mount", "--make-rprivate", "/"]).returncode == 0


@contextmanager
def stage(logs: Path | None = None) -> Iterator[Stage]:
    """A judge that runs until the block ends; logs: a folder for what its programs have written."""
    before = dict(os.environ)
    # Not pytest's own folder, which the database's user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="judge-chaos-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        with ExitStack() as stack:
            stack.callback(end_orphans)
            yield Stage(folder, stack)
    finally:
        forget_settings()
        os.environ.clear()
        os.environ.update(before)
        if logs is not None:
            shutil.copytree(folder / "log", logs, dirs_exist_ok=True)
        shutil.rmtree(folder, ignore_errors=True)
