"""`judge autoscale`: as many workers on this machine as the load asks for."""

import json

import click

_OURS = ("-n", "--hostname", "-c", "--concurrency")


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["--help"]})
@click.option(
    "--min", "least", type=click.IntRange(0), default=0, show_default=True, help="Workers kept idle."
)
@click.option("--max", "most", type=click.IntRange(1), required=True, help="Workers, at most.")
@click.option("--once", is_flag=True, help="Say what would be decided now, and start nothing.")
@click.option("--json", "as_json", is_flag=True, help="With --once: print JSON.")
@click.argument("options", nargs=-1, type=click.UNPROCESSED)
def autoscale(least: int, most: int, once: bool, as_json: bool, options: tuple[str, ...]) -> None:
    """Keep workers of JUDGE_SLOTS slots by the load. OPTIONS go to each `celery worker`.

    SIGTERM drains all of them; a second one hurries. docs/scaling.md tells by which rule.
    """
    if least > most:
        raise click.UsageError("--min is greater than --max")
    if as_json and not once:
        raise click.UsageError("--json goes with --once")
    for option in options:
        if option.partition("=")[0] in _OURS:
            raise click.UsageError(f"{option}: workers are named here, and have JUDGE_SLOTS slots")
    from judge.autoscale import autoscaler

    if once:
        look, number = autoscaler.once(least, most)
        click.echo(
            json.dumps(look.as_json() | {"workers": number}, indent=1) if as_json else f"{number}: {look}"
        )
        return
    autoscaler.autoscale(least, most, options)
