"""The header Idempotency-Key: a request that comes again is answered as it was the first time."""

import re
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, request
from sqlalchemy.orm import Session

from judge import idempotency
from judge.idempotency import Answer, Key, KeyInFlight, KeyReused
from judge.web.faults import Fault, answer

_KEY = re.compile(r'"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([\x21\x23-\x7e]{1,255})')
_KEPT_HEADERS = ("Location",)


def register(app: Flask) -> None:
    """Tell what is wrong with a key as the draft says."""

    @app.errorhandler(KeyReused)
    def reused(error: KeyReused) -> Response:
        return answer(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))

    @app.errorhandler(KeyInFlight)
    def in_flight(error: KeyInFlight) -> Response:
        return answer(HTTPStatus.CONFLICT, str(error), headers={"Retry-After": "1"})


def check_key() -> re.Match[str] | None:
    """The key as it was sent, or None without. Raises Fault (400)."""
    sent = request.headers.get("Idempotency-Key")
    if sent is None:
        return None
    found = _KEY.fullmatch(sent.strip())
    if found is None:
        raise Fault(HTTPStatus.BAD_REQUEST, "Idempotency-Key: give 1 to 255 characters of ASCII, as a UUID")
    return found


def key_of(caller: str, body: Any) -> Key | None:
    """The key that came with this request, a string of RFC 9651 or the bare text of one; None without.

    Raises Fault (400).
    """
    found = check_key()
    if found is None:
        return None
    assert request.url_rule is not None, "a route has been found"
    route = f"{request.method} {request.url_rule.rule}"
    return Key(caller, route, found.group(1) or found.group(2), idempotency.fingerprint(body))


def replayed(key: Key | None) -> Response | None:
    """The answer that a request with this key was given, or None. Raises KeyReused."""
    kept = idempotency.find(key) if key else None
    if kept is None:
        return None
    response = Response(kept.body, kept.status, kept.headers, content_type="application/json")
    response.headers["Idempotent-Replayed"] = "true"
    return response


def remember(session: Session, key: Key | None, response: Response) -> None:
    """Keep the answer in the transaction of what it tells of. Raises KeyInFlight."""
    if key:
        idempotency.keep(session, key, _answer(response))


def amend(key: Key | None, response: Response) -> None:
    """Keep the answer that was given after a wait in the place of the one before it."""
    if key:
        idempotency.amend(key, _answer(response))


def _answer(response: Response) -> Answer:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return Answer(response.status_code, response.get_data(as_text=True), headers)
