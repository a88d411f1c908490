"""What the started judge says about itself over HTTP."""

from types import ModuleType
from typing import Any

import requests

# Its socket listens before it serves, so a question waits until it does; not for long, because
# nobody looks after the other programs meanwhile.
TIMEOUT_S = 2.0


class Probe:
    """Asks the judge at ``url``; every answer may be None while it is not there yet."""

    def __init__(self, url: str, closed: bool) -> None:
        """With ``closed``, only holders of a token are told what is asked here; DATABASE_URL must be set."""
        self._url = url
        self._closed = closed
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy has no business between us and our own child

    def ready(self) -> bool | None:
        """True once /readyz answers 200."""
        return True if self._get("/readyz") is not None else None

    def worker(self, name: str) -> dict[str, Any] | None:
        """The entry of the worker ``name`` in the queue; it registers once its hello programs passed."""
        if self._closed:
            found = [worker.as_json() for worker in _tables().present()]
        else:
            found = (self._get("/api/v1/queue") or {}).get("workers", [])
        return next((entry for entry in found if entry.get("name") == name), None)

    def languages(self) -> list[dict[str, Any]]:
        """The languages on offer."""
        if self._closed:
            return list(_tables().languages())
        answer = self._get("/api/v1/languages") or {}
        items: list[dict[str, Any]] = answer.get("items", [])
        return items

    def _get(self, path: str) -> dict[str, Any] | None:
        try:
            response = self._session.get(self._url + path, timeout=TIMEOUT_S)
            return dict(response.json()) if response.status_code == 200 else None
        except (requests.RequestException, ValueError, TypeError):
            return None  # the web is starting, or was stopped in the middle of its answer


def _tables() -> ModuleType:
    from judge import workers  # which loads SQLAlchemy and reads DATABASE_URL

    return workers
