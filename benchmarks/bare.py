"""Programs run without a judge: the least that a run of them can cost."""

import os
import shutil
import sys
from collections.abc import Sequence

PATH = "/usr/local/bin:/usr/bin:/bin"


def output_of(
    argv: Sequence[str], *, stdin: str = os.devnull, content: bytes = b"", exit_code: int = 0
) -> bytes:
    """What a program prints whose input is a file, or some content in memory."""
    source = in_memory(content) if content else os.open(stdin, os.O_RDONLY | os.O_CLOEXEC)
    reader, writer = os.pipe2(os.O_CLOEXEC)
    process = started(argv, stdin=source, stdout=writer)
    os.close(source)
    os.close(writer)
    output = b""
    while chunk := os.read(reader, 1 << 16):
        output += chunk
    os.close(reader)
    ended(process, argv, exit_code)
    return output


def in_memory(content: bytes) -> int:
    """A file of that content, as a descriptor at its start."""
    file = os.memfd_create("content", os.MFD_CLOEXEC)
    os.write(file, content)
    os.lseek(file, 0, os.SEEK_SET)
    return file


def started(argv: Sequence[str], *, stdin: int, stdout: int) -> int:
    """Start it by vfork and exec; its process id.

    In a session of its own, as boxes are: on a busy machine the kernel shares processors out by sessions.
    """
    streams = [(os.POSIX_SPAWN_DUP2, stdin, 0), (os.POSIX_SPAWN_DUP2, stdout, 1)]
    program = shutil.which(argv[0], path=PATH) or argv[0]
    return os.posix_spawn(program, list(argv), {"PATH": PATH}, file_actions=streams, setsid=True)


def ended(process: int, argv: Sequence[str], exit_code: int = 0) -> None:
    """Wait for it; it must end with that code."""
    _, status = os.waitpid(process, 0)
    if os.waitstatus_to_exitcode(status) != exit_code:
        sys.exit(f"{argv} ended with {status}")
