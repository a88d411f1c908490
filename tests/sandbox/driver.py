"""Opens and uses boxes for the tests in a process of another user, told what to do by pickles on stdin."""

import pickle
import sys
import threading
from collections.abc import Sequence
from typing import Any

from judge import sandbox

PATIENCE_S = 60.0


def talk(
    box: sandbox.Box,
    argv: Sequence[str],
    limits: sandbox.Limits,
    lines: Sequence[tuple[bytes, bytes | None]] | None = None,
    **kwargs: Any,
) -> tuple[sandbox.Outcome, list[tuple[str, bytes]], list[bool]]:
    """Run a program live; return its outcome, what was told of it, and what each write to its feed returned.

    lines: what is said to it, each when the program has printed something, which may be nothing; None ends.
    """
    told: list[tuple[str, bytes]] = []
    written: list[bool] = []
    heard = threading.Condition()
    is_over = False
    feed = None if lines is None else sandbox.Feed()

    def printed(stream: str, data: bytes) -> None:
        with heard:
            told.append((stream, data))
            heard.notify_all()

    def say() -> None:
        assert feed
        for awaited, line in lines or ():
            with heard:
                heard.wait_for(lambda: is_over or awaited in b"".join(data for _, data in told), PATIENCE_S)  # noqa: B023
            if line is None:
                feed.end()
            else:
                written.append(feed.write(line, PATIENCE_S))

    speaker = threading.Thread(target=say)
    if feed:
        speaker.start()
    try:
        outcome = sandbox.run_live(box, argv, limits, printed, feed=feed, **kwargs)
    finally:
        with heard:
            is_over = True
            heard.notify_all()
        if feed:
            speaker.join()
    return outcome, told, written


def main() -> None:
    """Say that we are there; answer each (box number, method, args, kwargs) with (done, result or error)."""
    pickle.dump((True, None), sys.stdout.buffer)
    sys.stdout.buffer.flush()
    boxes = {}
    while True:
        try:
            number, method, args, kwargs = pickle.load(sys.stdin.buffer)
        except EOFError:
            break
        try:
            if method == "open":
                boxes[number] = sandbox.Box(*args, **kwargs)
                answer = (True, None)
            elif method == "pool":
                boxes[number] = sandbox.Pool(*args, **kwargs)
                answer = (True, None)
            elif method == "take":
                boxes[number] = boxes[args[0]].take(*args[1:])
                answer = (True, None)
            elif method == "interact":
                sides = [sandbox.Side(boxes[box], *rest) for box, *rest in args]
                answer = (True, sandbox.interact(*sides, **kwargs))
            elif method == "talk":
                answer = (True, talk(boxes[number], *args, **kwargs))
            elif method == "layers":
                answer = (True, sandbox.layers())
            else:
                found = getattr(boxes[number], method)
                answer = (True, found(*args, **kwargs) if callable(found) else found)
        except (sandbox.SandboxError, ValueError) as error:
            answer = (False, error)
        pickle.dump(answer, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    for box in reversed(boxes.values()):  # boxes before the pools they were taken from
        box.close()


if __name__ == "__main__":
    main()
