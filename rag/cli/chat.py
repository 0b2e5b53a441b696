"""`rag chat`."""

from __future__ import annotations

from pathlib import Path

import click

from rag.cli import terminal
from rag.cli.options import index_option, llm_option, settings_with, writer_option


@click.command(short_help="Open the chat in the browser.")
@click.option("--host", help="Address to listen on. The default, 127.0.0.1, is reachable from this machine only.")
@click.option("--port", type=int, help="Port to listen on. The default is 7860.")
@click.option(
    "--password-file",
    type=click.Path(path_type=Path),
    help="To share the chat: a file with a line NAME ROLE PASSWORD for each person. ROLE is reader or curator.",
)
@click.option("--url", help="Address that browsers open it by behind a reverse proxy: https://papers.example.org")
@llm_option
@writer_option
@index_option
def chat(
    host: str | None,
    port: int | None,
    password_file: Path | None,
    url: str | None,
    llm: str | None,
    writer: str | None,
    index_dir: Path | None,
) -> None:
    """Open the chat in the browser. If there is no index, it is built meanwhile from the papers that come with rag.

    Beyond this machine it listens only with --password-file, or with a password in RAG_PASSWORD.
    """
    terminal.end_on_sigterm()
    settings = settings_with(
        index_dir=index_dir, llm=llm, writer=writer, host=host, port=port, password_file=password_file, url=url
    )
    from rag.chat.library import Library
    from rag.llm import check_form
    from rag.web.serve import check, launch

    check(settings)  # fails at once if it cannot listen, or may not; the rest takes seconds
    check_form(settings.llm)
    with terminal.progress_bar() as progress:
        launch(Library(settings), progress)
