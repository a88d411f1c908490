"""The judge that `judge up` runs in this folder: other commands find its addresses by themselves."""

import json
import os
from pathlib import Path
from typing import Any

FILE = "running.json"
adopted: set[str] = set()
"""Variables of this process that the running judge has given, not its environment."""
_URLS = {"database_url": "DATABASE_URL", "redis_url": "REDIS_URL"}


def running() -> dict[str, Any]:
    """What `judge up` has written into JUDGE_HOME, empty where it does not run."""
    home = Path(os.environ.get("JUDGE_HOME", ".judge"))
    try:
        told: dict[str, Any] = json.loads((home / FILE).read_text())
    except (FileNotFoundError, PermissionError):
        return {}
    return told


def adopt() -> None:
    """Take the addresses of the embedded servers for this process, unless the environment names some."""
    told = running()
    for key, variable in _URLS.items():
        if told.get(key) and variable not in os.environ:
            adopted.add(variable)
            os.environ[variable] = told[key]


def server_url() -> str:
    """Where the running judge answers."""
    return str(running().get("url") or f"http://127.0.0.1:{os.environ.get('PORT', '8000')}")
