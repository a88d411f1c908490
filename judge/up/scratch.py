"""``python -m judge.up.scratch COMMAND``: run it against servers of its own, thrown away afterwards."""

import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from judge.config import Settings
from judge.up.account import database_account
from judge.up.home import open_home
from judge.up.servers import start_servers
from judge.up.supervisor import Supervisor

START_S = 60.0


def main(command: list[str]) -> int:
    """The command's exit code. Raises ConfigError, StartFailed."""
    folder = Path(tempfile.mkdtemp(prefix="judge-scratch-"))
    folder.chmod(0o755)  # so that the database's own user, where we are root, may pass through
    try:
        with ExitStack() as stack:
            account = database_account()
            home = open_home(folder / "home", account)
            stack.callback(home.close)
            folders = stack.enter_context(ExitStack())
            supervisor = stack.enter_context(Supervisor(home.folder("log"), _say))
            settings = Settings(database_url="", redis_url="")
            servers = start_servers(
                settings, home, account, supervisor, folders, _say, time.monotonic() + START_S
            )
            return subprocess.run(command, env=servers.environment(home), check=False).returncode
    finally:
        shutil.rmtree(folder)


def _say(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
