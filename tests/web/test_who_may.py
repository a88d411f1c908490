"""Who may do what: a row for each method of each route, and a route that is in no row fails."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
from sqlalchemy import text

from judge import accounts, db, problems, rejudgings, verifications, webhooks
from judge.accounts import tokens
from judge.errors import NotFound
from judge.judge0 import token_of
from judge.rejudgings.ledger import Wanted
from judge.webhooks import deliveries
from tests import servers
from tests.conftest import Running
from tests.runs import new_run
from tests.web.judge0.test_words import AS_TOLD
from tests.web.test_problems import new_shown_problem
from tests.web.test_refusals import refused

ASKERS = ("nobody", "own", "read", "other", "author", "admin")
"""own: a user, asking for what is theirs; read: the same by a read-only token; other, author, admin: somebody
else, of the role user, author, admin. What is nobody's in particular is asked for in the same way."""

MAY = """
method  route                                                             nobody own read other author admin

GET     /healthz                                                          may    may may  may   may    may
GET     /readyz                                                           may    may may  may   may    may
GET     /openapi.json                                                     may    may may  may   may    may
GET     /docs                                                             may    may may  may   may    may
GET     /static/<path:filename>                                           may    may may  may   may    may
GET     /                                                                 401    may may  may   may    may
GET     /problems                                                         401    may may  may   may    may
GET     /problems/<problem_id>                                            401    may may  may   may    may
POST    /problems/<problem_id>                                            401    may 403  may   may    may
GET     /problems/<problem_id>/leaderboard                                401    may may  may   may    may
GET     /submissions                                                      401    may may  may   may    may
GET     /submissions/<submission_id>                                      401    may may  404   may    may
GET     /leaderboard                                                      401    may may  may   may    may
GET     /users/<user_id>                                                  401    may may  may   may    may
GET     /operations                                                       401    403 403  403   403    may
POST    /operations                                                       401    403 403  403   403    may
GET     /sign-in                                                          may    may may  may   may    may
POST    /sign-in                                                          may    may may  may   may    may
POST    /sign-out                                                         401    may 403  may   may    may
POST    /name                                                             401    403 403  403   403    403
GET     /authoring                                                        401    403 403  403   may    may
POST    /authoring                                                        401    403 403  403   may    may
GET     /authoring/problems/<problem_id>                                  401    403 403  403   may    may
GET     /authoring/problems/<problem_id>/versions/<int:number>            401    403 403  403   may    may
POST    /authoring/problems/<problem_id>/versions/<int:number>/publish    401    403 403  403   may    may
POST    /authoring/problems/<problem_id>/versions/<int:number>/verify     401    403 403  403   may    may
GET     /authoring/problems/<problem_id>/rejudge                          401    403 403  403   may    may
POST    /authoring/problems/<problem_id>/rejudge                          401    403 403  403   may    may
GET     /authoring/rejudgings/<rejudging_id>                              401    403 403  403   may    may
POST    /authoring/rejudgings/<rejudging_id>/apply                        401    403 403  403   may    may
POST    /authoring/rejudgings/<rejudging_id>/cancel                       401    403 403  403   may    may
GET     /assets/<digest>/<path:name>                                      may    may may  may   may    may

GET     /metrics                                                          401    403 403  403   403    may

GET     /api/v1/session                                                   may    may may  may   may    may
POST    /api/v1/session                                                   may    may may  may   may    may
DELETE  /api/v1/session                                                   may    may 403  may   may    may
GET     /api/v1/users                                                     401    403 403  403   403    may
POST    /api/v1/users                                                     401    403 403  403   403    may
GET     /api/v1/users/<user_id>                                           401    may may  404   404    may
PATCH   /api/v1/users/<user_id>                                           401    403 403  404   404    may
DELETE  /api/v1/users/<user_id>                                           401    403 403  404   404    may
PUT     /api/v1/users/<user_id>/password                                  401    may 403  404   404    may
GET     /api/v1/users/<user_id>/tokens                                    401    may may  404   404    may
POST    /api/v1/users/<user_id>/tokens                                    401    may 403  404   404    may
DELETE  /api/v1/users/<user_id>/tokens/<token_id>                         401    may 403  404   404    may

GET     /api/v1/languages                                                 401    may may  may   may    may
GET     /api/v1/queue                                                     401    may may  may   may    may
GET     /api/v1/operations                                                401    403 403  403   403    may
GET     /api/v1/keywords                                                  401    may may  may   may    may
GET     /api/v1/problems/<problem_id>/figures                             401    may may  may   may    may
GET     /api/v1/solved                                                    401    may may  may   may    may
GET     /api/v1/leaderboard                                               401    may may  may   may    may
GET     /api/v1/problems/<problem_id>/leaderboard                         401    may may  may   may    may
GET     /api/v1/problems                                                  401    may may  may   may    may
GET     /api/v1/problems/<problem_id>                                     401    may may  may   may    may
GET     /api/v1/problems/<problem_id>/statement.pdf                       401    may may  may   may    may
GET     /api/v1/problems/<problem_id>/figures/<path:name>                 401    may may  may   may    may
GET     /api/v1/problems/<problem_id>/attachments/<path:name>             401    may may  may   may    may

GET     /api/v1/versions                                                  401    403 403  403   may    may
PUT     /api/v1/problems/<problem_id>                                     401    403 403  403   may    may
DELETE  /api/v1/problems/<problem_id>                                     401    403 403  403   may    may
GET     /api/v1/problems/<problem_id>/versions                            401    403 403  403   may    may
GET     /api/v1/problems/<problem_id>/versions/<int:number>               401    403 403  403   may    may
GET     /api/v1/problems/<problem_id>/versions/<int:number>/events        401    403 403  403   may    may
POST    /api/v1/problems/<problem_id>/versions/<int:number>/verify        401    403 403  403   may    may
POST    /api/v1/problems/<problem_id>/versions/<int:number>/publish       401    403 403  403   may    may

POST    /submit                                                           401    may 403  may   may    may
POST    /api/v1/submit                                                    401    may 403  may   may    may
POST    /api/v1/submissions                                               401    may 403  may   may    may
GET     /api/v1/submissions                                               401    may may  may   may    may
GET     /api/v1/submissions/<one:submission_id>                           401    may may  404   may    may
GET     /api/v1/submissions/<submission_id>/source                        401    may may  404   may    may
GET     /api/v1/submissions/<submission_id>/events                        401    may may  404   may    may
GET     /api/v1/events                                                    401    may may  may   may    may
DELETE  /api/v1/submissions/<one:submission_id>                           401    403 403  403   403    may
POST    /api/v1/submissions/<submission_id>/cancel                        401    may 403  404   403    may
POST    /api/v1/submissions/<submission_id>/rejudge                       401    403 403  403   may    may
GET     /api/v1/rejudgings                                                401    403 403  403   may    may
POST    /api/v1/rejudgings                                                401    403 403  403   may    may
GET     /api/v1/rejudgings/<rejudging_id>                                 401    403 403  403   may    may
GET     /api/v1/rejudgings/<rejudging_id>/items                           401    403 403  403   may    may
POST    /api/v1/rejudgings/<rejudging_id>/apply                           401    403 403  403   may    may
POST    /api/v1/rejudgings/<rejudging_id>/cancel                          401    403 403  403   may    may
POST    /api/v1/submissions/batch                                         401    may 403  may   may    may

POST    /api/v1/runs                                                      401    may 403  may   may    may
POST    /api/v1/runs/batch                                                401    may 403  may   may    may
GET     /api/v1/runs                                                      401    may may  may   may    may
GET     /api/v1/runs/<one:run_id>                                         401    may may  404   404    may
GET     /api/v1/runs/<run_id>/source                                      401    may may  404   404    may
GET     /api/v1/runs/<run_id>/events                                      401    may may  404   404    may
POST    /api/v1/runs/<run_id>/stdin                                       401    may 403  404   404    403
POST    /api/v1/runs/<run_id>/cancel                                      401    may 403  404   404    may
DELETE  /api/v1/runs/<one:run_id>                                         401    may 403  404   404    may

GET     /api/v1/webhooks                                                  401    may may  may   may    may
POST    /api/v1/webhooks                                                  401    may 403  may   may    may
GET     /api/v1/webhooks/<webhook_id>                                     401    may may  404   404    may
PATCH   /api/v1/webhooks/<webhook_id>                                     401    may 403  404   404    may
DELETE  /api/v1/webhooks/<webhook_id>                                     401    may 403  404   404    may
POST    /api/v1/webhooks/<webhook_id>/rotate                              401    may 403  404   404    may
POST    /api/v1/webhooks/<webhook_id>/test                                401    may 403  404   404    may
GET     /api/v1/webhooks/<webhook_id>/deliveries                          401    may may  404   404    may
GET     /api/v1/webhooks/<webhook_id>/deliveries/<delivery_id>            401    may may  404   404    may
POST    /api/v1/webhooks/<webhook_id>/deliveries/<delivery_id>/redeliver  401    may 403  404   404    may

POST    /judge0/submissions                                               401    may 403  may   may    may
GET     /judge0/submissions                                               401    403 403  403   403    may
GET     /judge0/submissions/<token>                                       401    may may  404   404    may
DELETE  /judge0/submissions/<token>                                       401    403 403  403   403    may
POST    /judge0/submissions/batch                                         401    may 403  may   may    may
GET     /judge0/submissions/batch                                         401    may may  may   may    may
GET     /judge0/languages                                                 401    may may  may   may    may
GET     /judge0/languages/all                                             401    may may  may   may    may
GET     /judge0/languages/<language_id>                                   401    may may  may   may    may
GET     /judge0/statuses                                                  401    may may  may   may    may
GET     /judge0/config_info                                               401    may may  may   may    may
GET     /judge0/system_info                                               401    may may  may   may    may
GET     /judge0/about                                                     401    may may  may   may    may
GET     /judge0/version                                                   401    may may  may   may    may
GET     /judge0/isolate                                                   401    may may  may   may    may
GET     /judge0/license                                                   401    may may  may   may    may
GET     /judge0/statistics                                                401    may may  may   may    may
GET     /judge0/workers                                                   401    may may  may   may    may
POST    /judge0/authenticate                                              401    may 403  may   may    may
POST    /judge0/authorize                                                 401    403 403  403   403    may

GET     /piston/api/v2/runtimes                                           401    may may  may   may    may
GET     /piston/api/v2/packages                                           401    may may  may   may    may
POST    /piston/api/v2/execute                                            401    may 403  may   may    may
"""
"""``may`` is whatever else is answered than 401, 403 and 404: who may is told that an empty body is 422."""

