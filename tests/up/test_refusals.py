"""What `judge up` refuses, and what it says when a start fails."""

import os
import socket
from pathlib import Path

import pytest

from judge.errors import ConfigError
from judge.up import sockets
from tests.up.conftest import Starter


@pytest.mark.parametrize("way", ["option", "environment"])
def test_a_port_that_was_asked_for_and_is_taken(start: Starter, way: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        judge = start("home", "--port", port) if way == "option" else start("home", PORT=port)
        assert judge.exit_code() == 1
    assert f"port {port} of 127.0.0.1 is taken" in judge.output
    assert judge.left() == []


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"JUDGE_BIND": "0.0.0.0"}, "JUDGE_AUTH is none"),
        ({"JUDGE_AUTH": "token"}, "needs SECRET_KEY"),
        ({"PORT": "many"}, "PORT"),
    ],
)
def test_settings_that_cannot_be(start: Starter, environment: dict[str, str], words: str) -> None:
    judge = start("home", **environment)
    assert judge.exit_code() == 1
    assert words in judge.output
    assert "Traceback" not in judge.output


@pytest.mark.parametrize("program", ["migrate", "web", "worker"])
def test_a_program_that_cannot_start(start: Starter, program: str) -> None:
    judge = start("home", "--port", "0", STANDIN_BROKEN=program)
    assert judge.exit_code() == 1
    assert f"judge up: {program} " in judge.output
    assert "this program is broken" in judge.output
    assert judge.left() == []


def test_a_home_that_others_can_write_to(start: Starter, place: Path) -> None:
    (place / "home").mkdir()
    if os.geteuid() == 0:
        os.chown(place / "home", place.stat().st_uid, place.stat().st_gid)
    (place / "home").chmod(0o777)
    judge = start("home")
    assert judge.exit_code() == 1
    assert "can be written to by others" in judge.output


@pytest.mark.parametrize("trap", ["link", "file", "open folder"])
def test_a_trap_in_the_place_of_the_sockets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trap: str
) -> None:
    monkeypatch.setattr(sockets, "_base", lambda: tmp_path)
    path = sockets.socket_folder(tmp_path / "home", "redis", "redis.sock", None)
    path.rmdir()
    if trap == "link":
        (tmp_path / "elsewhere").mkdir()
        path.symlink_to(tmp_path / "elsewhere")
    elif trap == "file":
        path.touch(0o600)
    else:
        path.mkdir()
        path.chmod(0o755)
    with pytest.raises(ConfigError, match="not a private folder of ours"):
        sockets.socket_folder(tmp_path / "home", "redis", "redis.sock", None)


def test_a_path_too_long_for_a_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sockets, "_base", lambda: tmp_path / ("x" * 100))
    with pytest.raises(ConfigError, match="too long"):
        sockets.socket_folder(tmp_path / "home", "redis", "redis.sock", None)
