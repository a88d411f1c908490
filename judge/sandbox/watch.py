"""What the attendant of runs waits for: descriptors, and what is done when one of them is ready."""

import select
from collections.abc import Callable


class Watch:
    """A poll that knows who is to be called."""

    def __init__(self) -> None:
        self._poll = select.poll()
        self._handlers: dict[int, Callable[[], None]] = {}

    def expect(self, descriptor: int, events: int, handler: Callable[[], None]) -> None:
        """Call the handler whenever one of the events is there; in place of what was expected of it."""
        self._poll.register(descriptor, events)
        self._handlers[descriptor] = handler

    def forget(self, descriptor: int) -> None:
        """Expect nothing of it any more, if anything was."""
        if self._handlers.pop(descriptor, None):
            self._poll.unregister(descriptor)

    def wait(self, seconds: float) -> bool:
        """Call the handlers of all that is ready, within that time; whether anything was."""
        ready = self._poll.poll(seconds * 1000)
        for descriptor, _ in ready:
            handler = self._handlers.get(descriptor)
            if handler:  # one that was called before it may have forgotten it
                handler()
        return bool(ready)