BY_HELLO = {("GET", "/ws"), ("GET", "/piston/api/v2/connect")}
"""The sockets. Ours asks in its first frame; what it tells to whom stands in test_guards and test_sign_in.
The other's handshake has a token, as tests/web/piston shows."""

OTHERS_SHAPES = ("/judge0/", "/piston/")
"""Below these errors have another shape, as the tests of each show."""

NEEDS_ACCOUNTS = {
    ("/api/v1/session", "POST"),
    ("/api/v1/session", "DELETE"),
    ("/sign-in", "POST"),
    ("/sign-out", "POST"),
}


def problem(owner: str) -> str:
    """The problem, which somebody may have taken back."""
    try:
        return problems.get("echo").id
    except NotFound:
        with tempfile.TemporaryDirectory() as folder:
            servers.new_problem(Path(folder))
        return "echo"


def rejudging(owner: str) -> str:
    """One that has nothing to judge."""
    return rejudgings.create(
        Wanted(user_id=owner), user_id=owner, reason="", by_hand=True, same_version=False
    )


def webhook(owner: str) -> str:
    """The one that the owner has."""
    found = webhooks.page(limit=1, before=None, user_id=owner)
    values = {"url": "https://hooks.example/", "host": "hooks.example", "scope": "own"}
    return found[0].id if found else webhooks.create(user_id=owner, has_account=True, **values)[0].id


