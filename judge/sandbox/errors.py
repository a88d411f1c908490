"""The failures of the sandbox itself, which are never the contestant's."""


class SandboxError(Exception):
    """The box could not be made, or could not do what was asked.

    layer: what failed ("mount namespace", "seccomp", …); reason: what the kernel said; mend: what an
    operator can do about it. All three are single sentences or words for people.
    """

    def __init__(self, layer: str, reason: str, mend: str = "") -> None:
        self.layer = layer
        self.reason = reason
        self.mend = mend
        super().__init__(layer, reason, mend)

    def __str__(self) -> str:
        return f"{self.layer}: {self.reason}" + (f" ({self.mend})" if self.mend else "")


class BoxKilled(SandboxError):
    """``Box.kill`` ended the box while, or before, something was asked of it."""

    def __init__(self, layer: str = "box", reason: str = "it was killed on request", mend: str = "") -> None:
        super().__init__(layer, reason, mend)
