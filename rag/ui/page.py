"""The page: what stands where, and what happens on a click. Text becomes HTML in `render` and `cards` only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import gradio as gr

from rag.chat import MAX_QUESTION
from rag.errors import RagError
from rag.ui import cards, render
from rag.ui.rebuild import rebuild
from rag.ui.session import Session, Turn

if TYPE_CHECKING:
    from rag.chat import Chat

EXAMPLES = (
    "which papers speed up diffusion depth?",
    "How much faster than Marigold is PrimeDepth?",
    "what is a relative representation?",
    "which methods run in real time?",
)
WELCOME = "Ask about the papers. Every sentence of an answer is cited; click a number to see the sentence behind it."
CRASH = "Something broke inside the program. The terminal it runs in says what."

# Fonts of the reader's system: nothing to fetch, and it looks like the rest of the screen.
THEME = gr.themes.Default(
    primary_hue="teal",
    neutral_hue="slate",
    font=["system-ui", "sans-serif"],
    font_mono=["ui-monospace", "monospace"],
)

Update = dict[Any, Any]  # component -> its new value
EVENT: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}  # the status line tells progress


def build(chat: Chat) -> gr.Blocks:
    """The whole page, ready to launch."""
    return Page(chat).blocks


class Page:
    """Components as attributes, one method per event. Nothing of a user is kept here but in their `gr.State`."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.blocks: gr.Blocks = gr.Blocks(title="Papers", analytics_enabled=False, fill_height=True)
        with self.blocks:
            self._layout()
            self._events()
        self.blocks.queue(max_size=64, api_open=False, default_concurrency_limit=4)

    def _layout(self) -> None:
        self.header = gr.HTML(self.describe, elem_id="header")
        # Empty until the first question: a value set here would be deep-copied, one returned by an event is not.
        self.session = gr.State()
        with gr.Row(elem_id="desk"):
            with gr.Column(scale=3, min_width=320, elem_id="talk"):
                self._conversation()
            with gr.Column(scale=2, min_width=320, elem_id="side"):
                self.sources = gr.HTML(cards.panel(), elem_id="sources")
                with gr.Accordion("Collection", open=False):
                    self.renew = gr.Button("Rebuild index", size="sm")
                    self.progress = gr.HTML(elem_id="progress")

    def _conversation(self) -> None:
        self.dialogue = gr.Chatbot(
            elem_id="dialogue",
            show_label=False,
            label="Conversation",
            placeholder=WELCOME,
            examples=[{"text": example} for example in EXAMPLES],
            buttons=[],
            latex_delimiters=[],
            scale=1,
        )
        self.status = gr.HTML(elem_id="status")
        with gr.Row(elem_id="ask"):
            self.box = gr.Textbox(
                label="Question",
                show_label=False,
                container=False,
                placeholder="Ask a question; Enter sends it",
                max_lines=6,
                max_length=MAX_QUESTION,
                scale=1,
            )
            self.send = gr.Button("Send", variant="primary", size="md", min_width=70, scale=0)
            self.stop = gr.Button("Stop", size="md", min_width=70, scale=0, interactive=False)
            self.fresh = gr.Button("New conversation", size="md", min_width=150, scale=0)

    def _events(self) -> None:
        given = [self.box, self.session]
        shown = [self.session, self.dialogue, self.sources, self.status, self.box, self.send, self.stop, self.header]
        asked = gr.on([self.send.click, self.box.submit], self.ask, given, shown, concurrency_id="ask", **EVENT)
        picked = self.dialogue.example_select(self.ask_example, self.session, shown, concurrency_id="ask", **EVENT)
        for asking in (asked, picked):
            asking.failure(self.failed, self.session, shown, **EVENT)
        self.stop.click(self.stopped, self.session, shown, cancels=[asked, picked], **EVENT)
        # The Chatbot's own bin empties the browser only, so it has to do the same as the button.
        gr.on([self.fresh.click, self.dialogue.clear], self.restart, None, shown, cancels=[asked, picked], **EVENT)
        built = self.renew.click(self.build_index, None, [self.progress, self.header], concurrency_limit=1, **EVENT)
        built.failure(lambda: render.fault(CRASH), None, self.progress, **EVENT)

    def describe(self) -> str:
        """The header: what is in the collection, or why it cannot be opened."""
        try:
            return render.header(self.chat.collection())
        except RagError as fault:
            return render.fault(str(fault))

    def ask(self, question: str, session: Session | None) -> Iterator[Update]:
        """Streams the answer to `question`; yields the whole view each time, of which Gradio sends the difference."""
        if not question.strip():
            yield {self.status: ""}
            return
        try:
            papers = self.chat.collection().papers
        except RagError as fault:  # no index: the question stays in the box
            yield {self.status: render.fault(str(fault))}
            return
        session = session or Session(self.chat.conversation())
        yield {self.box: "", self.header: self.describe()}
        for turn in session.ask(question):
            yield self.view(session, papers) | ({self.box: question} if turn.error else {})

    def ask_example(self, session: Session | None, picked: gr.SelectData) -> Iterator[Update]:
        yield from self.ask(picked.value["text"], session)

    def stopped(self, session: Session | None) -> Update:
        """After Stop: what was written stays."""
        if session:
            session.end()
        return self.view(session)

    def failed(self, session: Session | None) -> Update:
        """After a fault that is ours: Gradio has printed the traceback, the reader gets a plain sentence."""
        if not (session and session.turns[-1].running):
            return {self.status: render.fault(CRASH)}
        session.end(error=CRASH)
        return self.view(session) | {self.box: session.turns[-1].question}

    def restart(self) -> Update:
        return self.view(None)

    def view(self, session: Session | None, papers: int = 0) -> Update:
        """All that shows `session`; `papers` is how many the status line says are searched."""
        turns = session.turns if session else []
        running = bool(turns) and turns[-1].running
        return {
            self.session: session,
            self.dialogue: [message for turn in turns for message in _messages(turn)],
            self.sources: cards.panel(session.citations, session.nearest) if session else cards.panel(),
            self.status: render.status(turns[-1], papers) if turns else "",
            self.send: gr.update(interactive=not running),
            self.stop: gr.update(interactive=running),
        }

    def build_index(self) -> Iterator[Update]:
        """Streams the progress of a rebuild, then its summary and the new header."""
        for html in rebuild(self.chat):
            yield {self.progress: html}
        yield {self.header: self.describe()}


def _messages(turn: Turn) -> list[Update]:
    """A turn for the Chatbot. As HTML components: as strings they would pass through its Markdown renderer."""
    said = [("user", render.question(turn.question)), ("assistant", render.reply(turn))]
    return [{"role": role, "content": gr.HTML(html)} for role, html in said]
