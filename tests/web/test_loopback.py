"""Without tokens the judge serves its own machine alone, however it was made to listen."""

import pytest
from flask import Flask

from judge.web import asking, faults


@pytest.fixture
def app() -> Flask:
    """An application of one route behind the guards that every route has."""
    app = Flask(__name__)
    faults.register(app)
    asking.register(app)
    app.add_url_rule("/route", view_func=lambda: "answered")
    return app


@pytest.mark.parametrize(("address", "status"), [("127.0.0.1", 200), ("::1", 200), ("192.0.2.7", 403)])
def test_only_this_machine_is_answered(app: Flask, address: str, status: int) -> None:
    """Somebody else's address is refused even with a Host that is served."""
    answer = app.test_client().get("/route", environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status
