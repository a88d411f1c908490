"""A client for Python programs: submit, wait, follow events, whatever happens to the connection meanwhile.

>>> from judge.client import Client
>>> client = Client("http://127.0.0.1:8000", user_id="ada")
>>> submission = client.submit("a-plus-b", "python3", code="print(sum(map(int, input().split())))")
>>> for event in client.events(submission["id"]):
...     print(event["type"], event["data"].get("verdict"))
>>> client.wait(submission["id"])["verdict"]
'accepted'

Answers are what the server sends, as dicts. A server that restarts, is full, or is cut off is asked again for
``patience_s``; submissions and runs carry an Idempotency-Key, so that what is sent again is done once. Of
ours this imports the errors alone, so it can be taken elsewhere with little more than ``requests``.
"""

from judge.client.client import Client
from judge.client.errors import ClientError, JudgeHTTPError, NoJudge, Unreachable
from judge.client.streams import EventStream

__all__ = ["Client", "ClientError", "EventStream", "JudgeHTTPError", "NoJudge", "Unreachable"]
