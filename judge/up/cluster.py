"""The embedded PostgreSQL's data: where it lies, how it is made once, and what makes it usable again."""

import os
import secrets
import shutil
import subprocess
from pathlib import Path

from judge.errors import ConfigError
from judge.up.account import Account, has_name, named_uid
from judge.up.binaries import MAJOR, Binaries, binaries_for
from judge.up.home import Home
from judge.up.kernel import appear_as
from judge.up.postgres import NAME, PASSWORD_FILE, PASSWORD_FORM, Cluster

ELSEWHERE = Path("/var/lib")


def data_folder(home: Home, account: Account | None) -> Path:
    """Where the cluster lies or will lie: in ``home``, or where ``account`` cannot enter that, elsewhere.

    A link in ``home`` leads there then, so that a home that is moved keeps its data.
    """
    link = home.path / "postgres"
    if account is not None and not link.is_symlink() and not account.can_enter(home.path):
        ground = ELSEWHERE / f"judge-{secrets.token_hex(4)}"
        ground.mkdir(mode=0o700)
        os.chown(ground, -1, account.gid)
        ground.chmod(0o710)
        link.symlink_to(ground / "postgres")
    return link.readlink() if link.is_symlink() else link


def open_cluster(home: Home, data: Path, sockets: Path, account: Account | None) -> Cluster:
    """The cluster in ``data``, made where there is none yet (0.6 s).

    Raises ConfigError where it cannot be made, or is not one that we can run.
    """
    binaries = binaries_for(account, data.parent)
    if not data.exists():
        password = home.secret(PASSWORD_FILE, PASSWORD_FORM)
        _initdb(data, binaries, password, account)
    elif not (home.path / PASSWORD_FILE).exists():
        raise ConfigError(f"{home.path / PASSWORD_FILE}, the password of the database in {data}, is missing")
    found = (data / "PG_VERSION").read_text().strip()
    if found != str(MAJOR):
        raise ConfigError(
            f"{data} was written by PostgreSQL {found}, and this is {MAJOR}: pg_dump it with the version "
            "of the judge that made it, then start with an empty JUDGE_HOME and restore"
        )
    # The caller has seen to it that no process works in there. Its number may be another's by now,
    # and PostgreSQL would take that one for a running server.
    (data / "postmaster.pid").unlink(missing_ok=True)
    password = home.secret(PASSWORD_FILE, PASSWORD_FORM)
    return Cluster(data, binaries, password, sockets, account)


def _initdb(data: Path, binaries: Binaries, password: str, account: Account | None) -> None:
    """Make the cluster beside its place, then move it there: half a cluster never stands at ``data``."""
    staging = data.with_name("postgres.new")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    pwfile = staging / "password"
    pwfile.write_text(password + "\n")
    pwfile.chmod(0o600)
    # initdb wants a user with a name. As root we lend it one; the group is the database's own, which may
    # enter this folder. Others without a name go by one for as long as it takes.
    maker = None if account is None else named_uid()
    nameless = account is None and not has_name(os.geteuid())
    if maker is not None:
        os.chown(staging, maker, -1)
        os.chown(pwfile, maker, -1)
    done = subprocess.run(
        [
            binaries.initdb,
            "-D",
            str(staging / "data"),
            "-U",
            NAME,
            "--pwfile",
            str(pwfile),
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--data-checksums",
            # Text sorts and folds alike on every machine, whatever its C library thinks.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        ],
        user=maker,
        group=None if account is None else account.gid,
        extra_groups=None if account is None else [],
        cwd="/",
        env={"PATH": os.environ.get("PATH", os.defpath)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        start_new_session=True,
        preexec_fn=appear_as(named_uid()) if nameless else None,
    )
    if done.returncode != 0:
        raise ConfigError(f"PostgreSQL cannot make its cluster: {done.stderr.strip() or done.stdout.strip()}")
    if account is not None:
        for folder, _, files in os.walk(staging / "data"):
            for path in (folder, *(os.path.join(folder, name) for name in files)):
                os.chown(path, account.uid, account.gid, follow_symlinks=False)
    (staging / "data").rename(data)
    shutil.rmtree(staging)
