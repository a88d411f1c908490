"""`judge doctor`: what is there, what is missing, and the mend for each that is."""

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click
import redis
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

import judge
from judge import queue, redis_checks, schema
from judge.config import settings
from judge.db import transaction
from judge.errors import ConfigError, QueueUnavailable
from judge.judging import SandboxError, layers
from judge.judging.toolchains import NotProven, found, missing, proven_anew, wanted

_LEAST_DISK_BYTES = 1 << 30


@dataclass(frozen=True)
class Check:
    """One line: ``ok`` is None where something is weaker than it could be, and no error."""

    name: str
    ok: bool | None
    detail: str
    mend: str = ""


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def doctor(as_json: bool) -> None:
    """Check Python, database, Redis, sandbox, languages and disk; exit code 1 where one fails."""
    failed = False
    rows = []
    for check in _checks():
        failed |= check.ok is False
        if as_json:
            rows.append(asdict(check))
            continue
        mark = {True: "ok  ", None: "weak", False: "FAIL"}[check.ok]
        click.echo(f"{mark}  {check.name}: {check.detail}")
        if check.ok is not True and check.mend:
            click.echo(f"      mend: {check.mend}")
    if as_json:
        click.echo(json.dumps({"ok": not failed, "checks": rows}, indent=1))
    sys.exit(1 if failed else 0)


def _checks() -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    yield Check("python", sys.version_info >= (3, 11), version, "install Python 3.11 or newer")
    yield from _database()
    yield from _redis()
    yield from _broker()
    isolated = True
    for layer in layers():
        isolated &= layer.ok or not layer.needed
        ok = layer.ok or (False if layer.needed else None)
        yield Check(f"sandbox: {layer.name}", ok, layer.detail, layer.mend)
    if isolated:
        yield from _languages()
    yield _page()
    yield _disk()


def _database() -> Iterator[Check]:
    try:
        with transaction() as session:
            version = session.scalar(text("SHOW server_version"))
        yield Check("database", True, f"PostgreSQL {version}")
        yield Check("migrations", schema.is_current(), f"head is {schema.head()}", "run `judge migrate`")
    except ConfigError as error:
        yield Check("database", False, str(error), "`judge up` here, or set DATABASE_URL")
    except OperationalError as error:
        yield Check("database", False, str(error.orig), "start PostgreSQL, or correct DATABASE_URL")


def _redis() -> Iterator[Check]:
    if not settings().redis_url:
        yield Check("redis", False, "REDIS_URL is not set", "`judge up` here, or set REDIS_URL")
    for use in redis_checks.uses():
        name = "redis" if use.variable == "REDIS_URL" else "broker"
        try:
            found = redis_checks.findings(use)
        except redis.RedisError as error:
            yield Check(name, False, str(error), f"start Redis, or correct {use.variable}")
            continue
        yield Check(name, True, "keeps the queue" if use.keeps_queue else "keeps caches alone")
        for one in found:
            yield Check(f"{name}: {one.name}", one.ok, one.detail, one.mend)


def _broker() -> Iterator[Check]:
    if not settings().celery_broker_url:
        return
    try:
        found = queue.found_broker()
        if not found.is_redis:  # which was looked at above
            waiting = queue.depth_of(queue.UPKEEP)
            yield Check("broker", True, f"{found.kind} answers; {waiting} messages of upkeep wait")
    except ConfigError as error:
        yield Check("broker", False, str(error), "correct CELERY_BROKER_URL and JUDGE_BROKER_OPTIONS")
    except QueueUnavailable as error:
        yield Check("broker", False, str(error), "start the broker, or correct CELERY_BROKER_URL")


def _languages() -> Iterator[Check]:
    try:
        proofs = dict(zip((language.id for language in found()), proven_anew(), strict=True))
    except SandboxError as error:
        yield Check("languages", False, str(error), error.mend)
        return
    for language in wanted():
        name, proof = f"language: {language.id}", proofs.get(language.id)
        install = f"apt-get install {' '.join(language.packages)}"
        if proof is None:
            lacking = ", ".join(missing(language))
            yield Check(name, None, f"not offered: {lacking} not found", f"{install}, if it is wanted")
        elif isinstance(proof, NotProven):
            yield Check(name, False, str(proof), install.replace("install", "install --reinstall", 1))
        else:
            yield Check(name, True, f"hello came out; {proof.version}")


def _page() -> Check:
    built = (Path(judge.__file__).parent / "web/assets/built/editor.js").is_file()
    detail = "its editor is there" if built else "a plain text area, for its editor was not made"
    return Check("page", built or None, detail, "`make up` makes it where npm's registry is reached")


def _disk() -> Check:
    home = settings().home if settings().home.exists() else settings().home.absolute().parent
    free = shutil.disk_usage(home).free
    return Check("disk", free > _LEAST_DISK_BYTES, f"{free // 2**20} MiB free at {home}", "make room")
