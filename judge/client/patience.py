"""How long a server that does not answer is asked again."""

import time

from judge.client.errors import ClientError

_PAUSE_S = (0.2, 2.0)


class Patience:
    """Runs out when nothing has come for ``seconds``; whatever comes renews it."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.renew()

    def renew(self) -> None:
        """Something has come."""
        self._until: float | None = None
        self._pause_s = _PAUSE_S[0]

    def wait(self, error: ClientError, at_least_s: float = 0.0) -> None:
        """Pause before the next try, ``at_least_s`` where the server says when; or raise what went wrong."""
        now = time.monotonic()
        # It is counted from the first failure: before it, the server may have been silent for good reason.
        self._until = now + self._seconds if self._until is None else self._until
        pause_s = max(self._pause_s, at_least_s)
        if now + pause_s > self._until:
            raise error
        time.sleep(pause_s)
        self._pause_s = min(2 * self._pause_s, _PAUSE_S[1])
