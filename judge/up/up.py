"""One whole judge from one command: servers, tables, problems, web, worker, courier, beat, in that order."""

import json
import os
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import judge
from judge.config import Settings, is_loopback
from judge.errors import ConfigError
from judge.up import programs
from judge.up.account import database_account
from judge.up.banner import Banner
from judge.up.guard import guarded
from judge.up.home import Home, open_home
from judge.up.listen import base_url, free_port, listen
from judge.up.probe import Probe
from judge.up.servers import Servers, start_servers
from judge.up.supervisor import StopAsked, Supervisor

START_S = 120.0  # after which a judge that is not ready is given up


@dataclass(frozen=True)
class Options:
    """What one start is asked for; ``port_asked_for`` forbids taking another one instead."""

    settings: Settings
    port: int
    port_asked_for: bool
    ready_file: Path | None
    flower: bool
    say: Callable[[str], None]


def up(options: Options) -> None:
    """Run a judge until somebody asks it to stop.

    Raises ConfigError where it may not start like this, StartFailed where it does not get ready.
    """
    settings, say = options.settings, options.say
    deadline = time.monotonic() + START_S
    check_exposure(settings)
    account = None if settings.database_url else database_account()
    with ExitStack() as stack:
        home = open_home(settings.home, account)
        stack.callback(home.close)
        stack.enter_context(guarded(home.mark))
        if options.ready_file is not None:
            options.ready_file.unlink(missing_ok=True)  # of an earlier start
        listener = stack.enter_context(listen(settings.bind, options.port, options.port_asked_for))
        url, port = base_url(listener), listener.getsockname()[1]
        if port != options.port and options.port != 0:
            say(f"port {options.port} is taken, using {port}")
        home.announce(url)
        supervisor = Supervisor(home.folder("log"), say)
        folders = stack.enter_context(ExitStack())
        stack.enter_context(supervisor)  # leaves first: sockets go after those who use them
        try:
            servers = start_servers(settings, home, account, supervisor, folders, say, deadline)
            home.tell(url=url, database_url=servers.database_url, redis_url=servers.redis_url)
            env = servers.environment(home) | {"PORT": str(port), "JUDGE_BIND": settings.bind}
            banner = _start_programs(options, home, servers, supervisor, env, listener, deadline)
        except StopAsked:
            say("stopped before it was up")
            return
        say(str(banner))
        if options.ready_file is not None:
            _write_ready_file(options.ready_file, url)
        supervisor.watch()
        listener.close()  # from here on callers are refused instead of kept waiting
        say("draining; Ctrl-C again hurries")
    say("stopped")


def check_exposure(settings: Settings) -> None:
    """Raise ConfigError where strangers could reach a judge that does not ask who they are."""
    if settings.auth == "none" and not is_loopback(settings.bind):
        raise ConfigError(
            f"JUDGE_BIND is {settings.bind}, which others can reach, and JUDGE_AUTH is none: "
            "set JUDGE_AUTH=token, or bind 127.0.0.1"
        )
    if settings.auth == "token" and not settings.secret_key:
        raise ConfigError("JUDGE_AUTH=token needs SECRET_KEY in the environment, a long random string")


def _start_programs(
    options: Options,
    home: Home,
    servers: Servers,
    supervisor: Supervisor,
    env: dict[str, str],
    listener: socket.socket,
    deadline: float,
) -> Banner:
    """Start everything of ours, and come back once it has proven itself."""
    say, url = options.say, base_url(listener)
    say("bringing the tables up to date …")
    supervisor.run(programs.migrate(env), deadline)
    say("starting web, worker, courier and beat …")
    secret = {} if options.settings.secret_key else {"SECRET_KEY": home.secret("secret_key")}
    flower_port = free_port() if options.flower else None
    flower_url = None if flower_port is None else f"http://127.0.0.1:{flower_port}"
    shown = {"JUDGE_FLOWER_URL": flower_url} if flower_url and not options.settings.flower_url else {}
    supervisor.start(programs.web(env | secret | shown, listener.fileno()))
    # A name of its own for each start: the row of a worker that was killed must not pass for this one.
    worker = f"up-{secrets.token_hex(4)}@{socket.gethostname()}"
    supervisor.start(programs.worker(env, worker))
    supervisor.start(programs.courier(env))
    supervisor.start(programs.beat(env))
    if flower_port is not None:
        supervisor.start(programs.flower(env, flower_port))
    problems = Path(judge.__file__).parent.parent / "problems"
    if packages := sorted(path.parent for path in problems.glob("*/problem.yaml")):
        say(f"reading {len(packages)} sample problems …")
        supervisor.run(programs.add_problems(env, packages), deadline)
    os.environ["DATABASE_URL"] = env["DATABASE_URL"]
    probe = Probe(url, closed=options.settings.auth == "token")
    supervisor.until(probe.ready, deadline, f"{url}/readyz")
    say("the worker is proving its sandbox and its languages …")
    entry: dict[str, Any] = supervisor.until(lambda: probe.worker(worker), deadline, "the worker")
    return Banner(
        url=url,
        flower_url=flower_url,
        home=home.path,
        database=servers.database,
        redis=servers.redis,
        worker=entry,
        languages=probe.languages(),
        problems=problems,
    )


def _write_ready_file(path: Path, url: str) -> None:
    """Tell scripts that the judge is up, in one step: the file is whole or not there."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(json.dumps({"url": url, "pid": os.getpid()}) + "\n")
    fresh.replace(path)
