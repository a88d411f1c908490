"""How the judge does, as a page for whoever runs it, who may do something about what is in trouble."""

from collections.abc import Callable, Iterator
from datetime import datetime
from http import HTTPStatus
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, redirect, url_for
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from judge.backlog import DELIVERIES, VERIFICATIONS
from judge.config import settings
from judge.samples import EVERY_S, KEPT_S
from judge.verdict import State, Verdict
from judge.web import interventions
from judge.web import operations as api
from judge.web.asking import require_admin
from judge.web.faults import invalid
from judge.web.pages import charts, frame
from judge.web.pages.charts import Chart
from judge.web.schemas import sent_form

blueprint = Blueprint("operations", __name__)

_SPANS_MINUTES = (10, KEPT_S // 60)
"""A judge that was started a moment ago would show an hour of nothing."""
_A_MINUTE = 60 // EVERY_S
_LATE_S = 3.0 * EVERY_S
_STATES = {
    "idle": "Idle",
    "working": "Working",
    "draining": "Draining",
    "unfit": "Takes nothing",
    "silent": "Silent",
}
_NAMES = {VERIFICATIONS: "Verifications", DELIVERIES: "Webhooks"}
_ENDINGS = (*Verdict, State.FAILED, State.CANCELLED)


@blueprint.get("/operations")
def show() -> Response:
    """Queue, workers, the last hour and what is in trouble; without Postgres, that this cannot be told."""
    require_admin()
    try:
        figures = api.figures()
    except (OperationalError, PoolTimeout):
        return frame.page("operations.html", HTTPStatus.SERVICE_UNAVAILABLE, figures=None)
    read_at = datetime.fromisoformat(figures["read_at"])
    samples = figures["samples"]
    oldest_s = _age_s(samples[0]["at"], read_at) if samples else 0.0
    span_minutes = next((span for span in _SPANS_MINUTES if oldest_s < span * 60), _SPANS_MINUTES[-1])
    return frame.page(
        "operations.html",
        figures=figures,
        present=[worker for worker in figures["workers"] if worker["state"] != "silent"],
        STATES=_STATES,
        NAMES=_NAMES,
        span_minutes=span_minutes,
        charts=_charts(samples, read_at, span_minutes * _A_MINUTE),
        minutes=_minutes(samples),
        age=lambda at: _age_s(at, read_at),
        # Samples are taken by whoever sweeps, so that nobody does is told by them.
        is_late=not samples or _age_s(samples[-1]["at"], read_at) > _LATE_S,
        endings=[how for how in _ENDINGS if any(how in each["ended"] for each in figures["verdicts"])],
        flower_url=settings().flower_url,
    )


@blueprint.post("/operations")
def act() -> Response:
    """Have a submission judged anew, or cancel it, as the API does."""
    require_admin()
    sent = sent_form()
    submission_id, action = sent.get("submission_id", ""), sent.get("action")
    if action == "rejudge":
        interventions.judged_anew(submission_id, interventions.RejudgeIn())
    elif action == "cancel":
        interventions.cancelled(submission_id)
    else:
        raise invalid("action", "must be rejudge or cancel")
    api.read_anew()
    return redirect(url_for("pages.operations.show"), HTTPStatus.SEE_OTHER)  # type: ignore[return-value]


@blueprint.app_template_filter()
def duration(seconds: float | None) -> str:
    """A wait, in two units at most."""
    if seconds is None:
        return frame.NOTHING
    whole = round(seconds)
    if seconds < 10:
        written = f"{seconds:.1f}".removesuffix(".0") + " s"
    elif whole < 60:
        written = f"{whole} s"
    elif whole < 3600:
        written = f"{whole // 60} min {whole % 60} s"
    else:
        written = f"{whole // 3600} h {whole % 3600 // 60} min"
    return written.replace(" ", "\N{NO-BREAK SPACE}")


def _charts(samples: list[dict[str, Any]], read_at: datetime, width: int) -> list[dict[str, Any]]:
    """The last while, so many samples wide, in three charts with now at their right edge."""
    by_slot = {int(_age_s(sample["at"], read_at) // EVERY_S): sample for sample in samples}
    slots = [by_slot.get(age) for age in reversed(range(width))]
    queued = [slot["queued"] if slot else None for slot in slots]
    waits = [slot["oldest_queued_s"] or 0.0 if slot else None for slot in slots]
    ended = [
        _sum(slot["ended"] for slot in slots[at : at + _A_MINUTE] if slot)
        for at in range(0, width, _A_MINUTE)
    ]
    return [
        _chart("Waiting", charts.steps(queued, least_top=4), queued, frame.plain),
        _chart("Oldest wait", charts.steps(waits, least_top=4), waits, duration),
        _chart("Ended a minute", charts.bars(ended, least_top=4), ended, frame.plain),
    ]


def _chart(
    title: str, chart: Chart, values: charts.Values, written: Callable[[float], str]
) -> dict[str, Any]:
    known = [value for value in values if value is not None]
    return {
        "title": title,
        "drawn": chart,
        "now": written(known[-1]) if known else frame.NOTHING,
        "most": written(max(known)) if known else frame.NOTHING,
        "top": written(chart.top),
        "middle": written(chart.top / 2),
    }


def _minutes(samples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same by the minute, the latest first, for those who read a table rather than a chart."""
    found = []
    for minute, part in groupby(reversed(samples), lambda sample: sample["at"][11:16]):
        items = list(part)
        found.append(
            {
                "at": minute,
                "queued": max(sample["queued"] for sample in items),
                "running": max(sample["running"] for sample in items),
                "oldest_queued_s": max(sample["oldest_queued_s"] or 0.0 for sample in items),
                "ended": sum(sample["ended"] for sample in items),
            }
        )
    return found


def _sum(counts: Iterator[int]) -> int | None:
    """None where there are none, which is another thing than none that are above zero."""
    known = list(counts)
    return sum(known) if known else None


def _age_s(at: str, read_at: datetime) -> float:
    return max(0.0, (read_at - datetime.fromisoformat(at)).total_seconds())
