"""Messages between the judge and a box: one JSON object a packet, with descriptors beside it."""

import json
import os
import struct
from _socket import CMSG_SPACE, MSG_CMSG_CLOEXEC, MSG_CTRUNC, MSG_TRUNC, SCM_RIGHTS, SOL_SOCKET
from _socket import socket as Socket
from collections.abc import Sequence
from typing import Any

MESSAGE_BYTES = 128 << 10
"""The largest message; what is longer (file contents) travels as a descriptor."""

MAX_DESCRIPTORS = 8

Message = dict[str, Any]


class Closed(Exception):
    """The other side is gone."""


class Malformed(Exception):
    """What came is not a message of this protocol."""


def encode(message: Message) -> bytes:
    """Return the packet of a message; ValueError when it is too long to be sent."""
    packet = json.dumps(message, separators=(",", ":")).encode()
    if len(packet) > MESSAGE_BYTES:
        raise ValueError(f"a message of {len(packet)} bytes is longer than {MESSAGE_BYTES}")
    return packet


def send(socket: Socket, packet: bytes, descriptors: Sequence[int] = ()) -> None:
    """Send one packet; the descriptors stay open here. Raises Closed."""
    rights = struct.pack(f"{len(descriptors)}i", *descriptors)
    try:
        socket.sendmsg([packet], [(SOL_SOCKET, SCM_RIGHTS, rights)] if rights else [])
    except (BrokenPipeError, ConnectionResetError) as error:
        raise Closed from error


def receive(socket: Socket) -> tuple[Message, list[int]]:
    """Wait for one message and return it with its descriptors, which are close-on-exec and the caller's.

    Raises Closed, or Malformed for anything that is not one whole JSON object.
    """
    try:
        packet, ancillary, flags, _ = socket.recvmsg(
            MESSAGE_BYTES, CMSG_SPACE(4 * MAX_DESCRIPTORS), MSG_CMSG_CLOEXEC
        )
    except ConnectionResetError as error:
        raise Closed from error
    descriptors: list[int] = []
    for level, kind, data in ancillary:
        if level == SOL_SOCKET and kind == SCM_RIGHTS:
            descriptors += struct.unpack(f"{len(data) // 4}i", data[: len(data) // 4 * 4])
    try:
        return decode(packet, flags), descriptors
    except (Closed, Malformed):
        for descriptor in descriptors:
            os.close(descriptor)
        raise


def decode(packet: bytes, flags: int = 0) -> Message:
    """Return the message of a packet. Raises Closed, Malformed."""
    if not packet:
        raise Closed
    if flags & (MSG_TRUNC | MSG_CTRUNC):
        raise Malformed("cut short")
    try:
        message = json.loads(packet)
    except ValueError as error:
        raise Malformed("not JSON") from error
    if not isinstance(message, dict):
        raise Malformed("not an object")
    return message
