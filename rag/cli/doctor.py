"""`rag doctor`."""

from __future__ import annotations

from pathlib import Path

import click

from rag.cli.options import index_option, llm_option


@click.command(short_help="Check that everything rag needs is there and whole.")
@llm_option
@index_option
@click.pass_context
def doctor(ctx: click.Context, llm: str | None, index_dir: Path | None) -> None:
    """Check the installation, this machine, the models and the index, and show how to repair what is wrong.

    Prints a line for each; the exit status is 1 if there is a problem.
    """
    from rag.health.examination import examine

    problems = 0
    for check in examine(bool(ctx.find_root().params.get("debug")), llm=llm, index_dir=index_dir):
        click.echo(str(check))
        problems += bool(check.fix)
    if problems:
        ctx.exit(1)
