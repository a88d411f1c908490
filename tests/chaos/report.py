"""The table of one run, for people."""

from collections.abc import Iterator

from tests.chaos.plan import KINDS
from tests.chaos.run import Outcome


def table(outcome: Outcome) -> str:
    """What was done and what came of it."""
    return "\n".join(_lines(outcome))


def _lines(outcome: Outcome) -> Iterator[str]:
    found, count = outcome.audit, outcome.by_kind
    yield f"seed {outcome.seed}: {len(outcome.blows)} faults in {outcome.lasted_s:.0f} s"
    for kind in KINDS:
        yield f"  {count[kind.name]:3}  {kind.what}"
    holding = sum(bool(blow.held) for blow in outcome.blows)
    yield f"  {holding} struck who held a running submission, {outcome.overlapping} while another went on"
    yield from (f"  left out: {skipped}" for skipped in outcome.skipped)
    figures = {
        "accepted": found.accepted,
        "ended": found.ended,
        "lost": found.lost,
        "told wrongly": found.told_twice,
        "stuck": found.stuck,
        "failed (poisoned)": found.failed,
        "attempts": found.attempts,
        "sockets opened": outcome.sessions,
        "answers to POST": ", ".join(f"{count} of {what}" for what, count in sorted(found.answers.items())),
        "longest recovery": f"{found.longest_recovery_s:.1f} s",
        "longest wait for a verdict": f"{found.longest_wait_s:.1f} s",
        "longest POST beside faults of Redis": f"{found.longest_post_s:.1f} s",
        "undisturbed rate": f"{outcome.rate:.1f}/s",
        "ended by themselves": "; ".join(outcome.unasked) or "none",
        "violations": len(found.violations),
    }
    yield from (f"  {name:36} {value}" for name, value in figures.items())
