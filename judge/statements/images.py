"""Whether an image file is what its name says it is."""

from pathlib import PurePosixPath

from judge.statements.svg import svg_faults

_BEGINNINGS = {
    ".png": b"\x89PNG\r\n\x1a\n",
    ".jpg": b"\xff\xd8\xff",
    ".jpeg": b"\xff\xd8\xff",
    ".pdf": b"%PDF-",
}


def image_faults(name: str, content: bytes) -> list[str]:
    """Why an image is refused; empty where it may be served under its name's type."""
    suffix = PurePosixPath(name).suffix
    if suffix == ".svg":
        return svg_faults(content)
    if suffix not in _BEGINNINGS:
        return [f"{suffix or name} is no kind of image that statements may use"]
    return [] if content.startswith(_BEGINNINGS[suffix]) else [f"is no {suffix[1:]} file"]
