"""`rag mcp`."""

from __future__ import annotations

from pathlib import Path

import click

from rag.cli import terminal
from rag.cli.options import index_option, llm_option, settings_with, writer_option


@click.command(short_help="Serve the papers to an agent, by MCP.")
@llm_option
@writer_option
@index_option
def mcp(llm: str | None, writer: str | None, index_dir: Path | None) -> None:
    """Serve the papers to an agent over standard input and output, by the Model Context Protocol (MCP).

    The agent starts this itself: docs/mcp.md shows how to tell it. It can search, ask, read a paper, list the topics,
    and add papers.
    """
    terminal.end_on_sigterm()
    settings = settings_with(index_dir=index_dir, llm=llm, writer=writer)
    from rag.chat.library import Library
    from rag.llm import check_form
    from rag.mcp.stdio import serve

    check_form(settings.llm)
    serve(Library(settings))
