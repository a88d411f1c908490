"""A WebSocket client that sends whatever bytes it is told to, and reads only when it is told to."""

import os
import socket
import struct
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
_HANDSHAKE = (
    "GET /ws HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


class RawSocket:
    """Use as a context manager."""

    def __init__(self, url: str, *, receive_buffer: int | None = None) -> None:
        address = urlsplit(url)
        self._socket = socket.socket()
        self._socket.settimeout(30)
        if receive_buffer is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.connect((address.hostname, address.port))
        self._socket.sendall(_HANDSHAKE.format(host=address.netloc).encode())
        self._stream = self._socket.makefile("rb")
        assert b" 101 " in self._stream.readline()
        while self._stream.readline() != b"\r\n":
            continue

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()
        self._socket.close()

    def fileno(self) -> int:
        """To be waited for; what was received with another frame is not seen by that."""
        return self._socket.fileno()

    def send(self, payload: bytes, opcode: int = TEXT, *, first: int = 0x80, masked: bool = True) -> None:
        """One frame; ``first`` are the upper bits of its first byte: FIN and the reserved ones."""
        size = len(payload)
        head = bytes([first | opcode])
        bit = 0x80 if masked else 0
        if size < 126:
            head += bytes([bit | size])
        elif size < 1 << 16:
            head += bytes([bit | 126]) + struct.pack("!H", size)
        else:
            head += bytes([bit | 127]) + struct.pack("!Q", size)
        mask = os.urandom(4) if masked else b""
        body = bytes(byte ^ mask[index % 4] for index, byte in enumerate(payload)) if masked else payload
        self._socket.sendall(head + mask + body)

    def receive(self) -> tuple[int, bytes]:
        """The next frame: opcode and payload. Raises EOFError once the server has closed."""
        head = self._stream.read(2)
        if len(head) < 2:
            raise EOFError
        size = head[1] & 0x7F
        if size == 126:
            [size] = struct.unpack("!H", self._stream.read(2))
        elif size == 127:
            [size] = struct.unpack("!Q", self._stream.read(8))
        return head[0] & 0x0F, self._stream.read(size)

    def close_code(self) -> int:
        """Read on until the server closes; its code."""
        while True:
            opcode, payload = self.receive()
            if opcode == CLOSE:
                code: int = struct.unpack("!H", payload[:2])[0]
                return code
