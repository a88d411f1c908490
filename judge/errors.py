"""The failures that pass between layers; a contestant's failure is a value and is never among them."""


class JudgeError(Exception):
    """Base of every failure of ours."""


class ConfigError(JudgeError):
    """A setting is missing or contradicts another; the message says which and how to mend it."""


class AttemptLost(JudgeError):
    """The attempt no longer holds its submission, so nothing it has to say may be written."""


class NotFound(JudgeError):
    """No such object, or none that the asker may know of."""


class Conflict(JudgeError):
    """What was asked for contradicts how things stand; the message says what to do first."""


class PackageError(JudgeError):
    """A problem package cannot be read; ``faults`` lists every reason found.

    faults: list of (path inside the package, message).
    """

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        self.faults = faults
        super().__init__("; ".join(f"{path}: {message}" for path, message in faults))


class QueueUnavailable(JudgeError):
    """The broker did not take the message; the row stays, and the sweeper sends it later."""


class NotVerified(Conflict):
    """A version of a problem may not be published before a worker has found it good."""


class TooManyOpen(JudgeError):
    """A user has as many unfinished things of a kind as they may; the message says which to end."""
