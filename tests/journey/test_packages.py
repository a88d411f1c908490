"""A problem's whole way in a whole judge: uploaded, verified in boxes, published, solved."""

from tests.conftest import Running
from tests.web.programs import SUM
from tests.web.test_versions import changed, put

PACKAGE = changed("submissions/", added={"submissions/accepted/sum.py": SUM.encode()})


def test_from_a_zip_to_a_verdict(judge: Running) -> None:
    """Its author sees each step on the socket; nobody can submit before it is published."""
    socket = judge.socket({"user_id": "author"})
    uploaded = put(judge, PACKAGE, "uploaded-sum", params={"user_id": "author"})
    assert uploaded.status_code == 202, uploaded.text
    told = socket.until(lambda message: message["type"] == "verification.done", 120.0)
    assert [message["seq"] for message in told] == list(range(1, len(told) + 1))
    assert told[-1]["data"]["ok"], told[-1]
    body = {"problem_id": "uploaded-sum", "language": "python3", "code": SUM}
    assert judge.request("POST", "/submissions", json=body).status_code == 422
    where = uploaded.headers["Location"]
    assert judge.get(where)["verification"]["report"] == told[-1]["data"]["report"]
    assert judge.request("POST", f"{where}/publish").json()["current"] is True
    assert judge.ended(judge.submit("uploaded-sum", "python3", SUM)["id"])["verdict"] == "accepted"
