"""A webhook of a whole judge: made over HTTP, told by a courier of what a worker has judged."""

from functools import partial

from tests.conftest import judge_up, open_folder
from tests.servers import until
from tests.webhooks.receiver import Receiver

SUM = "print(sum(map(int, input().split())))"


def heard(receiver: Receiver, submission_id: str) -> bool:
    """Whether a receiver was told of a submission."""
    return any(submission_id.encode() in request.body for request in receiver.requests)


def test_a_webhook_hears_of_verdicts() -> None:
    """`judge up` has a courier; in what it sends is the submission as GET shows it."""
    with (
        Receiver() as receiver,
        open_folder() as folder,
        judge_up(folder, env={"JUDGE_WEBHOOK_ALLOW": f"127.0.0.1:{receiver.port}"}) as judge,
    ):
        judge.wait_for_languages()
        response = judge.request("POST", "/webhooks", json={"url": receiver.url, "user_id": "ann"})
        assert response.status_code == 201, response.text
        secret = response.json()["secret"]
        for code, verdict in ((SUM, "accepted"), ("print(0)", "wrong_answer")):
            submission = judge.submit("a-plus-b", "python3", code, user_id="ann")
            judge.submit("a-plus-b", "python3", code, user_id="ben")
            assert judge.ended(submission["id"])["verdict"] == verdict
            until(partial(heard, receiver, submission["id"]), 120)
            message = receiver.requests[-1].verified(secret)
            assert (message["type"], message["data"]["data"]["verdict"]) == ("submission.done", verdict)
            assert message["data"]["data"] == judge.get(f"/submissions/{submission['id']}")
