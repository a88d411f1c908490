"""Packets between the judge and a box: rows of numbers and strings, the counterpart of agent/packet.c."""

import os
import struct
from _socket import CMSG_SPACE, MSG_CMSG_CLOEXEC, MSG_CTRUNC, MSG_TRUNC, SCM_RIGHTS, SOL_SOCKET
from _socket import socket as Socket
from collections.abc import Sequence

PACKET_BYTES = 128 << 10
"""The largest packet; what is longer (file contents) travels as a descriptor."""

MOST_DESCRIPTORS = 8
_ANSWER_BYTES = 1024
_NUMBER = struct.Struct("=q")

Field = int | str | bytes


class Closed(Exception):
    """The other side is gone."""


class Failed(Exception):
    """The other side could not do what was asked, and has ended; ``layer`` and ``reason`` say why."""

    def __init__(self, layer: str, reason: str) -> None:
        self.layer = layer
        self.reason = reason
        super().__init__(layer, reason)


def pack(*fields: Field) -> bytes:
    """Return the packet of these fields."""
    parts = []
    for field in fields:
        if isinstance(field, int):
            parts.append(_NUMBER.pack(field))
        else:
            string = os.fsencode(field) if isinstance(field, str) else field
            parts += [_NUMBER.pack(len(string)), string, b"\0"]
    return b"".join(parts)


def send(socket: Socket, packet: bytes, descriptors: Sequence[int] = ()) -> None:
    """Send one packet; the descriptors stay open here. Raises Closed, and ValueError when it is too long."""
    if len(packet) > PACKET_BYTES:
        raise ValueError(f"a packet of {len(packet)} bytes is longer than {PACKET_BYTES}")
    rights = struct.pack(f"{len(descriptors)}i", *descriptors)
    try:
        socket.sendmsg([packet], [(SOL_SOCKET, SCM_RIGHTS, rights)] if rights else [])
    except (BrokenPipeError, ConnectionResetError) as error:
        raise Closed from error


def receive(socket: Socket) -> tuple[tuple[int, ...], list[int]]:
    """Wait for one answer; return its numbers, and its descriptors, close-on-exec and the caller's.

    Raises Closed, Failed, and OSError for what is no answer.
    """
    try:
        packet, ancillary, flags, _ = socket.recvmsg(
            _ANSWER_BYTES, CMSG_SPACE(4 * MOST_DESCRIPTORS), MSG_CMSG_CLOEXEC
        )
    except ConnectionResetError as error:
        raise Closed from error
    if not packet:
        raise Closed
    descriptors: list[int] = []
    for level, kind, data in ancillary:
        if level == SOL_SOCKET and kind == SCM_RIGHTS:
            descriptors += struct.unpack(f"{len(data) // 4}i", data[: len(data) // 4 * 4])
    try:
        return _numbers(packet, flags), descriptors
    except BaseException:
        for descriptor in descriptors:
            os.close(descriptor)
        raise


def _numbers(packet: bytes, flags: int) -> tuple[int, ...]:
    if flags & (MSG_TRUNC | MSG_CTRUNC) or len(packet) < _NUMBER.size:
        raise OSError("an answer was cut short")
    if _NUMBER.unpack_from(packet)[0]:
        raise Failed(*_strings(packet[_NUMBER.size :]))
    if len(packet) % _NUMBER.size:
        raise OSError("an answer is not a row of numbers")
    return struct.unpack(f"={len(packet) // _NUMBER.size - 1}q", packet[_NUMBER.size :])


def _strings(packet: bytes) -> tuple[str, str]:
    length = _NUMBER.unpack_from(packet)[0]
    layer, reason = packet[_NUMBER.size :][:length], packet[2 * _NUMBER.size + length + 1 : -1]
    return layer.decode(errors="replace"), reason.decode(errors="replace")
