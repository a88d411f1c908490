"""What a webhook is sent of an event: pure."""

import json
from datetime import datetime
from typing import Any

from judge.config import settings
from judge.records import instant, storable


def body(type_: str, at: datetime, data: dict[str, Any]) -> str:
    """The message as it is sent; of one that is too long the longest parts are left out, and named."""
    message: dict[str, Any] = {"type": type_, "timestamp": instant(at), "data": data}
    parts: dict[str, Any] = data.get("data") or {}
    omitted: list[str] = []
    for name in sorted(parts, key=lambda name: len(_json(parts[name])), reverse=True):
        if len(_json(message)) <= settings().webhook_body_bytes:
            break
        parts, omitted = parts | {name: None}, [*omitted, name]
        message |= {"data": data | {"data": parts}, "omitted": omitted}
    return _json(message)


def _json(value: Any) -> str:
    return json.dumps(storable(value), separators=(",", ":"))
