"""A submission in dialogue with its interactor: whoever broke first decides."""

from judge.judging.contestant import Contestant
from judge.judging.grading import flaw
from judge.judging.validating import REJECT, Opinion, Validator
from judge.manifest import TestSpec
from judge.sandbox import Outcome, Status
from judge.sandbox.dialogue import Side
from judge.sandbox.dialogue import interact as hold_dialogue
from judge.verdict import Verdict

TOO_MUCH_SAID = Opinion(
    accepted=False,
    judge_message="the interactor was stopped at its limit of output (limits.validation_output)",
    team_message="The program had its counterpart say more than the problem allows.",
)


def interact(
    contestant: Contestant, validator: Validator, spec: TestSpec
) -> tuple[Verdict, Outcome, Opinion | None]:
    """Run both at once on a test. Raises ValidatorFailed, SandboxError, ToolchainMissing.

    - An interactor that rejects before the submission has ended decides, and the submission is stopped.
    - An interactor that had to say more than it may has been asked too much.
    - An interactor that breaks otherwise before the submission has ended is a fault of the problem.
    - Otherwise a submission that ended badly, in whatever way, has decided.
    - Otherwise the interactor says.
    """
    dialogue = hold_dialogue(
        Side(contestant.box, contestant.command(spec), contestant.limits, contestant.environment),
        Side(validator.box, validator.command(spec), validator.limits, validator.environment, keep=True),
        stop_when=REJECT.__eq__,
    )
    outcome = dialogue.program
    contestant.check_start(outcome)
    flawed = flaw(outcome, contestant.time_limit_s)
    if flawed and dialogue.program_was_first:
        return flawed, outcome, None
    if dialogue.interactor.status is Status.OUTPUT_EXCEEDED:
        return Verdict.OUTPUT_LIMIT_EXCEEDED, outcome, TOO_MUCH_SAID
    opinion = validator.opinion(spec, dialogue.interactor)
    if not opinion.accepted:
        return Verdict.WRONG_ANSWER, outcome, opinion
    if flawed:  # what it was accepted with, a score or another pass, is lost
        return flawed, outcome, None
    return Verdict.ACCEPTED, outcome, opinion
