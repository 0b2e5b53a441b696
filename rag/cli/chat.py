"""`rag chat`."""

from __future__ import annotations

from pathlib import Path

import click

from rag.cli.options import index_option, llm_option, settings_with, writer_option
from rag.cli.questions import bring_up_to_date
from rag.cli.rebuild import run_rebuild


@click.command(short_help="Open the chat in the browser.")
@click.option("--host", help="Address to listen on. The default, 127.0.0.1, is reachable from this machine only.")
@click.option("--port", type=int, help="Port to listen on. The default is 7860.")
@llm_option
@writer_option
@index_option
def chat(host: str | None, port: int | None, llm: str | None, writer: str | None, index_dir: Path | None) -> None:
    """Open the chat in the browser. If there is no index, it is built first from the papers that come with rag."""
    settings = settings_with(index_dir=index_dir, llm=llm, writer=writer, host=host, port=port)
    from rag.chat.library import Library
    from rag.index import generations
    from rag.web.serve import claim, launch

    claim(settings.host, settings.port)  # fails at once if the port is taken; the rest takes seconds
    if generations.current(settings.index_dir) is None:
        run_rebuild([], settings)
    bring_up_to_date(settings)
    launch(Library(settings))
