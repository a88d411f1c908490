"""The task that verifies one package: its submissions, its validators and its limits, tried in boxes."""

import logging
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from celery import Task
from celery.exceptions import SoftTimeLimitExceeded
from sqlalchemy.exc import OperationalError

from judge import blobs, log_lines, packages, verifications
from judge.config import settings
from judge.errors import AttemptLost, PackageError
from judge.judging.toolchains import check_toolchains
from judge.judging.verification.progress import Step, Tested
from judge.judging.verification.report import Report, unreadable
from judge.judging.verifying import verify
from judge.packages import archives
from judge.packages.package import Package
from judge.queue import VERIFY, app
from judge.tasks.fitness import taking
from judge.tasks.held import Held
from judge.tasks.lifecycle import drainable, on_own_cpu
from judge.verifications import Claim

log = logging.getLogger(__name__)

_TELL_EVERY_S = 0.5


@app.task(name=VERIFY, bind=True)
def verify_package(self: Task, verification_id: str) -> None:
    """Verify a package, if there is one to be claimed; a message that comes twice finds nothing to do."""
    with drainable() as drain:
        with taking(self.request.hostname):
            claim = verifications.claim(verification_id, self.request.hostname)
        if claim is None:
            log.info("verification %s: nothing to claim", verification_id)
            return
        log.info("verification %s: attempt %d", verification_id, claim.attempt)
        with Verifying(claim, self) as verifying:
            drain.interrupts(verifying)
            with verifying.given_back(lambda: verifications.send(verification_id)):
                _verify(claim, verifying)


def _verify(claim: Claim, verifying: "Verifying") -> None:
    with tempfile.TemporaryDirectory(prefix="judge-verify-") as above:
        # The folder's name is the problem's id.
        folder = Path(above) / claim.problem_id
        try:
            with blobs.opened(claim.archive) as archive:
                package = packages.read(archives.unpack(archive, folder))
        except PackageError as error:  # read by other settings than when it was taken
            verifying.finish(unreadable(claim.problem_id, error.faults).as_json(), None)
            return
        verifying.planned(package)
        check_toolchains([*package.manifest.validators, *package.input_validators])
        try:
            with verifying.interruptible(), on_own_cpu():
                # What cannot be tried on this machine is told as such, and is no fault of the package.
                report = verify(package, slots=1, progress=verifying.progress, allow_missing_languages=True)
        except SoftTimeLimitExceeded:  # as the next attempt would
            fault = f"cannot be verified in {settings().max_verifying_s:g} s (JUDGE_MAX_VERIFYING_S)"
            report = unreadable(claim.problem_id, [(".", fault)])
        good = _as_verified(package, report)
        verifying.finish(report.as_json(), good)


def _as_verified(package: Package, report: Report) -> Package | None:
    """The package as it is to be judged by; None where it is not good."""
    if not report.ok or report.time_limit_s is None:
        return None
    return package.with_time_limit(report.time_limit_s)


class Verifying(Held):
    """One attempt at a verification: its lease is kept by a thread beside it, its steps are recorded."""

    def __init__(self, claim: Claim, task: Any) -> None:
        super().__init__(verifications, claim.verification_id, claim.attempt, task, claim.event)
        self._is_interruptible = False
        self._told_at = 0.0
        self._untold: list[Tested] = []
        self._ended = threading.Event()
        self._keeper = threading.Thread(
            target=log_lines.carried(self._keep), name=f"verifying {self._id}", daemon=True
        )

    def __enter__(self) -> Self:
        self._keeper.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_keeper()

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """In this block a drain interrupts whatever is waited for, as KeyboardInterrupt would."""
        self._is_interruptible = True
        try:
            self.check()
            yield
        finally:
            self._is_interruptible = False

    def interrupt(self, reason: Exception) -> None:
        """End the attempt, as any; in the main thread, where signals come, at once."""
        super().interrupt(reason)
        if self._is_interruptible and threading.current_thread() is threading.main_thread():
            raise reason

    def planned(self, package: Package) -> None:
        """What is going to be tried."""
        self._tell(
            self._insist(
                lambda: verifications.planned(self._id, self._number, package, published=self._published)
            )
        )

    def progress(self, step: Step) -> None:
        """Something has been tried; told twice a second at most, with every test that has ended since."""
        self.check()
        if step.tested:
            self._untold.append(step.tested)
        if time.monotonic() < self._told_at + _TELL_EVERY_S:
            return
        self._told_at = time.monotonic()
        tests = [asdict(tested) for tested in self._untold]
        self._untold = []
        data = {"done": step.done, "total": step.total, "what": step.what, "tests": tests}
        self._tell(
            self._insist(
                lambda: verifications.progress(self._id, self._number, data, published=self._published)
            )
        )

    def finish(self, report: dict[str, Any], package: Package | None) -> None:
        """The report, and the package as it is to be judged by where it is good."""
        self.check()
        self._tell(
            self._insist(
                lambda: verifications.finish(
                    self._id, self._number, report, package, published=self._published
                )
            )
        )
        self._end_keeper()  # not before: a large package's data takes a while to be kept
        self._note_published()

    def give_back(self, *, lost: bool, failure: str = "") -> None:
        """End without a report."""
        self._end_keeper()
        super().give_back(lost=lost, failure=failure)

    def _end_keeper(self) -> None:
        self._ended.set()
        if self._keeper.is_alive():
            self._keeper.join()

    # The thread

    def _keep(self) -> None:
        while not self._ended.wait(settings().lease_renew_s):
            asked_at = time.monotonic()
            try:
                self._rows.renew(self._id, self._number)
                self._renewed(asked_at)
            except OperationalError as error:
                log.warning("verification %s: %s", self._id, error.orig)
                if time.monotonic() > self._held_until:
                    self.interrupt(AttemptLost(self._id))
                    return
            except Exception as error:  # noqa: BLE001  # AttemptLost, or what nobody has thought of
                if not self._ended.is_set():
                    self.interrupt(error)  # no lease is kept from now on
                return
