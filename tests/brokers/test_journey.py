"""A whole judge on each broker: everything that goes through a queue, seen from outside."""

import json

from tests.brokers.servers import Broker
from tests.conftest import judge_up, open_folder
from tests.journey.test_packages import PACKAGE
from tests.servers import until
from tests.web.programs import SUM
from tests.web.test_versions import put
from tests.webhooks.receiver import Receiver

ENDLESS = "while True:\n    pass"


def test_the_journey(broker: Broker) -> None:
    """Judged, told of, cancelled, judged anew; a package verified; a webhook told; and doctor content."""
    with Receiver() as receiver, open_folder() as folder:
        env = {**broker.environment, "JUDGE_WEBHOOK_ALLOW": f"127.0.0.1:{receiver.port}"}
        with judge_up(folder, env=env) as judge:
            judge.wait_for_languages()
            hook = judge.request("POST", "/webhooks", json={"url": receiver.url, "user_id": "ann"})
            assert hook.status_code == 201, hook.text
            socket = judge.socket({"user_id": "ann"})
            id_ = judge.submit("a-plus-b", "python3", SUM, user_id="ann")["id"]
            told = socket.until(lambda event: event["type"] == "submission.done")
            assert [event["seq"] for event in told] == list(range(1, len(told) + 1))
            assert told[-1]["data"]["verdict"] == "accepted"
            until(lambda: any(id_.encode() in request.body for request in receiver.requests))

            assert judge.request("POST", f"/submissions/{id_}/rejudge").status_code == 202
            socket.until(lambda event: event["type"] == "submission.done")
            assert judge.ended(id_)["attempt"] == 2

            endless = judge.submit("a-plus-b", "python3", ENDLESS, user_id="ann")["id"]
            socket.until(lambda event: event["type"] == "submission.running")
            assert judge.request("POST", f"/submissions/{endless}/cancel").status_code == 202
            assert judge.ended(endless)["state"] == "cancelled"

            uploaded = put(judge, PACKAGE, "uploaded-sum", params={"user_id": "ann"})
            assert uploaded.status_code == 202, uploaded.text
            verified = socket.until(lambda event: event["type"] == "verification.done", 120.0)
            assert verified[-1]["data"]["ok"], verified[-1]
            judge.close_sockets()

            checks = json.loads(judge.command("doctor", "--json").stdout)["checks"]
            found = {check["name"]: check["ok"] for check in checks if check["name"].startswith("broker")}
            assert found, "it says something of a broker"
            assert set(found.values()) == {True}
