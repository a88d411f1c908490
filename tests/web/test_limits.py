"""How much one may ask for, and that nobody is refused for the sake of a Redis that is away."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from judge import accounts
from judge.accounts import passwords, tokens
from judge.accounts.scopes import Role
from judge.config import Settings
from tests.conftest import Running
from tests.servers import NO_LIMITS, Servers, new_language, new_problem
from tests.web.conftest import web_alone
from tests.web.test_refusals import refused

TOKENS = {"JUDGE_AUTH": "token", "SECRET_KEY": "only for these tests", **NO_LIMITS}
BODY = {"problem_id": "echo", "language": "python3", "code": "print(input())"}


@pytest.fixture
def problem(clean: Servers, tmp_path: Path) -> Servers:
    """Something to submit to."""
    new_problem(tmp_path)
    new_language()
    return clean


class Asker:
    """Somebody with a token."""

    def __init__(self, web: Running, name: str, role: Role = "user") -> None:
        accounts.add(name, role)
        self._web, self._token = web, tokens.new(name)[0]

    def __call__(self, method: str, path: str, **arguments: object) -> requests.Response:
        headers = {"Authorization": f"Bearer {self._token}"}
        return self._web.request(method, path, headers=headers, **arguments)

    def submit(self) -> requests.Response:
        return self("POST", "/submissions", json=BODY)


def metric(root: Asker, name: str) -> float:
    found = re.search(rf"^{name}(?:{{.*}})? (\S+)$", root("GET", "/metrics").text, re.MULTILINE)
    return float(found[1]) if found else 0.0


@pytest.fixture
def limited(problem: Servers) -> Iterator[Running]:
    """A web process that takes three submissions a minute from a user, and eight requests."""
    small = {"JUDGE_RATE_WORK": "3/minute", "JUDGE_RATE_REQUESTS": "8/minute"}
    with web_alone(problem, **TOKENS | small) as running:
        yield running


def test_a_users_rate(limited: Running) -> None:
    """429 with Retry-After to who has had enough, of what makes work first; others are not concerned."""
    ann, ben = Asker(limited, "ann"), Asker(limited, "ben")
    for left in (2, 1, 0):
        response = ann.submit()
        assert (response.status_code, response.headers["X-RateLimit-Remaining"]) == (202, str(left))
        assert response.headers["X-RateLimit-Limit"] == "3"
        assert "Retry-After" not in response.headers
    response = ann.submit()
    assert "3 per 1 minute" in refused(response, 429)["detail"]
    assert 1 <= int(response.headers["Retry-After"]) <= 120
    codes = [ann("GET", "/problems").status_code for _ in range(8)]
    assert codes == sorted(codes)
    assert set(codes) == {200, 429}
    assert ben.submit().status_code == 202


def test_health_is_never_refused(limited: Running) -> None:
    """Whoever looks whether it lives looks often."""
    assert {limited.request("GET", "/healthz").status_code for _ in range(12)} == {200}


def test_an_address(problem: Servers) -> None:
    """Requests without a token count, or it could be guessed at."""
    with web_alone(problem, **TOKENS | {"JUDGE_RATE_ADDRESS": "4/minute"}) as web:
        asked = [requests.get(f"{web.url}/api/v1/queue", timeout=20).status_code for _ in range(6)]
        assert asked == [401] * 4 + [429] * 2


def test_who_comes_through_a_proxy(problem: Servers) -> None:
    """Is counted by their own address where the proxy's word is believed, and only there."""
    for proxies, expected in (("1", 401), ("0", 429)):
        small = {"JUDGE_RATE_ADDRESS": "2/minute", "JUDGE_PROXIES": proxies}
        with web_alone(problem, **TOKENS | small) as web:
            for last in range(1, 6):
                headers = {"X-Forwarded-For": f"198.51.100.{last}"}
                response = requests.get(f"{web.url}/api/v1/queue", headers=headers, timeout=20)
            assert response.status_code == expected


def test_one_network_of_ipv6_is_one_address(problem: Servers) -> None:
    """Whoever has one address has the other 2^64 of its network as well."""
    small = {"JUDGE_RATE_ADDRESS": "2/minute", "JUDGE_PROXIES": "1"}
    with web_alone(problem, **TOKENS | small) as web:

        def asked(address: str) -> int:
            headers = {"X-Forwarded-For": address}
            return requests.get(f"{web.url}/api/v1/queue", headers=headers, timeout=20).status_code

        assert [asked(f"2001:db8:1:2:{last}::1") for last in range(4)] == [401, 401, 429, 429]
        assert asked("2001:db8:1:3::1") == 401
        # An IPv4 address that is written as one of IPv6 is one all the same.
        assert [asked(f"::ffff:198.51.100.{last}") for last in range(4)] == [401] * 4


