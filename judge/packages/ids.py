"""The ids of problems, which are the names of their packages' folders and stand in the paths of pages."""

import re

_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


def is_problem_id(text: str) -> bool:
    """Whether a text is up to 64 of a-z, 0-9 and inner hyphens; the format allows no hyphen."""
    return _ID.fullmatch(text) is not None
