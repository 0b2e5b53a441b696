"""Everything that the chat answers at, put together: what the routes share is made here, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fastapi.staticfiles import StaticFiles

from rag.web.answering import Answering
from rag.web.chat_routes import ChatRoutes
from rag.web.conversation_routes import ConversationRoutes
from rag.web.conversations import Conversations
from rag.web.export_routes import ExportRoutes
from rag.web.gradio_routes import GradioRoutes
from rag.web.health import HealthRoutes
from rag.web.jobs import Jobs
from rag.web.next_routes import NextRoutes
from rag.web.observing import observe
from rag.web.openai.routes import OpenAIRoutes
from rag.web.pages import STATIC
from rag.web.papers_routes import PapersRoutes
from rag.web.saved_routes import SavedRoutes
from rag.web.tools import ToolRoutes
from rag.web.uploads_routes import UploadsRoutes
from rag.web.v1.routes import V1Routes

if TYPE_CHECKING:
    import gradio as gr

    from rag.chat.library import Library
    from rag.web.rebuilding import Rebuilding

STATIC_PATH = "/ui"  # see `guard.OPEN_FOLDER`


def add_to(server: gr.Server, library: Library, rebuilding: Rebuilding) -> Callable[[], None]:
    """Makes `server` answer about `library`; its pages show the change that `rebuilding` makes, and begin others.

    Returns what ends the questions that are being answered, for the server to call when it ends, in another thread.
    """
    jobs = Jobs(library, Conversations(library.settings.index_dir), rebuilding)
    metrics = observe(library, jobs, rebuilding)
    chat, uploads = ChatRoutes(library, jobs), UploadsRoutes(library, rebuilding)
    server.mount(STATIC_PATH, StaticFiles(directory=STATIC))
    uploads.add_to(server)
    chat.add_to(server)
    ConversationRoutes(jobs).add_to(server)
    ExportRoutes(library, jobs).add_to(server)
    NextRoutes(jobs, chat.homes).add_to(server)
    PapersRoutes(library, jobs, uploads.shown).add_to(server)
    SavedRoutes(library, jobs).add_to(server)
    HealthRoutes(jobs, rebuilding, metrics).add_to(server)
    answering = Answering(library, jobs)
    V1Routes(library, jobs, answering, rebuilding).add_to(server)
    GradioRoutes(answering).add_to(server)
    OpenAIRoutes(answering).add_to(server)
    ToolRoutes(library, answering, rebuilding).add_to(server)

    def end() -> None:
        jobs.end()  # whose pages then get the end of their answers
        answering.end()

    return end
