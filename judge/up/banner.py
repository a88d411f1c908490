"""What a person reads once the judge is up."""

import shlex
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from judge.languages import by_extension
from judge.up.binaries import bundled
from judge.up.postgres import NAME, PASSWORD_FILE, Cluster
from judge.up.redis import Server

EXAMPLE = "a-plus-b"


@dataclass(frozen=True)
class Banner:
    """The facts of one start; None where something of the kind was not started by us."""

    url: str
    flower_url: str | None
    home: Path
    database: Cluster | None
    redis: Server | None
    worker: dict[str, Any]
    languages: list[dict[str, Any]]
    problems: Path

    def __str__(self) -> str:
        rows = [("web", self.url), ("flower", self.flower_url), ("data", str(self.home))]
        if self.database is not None and not self.database.data.is_relative_to(self.home):
            rows.append(("", f"{self.database.data} (the database's own user cannot enter {self.home})"))
        rows += [("psql", self._psql()), ("redis", self._redis()), ("sandbox", self.worker["sandbox"])]
        rows += [("languages", ", ".join(map(language_line, self.languages)) or "none found")]
        lines = [f"  {key:<10} {value}" for key, value in rows if value]
        submit = submit_line(self.url, self.problems, self.languages)
        return "\n".join(
            ["", "The judge is up.", "", *lines, "", *submit, "Ctrl-C drains and stops all of it."]
        )

    def _psql(self) -> str | None:
        if self.database is None:
            return None
        environment = f"PGPASSFILE={shlex.quote(str(self.home / PASSWORD_FILE))}"
        psql = "psql" if shutil.which("psql") else shlex.quote(str(bundled().bin / "psql"))
        return f"{environment} {psql} -h {self.database.sockets} -U {NAME} {NAME}"

    def _redis(self) -> str | None:
        return None if self.redis is None else f"redis-cli -s {self.redis.socket}"


def language_line(language: dict[str, Any]) -> str:
    """Name and version of one language, the name once."""
    name, version = str(language.get("name") or language.get("id")), str(language.get("version") or "")
    return version if version.startswith(name) else f"{name} {version}".strip()


def submit_line(url: str, problems: Path, languages: list[dict[str, Any]]) -> Sequence[str]:
    """A `judge submit` to paste, of a sample in a language on offer; nothing where there is none."""
    offered = {language.get("id") for language in languages}
    folder = problems / EXAMPLE / "submissions" / "accepted"
    known = [(path, by_extension(path.name)) for path in sorted(folder.glob("*"))]
    files = [path for path, language in known if language and language.id in offered and path.is_file()]
    if not files:
        return []
    sample = min(files, key=lambda path: path.suffix != ".cpp")
    command = [_judge(), "submit", _short(sample), "--problem", EXAMPLE, "--url", url]
    return ["Try it from another terminal:", "", "  " + shlex.join(command), ""]


def _judge() -> str:
    """The command as it can be typed here: by its name where a shell would find this very one."""
    own = Path(sys.executable).with_name("judge")
    found = shutil.which("judge")
    return "judge" if found and Path(found) == own else _short(own)


def _short(path: Path) -> str:
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
