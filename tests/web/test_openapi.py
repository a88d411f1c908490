"""The OpenAPI document: every route is in it, and the standard's own schema takes it."""

import json
import os
import subprocess
import sys

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.conftest import REPOSITORY, Running
from tests.servers import Servers

NOT_DESCRIBED = {
    "_serve": "a WebSocket, for which OpenAPI has no words",
    "docs.page": "a page for people",
    "docs.static": "what pages look like",
}
OTHERS_WORDS = ("judge0", "piston")
"""Blueprints of other APIs, which their own documents describe: there unknown parameters are left alone, and
errors have other shapes."""
PAGES = "pages."
"""Begins the names of the routes that serve pages, all of which are for people."""

ROUTES = """
import json
from judge.web import create_app
from judge.web.describing import operation_of

app = create_app()
views = {rule.endpoint: app.view_functions[rule.endpoint] for rule in app.url_map.iter_rules()}
print(json.dumps({name: operation_of(view) is not None for name, view in views.items()}))
"""


def test_every_route_is_described(servers: Servers) -> None:
    """Or stands above, with the reason why not."""
    # In a process of its own, which ends the subscription to Redis that an application begins.
    done = subprocess.run(
        [sys.executable, "-c", ROUTES],
        cwd=REPOSITORY,
        env=os.environ,
        capture_output=True,
        text=True,
        check=True,
    )
    described = json.loads(done.stdout)
    ours = {
        name: is_told for name, is_told in described.items() if not name.startswith((*OTHERS_WORDS, PAGES))
    }
    assert {name for name, is_told in ours.items() if not is_told} == NOT_DESCRIBED.keys()


@pytest.mark.parametrize("mode", ["running_judge", "running_token_judge"])
def test_the_document_is_openapi(mode: str, request: pytest.FixtureRequest) -> None:
    """By the schema that the OpenAPI Initiative publishes; and who has it already is told so."""
    running: Running = request.getfixturevalue(mode)
    answer = running.request("GET", "/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert [str(error) for error in OpenAPIV31SpecValidator(answer.json()).iter_errors()] == []
    again = running.request("GET", "/openapi.json", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
