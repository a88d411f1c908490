"""Piston's API, version 2, over runs: each request is translated into one of ours, and its answer back.

Its errors have their own shape on every path below the prefix, and it takes JSON that is called text. Unknown
fields and parameters are left alone, as there, so none of its routes is described in our document.
"""

from http import HTTPStatus

from flask import Flask

from judge.web.faults import shape_below
from judge.web.piston import connecting, routes

PREFIX = "/piston/api/v2"


def register(app: Flask) -> None:
    """Serve it."""
    app.register_blueprint(routes.blueprint, url_prefix=PREFIX)
    connecting.register(app, f"{PREFIX}/connect")
    shape_below("/piston", _error)


def _error(status: HTTPStatus, detail: str) -> dict[str, str]:
    return {"message": detail}
