"""A chat over one's library with Gradio's own components: python examples/gradio_chat.py ~/indexes/mine

A page of your own for who wants to change it; `rag chat` starts the chat that comes with rag.
"""

import os
import sys
from collections.abc import AsyncIterator
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # before the import, or Gradio phones home
import gradio as gr

from rag import Answer, Found, Library, Message, RagError, Statement, Written

CSS = """
.prose table { display: block; overflow-x: auto; } /* a comparison on a phone */
.prose td { min-width: 7rem; overflow-wrap: normal; word-break: normal; }
"""
EXAMPLES = ["what are these papers about?", "which papers compare several methods?"]


def messages(history: list[dict[str, Any]]) -> list[Message]:
    """Gradio's history as earlier turns."""
    return [{"role": turn["role"], "content": text(turn["content"])} for turn in history]


def text(content: str | list[dict[str, Any]]) -> str:
    """The text of a turn, which from a browser is a list of texts and files."""
    return content if isinstance(content, str) else " ".join(part.get("text", "") for part in content)


def chat(library: Library) -> gr.ChatInterface:
    """A chat in which each sentence stands under the title of its paper, and follow-ups are understood."""

    def shown(answer: Answer) -> str:
        markdown = library.export(answer, "md")  # which escapes what titles, abstracts and models contain
        return markdown.partition("\n\n")[2] or "…"  # without the question, which stands above

    async def reply(question: str, history: list[dict[str, Any]]) -> AsyncIterator[str]:
        quotes: list[Statement] = []
        written: list[Statement] = []
        headline = ""
        try:
            async for event in library.astream(question, messages(history), max_papers=5):
                if isinstance(event, Answer):
                    yield shown(event)  # replaces all before it
                    continue
                if isinstance(event, Found):
                    headline = event.headline
                elif isinstance(event, Statement):
                    quotes.append(event)
                elif isinstance(event, Written):
                    written.append(event.statement)
                yield shown(Answer(question, tuple(quotes), tuple(written), headline=headline or "Searching…"))
        except RagError as fault:
            raise gr.Error(str(fault), print_exception=False) from fault

    chatbot = gr.Chatbot(height="80vh", show_label=False, buttons=["copy"], allow_tags=False)
    return gr.ChatInterface(reply, chatbot=chatbot, title="My papers", examples=EXAMPLES, api_name="chat")


if __name__ == "__main__":
    with Library(*sys.argv[1:2]) as library:
        chat(library).launch(css=CSS, footer_links=[])
