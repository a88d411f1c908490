"""What pages are made of beside their HTML: the stylesheet, the scripts, the editor where it was built."""

import gzip
import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, request, url_for

from judge.errors import NotFound

blueprint = Blueprint("assets", __name__)

FOLDER = Path(__file__).parent.parent / "assets"
EDITOR = "built/editor.js"
_SERVED = ("page/*.js", "page/*.css", "page/*.svg", "built/*.js")
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_FOR_GOOD = "public, max-age=31536000, immutable"


@blueprint.get("/assets/<digest>/<path:name>")
def file(digest: str, name: str) -> Response:
    """A file, to be kept for good: where one changes, all have another address."""
    content = _packed().get(name)
    if content is None:
        raise NotFound(f"there is no asset {name!r}")
    packed = request.accept_encodings["gzip"] > 0
    kind = f"{_TYPES[Path(name).suffix]}; charset=utf-8"
    response = Response(content if packed else gzip.decompress(content), content_type=kind)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    # A page from before an upgrade asks for what was; it gets what is, this once.
    response.headers["Cache-Control"] = _FOR_GOOD if digest == _digest() else "no-cache"
    return response


def asset(name: str) -> str:
    """The address of a file."""
    return url_for("pages.assets.file", digest=_digest(), name=name)


def has_editor() -> bool:
    """Whether the editor was built."""
    return EDITOR in _packed()


@cache
def _packed() -> dict[str, bytes]:
    """Every file by its name, compressed, as it was when the process began."""
    paths = sorted(path for pattern in _SERVED for path in FOLDER.glob(pattern))
    return {
        str(path.relative_to(FOLDER)): gzip.compress(path.read_bytes(), compresslevel=9, mtime=0)
        for path in paths
    }


@cache
def _digest() -> str:
    digest = hashlib.sha256()
    for name, content in _packed().items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]