def test_pending_submissions(problem: Servers) -> None:
    """No more of one user than that wait at once; nothing takes them here."""
    with web_alone(problem, **TOKENS | {"JUDGE_MAX_PENDING": "2"}) as web:
        ann, ben = Asker(web, "ann"), Asker(web, "ben")
        assert [ann.submit().status_code for _ in range(2)] == [202, 202]
        response = ann.submit()
        assert "2 submissions and runs of ann" in refused(response, 429)["detail"]
        assert int(response.headers["Retry-After"]) > 0
        assert ben.submit().status_code == 202


def test_wrong_passwords(clean: Servers) -> None:
    """For one user from one address; the right one is refused too, and counts anew when it comes in time."""
    small = {"JUDGE_RATE_GUESS": "3/hour", "JUDGE_PROXIES": "1"}
    for name in ("ann", "ben"):
        accounts.add(name, "user", passwords.hashed("correct horse"))
    with web_alone(clean, **TOKENS | small) as web:

        def answers(*given: str, name: str = "ann", address: str = "198.51.100.1") -> list[int]:
            headers = {"X-Forwarded-For": address}
            bodies = [{"user_id": name, "password": password} for password in given]
            sent = [web.request("POST", "/session", json=body, headers=headers) for body in bodies]
            late = [response for response in sent if response.status_code == 429]
            assert all(int(response.headers["Retry-After"]) > 0 for response in late)
            return [response.status_code for response in sent]

        assert answers("wrong", "wrong", "correct horse") == [401, 401, 200]
        assert answers("wrong", "wrong", "wrong") == [401, 401, 401]
        assert answers("wrong", "correct horse") == [429, 429]
        assert answers("correct horse", name="ben") == [200]
        assert answers("correct horse", address="198.51.100.2") == [200]
        assert answers("wrong", "wrong", "wrong", "wrong", name="nobody") == [401, 401, 401, 429]


def test_ones_own_password_is_guessed_as_seldom(clean: Servers) -> None:
    """By whoever has found a session or a token."""
    accounts.add("ann", "user", passwords.hashed("correct horse"))
    headers = {"Authorization": f"Bearer {tokens.new('ann')[0]}"}
    body = {"password": "another horse", "current_password": "wrong"}
    with web_alone(clean, **TOKENS | {"JUDGE_RATE_GUESS": "2/hour"}) as web:
        sent = [web.request("PUT", "/users/ann/password", json=body, headers=headers) for _ in range(3)]
        assert [response.status_code for response in sent] == [403, 403, 429]


def test_redis_is_away(problem: Servers) -> None:
    """Nobody is refused, and a metric tells; when it is back, the rate holds again."""
    small = {"JUDGE_RATE_WORK": "3/minute", "JUDGE_RATE_GUESS": "2/minute"}
    with web_alone(problem, **TOKENS | small) as web:
        ann, root = Asker(web, "ann"), Asker(web, "root", "admin")
        assert ann.submit().status_code == 202
        assert metric(root, "judge_rate_limits_open_total") == 0
        problem.stop_redis()
        try:
            assert [ann.submit().status_code for _ in range(5)] == [202] * 5
            wrong = {"user_id": "ann", "password": "wrong"}
            assert [web.request("POST", "/session", json=wrong).status_code for _ in range(3)] == [401] * 3
        finally:
            problem.start_redis()
        assert metric(root, "judge_rate_limits_open_total") >= 5
        while (response := ann.submit()).status_code == 202:
            assert len(ann("GET", "/submissions?limit=200").json()["items"]) < 150, "it never holds"
        refused(response, 429)
        assert metric(root, "judge_throttled_total") >= 1


def test_without_tokens_nobody_is_limited(problem: Servers, running_web: Running) -> None:
    """Whoever asks is on this machine, and names themselves."""
    sent = [running_web.request("POST", "/submissions", json=BODY) for _ in range(130)]
    assert {response.status_code for response in sent} == {202}
    assert "X-RateLimit-Limit" not in sent[0].headers


def test_metrics_are_an_admins(limited: Running) -> None:
    """403 to others."""
    refused(Asker(limited, "ann")("GET", "/metrics"), 403)
    assert Asker(limited, "zoe", "admin")("GET", "/metrics").ok


@pytest.mark.parametrize("rate", ["often", "-1/minute", "3/fortnight"])
def test_what_is_no_rate(rate: str) -> None:
    """It is refused at the start."""
    with pytest.raises(ValueError, match="rate_work"):
        Settings(rate_work=rate)
