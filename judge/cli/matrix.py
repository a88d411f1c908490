"""A verification for people: submissions by groups with expected beside got, then what is wrong."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from judge.judging.verification.report import ExampleReport, GroupReport, Report

_SHORT = {
    "accepted": "AC",
    "wrong_answer": "WA",
    "time_limit_exceeded": "TLE",
    "runtime_error": "RTE",
    "memory_limit_exceeded": "MLE",
    "output_limit_exceeded": "OLE",
    "compile_error": "CE",
}
_ALL = 4
_MIB = 1 << 20


def show(report: Report, console: Console) -> None:
    """Print all of it."""
    if report.submissions:
        console.print(_table(report))
    if report.safety:
        console.print(_safety(report), highlight=False, soft_wrap=True)
    for colour, word, notes in (("yellow", "warning", report.warnings), ("red", "error", report.errors)):
        for path, message in notes:
            place = f"{report.package}/{path}" if path != "." else report.package
            console.print(
                f"[{colour}]{word}[/] {escape(place)}: {escape(message)}", highlight=False, soft_wrap=True
            )
    count = len(report.errors)
    end = f"[red]{count} error{'s' if count > 1 else ''}[/]" if count else "[green]green[/]"
    console.print(f"{escape(report.package)}: {end}", highlight=False, soft_wrap=True)


def _table(report: Report) -> Table:
    scores = any(example.score is not None for example in report.submissions)
    names = list(dict.fromkeys(group.name for example in report.submissions for group in example.groups))
    table = Table(title=escape(report.package), title_justify="left")
    table.add_column("submission", no_wrap=True)
    for heading in ("language", "expected", "got", *(["score"] if scores else []), *names):
        table.add_column(heading)
    for heading in ("time", "memory"):
        table.add_column(heading, justify="right")
    for example in report.submissions:
        table.add_row(*_row(example, names, with_score=scores))
    return table


def _row(example: ExampleReport, names: list[str], *, with_score: bool) -> list[str]:
    groups = {group.name: group for group in example.groups}
    got = "skipped" if example.skipped else _short(example.got) if example.got else "not judged"
    score = [] if not with_score else ["" if example.score is None else f"{example.score:g}"]
    return [
        escape(example.name),
        example.language or "?",
        "/".join(map(_short, example.expected)),
        _coloured(got, ok=example.ok or example.skipped),
        *score,
        *(_cell(groups[name]) if name in groups else "" for name in names),
        _seconds(example.cpu_time_s),
        "" if example.memory_bytes is None else f"{example.memory_bytes / _MIB:.0f} MiB",
    ]


def _cell(group: GroupReport) -> str:
    expected = "/".join(word + "!" * (word in group.required) for word in group.expected)
    if len(group.expected) == _ALL and not group.required:
        expected = "any"
    got = " ".join(f"{_short(verdict)} {count}" for verdict, count in group.got.items())
    score = "" if group.score is None or group.name == "sample" else f" = {group.score:g}"
    return f"[dim]{expected} >[/] {_coloured(got, ok=group.ok)}{score} [dim]{_seconds(group.cpu_time_s)}[/]"


def _short(verdict: str) -> str:
    return _SHORT.get(verdict, verdict)


def _coloured(text: str, *, ok: bool) -> str:
    return f"[{'green' if ok else 'bold red'}]{text}[/]"


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.2f} s"


def _safety(report: Report) -> str:
    safety = report.safety
    assert safety is not None
    late = (
        f"{escape(safety.fastest or '')} takes {safety.fastest_s:.2f} s"
        if safety.fastest_s is not None
        else f"what must be late takes {safety.late_from_s:g} s and more"
    )
    return (
        f"time limit {report.time_limit_s:g} s: {escape(safety.slowest)} takes {safety.slowest_s:.2f} s, "
        f"which asks for {safety.needed_s:.2f} s; {late}"
    )
