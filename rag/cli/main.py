"""The `rag` command: its subcommands, and how errors end them."""

from __future__ import annotations

import gc
import os
import sys
import traceback
from io import TextIOWrapper
from typing import Any

import click

from rag import __version__
from rag.cli.ask import ask
from rag.cli.chat import chat
from rag.cli.doctor import doctor
from rag.cli.evaluate import evaluate
from rag.cli.fetch import fetch
from rag.cli.mcp import mcp
from rag.cli.models import models
from rag.cli.papers import papers
from rag.cli.rebuild import add, rebuild, remove, watch
from rag.cli.saved import saved
from rag.cli.search import search
from rag.cli.upkeep import rollback, status, verify
from rag.errors import RagError
from rag.text import one_line


class Commands(click.Group):
    """Ends a command that fails with one line and exit code 1; with --debug, with a stack trace.

    What the terminal's encoding lacks is printed as "?".
    """

    def main(self, *args: Any, **kwargs: Any) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="replace")
        try:
            return super().main(*args, **kwargs)
        except OSError as fault:  # of a help text, which is written before any command is invoked
            if not (message := _unwritten(fault)):
                raise
            click.echo(f"Error: {message}", err=True)
            raise SystemExit(1) from fault

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as fault:  # the outermost handler: users get one line whatever it is
            if ctx.params.get("debug"):
                raise
            expected = str(fault) if isinstance(fault, RagError) else _unwritten(fault)
            message = expected or _unexpected(fault, ctx.invoked_subcommand)
            raise click.ClickException(one_line(message)) from fault


def _unwritten(fault: Exception) -> str:
    """What to say if `fault` is that the output cannot be written, "" if it is another. Then no more is written."""
    raised_in = [frame.f_code for frame, _ in traceback.walk_tb(fault.__traceback__)][-1]
    if not isinstance(fault, OSError) or raised_in is not click.echo.__code__:
        return ""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python writes what is left in its buffer when it ends
    return f"The output could not be written: {fault.strerror}."


def _unexpected(fault: Exception, command: str | None) -> str:
    return f"{type(fault).__name__}: {fault}. To see where it comes from, run: rag --debug {command} …"


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.option("--debug", is_flag=True, help="Show the stack trace of an error.")
def main(debug: bool) -> None:
    """Ask questions about the abstracts of papers. Each sentence of an answer cites the sentence that supports it."""
    gc.set_threshold(50_000)  # imports create that many objects, none of them garbage; looking for it takes 10 % longer


COMMANDS = (
    *(rebuild, add, remove, watch, fetch),
    *(papers, search, ask, saved, chat, mcp),
    *(status, verify, rollback, doctor, models, evaluate),
)
for command in COMMANDS:
    main.add_command(command)