OF: dict[str, Callable[[str], str]] = {
    "user_id": lambda owner: owner,
    "token_id": lambda owner: tokens.new(owner)[1].id,
    "submission_id": lambda owner: servers.submit(user_id=owner)[0].id,
    "problem_id": problem,
    "rejudging_id": rejudging,
    "webhook_id": webhook,
    "delivery_id": lambda owner: deliveries.ping(webhook(owner)),
    "run_id": lambda owner: new_run(user_id=owner)[0].id,
    "token": lambda owner: token_of(new_run(user_id=owner, asked_as=AS_TOLD)[0].id),
    "language_id": lambda owner: "71",
    "int:number": lambda owner: "1",
}
"""What stands in a route's place for an id: something new of its owner's."""

INSTEAD = {
    "/statement.pdf": "/statement.pdf?language=sv",
    "/figures/<path:name>": "/figures/a.svg",
    "/attachments/<path:name>": "/attachments/page.html",
    "/static/<path:filename>": "/static/docs.css",
    "/assets/<digest>/<path:name>": "/assets/0/page/style.css",
}
"""Ends of routes for which that is not enough."""


@dataclass(frozen=True)
class Row:
    """What one method of one route answers to each asker."""

    method: str
    route: str
    answers: dict[str, str]


def rows() -> list[Row]:
    """The table, read; its first line names the columns."""
    _, *lines = [line.split() for line in MAY.splitlines() if line]
    return [Row(method, route, dict(zip(ASKERS, said, strict=True))) for method, route, *said in lines]


ROWS = rows()


