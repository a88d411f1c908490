"""What a call of the client may raise."""

from judge.errors import JudgeError


class ClientError(JudgeError):
    """Base of them all."""


class Unreachable(ClientError):
    """Nothing has answered for as long as the client was patient."""


class NoJudge(ClientError):
    """Something answers, and not as a judge does."""


class JudgeHTTPError(ClientError):
    """The judge answers with an error, in problem details (RFC 9457).

    status: of HTTP. detail: what to do. errors: list of {"pointer": …, "detail": …}, one for each value that
    is wrong. request_id: to tell the operator, where the judge gives one. retry_after_s: when it asks for
    patience.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: list[dict[str, str]],
        request_id: str | None,
        retry_after_s: float | None,
    ) -> None:
        super().__init__(f"{status}: {detail}")
        self.status, self.detail, self.errors = status, detail, errors
        self.request_id, self.retry_after_s = request_id, retry_after_s
