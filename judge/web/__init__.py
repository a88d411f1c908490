"""The HTTP and WebSocket edge: requests are checked here, or never again. It cannot start a program."""

from judge.web.app import create_app

__all__ = ["create_app"]
