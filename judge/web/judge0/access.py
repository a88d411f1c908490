"""Who may do what Judge0 keeps for those with its second token, sent as X-Auth-User: admins here."""

from http import HTTPStatus

from flask import request

from judge.config import settings
from judge.web.asking import account
from judge.web.credential import Credential
from judge.web.faults import Fault


def authorize() -> None:
    """Raises Fault (403) for whoever is no admin and shows no admin's token besides their own."""
    if settings().auth == "none":
        return
    shown = request.headers.get("X-Auth-User")
    asker = Credential("token", shown).account() if shown else account()
    if asker is None or not asker.is_admin:
        raise Fault(HTTPStatus.FORBIDDEN, "only admins may do this")
