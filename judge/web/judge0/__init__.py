"""Judge0's API over runs: each request is translated into one of ours, and its answer back.

Its errors have their own shape on every path below the prefix, and it takes JSON whatever it is said to be;
what cannot be honoured is refused. Unknown fields and parameters are left alone, as there, so none of its
routes is described in our document. The words for results are in ``judge.judge0``, for callers from outside.
"""

from flask import Flask

from judge.web.faults import shape_below
from judge.web.judge0 import about, answers, submissions

PREFIX = "/judge0"


def register(app: Flask) -> None:
    """Serve it."""
    for part in (submissions, about):
        app.register_blueprint(part.blueprint, url_prefix=PREFIX)
    shape_below(PREFIX, answers.error)
