"""What stands between the judge and one of its servers, and can cut connections or hold them in silence.

It is a process of its own, so that nothing else delays what passes through it. It listens on a port of the
loopback, which it prints, and obeys one word a line on standard input, each of which it repeats when done::

    cut      connections are reset, new ones too
    silent   nothing passes any more in either direction; new connections are accepted, and hear nothing
    open     new connections work; what was silent stays so for good
    resume   everything works, and what was held back arrives
"""

import asyncio
import socket
import struct
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

_CHUNK_BYTES = 65536


class Proxy:
    """The process, as those who order it about see it."""

    def __init__(self, upstream: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.proxy", str(upstream)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._answer())

    def order(self, word: str) -> None:
        """Have it do something; returns once it is so."""
        assert self._process.stdin is not None, "Popen was asked for a pipe"
        print(word, file=self._process.stdin, flush=True)
        assert self._answer() == word

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()

    def _answer(self) -> str:
        assert self._process.stdout is not None, "Popen was asked for a pipe"
        return self._process.stdout.readline().strip()


def before_postgres(url: str) -> tuple[Proxy, str]:
    """A proxy before the Postgres of a URL with a Unix socket, and the URL by which it is reached."""
    parts = urlsplit(url)
    [folder] = parse_qs(parts.query)["host"]
    proxy = Proxy(Path(folder) / ".s.PGSQL.5432")
    return proxy, parts._replace(netloc=f"{parts.netloc}127.0.0.1:{proxy.port}", query="").geturl()


def before_redis(url: str) -> tuple[Proxy, str]:
    """The same for Redis."""
    proxy = Proxy(Path(urlsplit(url).path))
    return proxy, f"redis://127.0.0.1:{proxy.port}/0"


class _Connection:
    """A client's connection, and the one to the server that belongs to it."""

    def __init__(self, client: asyncio.StreamWriter, *, passes: bool) -> None:
        self.ends = [client]
        self.gate = asyncio.Event()
        if passes:
            self.gate.set()

    async def pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Carry what comes from one end to the other, while the gate is open."""
        while chunk := await source.read(_CHUNK_BYTES):
            await self.gate.wait()
            sink.write(chunk)
            await sink.drain()

    def reset(self) -> None:
        """End both connections, without a farewell."""
        for end in self.ends:
            where = end.get_extra_info("socket")
            if where.fileno() >= 0 and where.family == socket.AF_INET:
                where.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            end.transport.abort()


class _Listener:
    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self._connections: set[_Connection] = set()
        self._mode = "open"

    def obey(self, word: str) -> None:
        self._mode = word if word in ("cut", "silent") else "open"
        for connection in list(self._connections):
            if word == "cut":
                connection.reset()
            elif word == "silent":
                connection.gate.clear()
            elif word == "resume":
                connection.gate.set()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(writer, passes=self._mode == "open")
        self._connections.add(connection)
        try:
            if self._mode != "cut":
                await self._carry(connection, reader, writer)
        except OSError:
            pass  # one end is gone, which is told to the other below
        finally:
            self._connections.discard(connection)
            connection.reset()

    async def _carry(
        self, connection: _Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        back, forth = await asyncio.open_unix_connection(self._upstream)
        connection.ends.append(forth)
        pumps = [
            asyncio.create_task(connection.pump(source, sink))
            for source, sink in ((reader, forth), (back, writer))
        ]
        _, pending = await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pending:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)


async def _main(upstream: str) -> None:
    listener = _Listener(upstream)
    server = await asyncio.start_server(listener.serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    while word := (await loop.run_in_executor(None, sys.stdin.readline)).strip():
        listener.obey(word)
        print(word, flush=True)


if __name__ == "__main__":
    asyncio.run(_main(sys.argv[1]))
