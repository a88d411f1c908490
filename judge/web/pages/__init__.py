"""The pages that people see: HTML made here, which works without script and is livelier with it.

A page is read from the same modules as its route of the API. Its scripts, ``judge/web/assets/page``, are sent
as they are written; the editor that they fetch was made of others' packages (``judge/web/assets/build``), and
where it was not, a plain text area stays.
"""

from flask import Blueprint, Flask

from judge.web.pages import (
    assets,
    authoring,
    errors,
    frame,
    operations,
    people,
    problems,
    rejudging,
    signing_in,
    submissions,
)

blueprint = Blueprint("pages", __name__, template_folder="templates")
for part in (assets, problems, submissions, people, signing_in, authoring, rejudging, operations):
    blueprint.register_blueprint(part.blueprint)


def register(app: Flask) -> None:
    """Serve the pages, and errors as pages to whoever reads them."""
    app.register_blueprint(blueprint)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    frame.register(app)
    errors.register(app)
