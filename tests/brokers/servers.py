"""Real brokers on the loopback, each in its own folder: Redis by TLS or behind Sentinel, RabbitMQ, SQS."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import redis
import requests

from judge.up.child import Child, Program
from tests.servers import until

RABBITMQ = Path("/usr/lib/rabbitmq/bin")
START_S = 180.0
"""RabbitMQ takes 8 s on an idle machine."""


def free_ports(count: int) -> list[int]:
    """Ports of the loopback that nobody listens on."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def is_taken(port: int) -> bool:
    """Whether anybody listens there."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


class Broker(ABC):
    """A broker that can die and come back; what it keeps lies in ``data``."""

    keeps_data = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._children: dict[str, Child] = {}
        self.ports: list[int] = []
        self.prepare()
        self.start()

    @property
    @abstractmethod
    def url(self) -> str:
        """CELERY_BROKER_URL."""

    @property
    def options(self) -> Mapping[str, Any]:
        """JUDGE_BROKER_OPTIONS."""
        return {}

    @property
    def environment(self) -> dict[str, str]:
        """What our programs need to find it."""
        return {"CELERY_BROKER_URL": self.url, "JUDGE_BROKER_OPTIONS": json.dumps(self.options)}

    @abstractmethod
    def prepare(self) -> None:
        """Make what is made once, before the first start."""

    @abstractmethod
    def start(self) -> None:
        """Start it with the data that it has, and come back once it answers."""

    def kill(self) -> None:
        """End it as if its machine had lost its power."""
        for name in [*self._children]:
            self._kill(name)
        # The group of a program that was started by a script may end a moment after it.
        until(lambda: not any(map(is_taken, self.ports)))

    def forget(self) -> None:
        """Kill it and take its data."""
        self.kill()
        shutil.rmtree(self.data, ignore_errors=True)

    @contextmanager
    def away(self, *, forgetting: bool = False) -> Iterator[None]:
        """While the block runs nobody listens."""
        self.forget() if forgetting else self.kill()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def silent(self) -> Iterator[None]:
        """While the block runs its connections are open, and nothing answers."""
        groups = [child.pid for child in self._children.values()]
        for group in groups:
            os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            for group in groups:
                os.killpg(group, signal.SIGCONT)

    def log(self) -> str:
        """What it has said."""
        return "\n".join(child.log.read_text() for child in self._children.values())

    def run(self, name: str, *command: str, **env: str) -> Child:
        """Start one of its programs."""
        self.data.mkdir(exist_ok=True)
        program = Program(
            name=name, argv=command, env={"PATH": os.environ["PATH"], **env}, cwd=str(self.data)
        )
        self._children[name] = Child(program, self.folder)
        return self._children[name]

    def _kill(self, name: str) -> None:
        child = self._children.pop(name)
        with suppress(ProcessLookupError):
            child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        child.collect()


class SecureRedis(Broker):
    """Redis that wants TLS and a password; the authority ``stranger`` has not signed its certificate."""

    password = "p@ss/word"  # of this test alone

    def prepare(self) -> None:
        self.ports = [self.port] = free_ports(1)
        for name in ("authority", "stranger"):
            self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                          "-keyout", f"{name}.key", "-out", f"{name}.crt", "-days", "2",
                          "-subj", f"/CN={name}")  # fmt: skip
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                      "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=server")  # fmt: skip
        (self.folder / "names").write_text("subjectAltName=IP:127.0.0.1")
        self._openssl("x509", "-req", "-in", "server.csr", "-CA", "authority.crt", "-CAkey", "authority.key",
                      "-CAcreateserial", "-out", "server.crt", "-days", "2", "-extfile", "names")  # fmt: skip

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def url_for(self, authority: str, host: str = "127.0.0.1") -> str:
        """Its URL for who trusts an authority."""
        return f"rediss://:p%40ss%2Fword@{host}:{self.port}/0?ssl_ca_certs={self.folder / f'{authority}.crt'}"

    @property
    def url(self) -> str:
        return self.url_for("authority")

    def start(self) -> None:
        self.run(
            "redis", "redis-server", "--port", "0", "--tls-port", str(self.port), "--bind", "127.0.0.1",
            "--tls-cert-file", str(self.folder / "server.crt"),
            "--tls-key-file", str(self.folder / "server.key"),
            "--tls-ca-cert-file", str(self.folder / "authority.crt"), "--tls-auth-clients", "no",
            "--requirepass", self.password, "--appendonly", "yes",
        )  # fmt: skip
        until(lambda: answers(redis.Redis.from_url(self.url)))


class WatchedRedis(Broker):
    """Two Redis and a Sentinel, which makes one the master when the other has died."""

    def prepare(self) -> None:
        self.ports = free_ports(3)
        self.sentinel = redis.Redis(port=self.ports[2])

    @property
    def url(self) -> str:
        return f"sentinel://127.0.0.1:{self.ports[2]}"

    @property
    def options(self) -> Mapping[str, Any]:
        return {"master_name": "judge"}

    @property
    def master(self) -> redis.Redis:
        """Whom Sentinel names now."""
        [master] = self.sentinel.sentinel_masters().values()
        return redis.Redis(host=master["ip"], port=master["port"])

    def start(self) -> None:
        one, other, sentinel = self.ports
        self._start_redis(one)
        self._start_redis(other, "--replicaof", f"127.0.0.1 {one}")
        configuration = self.data / "sentinel.conf"
        configuration.write_text(
            f"port {sentinel}\nbind 127.0.0.1\nsentinel monitor judge 127.0.0.1 {one} 1\n"
            "sentinel down-after-milliseconds judge 1000\nsentinel failover-timeout judge 5000\n"
        )
        self.run("sentinel", "redis-server", str(configuration), "--sentinel")
        until(lambda: answers(self.sentinel) and self._has_replica())

    def _start_redis(self, port: int, *more: str) -> None:
        self.run(
            f"redis-{port}", "redis-server", "--port", str(port), "--bind", "127.0.0.1",
            "--appendonly", "yes", "--appenddirname", f"aof-{port}", "--dbfilename", f"{port}.rdb", *more,
        )  # fmt: skip
        until(lambda: answers(redis.Redis(port=port)))

    def _has_replica(self) -> bool:
        return (
            len(self.sentinel.sentinel_slaves("judge")) == 1 and self.master.info()["connected_slaves"] == 1
        )

    def kill_master(self) -> None:
        """End it, and come back once there is another."""
        port = self.master.connection_pool.connection_kwargs["port"]
        self._kill(f"redis-{port}")
        until(lambda: self.master.connection_pool.connection_kwargs["port"] != port)


class RabbitMQ(Broker):
    """RabbitMQ of Debian's package, with its own node, ports and folders."""

    def prepare(self) -> None:
        self.port, self.dist_port, self.epmd_port = free_ports(3)
        self.ports = [self.port, self.dist_port]
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\ndistribution.listener.interface = 127.0.0.1\n"
        )
        (self.folder / "plugins").write_text("[].")
        (self.folder / "advanced.config").write_text("[{rabbit, [{channel_tick_interval, 1000}]}].")
        # The node would start a daemon of its own, which would outlive it.
        self._epmd = subprocess.Popen(["epmd", "-port", str(self.epmd_port), "-address", "127.0.0.1"])

    @property
    def url(self) -> str:
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    @property
    def _env(self) -> dict[str, str]:
        return {
            "HOME": str(self.folder),  # its cookie
            "RABBITMQ_BASE": str(self.folder),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(self.folder / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_MNESIA_BASE": str(self.data),
            "RABBITMQ_NODENAME": f"judge{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self.dist_port),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self.epmd_port),
        }

    def start(self) -> None:
        child = self.run("rabbitmq", str(RABBITMQ / "rabbitmq-server"), **self._env)

        def is_up() -> bool:
            assert child.collect() is None, child.tail()
            return "Server startup complete" in child.tail()

        until(is_up, START_S)

    def control(self, *arguments: str) -> str:
        """What rabbitmqctl says."""
        return subprocess.run(
            [RABBITMQ / "rabbitmqctl", *arguments],
            env={"PATH": os.environ["PATH"], **self._env},
            cwd=self.folder, check=True, capture_output=True, text=True, timeout=START_S,
        ).stdout  # fmt: skip

    def close(self) -> None:
        """The daemon ends with its node."""
        self._epmd.terminate()
        self._epmd.wait()


class Sqs(Broker):
    """The server of moto, which speaks as SQS does and keeps everything in memory."""

    keeps_data = False

    def prepare(self) -> None:
        self.ports = [self.port] = free_ports(1)

    @property
    def url(self) -> str:
        return f"sqs://key:secret@127.0.0.1:{self.port}"

    def start(self) -> None:
        self.run("moto", sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port))
        until(self._answers)

    def lose_queues(self) -> None:
        """As if somebody had deleted all of them."""
        requests.post(f"http://127.0.0.1:{self.port}/moto-api/reset", timeout=5).raise_for_status()

    def _answers(self) -> bool:
        with suppress(requests.ConnectionError):
            return requests.get(f"http://127.0.0.1:{self.port}/moto-api/data.json", timeout=5).ok
        return False


def answers(client: "redis.Redis") -> bool:
    """Whether a Redis does."""
    with suppress(redis.ConnectionError):
        return bool(client.ping())
    return False
