"""Without tokens the judge serves its own machine alone, however it was made to listen."""

import pytest

from tests.servers import Servers


@pytest.mark.parametrize(("address", "status"), [("127.0.0.1", 200), ("::1", 200), ("192.0.2.7", 403)])
def test_only_this_machine_is_answered(clean: Servers, address: str, status: int) -> None:
    """Somebody else's address is refused even with a Host that is served."""
    from judge.web import create_app  # which starts the subscription, so not while tests are collected

    client = create_app().test_client()
    answer = client.get("/api/v1/problems", environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status
