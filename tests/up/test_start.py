"""`judge up` starts, says what it has, keeps its data, and leaves nothing behind."""

import json
import stat
from pathlib import Path

import psutil

from judge.up.leftovers import of_home
from tests.up.conftest import Starter, answers


def mode(path: Path) -> int:
    """Permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


def test_starts_says_everything_and_stops_clean(start: Starter, place: Path) -> None:
    judge = start("home", "--port", "0", "--ready-file", str(place / "ready"), "--flower")
    url = judge.banner()
    until_ready = json.loads((place / "ready").read_text()) if (place / "ready").exists() else None
    assert answers(url)
    for words in ("flower     http://127.0.0.1:", str(judge.home), "sandbox    stand-in", "C++ g++ 12"):
        assert words in judge.output
    assert "judge submit" in judge.output
    with judge.redis() as client:
        assert client.config_get("appendonly", "appendfsync", "maxmemory-policy", "port") == {
            "appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction", "port": "0",
        }  # fmt: skip
        sockets = Path(client.connection_pool.connection_kwargs["path"]).parent
    connection = judge.database()
    with connection.cursor() as cursor:
        cursor.execute("SHOW fsync")
        assert cursor.fetchone() == ("on",)
        cursor.execute("SHOW listen_addresses")
        assert cursor.fetchone() == ("",)
        folder = Path(connection.info.host)
    connection.close()
    assert mode(sockets) == mode(folder) == 0o700
    assert mode(judge.home) & 0o027 == 0
    assert all(not mode(path) & 0o077 for path in judge.home.iterdir())

    assert judge.stop() == 0
    assert judge.left() == []
    assert not sockets.exists()
    assert not folder.exists()
    assert (judge.home / "lock").read_bytes() == b""
    until_ready = until_ready or json.loads((place / "ready").read_text())
    assert until_ready == {"url": url, "pid": judge.process.pid}


def test_a_second_start_finds_its_data_again(start: Starter) -> None:
    first = start("home", "--port", "0")
    first.banner()
    first.redis().set("kept", "yes")
    assert first.stop() == 0
    secrets = [(first.home / name).read_text() for name in ("pgpass", "secret_key")]

    second = start("home", "--port", "0")
    second.banner()
    assert second.redis().get("kept") == b"yes"
    with second.database() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM migrations")
        assert cursor.fetchone() == (2,)
    connection.close()
    assert secrets == [(first.home / name).read_text() for name in ("pgpass", "secret_key")]
    assert second.stop() == 0


def test_the_same_home_twice_says_who_holds_it(start: Starter) -> None:
    first = start("home", "--port", "0")
    url = first.banner()
    second = start("home", "--port", "0")
    assert second.exit_code() == 1
    assert f"in use by process {first.process.pid} ({url})" in second.output
    assert answers(url)
    assert first.stop() == 0


def test_two_homes_do_not_disturb_each_other(start: Starter) -> None:
    one, other = start("one"), start("other")
    urls = {one.banner(), other.banner()}
    assert len(urls) == 2
    assert "is taken, using" in one.output + other.output
    assert other.stop() == 0
    assert all(answers(url) for url in {one.banner()})
    assert one.stop() == 0


def test_servers_of_the_environment_replace_the_embedded_ones(start: Starter) -> None:
    one = start("one", "--port", "0")
    one.banner()
    password = (one.home / "pgpass").read_text().strip().rpartition(":")[2]
    host = one.wait_for(r"psql -h (\S+)")[1]
    path = one.wait_for(r"redis-cli -s (\S+)")[1]
    other = start(
        "other", "--port", "0",
        DATABASE_URL=f"postgresql+psycopg2://judge:{password}@/judge?host={host}",
        REDIS_URL=f"unix://{path}?db=0",
    )  # fmt: skip
    other.banner()
    assert "psql" not in other.output
    assert "redis-cli" not in other.output
    assert not (other.home / "postgres").exists()
    assert not (other.home / "redis").exists()
    assert other.stop() == 0
    assert one.stop() == 0
    assert of_home(other.home, other.home / "postgres") == []


def test_only_the_web_listens_on_the_network(start: Starter) -> None:
    judge = start("home", "--port", "0")
    url = judge.banner()
    addresses = {
        f"{connection.laddr.ip}:{connection.laddr.port}"
        for pid in [judge.process.pid, *judge.left()]
        for connection in psutil.Process(pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert addresses == {url.removeprefix("http://")}
    assert judge.stop() == 0
