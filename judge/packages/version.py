"""The versions of the format, and what each calls its folders."""

from enum import StrEnum
from typing import Any


class Version(StrEnum):
    """https://www.kattis.com/problem-package-format/spec/<version>."""

    LEGACY = "legacy"
    DRAFT = "2023-07-draft"
    CURRENT = "2025-09"

    @property
    def statement_folder(self) -> str:
        """Where the statements are."""
        return "problem_statement" if self is Version.LEGACY else "statement"

    @property
    def validator_folder(self) -> str:
        """Where the output validator is; in legacy packages there may be several."""
        return "output_validators" if self is Version.LEGACY else "output_validator"

    @property
    def is_strict(self) -> bool:
        """Whether what the format does not know is a fault: older packages were never held to it."""
        return self is Version.CURRENT


_SPELLINGS = {
    None: Version.LEGACY,
    "legacy": Version.LEGACY,
    "legacy-icpc": Version.LEGACY,
    "2023-07": Version.DRAFT,
    "2023-07-draft": Version.DRAFT,
    "2025-09": Version.CURRENT,
}


def version_of(spelt: Any) -> Version:
    """The version that ``problem_format_version`` names. Raises ValueError."""
    if spelt is None or isinstance(spelt, str):
        found = _SPELLINGS.get(spelt)
        if found:
            return found
    known = ", ".join(spelling for spelling in _SPELLINGS if spelling)
    raise ValueError(f"problem_format_version: {spelt!r} is not known here; known are {known}")
