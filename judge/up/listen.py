"""The web's listening socket, bound here and handed over: no port is looked up twice, none is lost."""

import errno
import socket

from judge.errors import ConfigError

BACKLOG = 2048
PORTS_TRIED = 100


def listen(address: str, port: int, asked_for: bool) -> socket.socket:
    """Listen on ``port`` of ``address``; 0 is a free one. One that nobody asked for may be the next free.

    While the web restarts, callers wait in this socket's queue instead of being refused.
    Raises ConfigError where it cannot be had.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for candidate in range(port, port + (1 if asked_for or port == 0 else PORTS_TRIED)):
        try:
            return socket.create_server((address, candidate), family=family, backlog=BACKLOG)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise ConfigError(f"cannot listen on {address} port {candidate}: {error.strerror}") from error
    if asked_for:
        raise ConfigError(f"port {port} of {address} is taken: stop what uses it, or give another port")
    raise ConfigError(
        f"ports {port} to {port + PORTS_TRIED - 1} of {address} are all taken: give another one"
    )


def free_port() -> int:
    """A port of the loopback that is free now, for a program that insists on binding it itself."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def base_url(listener: socket.socket) -> str:
    """The URL under which this machine reaches ``listener``."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  compared, not bound
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
