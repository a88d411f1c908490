"""A Flask application that does nothing: what any request costs under our gunicorn."""

from flask import Flask


def create_app() -> Flask:
    """202 to every POST of JSON."""
    app = Flask(__name__)
    app.post("/")(lambda: ({}, 202))
    return app
