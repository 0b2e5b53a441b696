"""The page: what stands where, and what happens on a click. Text becomes HTML in `render` and `cards` only."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import gradio as gr
from gradio.components.chatbot import ExampleMessage

from rag.chat import MAX_QUESTION
from rag.errors import RagError
from rag.ui import cards, export, render
from rag.ui.rebuild import rebuild
from rag.ui.session import BROKEN, Session, Turn

if TYPE_CHECKING:
    from rag.chat import Chat

EXAMPLES = (
    "which papers speed up diffusion depth?",
    "How much faster than Marigold is PrimeDepth?",
    "what is a relative representation?",
    "which methods run in real time?",
)
WELCOME = "Ask about the papers. Every sentence of an answer is cited; click a number to see the sentence behind it."

Update = dict[Any, Any]  # component -> its new value
EVENT: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}  # the status line tells progress

CHOSEN = "(session) => [session, window.chosen]"  # set by page.js
SAVE = "(file) => window.saveFile(file)"


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
        self.header = gr.HTML(elem_id="header")
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
        examples = [ExampleMessage(text=example) for example in EXAMPLES]
        self.dialogue = gr.Chatbot(
            elem_id="dialogue", show_label=False, placeholder=WELCOME, examples=examples, buttons=[], scale=1
        )
        self.status = gr.HTML(elem_id="status")
        # Pressed and filled by page.js: filters of an answer, and files to save, are buttons within HTML.
        self.chosen = gr.Textbox(visible="hidden")
        self.widen = gr.Button(visible="hidden", elem_id="widen")
        self.save = gr.Button(visible="hidden", elem_id="save")
        self.file = gr.Textbox(visible="hidden")
        with gr.Row(elem_id="ask"):
            hint = "Ask a question; Enter sends it"
            self.box = gr.Textbox(
                label="Question", container=False, placeholder=hint, max_lines=6, max_length=MAX_QUESTION, scale=1
            )
            self.send = gr.Button("Send", variant="primary", size="md", min_width=70, scale=0)
            self.stop = gr.Button("Stop", size="md", min_width=70, scale=0, interactive=False)
            self.fresh = gr.Button("New conversation", size="md", min_width=160, scale=0)

    def _events(self) -> None:
        # No event cancels another: a cancelled generator may still be at work and write over what came after it.
        # Stop is a word with the session instead, and the buttons come back when Gradio is done with the event.
        given, buttons = [self.box, self.session], [self.send, self.stop, self.fresh]
        shown = [self.session, self.dialogue, self.sources, self.status]
        told = [*shown, *buttons, self.box, self.header]
        asked = gr.on([self.send.click, self.box.submit], self.ask, given, told, concurrency_id="ask", **EVENT)
        picked = self.dialogue.example_select(self.ask_example, self.session, told, concurrency_id="ask", **EVENT)
        widened = self.widen.click(
            self.ask_wider, [self.session, self.chosen], told, concurrency_id="ask", js=CHOSEN, **EVENT
        )
        for asking in (asked, picked, widened):
            asking.then(self.settle, self.session, [*buttons, self.box], **EVENT)
        self.stop.click(self.stop_writing, self.session, self.stop, **EVENT)
        saved = self.save.click(self.export, [self.session, self.chosen], self.file, js=CHOSEN, **EVENT)
        saved.success(None, self.file, None, js=SAVE, **EVENT)
        self.fresh.click(lambda: self.view(None), None, shown, **EVENT)
        built = self.renew.click(self.build_index, None, [self.progress, self.header], concurrency_limit=1, **EVENT)
        built.failure(lambda: render.fault(BROKEN), None, self.progress, **EVENT)
        self.blocks.load(self.describe, None, self.header, **EVENT)

    def describe(self) -> str:
        """The header: what is in the collection, or why it cannot be opened."""
        try:
            return render.header(self.chat.collection())
        except RagError as fault:
            return render.fault(str(fault))

    def size(self) -> int:
        """How many papers there are to search."""
        try:
            return self.chat.collection().papers
        except RagError:  # the question will fail with the same words, in the chat
            return 0

    async def ask(
        self, question: str, session: Session | None, without: frozenset[str] = frozenset()
    ) -> AsyncGenerator[Update]:
        """Streams the answer to `question`; yields the whole view each time, of which Gradio sends the difference."""
        if not question.strip():
            yield {}
            return
        session = session or Session(self.chat.conversation())
        header, size = await asyncio.to_thread(lambda: (self.describe(), self.size()))
        first: Update = {self.box: "", self.header: header, **self.busy(True)}
        async with aclosing(session.ask(question, size, without)) as turns:
            async for _ in turns:
                yield self.view(session) | first
                first = {}

    async def ask_example(self, session: Session | None, picked: gr.SelectData) -> AsyncGenerator[Update]:
        async with aclosing(self.ask(picked.value["text"], session)) as updates:
            async for update in updates:
                yield update

    async def ask_wider(self, session: Session | None, chosen: str) -> AsyncGenerator[Update]:
        """Asks the last question again without the filter whose place the browser sends."""
        turn = session.turns[-1] if session and session.turns else None
        if turn is None or turn.running or chosen not in map(str, range(len(turn.filters))):
            yield {}
            return
        wider = turn.without | {turn.filters[int(chosen)]}
        async with aclosing(self.ask(turn.question, session, wider)) as updates:
            async for update in updates:
                update.pop(self.box, None)  # it may hold the next question already
                yield update

    def export(self, session: Session | None, chosen: str) -> str:
        """The file to save that the browser names: it gets the text and writes it, so that none lies about here."""
        return export.file(session, chosen) if session else ""

    async def stop_writing(self, session: Session) -> Update:
        """What is written stays. In the loop that the answer is in, as it must wake that."""
        session.stop()
        return {self.stop: gr.update(interactive=False)}

    def settle(self, session: Session | None) -> Update:
        """After an answer the buttons come back; after a failure the question too, to be sent again."""
        failed = session and session.turns[-1].error
        return self.busy(False) | ({self.box: session.turns[-1].question} if session and failed else {})

    def busy(self, working: bool) -> Update:
        """The buttons, while an answer is being written or not."""
        idle = gr.update(interactive=not working)
        return {self.send: idle, self.fresh: idle, self.stop: gr.update(interactive=working)}

    def view(self, session: Session | None) -> Update:
        """All that shows `session`, or that there is none."""
        turns = session.turns if session else []
        return {
            self.session: session,
            self.dialogue: [message for turn in turns for message in _messages(turn, turn is turns[-1])],
            self.sources: cards.panel(session.citations, session.partial, session.nearest)
            if session
            else cards.panel(),
            self.status: render.status(turns[-1]) + export.menu(session) if session and turns else "",
        }

    def build_index(self) -> Iterator[Update]:
        """Streams the progress of a rebuild, then its summary and the new header."""
        for html in rebuild(self.chat):
            yield {self.progress: html}
        yield {self.header: self.describe()}


def _messages(turn: Turn, last: bool) -> list[Update]:
    """A turn for the Chatbot. As HTML components: as strings they would pass through its Markdown renderer."""
    said = [("user", render.question(turn.question)), ("assistant", render.reply(turn, last))]
    return [{"role": role, "content": gr.HTML(html)} for role, html in said]
