"""Requests to a judge, sent again where that is safe and may help."""

from typing import Any

import requests

from judge.client.errors import JudgeHTTPError, NoJudge, Unreachable
from judge.client.patience import Patience

_CONNECT_S, _READ_S = 5.0, 60.0
_PASSING = (502, 503, 504)
"""Statuses of a server that restarts or is full."""


class Connection:
    """Where a judge is, and how its client is known there. Not to be shared by threads."""

    def __init__(self, url: str, token: str | None, patience_s: float) -> None:
        self.url = url.rstrip("/")
        self.token = token
        self.patience_s = patience_s
        self._session = requests.Session()
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def json(self, method: str, path: str, **arguments: Any) -> Any:
        """The JSON of an answer. Raises JudgeHTTPError, Unreachable, NoJudge."""
        response = self.send(method, path, patience=Patience(self.patience_s), **arguments)
        body = _json(response)
        if body is None:
            raise NoJudge(f"{self.url} does not answer as a judge does: that is no JSON")
        return body

    def send(
        self,
        method: str,
        path: str,
        *,
        patience: Patience,
        headers: dict[str, str] | None = None,
        read_s: float = _READ_S,
        **arguments: Any,
    ) -> requests.Response:
        """An answer that is no error, within some patience. Raises as ``json`` does."""
        if method == "POST" and "Idempotency-Key" not in (headers or {}):
            patience = Patience(0.0)  # what was done already would be done again
        while True:
            try:
                response = self._session.request(
                    method,
                    f"{self.url}/api/v1{path}",
                    headers=headers,
                    timeout=(_CONNECT_S, read_s),
                    **arguments,
                )
            except (
                requests.ConnectionError,
                requests.Timeout,
                requests.exceptions.ChunkedEncodingError,
            ) as lost:
                patience.wait(self.unreachable(lost))
            except requests.RequestException as error:
                raise NoJudge(f"{self.url} does not answer as a judge does: {error}") from error
            else:
                if response.ok:
                    return response
                failure = _failure(response)
                if response.status_code not in _PASSING and failure.retry_after_s is None:
                    raise failure
                patience.wait(failure, failure.retry_after_s or 0.0)
            if hasattr(arguments.get("data"), "seek"):
                arguments["data"].seek(0)

    def unreachable(self, error: Exception) -> Unreachable:
        """The error for a connection that could not be made, or was lost."""
        unreachable = Unreachable(f"nothing answers at {self.url}; `judge up` starts a judge")
        unreachable.__cause__ = error
        return unreachable

    def close(self) -> None:
        """Let the connections go."""
        self._session.close()


def _failure(response: requests.Response) -> JudgeHTTPError:
    body = _json(response)
    problem = body if isinstance(body, dict) else {}
    retry_after = response.headers.get("Retry-After", "")
    return JudgeHTTPError(
        response.status_code,
        problem.get("detail") or response.reason,
        errors=problem.get("errors") or [],
        request_id=response.headers.get("X-Request-ID") or problem.get("request_id"),
        retry_after_s=float(retry_after) if retry_after.isdecimal() else None,
    )


def _json(response: requests.Response) -> Any:
    if "json" not in response.headers.get("Content-Type", ""):
        return None
    try:
        return response.json()
    except (ValueError, requests.RequestException):
        return None
