"""`rag models` and `rag models pull`."""

from __future__ import annotations

import shlex
from dataclasses import asdict

import click

from rag.cli import terminal
from rag.cli.options import json_option, llm_option, settings_with


@click.group(invoke_without_command=True, short_help="List the available language models, or download one.")
@json_option
@llm_option
@click.pass_context
def models(ctx: click.Context, as_json: bool, llm: str | None) -> None:
    """List the available language models, the chosen one first, what each is used for, and what others lack."""
    if ctx.invoked_subcommand:
        return
    settings = settings_with(llm=llm)
    from rag.llm.choices import choices

    for choice in choices(settings.llm):
        if as_json:
            terminal.show_json(asdict(choice))
        else:
            click.echo(choice)


@models.command("pull", short_help="Download an open model from the Hugging Face hub.")
@click.argument("name", required=False)
def pull_model(name: str | None) -> None:
    """Download the open model NAME from the Hugging Face hub, or from HF_ENDPOINT; without NAME, list them.

    An interrupted download is continued by the same command.
    """
    if name is None:
        _list_open_models()
        return
    from rag.llm.catalogue import open_model
    from rag.llm.pull import pull

    model = open_model(name)
    try:
        with terminal.progress_bar() as progress:
            file = pull(model, progress)
    except KeyboardInterrupt:
        raise click.ClickException(f"Interrupted. To continue, run: rag models pull {model.name}") from None
    click.echo(f"Downloaded to {file}. To use it, run: rag chat --llm {shlex.quote(f'gguf:{file}')}")


def _list_open_models() -> None:
    from rag.llm.catalogue import CATALOGUE
    from rag.llm.choices import uses
    from rag.llm.pull import pulled

    there = {model.name for model, _ in pulled()}
    for model in CATALOGUE:
        size = f"{model.size / 1e9:.1f} GB, {model.licence}"
        state = ", pulled" if model.name in there else ""
        click.echo(f"- {model.name}: {size}{state}; {uses(model.parameters)}; {model.measured}")
