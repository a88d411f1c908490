"""Opens and uses boxes for the tests in a process of another user, told what to do by pickles on stdin."""

import pickle
import sys

from judge import sandbox


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
                boxes[number] = boxes[args[0]].take()
                answer = (True, None)
            elif method == "interact":
                sides = [sandbox.Side(boxes[box], *rest) for box, *rest in args]
                answer = (True, sandbox.interact(*sides, **kwargs))
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
