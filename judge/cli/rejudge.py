"""`judge rejudge`: submissions judged anew, how far that is, and which verdicts it changes."""

import json
import sys
import time
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from judge.cli.http import ask, url_option

_LOOK_EVERY_S = 0.5
_ENDED = ("done", "applied", "cancelled")


@click.command()
@click.argument("ids", nargs=-1)
@click.option("--problem", "problem_id", help="Those to a problem.")
@click.option("--user", "user_id", help="Those of a user.")
@click.option("--language", help="Those in a language.")
@click.option("--verdict", multiple=True, help="Those with a verdict, or failed, or cancelled; repeatable.")
@click.option("--version", type=click.IntRange(min=1), help="Those judged by this version of the problem.")
@click.option("--after", "submitted_after", help="Those submitted from an instant on (RFC 3339).")
@click.option("--before", "submitted_before", help="Those submitted before an instant (RFC 3339).")
@click.option("--reason", default="", help="Why; kept with the rejudging.")
@click.option("--same-version", is_flag=True, help="By the version as before, not by the current one.")
@click.option("--dry-run", is_flag=True, help="Only say how many are meant.")
@click.option("--apply-by-hand", is_flag=True, help="Show what would change; nothing counts until --apply.")
@click.option("--apply", "applied", metavar="REJUDGING", help="Have a rejudging by hand count.")
@click.option("--cancel", "cancelled", metavar="REJUDGING", help="End a rejudging, and drop what it found.")
@url_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def rejudge(
    ids: tuple[str, ...],
    reason: str,
    same_version: bool,
    dry_run: bool,
    apply_by_hand: bool,
    applied: str | None,
    cancelled: str | None,
    url: str,
    token: str | None,
    as_json: bool,
    **given: Any,
) -> None:
    """Judge submissions anew: those of these IDS, or all that the options name together.

    Exit code 1 where some could not be judged; they are as they were.
    """
    wanted = {name: value for name, value in (given | {"ids": ids}).items() if value}
    if sum(map(bool, (wanted, applied, cancelled))) != 1:
        raise click.UsageError("name submissions, by ids or by options, or give --apply or --cancel alone")
    if dry_run:
        found = ask("POST", url, "/rejudgings", token, json=wanted | {"dry_run": True})
        click.echo(json.dumps(found) if as_json else _meant(found))
        return
    if applied or cancelled:
        path = f"/rejudgings/{applied}/apply" if applied else f"/rejudgings/{cancelled}/cancel"
        rejudging = ask("POST", url, path, token)
    else:
        body = wanted | {"reason": reason, "apply": "by_hand" if apply_by_hand else "at_once"}
        if same_version:
            body["judge_by"] = "same"
        rejudging = ask("POST", url, "/rejudgings", token, json=body)
    if not as_json:
        click.echo(f"rejudging {rejudging['id']}: {rejudging['counts']['total']} submissions")
    rejudging = _until_ended(url, token, rejudging)
    if as_json:
        click.echo(json.dumps(rejudging))
    else:
        _show(rejudging)
    sys.exit(1 if rejudging["counts"]["failed"] else 0)


def _meant(found: dict[str, Any]) -> str:
    by_verdict = "".join(f"\n{count:>8} {verdict}" for verdict, count in found["by_verdict"].items())
    apart = f"\n{found['not_ended']:>8} not ended, left alone" if found["not_ended"] else ""
    return f"{found['matched']} submissions would be judged anew{by_verdict}{apart}"


def _until_ended(url: str, token: str | None, rejudging: dict[str, Any]) -> dict[str, Any]:
    """Show how far it is until there is nothing more to wait for. It goes on without us, too."""
    path = f"/rejudgings/{rejudging['id']}"
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(rejudging["state"], total=rejudging["counts"]["total"])
        while rejudging["state"] not in _ENDED:
            time.sleep(_LOOK_EVERY_S)
            rejudging = ask("GET", url, path, token)
            counts = rejudging["counts"]
            left = counts["waiting"] + counts["judging"]
            if rejudging["state"] == "applying":
                left = counts["judged"]
            bar.update(task, description=rejudging["state"], completed=counts["total"] - left)
    return rejudging


def _show(rejudging: dict[str, Any]) -> None:
    """Every former outcome in a line, with how many came to which new one."""
    matrix = rejudging["matrix"]
    if matrix:
        new = sorted({after for line in matrix.values() for after in line})
        table = Table("before", *new)
        for before, line in sorted(matrix.items()):
            table.add_row(before, *(str(line.get(after, "")) for after in new))
        Console(width=None if sys.stdout.isatty() else 200).print(table)
    counts = {state: count for state, count in rejudging["counts"].items() if count and state != "total"}
    told = ", ".join(f"{count} {state}" for state, count in counts.items())
    click.echo(f"{rejudging['state']}: {rejudging['changed']} changed; {told}")
    if rejudging["state"] == "done":
        click.echo(f"nothing counts yet: judge rejudge --apply {rejudging['id']}, or --cancel")
