"""What every answer tells browsers and caches of itself, unless its route knows better."""

from flask import Flask, Response


def register(app: Flask) -> None:
    """Add what is missing to every answer."""
    app.after_request(_add)


def _add(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    # Most answers are somebody's own. What has an ETag may be kept, and is asked for again before it is used.
    response.headers.setdefault("Cache-Control", "no-cache" if "ETag" in response.headers else "no-store")
    return response