class World:
    """A judge with a problem, somebody of each role, and as many owners as are asked for."""

    def __init__(self, judge: Running, folder: Path) -> None:
        self._judge = judge
        servers.new_language()
        new_shown_problem(folder)
        with db.transaction() as session:
            # To be verified it needs an archive, into which only a worker would look.
            session.execute(text("UPDATE packages SET archive = ''"))
        verifications.request("echo", 1, user_id="author")
        self._tokens = {}
        for name in ("other", "author", "admin"):
            accounts.add(name, "user" if name == "other" else name)  # type: ignore[arg-type]
            self._tokens[name] = tokens.new(name)[0]
        self._owners = 0

    def ask(self, row: Row, asker: str) -> str:
        """How a request in somebody's name, for something that is still there, is answered."""
        self._owners += 1
        owner = f"owner-{self._owners}"
        accounts.add(owner, "user")
        own = {"own": tokens.new(owner)[0], "read": tokens.new(owner, scope="read")[0]}
        token = (self._tokens | own).get(asker)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = self._judge.url + path(row.route, owner)
        body = None if row.method == "GET" else {}
        asked = requests.request(row.method, url, headers=headers, json=body, timeout=60, stream=True)
        with asked as response:
            assert response.status_code < 500, response.text
            if response.status_code == 401:
                assert response.headers["WWW-Authenticate"].startswith("Bearer")
            return str(response.status_code) if response.status_code in (401, 403, 404) else "may"


def path(route: str, owner: str) -> str:
    """A route with everything in it that it needs."""
    for end, instead in INSTEAD.items():
        if route.endswith(end):
            route = route.removesuffix(end) + instead
    return re.sub("<(?:one:)?(.*?)>", lambda found: OF[found[1]](owner), route)


@pytest.fixture
def world(token_web: Running, tmp_path: Path) -> World:
    """Made anew for each row, which may destroy it."""
    return World(token_web, tmp_path)


ROUTES = """
from judge.web import create_app
for rule in create_app().url_map.iter_rules():
    for method in rule.methods - {"HEAD", "OPTIONS"}:
        print(method, rule.rule)
"""


def test_every_route_is_in_the_table(running_token_web: Running) -> None:
    """A new route must be entered above, so that nobody opens one by accident."""
    asking = [sys.executable, "-c", ROUTES]
    told = subprocess.run(asking, env=running_token_web.env, check=True, capture_output=True, text=True)
    known = [(row.method, row.route) for row in ROWS]
    assert len(known) == len(set(known))
    assert {tuple(line.split()) for line in told.stdout.splitlines()} == {*known, *BY_HELLO}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.route}")
def test_who_may(world: World, row: Row) -> None:
    """Each asker gets the answer that the table promises."""
    assert {asker: world.ask(row, asker) for asker in ASKERS} == row.answers


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method} {row.route}")
def test_who_may_without_accounts(web: Running, tmp_path: Path, row: Row) -> None:
    """Whoever is on this machine may do everything, but with users, of whom there are none."""
    of_users = row.route.startswith("/api/v1/users") or (row.route, row.method) in NEEDS_ACCOUNTS
    assert World(web, tmp_path).ask(row, "nobody") == ("403" if of_users else "may")


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Bearer nope", "Basic cm9vdDpyb290", "bearer judge_\u00e9", "Bearer a b"],
)
def test_nothing_is_told_without_a_token(token_web: Running, authorization: str | None) -> None:
    """401 on every closed route, with every method, and on paths that there are not."""
    headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
    closed = [(row.method, row.route) for row in ROWS if row.answers["nobody"] == "401"]
    assert closed
    closed += [("HEAD", "/api/v1/queue"), ("OPTIONS", "/api/v1/queue"), ("DELETE", "/api/v1/submissions")]
    for method, route in [*closed, ("GET", "/nope")]:
        url = token_web.url + re.sub("<.*?>", "0" * 26, route)
        response = requests.request(method, url, headers=headers, json={}, timeout=60)
        assert response.headers["WWW-Authenticate"].startswith("Bearer"), (method, route)
        assert response.status_code == 401
        if method != "HEAD" and not route.startswith(OTHERS_SHAPES):
            refused(response, 401)


@pytest.mark.parametrize("name", ["token", "access_token", "X-Auth-Token", "X-Auth-User"])
def test_no_token_in_a_url(token_web: Running, name: str) -> None:
    """400 on every route, told before it is looked at: it stands in the log of whatever passed it on."""
    for row in ROWS:
        url = token_web.url + re.sub("<.*?>", "0" * 26, row.route)
        response = requests.request(row.method, url, params={name: "x"}, json={}, timeout=60)
        assert response.status_code == 400
        assert "revoke" in response.text
        if not row.route.startswith(OTHERS_SHAPES):
            refused(response, 400)
